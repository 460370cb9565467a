"""A plan within a plan follows the one above, or says why it does not; nothing drifts silently."""

from datetime import date
from typing import Any

import pytest

from kpis.selectors import get_kpi
from salestargets.kernel.errors import Conflict, Forbidden
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Unit
from targets.choices import PlanState
from targets.models import Goal, Plan
from targets.selectors.nesting import offered_to, part_above, parts_below
from targets.services.cells import Edit, edit_numbers, set_target
from targets.services.nesting import follow_parent, record_drift
from targets.services.plans import change_goal
from targets.services.publishing import publish_plan
from targets.services.undo import undo_last
from tests.builders import World, a_world
from tests.lasting import lasting
from tests.targets.builders import (
    APRIL,
    a_goal,
    a_plan,
    fresh,
    lead_of,
    member,
    number,
    of,
    published,
    refused,
    split,
)

pytestmark = pytest.mark.django_db

YEAR = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 1, 1)}


@lasting
def world() -> World:
    world = a_world()
    a_goal(a_plan(world.other), "777.77")
    return world


@lasting
def year(world: World) -> Goal:
    """1,200.00 for Acme in 2026: 100.00 a month, 300.00 for the second quarter."""
    return a_goal(a_plan(world.acme, "2026", **YEAR), "1200.00")


def a_quarter(world: World, year: Goal, amount: str, **more: Any) -> Goal:
    return a_goal(a_plan(world.acme, "Q2 of 2026", parent=year.plan, **more), amount)


def change(goal: Goal, amount: int, reason: str = "") -> Goal:
    with acting_for(goal.organisation_id):
        actor = system_actor(goal.organisation)
        return change_goal(
            actor,
            goal=fresh(goal),
            changes={"amount": amount},
            expected_version=None,
            reason=reason,
            at=APRIL,
        )


def follow(goal: Goal, reason: str = "") -> Goal:
    with acting_for(goal.organisation_id):
        return follow_parent(system_actor(goal.organisation), goal=fresh(goal), reason=reason, at=APRIL)


def record(goal: Goal, reason: str) -> Goal:
    with acting_for(goal.organisation_id):
        return record_drift(system_actor(goal.organisation), goal=fresh(goal), reason=reason, at=APRIL)


def drifts(goal: Goal) -> tuple[int, int, str]:
    """The difference, what of it is recorded by nobody, and the reason that is."""
    with acting_for(goal.organisation_id):
        goal = fresh(goal)
        part = part_above(goal)
        assert part is not None
        return part.drift, part.open_drift, goal.drift_reason


def adrift(goal: Goal) -> list[tuple[str, int, bool]]:
    """Units below the plan's own that differ from the plan above; whether nobody has said why."""
    with acting_for(goal.organisation_id):
        part = part_above(fresh(goal))
        assert part is not None
        return [(team.name, team.drift, team.is_open) for team in part.teams]


def put(goal: Goal, unit: Unit, amount: int, reason: str = "") -> None:
    with acting_for(goal.organisation_id):
        set_target(
            system_actor(goal.organisation),
            goal=fresh(goal),
            holder=of(unit),
            amount=amount,
            expected_version=None,
            reason=reason,
            at=APRIL,
        )


def fresh_of(goal: Goal) -> Goal:
    with acting_for(goal.organisation_id):
        return fresh(goal)


def test_a_plan_is_offered_what_the_one_above_has_for_its_months(world: World, year: Goal) -> None:
    plan = a_plan(world.acme, "Q2 of 2026", parent=year.plan)
    with acting_for(world.acme.pk):
        assert offered_to(plan) == {get_kpi("won_revenue").pk: 30_000}


def test_a_part_has_the_periods_of_its_whole_and_no_others(world: World, year: Goal) -> None:
    inner = a_quarter(world, year, "300.00").plan
    assert inner.period_starts == [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)]
    for starts_on in (date(2026, 4, 15), date(2025, 12, 1)):
        code = "other_periods" if starts_on.year == 2026 else "beyond_parent"
        refused(
            world,
            lambda starts_on=starts_on: a_plan(world.acme, "X", parent=year.plan, starts_on=starts_on),
            code,
        )


