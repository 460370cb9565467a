"""What members are told of a plan's moves and of their numbers in force, worded when it is read."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.catalogue import BUILT_IN
from kpis.models import Kpi
from salestargets.alerts.registry import NoticeKind, no_lines, register_notice
from salestargets.web.templatetags import formats
from targets.amounts import Scale, scale_of
from targets.models import Plan
from targets.templatetags.amounts import shown

Facts = Mapping[str, Any]
Lines = list[tuple[str, str]]

PLAN_SUBMITTED = "plan_submitted"
PLAN_APPROVED = "plan_approved"
PLAN_TAKEN_BACK = "plan_taken_back"
PLAN_PUBLISHED = "plan_published"
PLAN_CLOSED = "plan_closed"
NUMBER_CHANGED = "number_changed"
NUMBER_CONTESTED = "number_contested"
ANSWER_AWAITED = "answer_awaited"


def plan_facts(plan: Plan, **more: Any) -> dict[str, Any]:
    return {"plan": plan.name, **more}


def number_facts(holder: str, kpi: Kpi, currency: str, **amounts: int | None) -> dict[str, Any]:
    """Whose number of which KPI, and amounts of it as they are stored."""
    scale = scale_of(kpi, currency)
    return {
        "holder": holder,
        "kpi": kpi.key,
        "kpi_name": kpi.name,
        "scale": [scale.unit, scale.places, scale.currency],
        **amounts,
    }


def _said(text: str | Promise) -> Callable[[Facts], str]:
    """A sentence about the plan; the text is translated when it is read."""
    return lambda facts: str(text) % facts


def _who(facts: Facts) -> Lines:
    told = [(gettext("By"), facts["by"] or gettext("the system"))]
    return [*told, (gettext("Why"), facts["reason"])] if facts["reason"] else told


def _numbers(facts: Facts) -> Lines:
    """Each of the reader's own numbers."""
    return [(_named(number), amount_text(number, "amount")) for number in facts["numbers"]]


def _outcomes(facts: Facts) -> Lines:
    return [
        (
            _named(number),
            gettext("%(actual)s of %(target)s")
            % {"actual": amount_text(number, "actual"), "target": amount_text(number, "amount")},
        )
        for number in facts["numbers"]
    ]


def _changes(facts: Facts) -> Lines:
    changed = [
        (_named(number), f"{amount_text(number, 'before')} → {amount_text(number, 'amount')}")
        for number in facts["numbers"]
    ]
    days = sorted({date.fromisoformat(number["effective_on"]) for number in facts["numbers"]})
    since = (gettext("In force from"), ", ".join(map(formats.day, days)))
    return [*changed, since, (gettext("Why"), facts["reason"])]


def _contested(facts: Facts) -> Lines:
    [number] = facts["numbers"]
    return [(_named(number), amount_text(number, "amount")), (gettext("Because"), facts["comment"])]


def _awaited(facts: Facts) -> Lines:
    return [*_numbers(facts), (gettext("Asked on"), formats.day(date.fromisoformat(facts["asked_on"])))]


def _named(number: Facts) -> str:
    return f"{number['holder']} · {number['kpi_name'] or BUILT_IN[number['kpi']].name}"


def amount_text(number: Facts, name: str) -> str:
    return shown(number[name], Scale(*number["scale"]), cents=False)


def _kind(
    key: str, name: Promise, says: str | Promise, lines: Callable[[Facts], Lines] = no_lines
) -> NoticeKind:
    return NoticeKind(key=key, name=name, headline=_said(says), lines=lines)


KINDS = (
    _kind(PLAN_SUBMITTED, _("Plans"), _("“%(plan)s” waits for your approval"), _who),
    _kind(PLAN_APPROVED, _("Plans"), _("“%(plan)s” is approved"), _who),
    _kind(PLAN_TAKEN_BACK, _("Plans"), _("“%(plan)s” was taken back, to be changed again"), _who),
    _kind(
        PLAN_PUBLISHED,
        _("Your number"),
        _("“%(plan)s” is published: please acknowledge your number"),
        _numbers,
    ),
    _kind(PLAN_CLOSED, _("Your number"), _("“%(plan)s” is closed; its final values are kept"), _outcomes),
    _kind(
        NUMBER_CHANGED,
        _("Your number"),
        _("Your number in “%(plan)s” has changed: please acknowledge it"),
        _changes,
    ),
    _kind(
        NUMBER_CONTESTED, _("Acknowledgements"), _("%(person)s contests a number in “%(plan)s”"), _contested
    ),
    _kind(
        ANSWER_AWAITED,
        _("Your number"),
        _("Reminder: please acknowledge your number in “%(plan)s”, or contest it"),
        _awaited,
    ),
)


def register() -> None:
    for kind in KINDS:
        register_notice(kind)
