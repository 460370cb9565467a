"""A plan covers whole periods of a unit; whoever leads the unit makes it, nobody else."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpis.selectors import get_kpi
from salestargets.audit.selectors import event_models
from salestargets.kernel.errors import Conflict, Forbidden, NotFound
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.selectors import root_unit_id
from targets.choices import PlanState
from targets.domain.splitting import Balance
from targets.models import Goal, Plan, Progress
from targets.services.cells import set_target
from targets.services.plans import GoalChanges, change_goal, change_plan, create_goal, create_plan
from targets.services.progress import refresh_progress
from tests.builders import NOON, World, a_unit, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import (
    APRIL,
    Q2,
    a_goal,
    a_plan,
    an_objective,
    cents,
    fresh,
    lead_of,
    member,
    number,
    of,
    published,
    refused,
    sheet,
    split,
)

pytestmark = pytest.mark.django_db


@lasting
def world() -> World:
    world = a_world()
    a_goal(a_plan(world.other), "777.77")
    return world


def test_a_plan_begins_as_a_draft_with_the_organisations_way_to_expect(world: World) -> None:
    plan = a_plan(world.acme)
    assert (plan.state, plan.expected_basis) == (PlanState.DRAFT, world.acme.expected_basis)
    assert (plan.starts_on, plan.ends_on) == Q2


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "code"),
    [
        (date(2026, 4, 2), date(2026, 7, 1), "not_whole_periods"),
        (date(2026, 4, 1), date(2026, 6, 30), "not_whole_periods"),
        (date(2026, 4, 1), date(2026, 4, 1), "empty_period"),
        (date(2026, 4, 1), date(2029, 5, 1), "too_long"),
    ],
)
def test_a_span_that_is_not_a_few_whole_periods_is_refused(
    world: World, starts_on: date, ends_on: date, code: str
) -> None:
    refused(world, lambda: a_plan(world.acme, starts_on=starts_on, ends_on=ends_on), code)


def test_two_plans_of_one_name_are_refused_but_not_those_of_another_organisation(world: World) -> None:
    a_plan(world.acme, "Q2")
    refused(world, lambda: a_plan(world.acme, "Q2"), "exists", Conflict)


def test_a_unit_that_is_not_there_in_the_span_is_refused(world: World) -> None:
    late = a_unit(world.acme, "Late", since=date(2027, 1, 1))
    refused(world, lambda: a_plan(world.acme, root=late), "not_found", NotFound)


def test_another_organisations_unit_does_not_exist(world: World) -> None:
    with acting_for(world.other.pk):
        theirs = root_unit_id(APRIL.date())
    refused(world, lambda: a_plan(world.acme, root_unit_id=theirs), "not_found", NotFound)


def test_a_manager_plans_for_their_own_unit_only(world: World) -> None:
    lena = lead_of(world.acme, world.east)

    def plan(by: Actor, name: str, root_unit: int) -> Plan:
        with acting_for(world.acme.pk):
            return create_plan(
                by, name=name, starts_on=Q2[0], ends_on=Q2[1], root_unit_id=root_unit, at=APRIL
            )

    assert plan(lena, "East", world.east.pk).root_unit_id == world.east.pk
    refused(world, lambda: plan(lena, "West", world.west.pk), "not_found", NotFound)
    refused(world, lambda: plan(member(world.acme, Role.VIEWER), "V", world.west.pk), "forbidden", Forbidden)


def test_a_change_of_a_stale_plan_is_refused(world: World) -> None:
    plan = a_plan(world.acme)

    def rename(name: str, version: int) -> Plan:
        with acting_for(world.acme.pk):
            return change_plan(
                system_actor(world.acme),
                plan=plan,
                changes={"name": name},
                expected_version=version,
                at=APRIL,
            )

    assert rename("Spring", 1).version == 2
    refused(world, lambda: rename("Summer", 1), "stale", Conflict)


def test_another_way_to_expect_counts_at_once(world: World) -> None:
    plan = a_plan(world.acme, expected_basis="calendar")
    a_goal(plan, "9100.00")
    published(plan)
    with acting_for(world.acme.pk):
        refresh_progress(at=NOON)
        calendar = Progress.objects.get().expected
        change_plan(
            system_actor(world.acme),
            plan=plan,
            changes={"expected_basis": "working_day"},
            expected_version=None,
            at=NOON,
        )
        assert (calendar, Progress.objects.get().expected) == (410_968, 404_445)


def test_a_goal_is_the_number_of_the_plans_unit_spread_over_the_months(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.00")
    assert number(goal) == 10_000
    assert sheet(goal).by_month(sheet(goal).tree.root) == [3_334, 3_333, 3_333]


@pytest.mark.parametrize("kpi", ["win_rate", "average_deal_size", "sales_cycle", "open_pipeline"])
def test_a_ratio_or_a_level_is_set_for_each_holder_and_never_divided(world: World, kpi: str) -> None:
    goal = a_goal(a_plan(world.acme), "10", kpi=kpi)
    assert (number(goal), sheet(goal).months) == (10, ())
    refused(world, lambda: split(goal), "not_additive")
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        set_target(actor, goal=fresh(goal), holder=of(world.bob), amount=25, expected_version=0, at=APRIL)
    assert (number(goal, world.bob), number(goal), number(goal, world.alice)) == (25, 10, None)
    assert sheet(goal).balance(sheet(goal).tree.root) == Balance(0, 0)


@pytest.mark.parametrize(("amount", "stretch", "code"), [(-1, None, "negative"), (10, 9, "stretch_below")])
def test_amounts_that_contradict_are_refused(
    world: World, amount: int, stretch: int | None, code: str
) -> None:
    plan = a_plan(world.acme)

    def goal() -> Goal:
        return create_goal(
            system_actor(world.acme),
            plan=plan,
            kpi=get_kpi("deals_won"),
            amount=amount,
            details=GoalChanges(stretch=stretch),
            at=APRIL,
        )

    refused(world, goal, code)


def test_one_goal_for_each_kpi(world: World) -> None:
    plan = a_plan(world.acme)
    a_goal(plan)
    refused(world, lambda: a_goal(plan), "exists", Conflict)
    assert a_goal(plan, "12", kpi="deals_won").amount == 12


def test_a_published_plan_takes_no_more_goals(world: World) -> None:
    plan = a_plan(world.acme)
    a_goal(plan)
    published(plan)
    refused(world, lambda: a_goal(plan, "12", kpi="deals_won"), "plan_published")


def change(world: World, goal: Goal, changes: GoalChanges, **more: Any) -> Goal:
    with acting_for(world.acme.pk):
        goal = Goal.objects.select_related("plan", "kpi").get(pk=goal.pk)
        return change_goal(
            system_actor(world.acme),
            goal=goal,
            changes=changes,
            at=APRIL,
            **{"expected_version": None, **more},
        )


def test_a_new_amount_keeps_the_shape_of_the_months(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "300.00")
    changed = change(world, goal, GoalChanges(amount=cents("600.00"), why="More people"))
    assert (changed.amount, changed.why, changed.objective_id) == (60_000, "More people", goal.objective_id)
    assert sheet(goal).by_month(sheet(goal).tree.root) == [20_000, 20_000, 20_000]


def test_a_stale_goal_is_refused_and_its_words_stay(world: World) -> None:
    goal = a_goal(a_plan(world.acme))
    version = change(world, goal, GoalChanges(why="Once")).version
    refused(
        world,
        lambda: change(world, goal, GoalChanges(why="Twice"), expected_version=version - 1),
        "stale",
        Conflict,
    )


def test_a_published_amount_changes_only_with_a_reason(world: World) -> None:
    plan = a_plan(world.acme)
    goal = a_goal(plan)
    published(plan)
    refused(world, lambda: change(world, goal, GoalChanges(amount=5)), "reason_required")
    assert change(world, goal, GoalChanges(amount=5), reason="A customer left").amount == 5


@pytest.mark.parametrize("name", ["stretch", "baseline", "weight_bp", "objective_id", "why"])
def test_what_is_said_of_a_goal_in_force_changes_only_with_a_reason_that_is_kept(
    world: World, name: str
) -> None:
    goal = a_goal(a_plan(world.acme))
    published(goal.plan)
    values = {"stretch": cents("950000.00"), "objective_id": an_objective(world.acme, "Stay").pk, "why": "So"}
    wanted = GoalChanges(**{name: values.get(name, 5_000)})  # type: ignore[typeddict-item]
    refused(world, lambda: change(world, goal, wanted), "reason_required")
    assert getattr(change(world, goal, wanted, reason="As agreed in May"), name) == wanted[name]  # type: ignore[literal-required]
    with acting_for(world.acme.pk):
        event = event_models()["goal"].objects.filter(pgh_obj_id=goal.pk).latest("pgh_id")  # type: ignore[attr-defined]
        assert event.pgh_context["reason"] == "As agreed in May"


def test_what_does_not_change_needs_no_reason(world: World) -> None:
    goal = a_goal(a_plan(world.acme))
    published(goal.plan)
    assert change(world, goal, GoalChanges(why=goal.why, stretch=goal.stretch)).why == goal.why


def test_another_baseline_of_a_goal_in_force_moves_its_progress(world: World) -> None:
    """One won of two: half of 80 %, or with 40 % to start from a quarter of the way."""
    goal = a_goal(a_plan(world.acme), "800000", kpi="win_rate")
    published(goal.plan)
    for status in ("won", "lost"):
        a_deal(world.acme, world.alice, status=status, closed_on=date(2026, 4, 1))
    drained(world.acme)

    def attainment() -> Decimal | None:
        with acting_for(world.acme.pk):
            return Progress.objects.get(target__goal=goal, target__person=None).attainment

    assert attainment() == Decimal("0.625")
    change(world, goal, GoalChanges(baseline=400_000), reason="Counted anew")
    assert attainment() == Decimal("0.25")


def test_the_manager_of_a_part_may_not_change_the_whole(world: World) -> None:
    goal, lena = a_goal(a_plan(world.acme)), lead_of(world.acme, world.east)

    def lower() -> Goal:
        return change_goal(lena, goal=goal, changes=GoalChanges(amount=1), expected_version=None, at=APRIL)

    refused(world, lower, "not_yours", Forbidden)
