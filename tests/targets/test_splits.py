"""A split gives everything away, to the cent, at every level, and says how."""

import pytest

from tests.builders import World, a_world
from tests.targets.builders import a_goal, a_plan, given, sheet, split

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


def test_a_split_down_the_tree_leaves_no_cent_behind(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100000.01")
    split(goal, "even")
    assert given(goal, world.east) == 5_000_001
    assert given(goal, world.west) == 5_000_000
    assert given(goal, world.north) == 5_000_001
    assert (given(goal, world.alice), given(goal, world.bob)) == (2_500_001, 2_500_000)
    assert given(goal, world.carol) == 5_000_000
    numbers = sheet(goal)
    for node, _depth in numbers.tree.walk():
        assert sum(numbers.by_month(node)) == numbers.given(node)
        if numbers.tree.below(node):
            for month in (None, *numbers.months):
                assert numbers.balance(node, month).unallocated == 0
                assert numbers.balance(node, month).over_assigned == 0
