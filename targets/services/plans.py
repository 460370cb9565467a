"""Plans and goals: made as drafts, changed by whoever leads the plan's unit."""

from datetime import date, datetime
from typing import TypedDict

import pghistory
from django.db import IntegrityError, connection, transaction

from kpis.models import Kpi
from salestargets.kernel.errors import Conflict, DomainError, Forbidden
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import ExpectedBasis, Scope
from salestargets.tenancy.selectors import fiscal_calendar_of, get_person, get_unit
from salestargets.tenancy.services.versions import lock, save_changes
from targets.choices import MAKING, ChangeKind, PlanState
from targets.models import Goal, Plan
from targets.selectors.nesting import check_no_circle, check_within
from targets.selectors.objectives import get_objective
from targets.selectors.plans import goals_of
from targets.selectors.sheets import sheet_of
from targets.selectors.trees import plan_tree
from targets.services.numbers import (
    Because,
    Part,
    check_amount,
    check_not_closed,
    check_stretch,
    lock_changeable_plan,
    lock_goal,
    spread_like,
    write_numbers,
)
from targets.services.progress import refresh_progress

WHOLE_BP = 10_000
LONGEST_DAYS = 3 * 53 * 7  # three years, also of 53 weeks


class PlanChanges(TypedDict, total=False):
    """What may be said of a plan; what is left out stays."""

    name: str
    expected_basis: str
    parent: Plan | None


class GoalChanges(TypedDict, total=False):
    """What may be said of a goal; what is left out stays."""

    amount: int
    stretch: int | None
    baseline: int | None
    objective_id: int | None
    owner_id: int | None
    why: str
    achievable_because: str
    weight_bp: int


_TEXTS = {"why": 2000, "achievable_because": 2000}


def create_plan(
    actor: Actor,
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    root_unit_id: int,
    parent: Plan | None = None,
    expected_basis: str | None = None,
    at: datetime,
) -> Plan:
    """A draft over whole fiscal periods, `ends_on` the day after the last, for a unit and all below it.

    `parent`: the plan that it is a part of, such as the year's.
    """
    unit = get_unit(actor, root_unit_id, actor.organisation.today(at))
    check_may_lead(actor, unit.pk, at=at)
    span = _checked_span(starts_on, ends_on)
    plan = Plan(
        name=_name(name),
        starts_on=starts_on,
        ends_on=ends_on,
        period_starts=_starts_within(span, parent) if parent else _whole_periods(actor, span),
        root_unit=unit,
        parent=parent,
        expected_basis=ExpectedBasis(expected_basis or actor.organisation.expected_basis),
    )
    plan_tree(plan)  # refuses a unit that is not there in the span
    if parent is not None:
        check_within(plan, parent)
    return _with_own_name(plan)


@transaction.atomic
def change_plan(
    actor: Actor,
    *,
    plan: Plan,
    changes: PlanChanges,
    expected_version: int | None,
    at: datetime,
) -> Plan:
    """Another name, another way to expect, or as a draft part of another plan; its span and unit stay."""
    check_may_lead(actor, plan.root_unit_id, at=at)
    if "parent" in changes:
        _lock_nesting(actor)
    plan = lock(plan, expected_version=expected_version)
    check_not_closed(plan)
    if "parent" in changes:
        _make_part_of(plan, changes["parent"])
    basis = ExpectedBasis(changes.get("expected_basis", plan.expected_basis))
    if save_changes(plan, {"expected_basis": basis}):
        _expect_anew(plan, at)
    if changes.get("name", plan.name) != plan.name:
        plan.name, plan.version = _name(changes["name"]), plan.version + 1
        _with_own_name(plan)
    return plan


@transaction.atomic
def create_goal(
    actor: Actor, *, plan: Plan, kpi: Kpi, amount: int, at: datetime, details: GoalChanges | None = None
) -> Goal:
    """A number for the plan's unit, spread evenly over its months; a ratio or a level has none."""
    check_may_lead(actor, plan.root_unit_id, at=at)
    plan = lock_changeable_plan(plan)
    if plan.state not in MAKING:
        raise DomainError(N_("The plan is published; goals are added to drafts."), code="plan_published")
    if kpi.is_retired:
        raise DomainError(
            N_("This KPI is retired. Choose another one, or offer it again."), code="retired", field="kpi"
        )
    clean = _clean(actor, details or {}, at)
    goal = Goal(plan=plan, kpi=kpi, amount=check_amount(amount), **clean)
    check_stretch(goal, goal.amount)
    if Goal.objects.filter(plan=plan, kpi=kpi).exists():
        raise Conflict(N_("The plan has a goal for this KPI already."), code="exists", field="kpi")
    goal.save()
    _write_root(Because(actor, at), goal)
    return goal


