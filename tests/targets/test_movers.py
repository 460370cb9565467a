"""Who moves while a plan runs: a person's actual is all they sold, a unit's what was sold in it that day."""

from datetime import UTC, date, datetime

import pytest

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Unit
from salestargets.tenancy.services.people import move_person
from targets.models import Goal
from targets.selectors.rows import progress
from targets.selectors.trees import Node
from targets.services.progress import refresh_progress
from tests.builders import World
from tests.kpis.builders import a_deal, drained
from tests.targets.builders import a_goal, a_plan, fresh, number, published, split

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 6, 20, 9, tzinfo=UTC)


@pytest.fixture
def world(world: World) -> World:
    """Bob sold 100.00 in North, went to West on 1 June, and sold 50.00 there."""
    a_deal(world.acme, world.bob, base=100_00, closed_on=date(2026, 5, 4))
    a_deal(world.acme, world.bob, base=50_00, closed_on=date(2026, 6, 10))
    return world


def in_force(world: World, root: Unit | None = None) -> Goal:
    """In force from April on; then Bob moves."""
    goal = a_goal(a_plan(world.acme, root=root), "600.00")
    split(goal)
    published(goal.plan)
    with acting_for(world.acme.pk):
        move_person(system_actor(world.acme), person=world.bob, unit=world.west, on=date(2026, 6, 1))
    drained(world.acme)
    return goal


def actuals(goal: Goal) -> dict[str, int | None]:
    """By name, of everyone in the plan's tree."""
    with acting_for(goal.organisation_id):
        refresh_progress(at=LATER)
        rows = progress(system_actor(goal.organisation), fresh(goal), at=LATER)
    return {row.place.label.name: row.standing.actual for row in rows}


def test_in_a_plan_of_both_units_each_counts_its_own_days_and_nothing_twice(world: World) -> None:
    found = actuals(in_force(world))
    assert (found["North"], found["West"], found["Acme"]) == (100_00, 50_00, 150_00)
    assert found["Bob"] == 150_00


def test_the_mover_keeps_one_place_and_one_number_in_it(world: World) -> None:
    goal = in_force(world)
    with acting_for(world.acme.pk):
        rows = progress(system_actor(world.acme), fresh(goal), at=LATER)
    [(bob, parent)] = [(row, row.place.parent) for row in rows if row.place.label.name == "Bob"]
    assert parent == Node(world.north.pk)
    assert bob.standing.target == number(goal, world.bob) == 150_00


def test_in_a_plan_of_the_old_unit_the_person_counts_all_and_the_unit_its_own_days(
    world: World,
) -> None:
    found = actuals(in_force(world, world.north))
    assert (found["Bob"], found["North"]) == (150_00, 100_00)


def test_in_a_plan_of_the_new_unit_it_is_the_same_the_other_way_round(world: World) -> None:
    found = actuals(in_force(world, world.west))
    assert (found["Bob"], found["West"]) == (150_00, 50_00)
