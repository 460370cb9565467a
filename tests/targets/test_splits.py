"""A split gives everything away, to the cent, at every level, and says how."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.values import Holder
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.services.people import move_person
from targets.models import Goal, Split, Target
from targets.selectors.sheets import Sheet
from targets.selectors.trees import Node
from targets.services.cells import HeldCell, hold, set_target
from targets.services.splits import SplitRequest, preview_split
from tests.builders import World, a_person, a_unit
from tests.kpis.builders import a_deal, drained
from tests.targets.builders import (
    APRIL,
    a_goal,
    a_plan,
    fresh,
    lead_of,
    member,
    number,
    of,
    place,
    published,
    refused,
    sheet,
    split,
    written,
)

pytestmark = pytest.mark.django_db


def adds_up(numbers: Sheet) -> bool:
    """Nothing is unallocated or over-assigned, in any month or over the span, at any unit with children."""
    parents = [node for node, _depth in numbers.tree.walk() if numbers.tree.below(node)]
    return all(
        numbers.balance(parent, month).unallocated == numbers.balance(parent, month).over_assigned == 0
        for parent in parents
        for month in (None, *numbers.months)
    ) and all(
        sum(numbers.by_month(node)) == (numbers.given(node) or 0) for node, _depth in numbers.tree.walk()
    )


def test_a_split_down_the_tree_leaves_no_cent_behind(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100000.01")
    split(goal, "even")
    assert (number(goal, world.east), number(goal, world.west)) == (5_000_001, 5_000_000)
    assert number(goal, world.north) == 5_000_001
    assert (number(goal, world.alice), number(goal, world.bob)) == (2_500_001, 2_500_000)
    assert number(goal, world.carol) == 5_000_000
    assert adds_up(sheet(goal))


def test_a_split_of_one_unit_touches_only_those_right_below(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.00")
    split(goal, "even", recursive=False)
    assert (number(goal, world.east), number(goal, world.west)) == (5_000, 5_000)
    assert number(goal, world.north) is None
    split(goal, "even", recursive=False, holder=of(world.east))
    assert number(goal, world.north) == 5_000
    assert number(goal, world.alice) is None


def test_by_history_everyone_weighs_what_their_records_brought(world: World) -> None:
    a_deal(world.acme, world.alice, base=60_000, closed_on=date(2026, 2, 3))
    a_deal(world.acme, world.bob, base=30_000, closed_on=date(2026, 1, 3))
    a_deal(world.acme, world.carol, base=10_000, closed_on=date(2026, 3, 31))
    a_deal(world.acme, world.carol, base=99_000, closed_on=date(2026, 4, 1))  # after the history
    drained(world.acme)
    goal = a_goal(a_plan(world.acme), "1000.00")
    preview = split(goal, "history")
    assert preview.history == Period(date(2025, 4, 1), date(2026, 4, 1))
    assert (number(goal, world.east), number(goal, world.west)) == (90_000, 10_000)
    assert (number(goal, world.alice), number(goal, world.bob)) == (60_000, 30_000)
    assert adds_up(sheet(goal))


def test_who_has_no_history_gets_nothing_and_is_named(world: World) -> None:
    a_deal(world.acme, world.alice, base=60_000, closed_on=date(2026, 2, 3))
    drained(world.acme)
    goal = a_goal(a_plan(world.acme), "1000.00")
    preview = split(goal, "history")
    assert [message.render() for message in preview.warnings] == [
        "No history, therefore no share: West.",
        "No history, therefore no share: Carol.",
        "No history, therefore no share: Bob.",
    ]
    assert (number(goal, world.alice), number(goal, world.bob), number(goal, world.carol)) == (100_000, 0, 0)


def test_without_any_history_there_is_no_silent_even_split(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "1000.00")
    refused(world, lambda: split(goal, "history"), "no_history")


def test_own_weights_of_people_add_up_to_those_of_their_units(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.00")
    weights = {of(world.alice): Decimal("1.5"), of(world.bob): Decimal("0.5"), of(world.carol): Decimal(2)}
    split(goal, "weights", weights=weights)
    assert (number(goal, world.east), number(goal, world.west)) == (5_000, 5_000)
    assert (number(goal, world.alice), number(goal, world.bob)) == (3_750, 1_250)


def test_a_missing_weight_is_refused_by_name(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.00")
    error = refused(
        world, lambda: split(goal, "weights", weights={of(world.alice): Decimal(1)}), "missing_weight"
    )
    assert "West" in str(error)


def test_weights_of_zero_are_refused(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.00")
    weights = {of(world.east): Decimal(0), of(world.west): Decimal(0)}
    refused(world, lambda: split(goal, "weights", recursive=False, weights=weights), "zero_weights")


def test_a_hold_keeps_its_number_while_the_others_share_the_rest(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.00")
    preview = split(goal, "even", holds={of(world.west): 1_000})
    assert (number(goal, world.east), number(goal, world.west)) == (9_000, 1_000)
    west = next(line for line in preview.lines if line.node.unit_id == world.west.pk and line.node.is_unit)
    assert (west.part.is_held, west.part.computed) == (True, 5_000)
    split(goal, "even")
    assert (number(goal, world.east), number(goal, world.west)) == (9_000, 1_000)
    assert adds_up(sheet(goal))


def test_a_number_held_by_hand_keeps_its_months_too(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "90.00")
    split(goal, "even")
    actor = system_actor(world.acme)
    with acting_for(world.acme.pk):
        for month, amount in ((date(2026, 4, 1), 100), (date(2026, 5, 1), 700), (date(2026, 6, 1), 1_200)):
            set_target(
                actor,
                goal=goal,
                holder=of(world.alice),
                month=month,
                amount=amount,
                expected_version=None,
                at=APRIL,
            )
        hold(actor, goal=goal, cells=[HeldCell(Holder("person", world.alice.pk))], at=APRIL)
    split(goal, "even")
    numbers = sheet(goal)
    assert numbers.by_month(numbers.tree.find(of(world.alice))) == [100, 700, 1_200]
    assert number(goal, world.bob) == 2_500
    assert adds_up(numbers)


def test_holds_above_the_number_are_refused(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.00")
    refused(world, lambda: split(goal, "even", holds={of(world.west): 10_001}), "holds_exceed_total")


def test_when_all_are_held_the_rest_stays_unallocated_and_is_told(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.00")
    preview = split(goal, "even", recursive=False, holds={of(world.west): 4_000, of(world.east): 5_000})
    numbers = sheet(goal)
    assert numbers.balance(numbers.tree.root).unallocated == 1_000
    assert "Acme" in preview.warnings[0].render()


def test_a_preview_writes_nothing_and_shows_before_and_after(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.00")
    split(goal, "even")
    before = written(world.acme)
    with acting_for(world.acme.pk):
        request = SplitRequest(None, "even", recursive=True, holds={Holder("unit", world.west.pk): 2_000})
        preview = preview_split(system_actor(world.acme), goal=fresh(goal), request=request, at=APRIL)
    assert written(world.acme) == before
    assert [(line.name, line.depth, line.before, line.after, line.change) for line in preview.lines] == [
        ("East", 1, 5_000, 8_000, 3_000),
        ("North", 2, 5_000, 8_000, 3_000),
        ("Alice", 3, 2_500, 4_000, 1_500),
        ("Bob", 3, 2_500, 4_000, 1_500),
        ("West", 1, 5_000, 2_000, -3_000),
        ("Carol", 2, 5_000, 2_000, -3_000),
    ]


def test_how_it_was_made_stays_with_every_number(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.00")
    split(goal, "even")
    with acting_for(world.acme.pk):
        carol = Target.objects.select_related("split").get(goal=goal, person=world.carol)
        assert carol.split is not None
        assert (carol.split.unit_id, carol.split.method) == (world.west.pk, "even")
        assert carol.split.inputs["amount"] == 5_000
        assert carol.split.result == [
            {
                "holder": place(world.carol),
                "amount": 5_000,
                "full": 5_000,
                "computed": 5_000,
                "weight": "1",
                "share": "1.000000",
                "is_held": False,
                "is_bounded": False,
            }
        ]
        assert Split.objects.count() == 4


def test_who_joined_later_has_a_place_and_who_moves_one_in_each_unit(world: World) -> None:
    dora = a_person(world.acme, "Dora", unit=world.west, since=date(2026, 5, 1))
    with acting_for(world.acme.pk):
        move_person(system_actor(world.acme), person=world.alice, unit=world.west, on=date(2026, 6, 1))
    goal = a_goal(a_plan(world.acme), "120.00")
    preview = split(goal, "even")
    here, there = (Node(unit.pk, world.alice.pk) for unit in (world.north, world.west))
    found = sheet(goal)
    assert (found.given(here), number(goal, world.bob)) == (3_000, 3_000)
    assert (number(goal, world.carol), number(goal, dora), found.given(there)) == (2_000, 2_000, 2_000)
    labels = found.tree.labels
    assert labels[found.tree.find(of(dora))].joined_on == date(2026, 5, 1)
    assert (labels[here].name, labels[here].left_on) == ("Alice (North)", date(2026, 6, 1))
    assert (labels[there].name, labels[there].joined_on) == ("Alice (West)", date(2026, 6, 1))
    [warning] = [message.render() for message in preview.warnings]
    assert warning.endswith("get a full number: Alice (North), Alice (West), Dora.")


def test_with_a_ramp_who_moves_gets_as_much_in_each_place_as_the_days_there_and_when_there(
    world: World,
) -> None:
    """22 of the 65 working days of the quarter are those of June."""
    with acting_for(world.acme.pk):
        move_person(system_actor(world.acme), person=world.alice, unit=world.west, on=date(2026, 6, 1))
    goal = a_goal(a_plan(world.acme), "180.00")
    preview = split(goal, "even", ramp="share")
    shares = {line.name: line.child.ramp for line in preview.lines if line.child.ramp is not None}
    assert shares == {"Alice (North)": Fraction(43, 65), "Alice (West)": Fraction(22, 65)}
    found = sheet(goal)
    old, new = (found.by_month(Node(unit.pk, world.alice.pk)) for unit in (world.north, world.west))
    assert (old[2], new[:2]) == (0, [0, 0])
    assert min(*old[:2], new[2]) > 0
    assert adds_up(found)


def test_a_number_whose_holder_left_the_tree_stays_and_counts(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.00")
    split(goal, "even")
    with acting_for(world.acme.pk):  # as if Alice had never been in North
        move_person(system_actor(world.acme), person=world.alice, unit=world.west, on=date(2026, 1, 1))
    numbers = sheet(goal)
    assert numbers.balance(numbers.tree.find(of(world.north))).unallocated == 0
    split(goal, "even")
    with acting_for(world.acme.pk):
        own = Target.objects.filter(goal=goal, person=world.alice).order_by("unit")
        assert {(row.unit_id, row.given) for row in own} == {(world.north.pk, 2_500), (world.west.pk, 2_500)}
    assert number(goal, world.bob) == 2_500
    assert adds_up(sheet(goal))


def test_a_unit_without_anyone_keeps_its_number_and_is_named(world: World) -> None:
    a_unit(world.acme, "South")
    goal = a_goal(a_plan(world.acme), "90.00")
    preview = split(goal, "even")
    assert [message.render() for message in preview.warnings] == [
        "Nobody is below “South”; its number stays there."
    ]


def test_a_unit_without_a_number_cannot_be_divided(world: World) -> None:
    goal = a_goal(a_plan(world.acme))
    refused(world, lambda: split(goal, "even", holder=of(world.east)), "no_amount")


def test_only_those_below_take_weights_and_holds(world: World) -> None:
    goal = a_goal(a_plan(world.acme))
    refused(world, lambda: split(goal, "even", recursive=False, holds={of(world.alice): 1}), "not_below")
    stranger = Holder("person", world.charlie.pk)
    refused(world, lambda: split(goal, "even", holds={stranger: 1}), "not_found", NotFound)


def test_a_manager_divides_what_they_manage_and_nothing_else(world: World) -> None:
    goal, lena = a_goal(a_plan(world.acme), "100.00"), lead_of(world.acme, world.east)
    split(goal, "even")
    split(goal, "weights", by=lena, holder=of(world.north), recursive=False,
          weights={of(world.alice): Decimal(4), of(world.bob): Decimal(1)})  # fmt: skip
    assert (number(goal, world.alice), number(goal, world.bob)) == (4_000, 1_000)
    refused(world, lambda: split(goal, "even", by=lena), "not_found", NotFound)
    refused(world, lambda: split(goal, "even", by=lena, holder=of(world.west)), "not_found", NotFound)
    rep = member(world.acme, Role.REP, world.alice)
    refused(world, lambda: split(goal, "even", by=rep, holder=of(world.north)), "forbidden", Forbidden)


def test_a_published_split_needs_a_reason_and_leaves_versions(world: World) -> None:
    plan = a_plan(world.acme)
    goal = a_goal(plan, "100.00")
    split(goal, "even")
    published(plan)
    refused(world, lambda: split(goal, "even", holds={of(world.west): 1_000}), "reason_required")
    with acting_for(world.acme.pk):
        assert Split.objects.count() == 4


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amount=st.integers(0, 10**13),
    weights=st.lists(st.integers(0, 10**6), min_size=3, max_size=3),
    held=st.integers(0, 10**13),
)
def test_every_level_adds_up_whatever_the_numbers(
    world: World, amount: int, weights: list[int], held: int
) -> None:
    with acting_for(world.acme.pk):
        count = Goal.objects.count()
    plan = a_plan(world.acme, f"Plan {count}")
    goal = a_goal(plan, str(Decimal(amount) / 100))
    people = (world.alice, world.bob, world.carol)
    by_person = {of(person): Decimal(weight) for person, weight in zip(people, weights, strict=True)}
    with suppress(DomainError):  # weights of zero, or a hold above what there is
        split(goal, "weights", weights=by_person, holds={of(world.bob): held})
        assert number(goal, world.bob) == held
        assert adds_up(sheet(goal))
