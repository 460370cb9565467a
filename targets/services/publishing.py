"""A plan on its way: draft → open → submitted → approved → published → closed. Who may move it, and when."""

from collections.abc import Iterable
from datetime import date, datetime

import pghistory
from django.db import transaction
from django.utils.translation import gettext

from salestargets.kernel.errors import DomainError, Forbidden
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.services.versions import lock, save_changes
from targets.announcements import PLAN_APPROVED, PLAN_SUBMITTED, PLAN_TAKEN_BACK
from targets.choices import MAKING, ChangeKind, PlanState
from targets.domain.smart import Finding
from targets.models import Goal, Plan, PlanMove, Target
from targets.selectors.approvers import approvers_of, is_own_plan, may_approve, users_leading
from targets.selectors.nesting import parts_of
from targets.selectors.plans import goals_of
from targets.selectors.rules import answers_due, planning_rules
from targets.selectors.smart import smart_findings
from targets.services.asking import ask, tell_closed, tell_of, tell_published
from targets.services.numbers import Because, check_not_closed, record_change, record_versions
from targets.services.pace_rule import stop_warning
from targets.services.plans import check_may_lead
from targets.services.progress import refresh_progress
from targets.services.telling import tell_opened


@transaction.atomic
def open_plan(
    actor: Actor,
    *,
    plan: Plan,
    answers_by: date | None = None,
    expected_version: int | None = None,
    at: datetime,
) -> Plan:
    """Those who hold a number may propose their own, until the plan is submitted.

    Who has not by the day is reminded; without one, the organisation's days for answers count from now.
    """
    check_may_lead(actor, plan.root_unit_id, at=at)
    plan = _lock(plan, expected_version, PlanState.DRAFT)
    _check_some(goals_of([plan])[plan.pk])
    today = actor.organisation.today(at)
    due = answers_by or answers_due(plan, today)
    if due < today:
        raise DomainError(N_("Give people until a day to come."), code="in_the_past", field="answers_by")
    _move(actor, plan, PlanState.OPEN, at=at, answers_by=due)
    tell_opened(actor, plan, at=at)
    return plan


@transaction.atomic
def submit_plan(actor: Actor, *, plan: Plan, expected_version: int | None = None, at: datetime) -> Plan:
    """The numbers stand still until someone else has approved them."""
    check_may_lead(actor, plan.root_unit_id, at=at)
    plan = _lock(plan, expected_version, *MAKING)
    goals = goals_of([plan])[plan.pk]
    _check_some(goals)
    _check_drift(goals)
    move = _move(actor, plan, PlanState.SUBMITTED, at=at)
    tell_of(move, PLAN_SUBMITTED, approvers_of(plan, on=actor.organisation.today(at)))
    return plan


@transaction.atomic
def take_back_plan(
    actor: Actor, *, plan: Plan, reason: str, expected_version: int | None = None, at: datetime
) -> Plan:
    """Back to open, to be changed again: by those who lead it, or by an approver who does not approve."""
    if not may_approve(actor, plan, on=actor.organisation.today(at)):
        check_may_lead(actor, plan.root_unit_id, at=at)
    plan = _lock(plan, expected_version, PlanState.SUBMITTED, PlanState.APPROVED)
    move = _move(actor, plan, PlanState.OPEN, at=at, reason=_reason(reason))
    tell_of(move, PLAN_TAKEN_BACK, _makers(plan, on=actor.organisation.today(at)))
    return plan


@transaction.atomic
def approve_plan(
    actor: Actor,
    *,
    plan: Plan,
    override: str = "",
    expected_version: int | None = None,
    at: datetime,
) -> Plan:
    """By someone above the plan's unit, never by who submitted it.

    Not before every goal is SMART, unless the approver overrides with a reason.
    """
    plan = _lock(plan, expected_version, PlanState.SUBMITTED)
    _check_may_approve(actor, plan, at=at)
    override = clean_text(override, max_length=300)
    if not override:
        _check_smart(goals_of([plan])[plan.pk], on=actor.organisation.today(at))
    move = _move(actor, plan, PlanState.APPROVED, at=at, reason=override, is_override=bool(override))
    tell_of(move, PLAN_APPROVED, _makers(plan, on=actor.organisation.today(at)))
    return plan


@transaction.atomic
def publish_plan(
    actor: Actor,
    *,
    plan: Plan,
    expected_version: int | None = None,
    override: str = "",
    at: datetime,
) -> Plan:
    """Every target gets version 1, in force from the plan's first day; every holder is asked about theirs.

    From approved; where the organisation needs no approval from any state before, and then not before every
    goal is SMART, unless an approver overrides with a reason, which stays with the versions.
    """
    check_may_lead(actor, plan.root_unit_id, at=at)
    needs_approval = planning_rules().needs_approval
    plan = lock(plan, expected_version=expected_version)
    _check_ready(plan, needs_approval=needs_approval)
    goals = goals_of([plan])[plan.pk]
    _check_some(goals)
    _check_drift(goals)
    if plan.state == PlanState.APPROVED:
        override = ""  # what there was to override, the approver has decided
    else:
        override = clean_text(override, max_length=300)
        _check_override(actor, plan, goals, override, at=at)
    _move(
        actor,
        plan,
        PlanState.PUBLISHED,
        at=at,
        reason=override,
        is_override=bool(override),
        published_at=at,
        published_by=actor.user,
    )
    for goal in goals:
        goal.plan = plan
        change = record_change(Because(actor, at, override), goal, ChangeKind.PUBLICATION)
        record_versions(change, None, plan)
        ask(change, actor.organisation)
    tell_published(plan, at=at)
    refresh_progress(at=at, goals=goals)
    return plan


