"""Telling of a plan's moves, and asking about numbers.

About every version of a number its holder is asked: a person, or a unit's managers.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from salestargets.alerts.services.notices import notify
from salestargets.tenancy.context import current_organisation_id
from salestargets.tenancy.models import Organisation
from targets.announcements import NUMBER_CHANGED, PLAN_CLOSED, PLAN_PUBLISHED, number_facts, plan_facts
from targets.models import Acknowledgement, Change, Plan, PlanMove, Progress, TargetVersion
from targets.selectors.acknowledgements import holds_from, number_of

Amounts = Mapping[int, int | None]


def ask(change: Change, organisation: Organisation) -> None:
    """About the versions that a change made, but for who made it. One statement for any number."""
    values = {
        "organisation": current_organisation_id(),
        "goal": change.goal_id,
        "change": change.pk,
        "by": change.by_id,
        "on": organisation.today(change.at),
        "at": change.at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ASK, values)


def tell_of(move: PlanMove, kind: str, users: Collection[int]) -> None:
    """Those whose business it is, but for who made the move."""
    by = move.by
    facts = plan_facts(move.plan, by=str(by) if by else "", reason=move.reason)
    told = {user_id: facts for user_id in users if user_id != move.by_id}
    notify(kind=kind, subject=f"move:{move.pk}", path=f"plans/{move.plan_id}/", users=told, at=move.at)


def tell_published(plan: Plan, *, at: datetime) -> None:
    """Everyone who was asked, each with their own numbers."""
    _tell(PLAN_PUBLISHED, f"plan:{plan.pk}", plan, _of(plan), at=at)


def tell_closed(plan: Plan, *, at: datetime) -> None:
    """With what each reached, as it is kept."""
    reached = dict(Progress.objects.filter(target__goal__plan=plan).values_list("target", "actual"))
    _tell(PLAN_CLOSED, f"plan:{plan.pk}", plan, _of(plan), at=at, actual=reached)


def tell_changed(change: Change, plan: Plan) -> None:
    """Everyone whose number has another version, with what it was and why it changed."""
    made = TargetVersion.objects.filter(
        change=change, target=OuterRef("target"), number=OuterRef("version_number")
    )
    asks = list(_of(plan).filter(Exists(made), target__goal=change.goal_id))
    versions = TargetVersion.objects.filter(target__in=[ask.target_id for ask in asks])
    amounts = {
        (target, number): amount
        for target, number, amount in versions.values_list("target", "number", "amount")
    }
    before = {ask.target_id: amounts.get((ask.target_id, ask.version_number - 1)) for ask in asks}
    subject = f"change:{change.pk}"
    _tell(NUMBER_CHANGED, subject, plan, asks, at=change.at, reason=change.reason, before=before)


def asked_facts(ask: Acknowledgement, **amounts: Amounts) -> dict[str, Any]:
    """The number that someone was asked about, from when it holds, and other amounts beside it."""
    holder, amount = number_of(ask)
    others = {name: found.get(ask.target_id) for name, found in amounts.items()}
    facts = number_facts(holder, ask.target.goal.kpi, ask.organisation.currency, amount=amount, **others)
    return {**facts, "effective_on": holds_from(ask).isoformat()}


def _of(plan: Plan) -> QuerySet[Acknowledgement]:
    """They may be many and a moment old: the database knows nothing of them yet and would join them badly."""
    asks = Acknowledgement.objects.filter(target__goal__plan=plan).order_by("id")
    return asks.prefetch_related(
        "target__goal__kpi", "target__goal__plan", "target__unit", "target__person", "organisation"
    )


def _tell(
    kind: str,
    subject: str,
    plan: Plan,
    asks: Iterable[Acknowledgement],
    *,
    at: datetime,
    reason: str = "",
    **amounts: Amounts,
) -> None:
    numbers: dict[int, dict[int, Any]] = {}
    for ask in asks:
        numbers.setdefault(ask.person_id, {})[ask.target_id] = asked_facts(ask, **amounts)
    people = {
        person_id: plan_facts(plan, numbers=list(own.values()), reason=reason)
        for person_id, own in numbers.items()
    }
    notify(kind=kind, subject=subject, path="today/", people=people, at=at)


_ASK = """
INSERT INTO targets_acknowledgement (organisation_id, target_id, version_number, person_id, state, comment,
                                     asked_at, version)
SELECT t.organisation_id, t.id, v.number, p.id, 'asked', '', %(at)s, 1
FROM targets_target t
JOIN targets_targetversion v
  ON v.organisation_id = t.organisation_id AND v.target_id = t.id AND v.change_id = %(change)s
 AND v.number = (SELECT max(m.number) FROM targets_targetversion m
                 WHERE m.organisation_id = t.organisation_id AND m.target_id = t.id)
LEFT JOIN tenancy_assignment a
  ON t.person_id IS NULL AND a.organisation_id = t.organisation_id AND a.unit_id = t.unit_id
 AND a.role = 'manager' AND a.starts_on <= %(on)s AND (a.ends_on IS NULL OR a.ends_on > %(on)s)
JOIN tenancy_person p
  ON p.organisation_id = t.organisation_id AND p.id = COALESCE(t.person_id, a.person_id)
WHERE t.organisation_id = %(organisation)s AND t.goal_id = %(goal)s AND t."group" = ''
  AND (p.left_on IS NULL OR p.left_on > %(on)s)
  AND (%(by)s::bigint IS NULL OR p.user_id IS DISTINCT FROM %(by)s)
ON CONFLICT DO NOTHING
"""