def test_a_calendar_that_changed_since_does_not_part_a_plan_from_its_whole(world: World, year: Goal) -> None:
    with acting_for(world.acme.pk):
        Organisation.objects.filter(pk=world.acme.pk).update(fiscal_pattern="445")
    world.acme.refresh_from_db()
    refused(world, lambda: a_plan(world.acme, "alone"), "not_whole_periods")
    assert a_quarter(world, year, "300.00").plan.period_starts[1] == date(2026, 5, 1)


def test_a_plan_covers_weeks_where_the_calendar_does(world: World) -> None:
    with acting_for(world.acme.pk):
        Organisation.objects.filter(pk=world.acme.pk).update(fiscal_pattern="445")
    world.acme.refresh_from_db()
    weeks = {"starts_on": date(2025, 12, 29), "ends_on": date(2026, 3, 30)}
    plan = a_plan(world.acme, "P1 to P3", **weeks)
    assert plan.period_starts == [date(2025, 12, 29), date(2026, 1, 26), date(2026, 2, 23)]
    assert [len(number) for number in (sheet_months(a_goal(plan, "90.00")),)] == [3]


def sheet_months(goal: Goal) -> list[int | None]:
    return [number(goal, None, start) for start in goal.plan.period_starts]


def test_both_plans_show_the_difference_until_someone_says_why(world: World, year: Goal) -> None:
    quarter = a_quarter(world, year, "360.00")
    assert drifts(quarter) == (6_000, 6_000, "")
    record(quarter, "The fair is in May")
    assert drifts(quarter) == (6_000, 0, "The fair is in May")
    with acting_for(world.acme.pk):
        assert [(part.goal.pk, part.drift, part.open_drift) for part in parts_below(fresh(year))] == [
            (quarter.pk, 6_000, 0)
        ]


def test_a_difference_is_not_recorded_without_a_reason(world: World, year: Goal) -> None:
    quarter = a_quarter(world, year, "360.00")
    refused(world, lambda: record(quarter, " "), "reason_required")


def test_a_goal_follows_the_plan_above(world: World, year: Goal) -> None:
    quarter = a_quarter(world, year, "360.00")
    record(quarter, "The fair is in May")
    assert follow(quarter).amount == 30_000
    assert drifts(quarter) == (0, 0, "")
    assert sheet_months(quarter) == [10_000, 10_000, 10_000]


def test_taking_back_takes_the_recorded_difference_along(world: World, year: Goal) -> None:
    published(year.plan)
    quarter = a_quarter(world, year, "300.00")
    published(quarter.plan)
    with acting_for(world.acme.pk):
        set_target(
            system_actor(world.acme),
            goal=fresh(quarter),
            holder=None,
            amount=330_00,
            expected_version=None,
            reason="The fair",
            at=APRIL,
        )
    assert drifts(quarter) == (30_00, 0, "The fair")
    with acting_for(world.acme.pk):
        undo_last(system_actor(world.acme), goal=fresh(quarter), reason="No fair", at=APRIL)
    assert drifts(quarter) == (0, 0, "")


def test_a_change_above_is_shown_below_until_it_is_followed(world: World, year: Goal) -> None:
    quarter = a_quarter(world, year, "300.00")
    assert drifts(quarter) == (0, 0, "")
    change(year, 240_000)
    assert drifts(quarter) == (-30_000, -30_000, "")
    follow(quarter)
    assert drifts(quarter) == (0, 0, "")


def test_a_plan_with_an_unrecorded_difference_is_not_published(world: World, year: Goal) -> None:
    quarter = a_quarter(world, year, "360.00")
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
    refused(world, lambda: publish_plan(actor, plan=quarter.plan, override="all the same", at=APRIL), "drift")
    record(quarter, "The fair is in May")
    assert published(quarter.plan).state == PlanState.PUBLISHED


def test_in_force_a_changed_number_drifts_for_the_reason_of_the_change(world: World, year: Goal) -> None:
    quarter = a_quarter(world, year, "300.00")
    published(quarter.plan)
    change(quarter, 32_000, "A new branch")
    assert drifts(quarter) == (2_000, 0, "A new branch")
    change(quarter, 30_000, "It opens later")
    assert drifts(quarter) == (0, 0, "")


