"""Where numbers stand in their holders' own past, read for all of them at once."""

from datetime import date

import pytest

from salestargets.tenancy.context import acting_for
from targets.domain.difficulty import Difficulty, Word
from targets.models import Goal
from targets.selectors.difficulty import difficulties, earlier_spans
from targets.selectors.trees import Node
from tests.builders import NOON, World, a_person, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, fresh

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
FIRST_DAYS = [date(2025, 1, 5), date(2025, 4, 5), date(2025, 7, 5), date(2025, 10, 5), date(2026, 1, 5)]


@lasting
def world() -> World:
    """Alice won 10.00, 20.00, 30.00 and 40.00 in the quarters of 2025 since January 2025, then nothing."""
    world = a_world()
    for number, day in enumerate(FIRST_DAYS[:4], 1):
        a_deal(world.acme, world.alice, base=1_000 * number, closed_on=day)
    a_deal(world.acme, world.bob, base=500, closed_on=FIRST_DAYS[4])
    drained(world.acme)
    return world


def hard(goal: Goal, node: Node, number: int) -> Difficulty:
    with acting_for(goal.organisation_id):
        return difficulties(fresh(goal), {node: number}, on=TODAY)[node]


def test_a_number_is_told_by_the_periods_that_reached_it(world: World) -> None:
    goal, alice = a_goal(a_plan(world.acme)), Node(world.north.pk, world.alice.pk)
    found = hard(goal, alice, 3_000)
    assert (found.reached, found.of, found.best, found.word) == (2, 5, 4_000, Word.STRETCH)
    assert hard(goal, alice, 4_001).word == Word.NEVER_REACHED
    assert hard(goal, alice, 1_000).word == Word.EASY


def test_nothing_is_read_into_fewer_than_three_periods(world: World) -> None:
    goal = a_goal(a_plan(world.acme))
    assert (hard(goal, Node(world.north.pk, world.bob.pk), 100).of) == 1
    assert hard(goal, Node(world.north.pk, world.bob.pk), 100).word == Word.UNKNOWN
    assert hard(goal, Node(world.west.pk, world.carol.pk), 100).of == 0


def test_periods_that_are_not_over_do_not_count(world: World) -> None:
    later = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 4, 1)}
    goal = a_goal(a_plan(world.acme, **later))
    spans = earlier_spans(goal, on=TODAY)
    assert (len(spans), spans[-1].end, spans[0].start) == (8, date(2026, 4, 1), date(2024, 4, 1))


def test_a_ratio_is_compared_with_the_ratios_of_its_periods(world: World) -> None:
    for day in FIRST_DAYS[:4]:
        a_deal(world.acme, world.alice, status="lost", closed_on=day)
    drained(world.acme)
    goal = a_goal(a_plan(world.acme), "400000", kpi="win_rate")
    found = hard(goal, Node(world.north.pk, world.alice.pk), 400_000)
    assert (found.reached, found.of, found.best) == (4, 4, 500_000)


def test_where_lower_is_better_less_is_as_good(world: World) -> None:
    for number, day in enumerate(FIRST_DAYS[:4], 1):
        created = date.fromordinal(day.toordinal() - 10 * number)
        a_deal(world.acme, world.carol, closed_on=day, created_on=created)
    drained(world.acme)
    goal, carol = a_goal(a_plan(world.acme), "20", kpi="sales_cycle"), Node(world.west.pk, world.carol.pk)
    # 10, 20, 30 and 40 days: two of four were as short as 20.
    found = hard(goal, carol, 2_000)
    assert (found.reached, found.of, found.best, found.word) == (2, 4, 1_000, Word.FAIR)
    assert hard(goal, carol, 900).word == Word.NEVER_REACHED


def test_more_people_need_no_more_queries(world: World, django_assert_num_queries: object) -> None:
    goal = a_goal(a_plan(world.acme))
    for number in range(3):
        a_person(world.acme, f"Person {number}", unit=world.west)
        numbers = {Node(world.west.pk, n): 100 for n in range(1, 1_000 * (number + 1))}
        with acting_for(world.acme.pk):
            fetched = fresh(goal)
            with django_assert_num_queries(1):  # type: ignore[operator]
                difficulties(fetched, numbers, on=TODAY)
