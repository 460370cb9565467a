"""A number set by hand: nothing else moves silently, and what does not add up stays in view."""

from datetime import date
from typing import Any

import pytest

from kpis.values import Holder
from salestargets.kernel.errors import Conflict, Forbidden, NotFound
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit
from salestargets.tenancy.services.people import assign
from targets.domain.splitting import Balance
from targets.models import Goal, Target, TargetVersion
from targets.selectors.as_of import Then, sheet_then
from targets.services.cells import HeldCell, hold, set_target
from targets.services.plans import GoalChanges, change_goal
from targets.services.undo import undo_last
from tests.builders import START, World, a_person
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
    sheet,
    split,
    with_approvals,
)

pytestmark = pytest.mark.django_db

MAY = date(2026, 5, 1)


@lasting
def goal(world: World) -> Goal:
    goal = a_goal(a_plan(world.acme), "120.00")
    split(goal)
    return goal


def put(
    goal: Goal, holder: Unit | Person | None, amount: int, *, by: Actor | None = None, **more: Any
) -> Target:
    more = {"expected_version": None, "at": APRIL, **more}
    with acting_for(goal.organisation_id):
        actor = by or system_actor(goal.organisation)
        return set_target(actor, goal=goal, holder=of(holder), amount=amount, **more)


def test_several_small_steps_are_held_against_the_number_that_was_agreed(world: World, goal: Goal) -> None:
    published(goal.plan)
    with_approvals(world.acme)
    put(goal, world.alice, 3_300, reason="A customer more")
    refused(world, lambda: put(goal, world.alice, 3_600, reason="And one more"), "above_limit")
    put(goal, world.alice, 2_700, reason="Two customers less")


def test_who_sells_and_leads_does_not_change_their_own_number_in_force(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        assign(
            system_actor(world.acme),
            person=world.alice,
            unit=world.north,
            role=AssignmentRole.MANAGER,
            starts_on=START,
        )
    alice = member(world.acme, Role.MANAGER, world.alice)
    published(goal.plan)
    put(goal, world.bob, 2_900, by=alice, reason="Bob is ill")
    refused(world, lambda: put(goal, world.alice, 2_900, by=alice, reason="So am I"), "own_number", Forbidden)
    put(goal, world.alice, 3_100, reason="A customer more")
    refused(
        world,
        lambda: undo_last(alice, goal=fresh(goal), reason="None came", at=APRIL),
        "own_number",
        Forbidden,
    )


def test_nor_does_who_leads_the_plan_its_own_where_plans_need_an_approval(world: World) -> None:
    goal = a_goal(a_plan(world.acme, "East", root=world.east), "600.00")
    split(goal)
    published(goal.plan)
    lena = lead_of(world.acme, world.east)
    put(goal, world.east, 61_000, by=lena, reason="A customer more")
    with_approvals(world.acme)
    refused(
        world,
        lambda: put(goal, world.east, 60_500, by=lena, reason="One less"),
        "own_number",
        Forbidden,
    )
    put(goal, world.east, 60_500, by=member(world.acme, Role.ADMIN), reason="One less")


def test_a_first_number_in_force_needs_an_approval_like_any_leap(world: World, goal: Goal) -> None:
    dora = a_person(world.acme, "Dora", unit=world.west)
    published(goal.plan)
    with_approvals(world.acme)
    refused(world, lambda: put(goal, dora, 500, reason="She starts"), "above_limit")


def test_a_first_number_in_force_that_is_taken_back_is_zero_in_every_view(world: World, goal: Goal) -> None:
    dora = a_person(world.acme, "Dora", unit=world.west)
    published(goal.plan)
    put(goal, dora, 500, reason="She starts")
    with acting_for(world.acme.pk):
        undo_last(system_actor(world.acme), goal=fresh(goal), reason="She does not", at=APRIL)
        then = sheet_then(fresh(goal), Then(day=date(2026, 5, 1)))
    assert number(goal, dora) == 0
    assert then.given(then.tree.find(of(dora))) == 0


def test_letting_go_of_a_hold_is_taken_back_without_a_reason(world: World, goal: Goal) -> None:
    published(goal.plan)
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        hold(actor, goal=fresh(goal), cells=[HeldCell(Holder("person", world.bob.pk))], at=APRIL)
        before = TargetVersion.objects.count()
        undo_last(actor, goal=fresh(goal), at=APRIL)
        assert TargetVersion.objects.count() == before
    assert not sheet(goal).is_held(sheet(goal).tree.find(of(world.bob)))


def test_a_lower_number_leaves_the_difference_unallocated_above_and_over_assigned_below(
    world: World, goal: Goal
) -> None:
    put(goal, world.north, 5_000)
    numbers = sheet(goal)
    assert numbers.balance(numbers.tree.find(of(world.east))) == Balance(unallocated=1_000, over_assigned=0)
    assert numbers.balance(numbers.tree.find(of(world.north))) == Balance(unallocated=0, over_assigned=1_000)
    assert (number(goal, world.alice), number(goal, world.bob)) == (3_000, 3_000)


def test_the_months_of_a_number_set_by_hand_keep_their_shape(world: World, goal: Goal) -> None:
    put(goal, world.alice, 9_001)
    numbers = sheet(goal)
    assert numbers.by_month(numbers.tree.find(of(world.alice))) == [3_001, 3_000, 3_000]


def test_a_month_set_by_hand_moves_the_total_and_no_other_month(world: World, goal: Goal) -> None:
    target = put(goal, world.alice, 1_500, month=MAY)
    assert (target.given, target.months) == (3_500, [1_000, 1_500, 1_000])
    numbers = sheet(goal)
    assert numbers.by_month(numbers.tree.find(of(world.alice))) == [1_000, 1_500, 1_000]
    assert number(goal, world.alice) == 3_500
    assert numbers.balance(numbers.tree.find(of(world.north)), MAY) == Balance(0, 500)


def test_the_plans_own_number_set_by_hand_is_the_goals(world: World, goal: Goal) -> None:
    put(goal, None, 15_000)
    with acting_for(world.acme.pk):
        assert Goal.objects.get(pk=goal.pk).amount == 15_000
    put(goal, None, 6_000, month=MAY)
    with acting_for(world.acme.pk):
        assert Goal.objects.get(pk=goal.pk).amount == 16_000


def test_a_number_set_by_hand_says_so_with_its_reason(world: World, goal: Goal) -> None:
    target = put(goal, world.bob, 1, reason="Leaves in May")
    with acting_for(world.acme.pk):
        assert (target.change.kind, target.change.reason, target.version) == ("edit", "Leaves in May", 2)


def test_a_number_set_by_hand_keeps_what_the_split_gave_beside_it(world: World, goal: Goal) -> None:
    target = put(goal, world.bob, 1, reason="Leaves in May")
    assert (target.given, target.computed) == (1, 3_000)
    with acting_for(world.acme.pk):
        assert target.split is not None
        assert target.split.unit_id == world.north.pk


def test_a_stale_number_is_refused(world: World, goal: Goal) -> None:
    assert put(goal, world.bob, 1, expected_version=1).version == 2
    refused(world, lambda: put(goal, world.bob, 2, expected_version=1), "stale", Conflict)
    refused(world, lambda: put(goal, world.bob, 2, expected_version=0), "exists", Conflict)


@pytest.mark.parametrize(
    ("month", "amount", "code"),
    [
        (date(2026, 5, 2), 1, "not_a_month"),
        (date(2026, 7, 1), 1, "not_a_month"),
        (None, -1, "negative"),
        (None, 2**63, "amount_out_of_range"),
        (MAY, 2**63 - 1, "amount_out_of_range"),
    ],
)
def test_a_cell_that_cannot_be_is_refused(
    world: World, goal: Goal, month: date | None, amount: int, code: str
) -> None:
    refused(world, lambda: put(goal, world.bob, amount, month=month), code)


def test_a_manager_sets_those_below_their_unit_but_not_their_units_own(world: World, goal: Goal) -> None:
    lena, otto = lead_of(world.acme, world.east), lead_of(world.acme, world.north, "Otto")
    put(goal, world.north, 7_000, by=lena)
    put(goal, world.alice, 4_000, by=otto)
    refused(world, lambda: put(goal, world.east, 1, by=lena), "not_yours", Forbidden)
    refused(world, lambda: put(goal, world.north, 1, by=otto), "not_yours", Forbidden)
    refused(world, lambda: put(goal, world.carol, 1, by=otto), "not_found", NotFound)
    refused(world, lambda: put(goal, None, 1, by=otto), "not_found", NotFound)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REP])