@transaction.atomic
def change_goal(
    actor: Actor,
    *,
    goal: Goal,
    changes: GoalChanges,
    expected_version: int | None,
    reason: str = "",
    at: datetime,
) -> Goal:
    """New words or a new amount; in force with a reason, which is kept. A new amount gets a version."""
    check_may_lead(actor, goal.plan.root_unit_id, at=at)
    clean, reason = _clean(actor, changes, at), clean_text(reason, max_length=300)
    goal = lock_goal(goal, expected_version=expected_version)
    amount, baseline = clean.pop("amount", goal.amount), goal.baseline
    with pghistory.context(reason=reason):
        if save_changes(goal, {**clean}):
            _check_reason(goal.plan, reason)
    if goal.baseline != baseline and goal.plan.state == PlanState.PUBLISHED:
        refresh_progress(at=at, goals=[goal])
    if amount != goal.amount:
        goal.amount = amount
        _write_root(Because(actor, at, reason), goal)
    check_stretch(goal, goal.amount)
    return goal


def _check_reason(plan: Plan, reason: str) -> None:
    if plan.state == PlanState.PUBLISHED and not reason:
        raise DomainError(
            N_("The plan is published: say why the goal changes."), code="reason_required", field="reason"
        )


def check_may_lead(actor: Actor, root_unit_id: int, *, at: datetime) -> None:
    """A plan is made, changed and published by administrators and by the managers of its unit."""
    actor.require(Scope.TARGETS_WRITE)
    if not sight_of(actor, actor.organisation.today(at)).of_unit(root_unit_id):
        raise Forbidden(N_("The plan belongs to the managers of its unit."), code="not_yours")


def _lock_nesting(actor: Actor) -> None:
    """Two who each make one plan a part of the other's come one after the other, or both would be right."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('targets.nesting', %s))", [actor.organisation.pk]
        )


def _make_part_of(plan: Plan, parent: Plan | None) -> None:
    """What was said of the difference from the plan above was said of the one before."""
    if plan.parent_id == (parent.pk if parent else None):
        return
    if plan.state != PlanState.DRAFT:
        raise DomainError(
            N_("What a plan is part of is changed while it is a draft."), code="not_a_draft", field="parent"
        )
    if parent is not None:
        check_no_circle(plan, parent)
        check_within(plan, parent)
    save_changes(plan, {"parent": parent})
    for goal in Goal.objects.filter(plan=plan).exclude(drift_reason=""):
        save_changes(goal, {"drift": 0, "drift_below": {}, "drift_reason": ""})


def _expect_anew(plan: Plan, at: datetime) -> None:
    if plan.state == PlanState.PUBLISHED:
        refresh_progress(at=at, goals=goals_of([plan])[plan.pk])


def _write_root(because: Because, goal: Goal) -> None:
    sheet = sheet_of(goal)
    root = sheet.tree.root
    write_numbers(because, ChangeKind.GOAL, Part(sheet, {root: spread_like(sheet, root, goal.amount)}))


def _name(name: str) -> str:
    return clean_text(name, max_length=200, min_length=1)


def _with_own_name(plan: Plan) -> Plan:
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError as error:
        raise Conflict(N_("There is a plan of this name already."), code="exists", field="name") from error
    return plan


def _checked_span(starts_on: date, ends_on: date) -> Period:
    span = Period(starts_on, ends_on)
    if span.days > LONGEST_DAYS:
        raise DomainError(N_("A plan covers at most three years."), code="too_long", field="ends_on")
    return span


def _starts_within(span: Period, parent: Plan) -> list[date]:
    """The parent's own periods, whatever the calendar is now; `check_within` asks for whole ones."""
    return [span.start, *(start for start in parent.period_starts if span.start < start < span.end)]


def _whole_periods(actor: Actor, span: Period) -> list[date]:
    """The first days of the periods of the fiscal calendar that make the span."""
    calendar = fiscal_calendar_of(actor.organisation)
    first, last = calendar.period_of(span.start), calendar.period_of(span.last_day)
    _check_boundary(span.start, first, field="starts_on")
    _check_boundary(span.end, last, field="ends_on")
    return [period.start for period in calendar.periods(span)]


def _check_boundary(day: date, period: Period, *, field: str) -> None:
    if day in (period.start, period.end):
        return
    raise DomainError(
        N_(
            "A plan covers whole periods of the fiscal calendar, and {day} is within one."
            " Take {start} or {end}."
        ),
        code="not_whole_periods",
        field=field,
        params={"day": day, "start": period.start, "end": period.end},
    )


def _clean(actor: Actor, changes: GoalChanges, at: datetime) -> GoalChanges:
    clean = changes.copy()
    for name, max_length in _TEXTS.items():
        if name in changes:
            clean[name] = clean_text(changes[name], max_length=max_length, multiline=True)  # type: ignore[literal-required]
    for name in ("amount", "stretch", "baseline"):
        if changes.get(name) is not None:
            check_amount(changes[name])  # type: ignore[literal-required]
    if not 0 <= changes.get("weight_bp", 0) <= WHOLE_BP:
        raise DomainError(N_("A weight is from 0 to 100 %."), code="weight_out_of_range", field="weight")
    if objective_id := changes.get("objective_id"):
        get_objective(objective_id)
    if owner_id := changes.get("owner_id"):
        get_person(actor, owner_id, actor.organisation.today(at))
    return clean