def test_in_force_a_goal_follows_with_a_reason_only(world: World, year: Goal) -> None:
    quarter = a_quarter(world, year, "300.00")
    published(quarter.plan)
    change(year, 240_000)
    refused(world, lambda: follow(quarter), "reason_required")
    assert follow(quarter, "The year was raised").amount == 60_000


def test_a_unit_that_differs_is_a_difference_too(world: World, year: Goal) -> None:
    split(year)
    quarter = a_quarter(world, year, "300.00")
    split(quarter)
    assert adrift(quarter) == []
    put(quarter, world.east, 100_00)
    put(quarter, world.west, 200_00)
    assert adrift(quarter) == [("East", -50_00, True), ("West", 50_00, True)]
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
    refused(world, lambda: publish_plan(actor, plan=quarter.plan, override="all the same", at=APRIL), "drift")
    record(quarter, "East loses a branch")
    assert adrift(quarter) == [("East", -50_00, False), ("West", 50_00, False)]
    assert published(quarter.plan).state == PlanState.PUBLISHED


def test_in_force_a_unit_drifts_for_the_reason_of_the_change(world: World, year: Goal) -> None:
    split(year)
    quarter = a_quarter(world, year, "300.00")
    split(quarter)
    published(quarter.plan)
    put(quarter, world.east, 140_00, reason="A branch closes")
    assert adrift(quarter) == [("East", -10_00, False)]
    assert fresh_of(quarter).drift_reason == "A branch closes"
    put(quarter, world.north, 140_00, reason="Fewer visits")
    assert fresh_of(quarter).drift_reason == "Fewer visits"
    with acting_for(world.acme.pk):
        for reason in ("Visits again", "It stays"):
            undo_last(system_actor(world.acme), goal=fresh(quarter), reason=reason, at=APRIL)
    assert (adrift(quarter), fresh_of(quarter).drift_reason) == ([], "")


def test_following_takes_the_units_along_to_the_month(world: World, year: Goal) -> None:
    split(year)
    with acting_for(world.acme.pk):
        edit_numbers(
            system_actor(world.acme),
            goal=fresh(year),
            edits=[Edit(of(world.east), [date(2026, 4, 1)], 20_00)],
            at=APRIL,
        )
    quarter = a_quarter(world, year, "360.00")
    split(quarter)
    put(quarter, world.west, 170_00)
    record(quarter, "West has a fair")
    put(quarter, world.east, 1_00)
    follow(quarter)
    assert [number(quarter, world.east, start) for start in quarter.plan.period_starts] == [
        20_00,
        50_00,
        50_00,
    ]
    assert number(quarter) == 300_00
    assert adrift(quarter) == [("North", 30_00, False), ("West", 20_00, False)]


def test_there_is_nothing_to_follow_without_a_plan_above(world: World, year: Goal) -> None:
    refused(world, lambda: follow(year), "no_part")
    refused(world, lambda: record(year, "why"), "no_part")


def test_someone_elses_change_is_not_overwritten(world: World, year: Goal) -> None:
    quarter = a_quarter(world, year, "360.00")
    actor = system_actor(world.acme)

    def stale() -> Goal:
        return follow_parent(actor, goal=fresh(quarter), expected_version=99, at=APRIL)

    refused(world, stale, "stale", Conflict)


def test_only_those_who_lead_the_plan_follow_or_differ(world: World, year: Goal) -> None:
    quarter = a_quarter(world, year, "360.00")
    for actor in (lead_of(world.acme, world.north), member(world.acme, Role.VIEWER)):
        refused(
            world,
            lambda actor=actor: record_drift(actor, goal=fresh(quarter), reason="so", at=APRIL),
            "not_yours" if actor.role == Role.MANAGER else "forbidden",
            Forbidden,
        )


def test_a_closed_plan_follows_no_more(world: World, year: Goal) -> None:
    quarter = a_quarter(world, year, "360.00")
    with acting_for(world.acme.pk):
        Plan.objects.filter(pk=quarter.plan_id).update(state=PlanState.CLOSED)
    refused(world, lambda: follow(quarter), "plan_closed")
    refused(world, lambda: record(quarter, "why"), "plan_closed")
