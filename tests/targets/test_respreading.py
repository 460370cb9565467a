"""Whatever is written by hand, what follows adds up, who is held stays, and taking it back restores all."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.values import Holder
from salestargets.kernel.errors import DomainError
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from targets.choices import Respread
from targets.models import Goal
from targets.selectors.sheets import Sheet
from targets.selectors.trees import Node
from targets.services.cells import Edit, HeldCell, edit_numbers, hold
from targets.services.undo import undo_last
from tests.builders import World, a_world
from tests.lasting import lasting
from tests.targets.builders import APRIL, a_goal, a_plan, fresh, of, sheet, split

pytestmark = pytest.mark.django_db


@lasting
def world() -> World:
    return a_world()


def numbers_of(found: Sheet) -> dict[Node, tuple[int | None, list[int]]]:
    return {node: (found.given(node), found.by_month(node)) for node, _depth in found.tree.walk()}


def edit(goal: Goal, edits: list[Edit], rule: str) -> None:
    with acting_for(goal.organisation_id):
        edit_numbers(system_actor(goal.organisation), goal=fresh(goal), edits=edits, rule=rule, at=APRIL)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amount=st.integers(0, 10**9),
    east=st.integers(0, 10**9),
    alice=st.none() | st.integers(0, 10**9),
    month=st.none() | st.integers(0, 2),
    is_held=st.booleans(),
    rule=st.sampled_from([*Respread]),
)
def test_what_follows_adds_up_and_is_taken_back(
    world: World,
    amount: int,
    east: int,
    alice: int | None,
    month: int | None,
    is_held: bool,
    rule: Respread,
) -> None:
    with acting_for(world.acme.pk):
        count = Goal.objects.count()
    goal = a_goal(a_plan(world.acme, f"Plan {count}"), f"{amount // 100}.{amount % 100:02}")
    split(goal)
    if is_held:
        with acting_for(world.acme.pk):
            actor = system_actor(world.acme)
            hold(actor, goal=fresh(goal), cells=[HeldCell(Holder("person", world.bob.pk))], at=APRIL)
    before = sheet(goal)
    months = [] if month is None else [before.months[month]]
    edits = [Edit(of(world.east), months, east)]
    if alice is not None:
        edits.append(Edit(of(world.alice), [], alice))
    with suppress(DomainError):  # nobody beside who could take it up, or months that leave no room
        edit(goal, edits, rule)
        after = sheet(goal)
        _check(world, before, after, rule, edited=alice, is_held=is_held)
        if numbers_of(after) != numbers_of(before):
            with acting_for(world.acme.pk):
                undo_last(system_actor(world.acme), goal=fresh(goal), at=APRIL)
            assert numbers_of(sheet(goal)) == numbers_of(before)


def _check(
    world: World, before: Sheet, after: Sheet, rule: Respread, *, edited: int | None, is_held: bool
) -> None:
    find = after.tree.find
    assert all(sum(months) == amount for amount, months in numbers_of(after).values())
    if edited is not None:
        assert after.given(find(of(world.alice))) == edited
    if is_held:
        assert after.given(find(of(world.bob))) == before.given(find(of(world.bob)))
    if rule == Respread.STAY:
        untouched = [world.north, world.west, world.carol]
        assert all(after.given(find(of(one))) == before.given(find(of(one))) for one in untouched)
    if rule == Respread.BESIDE:
        root = after.tree.root
        assert after.given(root) == before.given(root)
        assert after.balance(root) == before.balance(root)
