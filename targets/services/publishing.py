"""A plan comes into force when its goals are SMART, and is frozen when it is closed."""

from collections.abc import Iterable
from datetime import date, datetime

import pghistory
from django.db import transaction
from django.utils.translation import gettext

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.services.versions import save_changes
from targets.choices import PlanState
from targets.domain.smart import Finding
from targets.models import Goal, Plan, Target
from targets.selectors.plans import goals_of
from targets.selectors.smart import smart_findings
from targets.services.numbers import Because, lock_open_plan, record_versions
from targets.services.pace_rule import stop_warning
from targets.services.plans import check_may_lead
from targets.services.progress import refresh_progress


@transaction.atomic
def publish_plan(
    actor: Actor,
    *,
    plan: Plan,
    expected_version: int | None = None,
    override: str = "",
    at: datetime,
) -> Plan:
    """Every target gets version 1, in force from the plan's first day. Not before every goal is SMART,
    unless an administrator overrides with a reason, which stays with the versions.
    """
    check_may_lead(actor, plan.root_unit_id, at=at)
    plan = lock_open_plan(plan, expected_version=expected_version)
    if plan.state == PlanState.PUBLISHED:
        raise DomainError(N_("The plan is published already."), code="plan_published")
    goals = goals_of([plan])[plan.pk]
    if override:
        actor.require(Scope.ADMIN)
    else:
        _check_smart(goals, on=actor.organisation.today(at))
    _check_some(goals)
    with pghistory.context(reason=override):
        save_changes(plan, {"state": PlanState.PUBLISHED, "published_at": at, "published_by": actor.user})
    targets = Target.objects.filter(goal__in=goals).order_by("id")
    record_versions(
        Because(actor, at, override, plan.starts_on), plan, list(targets.values_list("id", flat=True))
    )
    for goal in goals:
        goal.plan = plan
    refresh_progress(at=at, goals=goals)
    return plan


@transaction.atomic
def close_plan(actor: Actor, *, plan: Plan, expected_version: int | None = None, at: datetime) -> Plan:
    """The final values are kept as they are now; what was behind is not warned of any more."""
    check_may_lead(actor, plan.root_unit_id, at=at)
    plan = lock_open_plan(plan, expected_version=expected_version)
    if plan.state != PlanState.PUBLISHED:
        raise DomainError(N_("A draft cannot be closed; publish it first."), code="not_published")
    if plan.ends_on > actor.organisation.today(at):
        raise DomainError(N_("The plan is closed once its last day is over."), code="not_over")
    goals = goals_of([plan])[plan.pk]
    refresh_progress(at=at, goals=goals)
    save_changes(plan, {"state": PlanState.CLOSED, "closed_at": at})
    spans = Target.objects.filter(goal__in=goals, month__isnull=True)
    stop_warning(spans.values_list("id", flat=True), at=at)
    return plan


def _check_some(goals: list[Goal]) -> None:
    if not goals:
        raise DomainError(N_("The plan has no goal yet. Add one first."), code="no_goal")


def _check_smart(goals: Iterable[Goal], *, on: date) -> None:
    errors = {
        f"{goal.kpi.key}.{finding.letter}": [_told(finding)]
        for goal in goals
        for finding in smart_findings(goal, on=on)
        if not finding.ok
    }
    if errors:
        raise DomainError(
            N_("Not every goal is SMART yet. Mend what is missing, then publish."),
            code="not_smart",
            errors=errors,
        )


def _told(finding: Finding) -> str:
    return " ".join(message.render(gettext) for message in (finding.missing, finding.mend) if message)
