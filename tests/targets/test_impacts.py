"""No change of calendar, tree, people or settings loses a target; and each says first what it affects."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kpis.values import Holder
from salestargets.kernel.errors import Conflict, DomainError
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.changes import (
    Leaving,
    NewCalendar,
    Removal,
    assignment_ends,
    person_moves,
    stays_of,
    unit_moves,
)
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Organisation, UnitPlacement
from salestargets.tenancy.registry import impacts_of
from salestargets.tenancy.selectors import fiscal_calendar_of
from salestargets.tenancy.services.organisations import change_settings, with_settings
from salestargets.tenancy.services.people import change_person, end_assignment, move_person
from salestargets.tenancy.services.removal import delete_record
from salestargets.tenancy.services.structure import move_unit
from targets.models import Goal, PlanningRules, Target, TargetVersion, Trigger
from targets.selectors.sheets import Sheet
from targets.services.cells import set_target
from tests.builders import NOON, World
from tests.targets.builders import a_goal, a_plan, fresh, published, sheet, split

pytestmark = pytest.mark.django_db

MARCH, APRIL, JUNE = date(2026, 3, 1), date(2026, 4, 1), date(2026, 6, 1)


@pytest.fixture(params=["draft", "published"])
def goal(request: Any, world: World) -> Goal:
    """300.00 each for Alice and Bob in North below East, 600.00 for Carol in West."""
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    if request.param == "published":
        published(goal.plan)
    return refreshed(goal)


def refreshed(goal: Goal) -> Goal:
    with acting_for(goal.organisation_id):
        return fresh(goal)


def numbers(organisation: Organisation) -> list[Any]:
    """Every target and version, whole."""
    with acting_for(organisation.pk):
        return [list(model.objects.order_by("pk").values()) for model in (Target, TargetVersion)]


def of_people(found: Sheet) -> int:
    """What the people's rows of a plan's page sum to, each shown once."""
    shown = [node for node, _depth in found.tree.walk()]
    assert len(shown) == len(set(shown))
    assert set(found.cells) <= set(shown)
    return sum(found.given(node) or 0 for node in shown if not node.is_unit)


def moves_carol(actor: Actor, world: World, on: date) -> Any:
    return move_person(actor, person=world.carol, unit=world.north, on=on)


def moves_north(actor: Actor, world: World, on: date) -> Any:
    return move_unit(actor, unit=world.north, parent_id=world.west.pk, on=on)


def carol_leaves(actor: Actor, world: World, on: date) -> Any:
    carol = world.carol
    carol.refresh_from_db()
    return change_person(
        actor,
        person=carol,
        name="Carol",
        email="",
        job="",
        level="",
        hired_on=None,
        left_on=on,
        expected_version=None,
    )


def ends_carol(actor: Actor, world: World, on: date) -> Any:
    row = Assignment.objects.get(person=world.carol)
    return end_assignment(actor, assignment=row, on=on, expected_version=None)


def removes_carols_place(actor: Actor, world: World, on: date) -> None:
    row = Assignment.objects.get(person=world.carol)
    delete_record(actor, kind="assignments", record_id=row.pk)


def another_calendar(actor: Actor, world: World, on: date) -> Any:
    return change_settings(actor, fiscal_pattern="445", fiscal_year_start_month=on.month)


CHANGES = [moves_carol, moves_north, carol_leaves, ends_carol, removes_carols_place, another_calendar]


@pytest.mark.parametrize("on", [MARCH, APRIL, JUNE], ids=["before it", "as it begins", "within it"])
@pytest.mark.parametrize("change", CHANGES)
def test_no_change_loses_or_rewrites_a_target(
    world: World, goal: Goal, change: Callable[[Actor, World, date], Any], on: date
) -> None:
    before, shown = numbers(world.acme), sheet(goal)
    with acting_for(world.acme.pk):
        change(system_actor(world.acme), world, on)
    after = sheet(goal)
    assert numbers(world.acme) == before
    assert after.cells == shown.cells
    assert of_people(after) == of_people(shown) == 1200_00
    assert after.given(after.tree.root) == 1200_00
    assert after.months == shown.months


def test_units_that_leave_a_plans_tree_stay_together_and_are_counted_once(world: World) -> None:
    """North with its people goes to West; the plan is East's alone."""
    goal = a_goal(a_plan(world.acme, root=world.east), "600.00")
    split(goal)
    with acting_for(world.acme.pk):
        moves_north(system_actor(world.acme), world, APRIL)
    found = sheet(goal)
    names = [(found.tree.name(node), depth) for node, depth in found.tree.walk()]
    assert names == [("East", 0), ("North", 1), ("Alice", 2), ("Bob", 2)]
    assert found.balance(found.tree.root).unallocated == 0
    assert found.balance(found.tree.root).over_assigned == 0