@transaction.atomic
def close_plan(actor: Actor, *, plan: Plan, expected_version: int | None = None, at: datetime) -> Plan:
    """The final values are kept as they are now; what was behind is not warned of any more."""
    check_may_lead(actor, plan.root_unit_id, at=at)
    plan = lock(plan, expected_version=expected_version)
    check_not_closed(plan)
    if plan.state != PlanState.PUBLISHED:
        raise DomainError(N_("A draft cannot be closed; publish it first."), code="not_published")
    if plan.ends_on > actor.organisation.today(at):
        raise DomainError(N_("The plan is closed once its last day is over."), code="not_over")
    goals = goals_of([plan])[plan.pk]
    refresh_progress(at=at, goals=goals)
    _move(actor, plan, PlanState.CLOSED, at=at, closed_at=at)
    stop_warning(Target.objects.filter(goal__in=goals).values_list("id", flat=True), at=at)
    tell_closed(plan, at=at)
    return plan


def _lock(plan: Plan, expected_version: int | None, *states: PlanState) -> Plan:
    plan = lock(plan, expected_version=expected_version)
    check_not_closed(plan)
    if plan.state not in states:
        raise DomainError(
            N_("The plan is “{state}”; this is not its next step."),
            code="wrong_state",
            params={"state": PlanState(plan.state).label},
        )
    return plan


def _move(
    actor: Actor,
    plan: Plan,
    state: PlanState,
    *,
    at: datetime,
    reason: str = "",
    is_override: bool = False,
    **changes: object,
) -> PlanMove:
    move = PlanMove.objects.create(
        plan=plan,
        from_state=plan.state,
        to_state=state,
        at=at,
        by=actor.user,
        actor=actor.id,
        reason=reason,
        is_override=is_override,
    )
    with pghistory.context(reason=reason):
        save_changes(plan, {"state": state, **changes})
    return move


def _makers(plan: Plan, *, on: date) -> set[int]:
    """Users who lead the plan, and who submitted it."""
    submitted = PlanMove.objects.filter(plan=plan, to_state=PlanState.SUBMITTED, by__isnull=False)
    return users_leading(plan, on=on) | set(submitted.values_list("by", flat=True))


def _reason(text: str) -> str:
    reason = clean_text(text, max_length=300)
    if not reason:
        raise DomainError(N_("Say why."), code="reason_required", field="reason")
    return reason


def _check_ready(plan: Plan, *, needs_approval: bool) -> None:
    check_not_closed(plan)
    if plan.state == PlanState.PUBLISHED:
        raise DomainError(N_("The plan is published already."), code="plan_published")
    if needs_approval and plan.state != PlanState.APPROVED:
        raise DomainError(
            N_(
                "The plan is not approved yet: submit it, and let someone above its unit approve it."
                " An administrator can turn approvals off in the settings."
            ),
            code="not_approved",
        )


def _check_may_approve(actor: Actor, plan: Plan, *, at: datetime) -> None:
    if not may_approve(actor, plan, on=actor.organisation.today(at)):
        raise Forbidden(N_("A plan is approved by someone above its unit."), code="not_yours")
    if is_own_plan(actor, plan, on=actor.organisation.today(at)):
        raise Forbidden(N_("Nobody approves their own plan. Ask someone else."), code="own_plan")


def _check_override(actor: Actor, plan: Plan, goals: list[Goal], override: str, *, at: datetime) -> None:
    if not override:
        _check_smart(goals, on=actor.organisation.today(at))
    elif not may_approve(actor, plan, on=actor.organisation.today(at)):
        raise Forbidden(
            N_("Someone above the plan's unit may publish it although it is not SMART."), code="forbidden"
        )


def _check_some(goals: list[Goal]) -> None:
    if not goals:
        raise DomainError(N_("The plan has no goal yet. Add one first."), code="no_goal")


def _check_drift(goals: list[Goal]) -> None:
    parts = parts_of(goals)
    errors = {
        goal.kpi.key: [gettext("Differs from the plan above. Follow it, or record why it differs.")]
        for goal in goals
        if goal.pk in parts and parts[goal.pk].is_open
    }
    if errors:
        raise DomainError(
            N_("Some goals differ from the plan above, and nobody said why."), code="drift", errors=errors
        )


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
