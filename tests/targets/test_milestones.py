"""Milestones: a name and a day within the plan, ticked once they are there."""

from datetime import date

import pytest

from salestargets.kernel.errors import Conflict, Forbidden, NotFound
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.choices import PlanState
from targets.models import Goal, Milestone, Plan
from targets.selectors.goals import get_milestone, milestones_of, weight_sum
from targets.selectors.smart import smart_findings
from targets.services.milestones import (
    MilestoneChanges,
    add_milestone,
    change_milestone,
    remove_milestone,
)
from tests.builders import World, a_world
from tests.lasting import lasting
from tests.targets.builders import APRIL, a_goal, a_plan, fresh, lead_of, member, refused

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 15)


@lasting
def world() -> World:
    return a_world()


@lasting
def goal(world: World) -> Goal:
    return a_goal(a_plan(world.acme), "900.00")


def add(goal: Goal, actor: Actor | None = None, name: str = "Half of it", day: date = MAY) -> Milestone:
    with acting_for(goal.organisation_id):
        actor = actor or system_actor(goal.organisation)
        return add_milestone(actor, goal=fresh(goal), name=name, due_on=day, amount=45_000, at=APRIL)


def change(milestone: Milestone, changes: MilestoneChanges, *, version: int | None = None) -> Milestone:
    with acting_for(milestone.organisation_id):
        milestone.goal = fresh(milestone.goal)
        actor = system_actor(milestone.goal.organisation)
        return change_milestone(
            actor, milestone=milestone, changes=changes, expected_version=version, at=APRIL
        )


def test_milestones_stand_in_order_of_their_days(goal: Goal) -> None:
    add(goal)
    add(goal, name="The first order", day=date(2026, 4, 2))
    with acting_for(goal.organisation_id):
        assert [(each.name, each.amount) for each in milestones_of(goal)] == [
            ("The first order", 45_000),
            ("Half of it", 45_000),
        ]


def test_a_milestone_is_done_and_not_done_after_all(goal: Goal) -> None:
    milestone = add(goal)
    assert change(milestone, {"done_on": date(2026, 4, 1)}).done_on == date(2026, 4, 1)
    assert change(milestone, {"done_on": None}).done_on is None


def test_a_day_outside_the_plan_is_refused(world: World, goal: Goal) -> None:
    for day in (date(2026, 3, 31), date(2026, 7, 1)):
        refused(world, lambda day=day: add(goal, day=day), "outside_plan")


def test_what_is_to_come_is_not_done(world: World, goal: Goal) -> None:
    milestone = add(goal)
    refused(world, lambda: change(milestone, {"done_on": date(2026, 4, 2)}), "in_the_future")


def test_someone_elses_words_are_not_overwritten(world: World, goal: Goal) -> None:
    milestone = add(goal)
    change(milestone, {"name": "Two thirds of it"}, version=1)
    refused(world, lambda: change(milestone, {"name": "All"}, version=1), "stale", Conflict)


def test_only_those_who_lead_the_plan_set_milestones(world: World, goal: Goal) -> None:
    refused(world, lambda: add(goal, lead_of(world.acme, world.north)), "not_yours", Forbidden)
    refused(world, lambda: add(goal, member(world.acme, Role.VIEWER)), "forbidden", Forbidden)


def test_a_closed_plan_keeps_its_milestones(world: World, goal: Goal) -> None:
    milestone = add(goal)
    with acting_for(world.acme.pk):
        Plan.objects.filter(pk=goal.plan_id).update(state=PlanState.CLOSED)
    refused(world, lambda: add(goal), "plan_closed")
    refused(world, lambda: change(milestone, {"name": "All"}), "plan_closed")


def test_a_milestone_is_removed(goal: Goal) -> None:
    milestone = add(goal)
    with acting_for(goal.organisation_id):
        remove_milestone(system_actor(goal.organisation), milestone=milestone, at=APRIL)
        assert not milestones_of(goal).exists()


def test_a_milestone_is_found_in_its_own_goal_only(world: World, goal: Goal) -> None:
    milestone, other = add(goal), a_goal(a_plan(world.acme, "Q2 again"), "1.00")
    with acting_for(world.acme.pk):
        assert get_milestone(goal, milestone.pk).goal == goal
    refused(world, lambda: get_milestone(other, milestone.pk), "not_found", NotFound)


def test_a_ratio_is_time_bound_by_a_milestone(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "250000", kpi="win_rate")
    add(goal)
    with acting_for(world.acme.pk):
        assert [letter.ok for letter in smart_findings(fresh(goal), on=MAY) if letter.letter == "T"] == [True]


def test_the_weights_of_a_plan_are_summed(world: World) -> None:
    plan = a_plan(world.acme)
    goals = [a_goal(plan, "900.00"), a_goal(plan, "12", kpi="deals_won")]
    assert weight_sum(goals) == 20_000
