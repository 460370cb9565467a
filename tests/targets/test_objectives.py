"""Objectives and the goals that serve them: coverage, both ways."""

import pytest

from salestargets.kernel.errors import Conflict, Forbidden, NotFound
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.models import Goal, Objective
from targets.selectors.objectives import (
    Coverage,
    all_objectives,
    coverage,
    get_objective,
    goals_serving,
    may_change_objective,
)
from targets.services.objectives import ObjectiveChanges, change_objective, create_objective
from tests.builders import NOON, World, a_world
from tests.lasting import lasting
from tests.targets.builders import (
    APRIL,
    a_goal,
    a_plan,
    an_objective,
    lead_of,
    member,
    published,
    refused,
    split,
)

pytestmark = pytest.mark.django_db


@lasting
def world() -> World:
    world = a_world()
    a_goal(a_plan(world.other), "777.77")
    return world


def covered(world: World, actor: Actor | None = None, **more: object) -> Coverage:
    with acting_for(world.acme.pk):
        return coverage(actor or system_actor(world.acme), on=NOON.date(), **more)  # type: ignore[arg-type]


def names(found: Coverage) -> tuple[list[tuple[str, int]], list[str], int]:
    served = [(objective.name, len(goals)) for objective, goals in found.served]
    return served, [objective.name for objective in found.unserved], len(found.goals_without)


def change(world: World, objective: Objective, changes: ObjectiveChanges, actor: Actor | None = None) -> None:
    with acting_for(world.acme.pk):
        change_objective(
            actor or system_actor(world.acme),
            objective=objective,
            changes=changes,
            expected_version=None,
            at=APRIL,
        )


def test_coverage_is_told_both_ways(world: World) -> None:
    an_objective(world.acme, "Win in the west")
    plan = a_plan(world.acme)
    a_goal(plan)
    lone = a_goal(plan, "12", kpi="deals_won")
    with acting_for(world.acme.pk):
        Goal.objects.filter(pk=lone.pk).update(objective=None)
    assert names(covered(world)) == ([("Grow in the east", 1)], ["Win in the west"], 1)


def test_a_plan_by_itself_covers_what_its_own_goals_serve(world: World) -> None:
    a_goal(a_plan(world.acme, "Q2"))
    other = a_plan(world.acme, "Q2 again")
    assert names(covered(world, plan=other)) == ([], ["Grow in the east"], 0)


def test_progress_stands_beside_a_goal_in_force_for_those_who_see_it(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "900.00")
    split(goal)
    published(goal.plan)
    [(_objective, [serving])] = covered(world).served
    assert serving.is_seen
    assert serving.progress is not None
    assert serving.progress.actual == 0
    below = lead_of(world.acme, world.north)
    [(_objective, [serving])] = covered(world, below).served
    assert (serving.is_seen, serving.progress) == (False, None)


def test_more_goals_need_no_more_queries(world: World, django_assert_num_queries: object) -> None:
    for number in range(3):
        a_goal(a_plan(world.acme, f"Plan {number}"), "1.00")
        with acting_for(world.acme.pk):
            actor = system_actor(world.acme)
            with django_assert_num_queries(4):  # type: ignore[operator]
                assert len(coverage(actor, on=NOON.date()).served[0][1]) == number + 1


def test_an_archived_objective_is_offered_no_more_and_its_goals_keep_it(world: World) -> None:
    goal = a_goal(a_plan(world.acme))
    objective = an_objective(world.acme)
    change(world, objective, {"is_archived": True})
    with acting_for(world.acme.pk):
        assert list(all_objectives()) == []
        assert [one.pk for one in all_objectives(archived=True)] == [objective.pk]
        assert Goal.objects.get(pk=goal.pk).objective_id == objective.pk
        assert goals_serving(system_actor(world.acme), [objective], on=NOON.date()) == {
            objective.pk: [goal.pk]
        }


def test_an_objective_is_changed_by_its_owner_and_by_administrators_alone(world: World) -> None:
    objective = an_objective(world.acme)
    lena = lead_of(world.acme, world.north)
    refused(world, lambda: change(world, objective, {"name": "Mine"}, lena), "forbidden", Forbidden)
    change(world, objective, {"owner_id": lena.person_id})
    with acting_for(world.acme.pk):
        owned = get_objective(objective.pk)
    assert may_change_objective(lena, owned)
    change(world, owned, {"name": "Mine"}, lena)
    with acting_for(world.acme.pk):
        assert get_objective(objective.pk).name == "Mine"


def test_two_objectives_of_one_name_are_refused(world: World) -> None:
    an_objective(world.acme)
    actor = system_actor(world.acme)
    refused(world, lambda: create_objective(actor, name="Grow in the east", at=APRIL), "exists", Conflict)


def test_viewers_make_no_objectives(world: World) -> None:
    viewer = member(world.acme, Role.VIEWER)
    refused(world, lambda: create_objective(viewer, name="X", at=APRIL), "forbidden", Forbidden)


def test_an_objective_of_another_organisation_is_none(world: World) -> None:
    theirs = an_objective(world.other)
    refused(world, lambda: get_objective(theirs.pk), "not_found", NotFound)