def test_who_only_reads_sets_nothing(world: World, goal: Goal, role: Role) -> None:
    reader = member(world.acme, role, world.alice)
    refused(world, lambda: put(goal, world.alice, 1, by=reader), "not_yours", Forbidden)


def test_a_number_is_held_and_released(world: World, goal: Goal) -> None:
    actor = system_actor(world.acme)
    with acting_for(world.acme.pk):
        hold(actor, goal=goal, cells=[HeldCell(of(world.west))], at=APRIL)
        hold(actor, goal=goal, cells=[HeldCell(of(world.west))], at=APRIL)
        west = Target.objects.get(goal=goal, unit=world.west, person=None)
        assert (west.is_held, west.version) == (True, 2)
        change_goal(actor, goal=goal, changes=GoalChanges(amount=20_000), expected_version=None, at=APRIL)
    split(goal)
    assert (number(goal, world.east), number(goal, world.west)) == (14_000, 6_000)
    with acting_for(world.acme.pk):
        hold(actor, goal=goal, cells=[HeldCell(of(world.west))], is_held=False, at=APRIL)
    split(goal)
    assert (number(goal, world.east), number(goal, world.west)) == (10_000, 10_000)


def test_a_manager_holds_no_number_from_above(world: World, goal: Goal) -> None:
    lena = lead_of(world.acme, world.east)
    refused(
        world,
        lambda: hold(lena, goal=goal, cells=[HeldCell(of(world.east))], at=APRIL),
        "not_yours",
        Forbidden,
    )


def test_after_publishing_a_number_changes_only_with_a_reason(world: World, goal: Goal) -> None:
    published(goal.plan)
    refused(world, lambda: put(goal, world.bob, 1), "reason_required")
    assert put(goal, world.bob, 1, reason="Leaves in May").agreed == 1
