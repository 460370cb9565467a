"""Who moves while a plan runs has a place in each unit: in each counts what they sold there, once."""

from datetime import UTC, date, datetime

import pytest

from kpis.selectors import get_kpi, records_behind
from kpis.values import Holder
from salestargets.kernel.errors import DomainError
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit
from salestargets.tenancy.services.people import move_person
from targets.choices import LeaverRule
from targets.models import Adjustment, Goal
from targets.selectors.figures import Standing
from targets.selectors.periods import span_of
from targets.selectors.rows import progress
from targets.selectors.sheets import sheet_of
from targets.selectors.team import team_of, who_needs_help
from targets.selectors.trees import Node
from targets.services.cells import set_target
from targets.services.handover import Handover, handed_on, offer_handovers
from targets.services.progress import refresh_progress
from tests.builders import World
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, fresh, number, published, split

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)
LATER = datetime(2026, 6, 20, 9, tzinfo=UTC)


@lasting
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
        move_person(system_actor(world.acme), person=world.bob, unit=world.west, on=JUNE)
    drained(world.acme)
    return goal


def place_in(unit: Unit, person: Person) -> str:
    return str(Node(unit.pk, person.pk))


def standings(goal: Goal) -> dict[str, Standing]:
    """By name, of everyone in the plan's tree."""
    with acting_for(goal.organisation_id):
        refresh_progress(at=LATER)
        rows = progress(system_actor(goal.organisation), fresh(goal), at=LATER)
    return {row.place.label.name: row.standing for row in rows}


def actuals(goal: Goal) -> dict[str, int | None]:
    return {name: standing.actual for name, standing in standings(goal).items()}


def test_a_mover_has_a_place_in_each_unit_with_what_they_sold_there(world: World) -> None:
    found = actuals(in_force(world))
    assert (found["Bob (North)"], found["Bob (West)"]) == (100_00, 50_00)
    assert (found["North"], found["West"], found["Acme"]) == (100_00, 50_00, 150_00)


def test_the_number_stays_in_the_old_unit_and_the_new_one_may_give_another(world: World) -> None:
    goal = in_force(world)
    with acting_for(world.acme.pk):
        there = Holder("person", world.bob.pk, world.west.pk)
        set_target(
            system_actor(world.acme),
            goal=goal,
            holder=there,
            amount=60_00,
            expected_version=None,
            reason="Starts in West",
            at=LATER,
        )
    found = standings(goal)
    assert (found["Bob (North)"].target, found["Bob (West)"].target) == (150_00, 60_00)
    assert found["Bob (West)"].attainment is not None


def test_who_has_several_places_must_say_which(world: World) -> None:
    goal = in_force(world)
    with acting_for(world.acme.pk), pytest.raises(DomainError, match="several places") as caught:
        sheet_of(fresh(goal)).tree.find(Holder("person", world.bob.pk))
    assert caught.value.code == "several_places"
    assert place_in(world.west, world.bob) in str(caught.value)


def test_the_records_of_a_place_sum_to_its_number(world: World) -> None:
    goal = in_force(world)
    with acting_for(world.acme.pk):
        for unit, expected in ((world.north, 100_00), (world.west, 50_00)):
            found = records_behind(
                Node(unit.pk, world.bob.pk).holder, get_kpi("won_revenue"), span_of(goal.plan), on=JUNE
            )
            assert (found.total.value, found.total.rows) == (expected, 1)


def test_the_old_place_is_handed_over_and_the_new_one_is_offered_a_start(world: World) -> None:
    goal = in_force(world)
    with acting_for(world.acme.pk):
        actor, carol = system_actor(world.acme), Holder("person", world.carol.pk)
        set_target(
            actor, goal=goal, holder=carol, amount=120_00, expected_version=None, reason="Less", at=LATER
        )
        offer_handovers(world.acme, at=LATER)
        asked = {row.about: row.changes for row in Adjustment.objects.order_by("id")}
    old, new = place_in(world.north, world.bob), place_in(world.west, world.bob)
    assert asked.keys() == {f"leaver:{old}:2026-06-01", f"joiner:{new}"}
    [start] = asked[f"joiner:{new}"]
    assert (start["name"], start["before"], start["months_after"][:2]) == ("Bob (West)", None, [0, 0])
    assert start["after"] == start["months_after"][2] > 0


def test_a_handover_without_a_place_means_the_one_that_is_left_on_the_day(world: World) -> None:
    goal = in_force(world)
    with acting_for(world.acme.pk):
        asked = Handover(Holder("person", world.bob.pk), JUNE, LeaverRule.UNIT)
        [wish] = handed_on(sheet_of(fresh(goal)), asked, world.acme)
    assert wish.holder == Holder("person", world.bob.pk, world.north.pk)


def test_in_a_plan_of_the_old_unit_the_person_counts_until_they_left(world: World) -> None:
    found = actuals(in_force(world, world.north))
    assert (found["Bob"], found["North"]) == (100_00, 100_00)


def test_in_a_plan_of_the_new_unit_the_person_counts_from_the_day_they_came(world: World) -> None:
    found = actuals(in_force(world, world.west))
    assert (found["Bob"], found["West"]) == (50_00, 50_00)


def test_their_people_always_sum_to_their_unit(world: World) -> None:
    found = actuals(in_force(world))
    units = {"Acme", "North", "East", "West"}
    assert sum(value or 0 for name, value in found.items() if name not in units) == found["Acme"] == 150_00


@pytest.mark.parametrize(("day", "is_there"), [(date(2026, 5, 31), True), (JUNE, False)])
def test_where_they_have_left_nobody_is_called_in_need_of_help(
    world: World, day: date, is_there: bool
) -> None:
    """Nobody has sold enough; Bob left North on 1 June."""
    goal = in_force(world)
    with acting_for(world.acme.pk):
        actor, north = system_actor(world.acme), Holder("person", world.bob.pk, world.north.pk)
        more = {"amount": 900_00, "effective_on": date(2026, 4, 1), "reason": "More"}
        set_target(actor, goal=goal, holder=north, expected_version=None, at=LATER, **more)
        team = team_of(actor, fresh(goal), as_of=day, at=LATER)
        helped = {need.place.label.name for need in who_needs_help(actor, team, as_of=day, at=LATER)}
    assert "Alice" in helped
    assert ("Bob (North)" in helped) is is_there


def test_a_number_given_before_the_move_is_still_read_by_the_person_alone(world: World) -> None:
    assert number(in_force(world, world.north), world.bob) is not None