def told(world: World, change: object) -> list[tuple[str, str, tuple[str, ...]]]:
    with acting_for(world.acme.pk):
        return [(found.text, found.link, found.details) for found in impacts_of(world.acme, change)]


def named(goal: Goal) -> str:
    state = "Published" if goal.plan.state == "published" else "Draft"
    return f"“Q2” (Apr 1, 2026 – Jun 30, 2026, {state})"


def test_another_calendar_says_which_plans_keep_their_own_periods(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        retail = fiscal_calendar_of(with_settings(world.acme, {"fiscal_pattern": "445"}))
        moved = fiscal_calendar_of(with_settings(world.acme, {"fiscal_year_start_month": 2}))
    text = f"{named(goal)} keeps its own 3 periods, with every number in them."
    assert told(world, NewCalendar(retail)) == [(text, f"/o/acme/plans/{goal.plan_id}/", ())]
    assert told(world, NewCalendar(moved)) == []


def test_a_move_within_a_plan_leaves_the_number_where_it_is(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        change = person_moves(world.carol, unit_id=world.north.pk, on=JUNE)
    text = (
        f"{named(goal)}: the numbers stay with Carol in West. "
        "What Carol brings from Jun 1, 2026 on counts for North."
    )
    link, start = f"/o/acme/plans/{goal.plan_id}/", []
    if goal.plan.state == "published":
        text += " What is left of them from then on is offered to be handed over, by request."
        there = "Carol joins North, where nothing is unallocated: no number is offered to start with."
        start = [(f"{named(goal)}: {there}", link, ())]
    assert told(world, change) == [(text, link, ("Won revenue: $600.00",)), *start]


def test_a_move_before_a_plan_leaves_the_number_in_the_old_unit(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        change = person_moves(world.carol, unit_id=world.north.pk, on=MARCH)
    [(text, _link, details)] = told(world, change)
    assert text == (
        f"{named(goal)}: the numbers stay in West, marked as no longer in the tree, and still count there."
    )
    assert details == ("Won revenue: $600.00",)


def test_a_second_move_still_says_where_the_numbers_are(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        moves_carol(system_actor(world.acme), world, MARCH)
        change = person_moves(world.carol, unit_id=world.east.pk, on=JUNE)
    (text, _link, details), *_start = told(world, change)
    assert "the numbers stay in West, marked as no longer in the tree" in text
    assert details == ("Won revenue: $600.00",)


def test_the_end_of_a_place_says_that_numbers_count_for_no_unit(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        row = Assignment.objects.select_related("person").get(person=world.carol)
        leads = Assignment.objects.select_related("person").get(person=world.mona)
        changes = (
            assignment_ends(row, on=JUNE),
            assignment_ends(row, on=None),
            assignment_ends(leads, on=JUNE),
        )
    [(ends, *_)], [(goes, *_)], nothing = (told(world, change) for change in changes)
    assert "What Carol brings from Jun 1, 2026 on counts for no unit." in ends
    assert "the numbers stay in West, marked as no longer in the tree" in goes
    assert nothing == []


def test_who_leaves_hands_over_what_is_left_where_the_numbers_are_in_force(world: World, goal: Goal) -> None:
    [(text, _link, details)] = told(world, Leaving(world.carol, JUNE))
    if goal.plan.state == "published":
        assert "what is left from Jun 1, 2026 on is offered to be handed over" in text
        assert "The rule: The unit keeps it, unallocated." in text
        assert details == ("Won revenue: $600.00, of which $200.00 are left",)
    else:
        assert "the numbers stay with Carol until someone changes them." in text
        assert details == ("Won revenue: $600.00",)
    assert told(world, Leaving(world.carol, date(2026, 7, 1))) == []


@pytest.mark.parametrize(
    ("on", "fate"),
    [
        (JUNE, "North keeps its place below East, with every number below it. What is sold there from Jun 1"),
        (APRIL, "North goes below West with every number below it; none of them changes."),
    ],
)
def test_a_unit_goes_with_every_number_below_it(world: World, goal: Goal, on: date, fate: str) -> None:
    with acting_for(world.acme.pk):
        change = unit_moves(world.north, parent_id=world.west.pk, on=on)
    [(text, _link, details)] = told(world, change)
    assert fate in text
    assert details == ("Won revenue: $600.00",)


def test_a_unit_that_leaves_a_plans_tree_is_told_of(world: World) -> None:
    goal = a_goal(a_plan(world.acme, root=world.east), "600.00")
    split(goal)
    with acting_for(world.acme.pk):
        change = unit_moves(world.north, parent_id=world.west.pk, on=APRIL)
        whole = unit_moves(world.east, parent_id=world.west.pk, on=APRIL)
    assert "North leaves the tree. Every number below it stays" in told(world, change)[0][0]
    assert "stays with East and all below it, with every number." in told(world, whole)[0][0]


def test_what_has_numbers_cannot_be_deleted_and_says_where_they_are(world: World, goal: Goal) -> None:
    before = numbers(world.acme)
    for holder, kind in ((world.west, "units"), (world.carol, "people")):
        [(text, _link, details)] = told(world, Removal(holder))
        assert f"refers to {holder.name}: while it does, {holder.name} cannot be deleted." in text
        assert details == ("Won revenue: $600.00",)
        with acting_for(world.acme.pk), pytest.raises(Conflict) as refused:
            delete_record(system_actor(world.acme), kind=kind, record_id=holder.pk)
        assert refused.value.code == "in_use"
    assert numbers(world.acme) == before


def test_the_currency_is_fixed(world: World, goal: Goal) -> None:
    before = numbers(world.acme)
    with acting_for(world.acme.pk), pytest.raises(DomainError) as refused:
        change_settings(system_actor(world.acme), currency="EUR")
    assert refused.value.code == "unknown_field"
    world.acme.refresh_from_db()
    assert (world.acme.currency, numbers(world.acme)) == ("USD", before)


def test_who_joins_a_unit_is_told_of_with_what_they_can_be_offered(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        change = person_moves(world.mona, unit_id=world.west.pk, on=JUNE)
    if goal.plan.state != "published":
        assert told(world, change) == []
        return
    text = (
        f"{named(goal)}: Mona joins West, where nothing is unallocated: no number is offered to start with."
    )
    assert told(world, change) == [(text, f"/o/acme/plans/{goal.plan_id}/", ())]
    with acting_for(world.acme.pk):
        actor, holder = system_actor(world.acme), Holder("person", world.carol.pk)
        set_target(
            actor, goal=fresh(goal), holder=holder, amount=540_00, expected_version=None, reason="x", at=NOON
        )
    [(text, _link, details)] = told(world, change)
    assert "A start by the ramp, from what is unallocated there, is offered by request." in text
    assert details == ("Won revenue: $20.00 unallocated",)


def test_nothing_is_promised_where_the_organisation_does_not_want_it(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        Trigger.objects.filter(key="key_person").update(is_active=False)
        moves = person_moves(world.carol, unit_id=world.north.pk, on=JUNE)
        joins = person_moves(world.mona, unit_id=world.west.pk, on=JUNE)
    for change in (moves, Leaving(world.carol, JUNE), joins):
        assert not any("offered" in text for text, _link, _details in told(world, change))


def test_the_rule_of_a_successor_says_that_the_unit_keeps_it_until_then(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        PlanningRules.objects.update(leaver_rule="successor")
    [(text, _link, _details)] = told(world, Leaving(world.carol, JUNE))
    rule = "The rule: One successor; until one is named, the unit keeps it."
    assert (rule in text) == (goal.plan.state == "published")


def test_nobody_without_a_number_is_told_of(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        assert told(world, person_moves(world.carol, unit_id=world.west.pk, on=JUNE)) == []
        assert told(world, Leaving(world.mona, JUNE)) == []


@pytest.mark.parametrize("on", [date(2026, 1, 1), APRIL, JUNE])
def test_what_is_said_first_is_what_then_happens(world: World, goal: Goal, on: date) -> None:
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        person = person_moves(world.carol, unit_id=world.north.pk, on=on)
        unit = unit_moves(world.north, parent_id=world.west.pk, on=on)
        moves_carol(actor, world, on)
        moves_north(actor, world, on)
        assert stays_of(world.carol) == person.after
        rows = UnitPlacement.objects.filter(unit=world.north).order_by("starts_on")
        placed = [(stay.unit_id, stay.starts_on, stay.ends_on) for stay in unit.after]
        assert list(rows.values_list("parent_id", "starts_on", "ends_on")) == placed
        back = person_moves(world.carol, unit_id=world.west.pk, on=JUNE)
        move_person(actor, person=world.carol, unit=world.west, on=JUNE)
        assert stays_of(world.carol) == back.after
        assert not Assignment.objects.filter(person=world.carol, role=AssignmentRole.MANAGER).exists()
