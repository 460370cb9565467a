"""What members are told about adjustments; worded from the facts when it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salestargets.alerts.registry import NoticeKind, register_notice
from salestargets.alerts.services.notices import notify
from salestargets.tenancy.models import Organisation, Person
from salestargets.web.templatetags import formats
from targets.amounts import Scale, scale_of
from targets.choices import AdjustmentState
from targets.frozen import Move
from targets.models import Adjustment
from targets.selectors.adjustments import deciders_of, followers_of, holders_of, moves_in
from targets.selectors.trees import PlanTree
from targets.templatetags.amounts import shown

Facts = Mapping[str, Any]
Lines = list[tuple[str, str]]
#: As many numbers as a notice lists; the request itself has them all.
MOST_LINES = 10


def tell_asked(adjustment: Adjustment, tree: PlanTree, *, on: date, at: datetime) -> None:
    """Who decides; and where the system asks, whoever answers for the plan as well."""
    people, users = deciders_of(adjustment, tree, on)
    facts = _facts(adjustment, moves_in(adjustment))
    _notify(ASKED, adjustment, dict.fromkeys(people, facts), dict.fromkeys(users, facts), at)
    if adjustment.about:
        deciding = people | set(Person.objects.filter(user__in=users).values_list("pk", flat=True))
        others = followers_of(adjustment, on) - deciding
        _notify(OPENED, adjustment, dict.fromkeys(others, facts), {}, at)


def tell_decided(adjustment: Adjustment, *, on: date, at: datetime) -> None:
    """Who asked; and once it holds, everyone whose number is another one now."""
    moves = moves_in(adjustment)
    asked_by = adjustment.requested_by_id
    if asked_by is not None and adjustment.state != AdjustmentState.WITHDRAWN:
        _notify(DECIDED, adjustment, {}, {asked_by: _facts(adjustment, moves)}, at)
    if adjustment.state == AdjustmentState.APPROVED:
        own = {person: _facts(adjustment, theirs) for person, theirs in holders_of(moves, on).items()}
        _notify(APPLIED, adjustment, own, {}, at)


def _notify(
    kind: NoticeKind,
    adjustment: Adjustment,
    people: Mapping[int, Facts],
    users: Mapping[int, Facts],
    at: datetime,
) -> None:
    path = f"adjustments/{adjustment.pk}/"
    notify(kind=kind.key, subject=f"adjustment:{adjustment.pk}", path=path, at=at, people=people, users=users)


def _facts(adjustment: Adjustment, moves: Sequence[Move]) -> dict[str, Any]:
    goal = adjustment.goal
    currency = Organisation.objects.get(pk=adjustment.organisation_id).currency
    return {
        "plan": goal.plan.name,
        "reason": adjustment.reason,
        "effective_on": adjustment.effective_on.isoformat(),
        "state": adjustment.state,
        "decision": adjustment.decision,
        "scale": asdict(scale_of(goal.kpi, currency)),
        "numbers": [[move["name"], move["before"], move["after"]] for move in moves[:MOST_LINES]],
        "more": max(len(moves) - MOST_LINES, 0),
    }


def _asked(facts: Facts) -> str:
    return gettext("An adjustment of “%(plan)s” waits for your decision") % facts


def _opened(facts: Facts) -> str:
    return gettext("The system asked for an adjustment of “%(plan)s”; someone above decides") % facts


def _decided(facts: Facts) -> str:
    if facts["state"] == AdjustmentState.APPROVED:
        return gettext("Your adjustment of “%(plan)s” is approved") % facts
    return gettext("Your adjustment of “%(plan)s” is rejected") % facts


def _applied(facts: Facts) -> str:
    return gettext("Your target in “%(plan)s” has changed") % facts


def _lines(facts: Facts) -> Lines:
    scale = Scale(**facts["scale"])
    told = [
        (name, f"{shown(before, scale, cents=True)} → {shown(after, scale, cents=True)}")
        for name, before, after in facts["numbers"]
    ]
    if facts["more"]:
        told.append((gettext("More"), formats.number(facts["more"])))
    told.append((gettext("In force from"), formats.day(date.fromisoformat(facts["effective_on"]))))
    told.append((gettext("Reason"), facts["reason"]))
    return [*told, (gettext("Decision"), facts["decision"])] if facts["decision"] else told


ASKED = NoticeKind(key="adjustment_asked", name=_("An adjustment to decide"), headline=_asked, lines=_lines)
OPENED = NoticeKind(
    key="adjustment_opened", name=_("An adjustment the system asked for"), headline=_opened, lines=_lines
)
DECIDED = NoticeKind(
    key="adjustment_decided", name=_("Your adjustment is decided"), headline=_decided, lines=_lines
)

APPLIED = NoticeKind(
    key="number_adjusted", name=_("Your target was adjusted"), headline=_applied, lines=_lines
)


def register() -> None:
    for kind in (ASKED, OPENED, DECIDED, APPLIED):
        register_notice(kind)
