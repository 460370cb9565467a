"""Numbers over the months: by weights, and below a unit exact in both directions."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from salestargets.kernel.errors import Forbidden
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit, WorkingDayException
from targets.domain.splitting import Balance
from targets.models import Goal
from targets.services.cells import set_target
from targets.services.months import PhaseRequest, phase
from tests.builders import World
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import APRIL, a_goal, a_plan, lead_of, of, published, refused, sheet, split

pytestmark = pytest.mark.django_db

FIRST_QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))


@lasting
def goal(world: World) -> Goal:
    goal = a_goal(a_plan(world.acme), "100000.01")
    split(goal, "even")
    return goal


def spread(
    goal: Goal, method: str, holder: Unit | Person | None = None, *, by: Actor | None = None, **more: Any
) -> None:
    with acting_for(goal.organisation_id):
        actor, reason = by or system_actor(goal.organisation), more.pop("reason", "")
        asked = PhaseRequest(of(holder), method, **more)
        phase(actor, goal=goal, request=asked, reason=reason, at=APRIL)


def months(goal: Goal, holder: Unit | Person | None = None) -> list[int]:
    numbers = sheet(goal)
    return numbers.by_month(numbers.tree.find(of(holder)))


def both_margins_hold(goal: Goal) -> bool:
    numbers = sheet(goal)
    nodes = [node for node, _depth in numbers.tree.walk()]
    return all(
        numbers.balance(node, month) == Balance(0, 0)
        for node in nodes
        for month in (None, *numbers.months)
        if numbers.tree.below(node)
    ) and all(sum(numbers.by_month(node)) == numbers.given(node) for node in nodes)


def test_by_own_weights_every_month_of_everyone_follows(world: World, goal: Goal) -> None:
    spread(goal, "weights", weights=[Decimal(1), Decimal(1), Decimal(2)])
    assert months(goal) == [2_500_000, 2_500_000, 5_000_001]
    assert sum(months(goal, world.alice)) == 2_500_001
    assert both_margins_hold(goal)


def test_by_working_days_the_organisations_days_off_count(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        for day in range(1, 30):
            WorkingDayException.objects.create(day=date(2026, 5, day), is_working=False)
    spread(goal, "working_days")  # 22, 0 and 22 days: the 30th and 31st of May are a weekend
    assert months(goal) == [5_000_001, 0, 5_000_000]
    assert both_margins_hold(goal)


def test_by_history_everyone_keeps_their_own_season_as_far_as_the_sums_allow(
    world: World, goal: Goal
) -> None:
    for person, month, base in (
        (world.alice, 4, 300), (world.alice, 6, 100), (world.bob, 4, 100), (world.bob, 6, 300),
        (world.carol, 4, 200), (world.carol, 6, 200),
    ):  # fmt: skip
        a_deal(world.acme, person, base=base, closed_on=date(2026, month - 3, 9))
    drained(world.acme)
    spread(goal, "history", history=FIRST_QUARTER)
    assert months(goal) == [5_000_001, 0, 5_000_000]
    alice, bob = months(goal, world.alice), months(goal, world.bob)
    assert (alice[1], bob[1]) == (0, 0)
    assert alice[0] == pytest.approx(3 * alice[2], rel=1e-4)
    assert bob[2] == pytest.approx(3 * bob[0], rel=1e-4)
    assert both_margins_hold(goal)


def test_a_history_that_cannot_be_kept_gives_way_to_the_units_months(world: World, goal: Goal) -> None:
    """North's people sold in January only, yet North must reach something in June."""
    a_deal(world.acme, world.alice, base=100, closed_on=date(2026, 1, 9))
    a_deal(world.acme, world.carol, base=100, closed_on=date(2026, 3, 9))
    drained(world.acme)
    spread(goal, "history", history=FIRST_QUARTER)
    assert both_margins_hold(goal)


def test_without_history_nothing_is_spread(world: World, goal: Goal) -> None:
    refused(world, lambda: spread(goal, "history"), "no_history")


@pytest.mark.parametrize(
    ("weights", "code"),
    [([Decimal(1)], "wrong_count"), ([Decimal(0)] * 3, "zero_weights"), (None, "unknown_phasing")],
)
def test_weights_that_do_not_fit_are_refused(
    world: World, goal: Goal, weights: list[Decimal] | None, code: str
) -> None:
    refused(world, lambda: spread(goal, "weights", weights=weights), code)


def test_one_persons_months_leave_the_units_months_as_they_are(world: World, goal: Goal) -> None:
    before = months(goal, world.north)
    spread(goal, "weights", world.alice, weights=[Decimal(1), Decimal(0), Decimal(0)])
    assert months(goal, world.alice) == [2_500_001, 0, 0]
    assert months(goal, world.north) == before
    numbers = sheet(goal)
    north = numbers.tree.find(of(world.north))
    assert numbers.balance(north) == Balance(0, 0)
    assert numbers.balance(north, date(2026, 4, 1)).over_assigned > 0


def test_what_is_not_given_on_keeps_months_of_its_own(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        set_target(
            system_actor(world.acme),
            goal=goal,
            holder=of(world.bob),
            amount=0,
            expected_version=None,
            at=APRIL,
        )
    spread(goal, "weights", weights=[Decimal(1), Decimal(2), Decimal(1)])
    numbers = sheet(goal)
    north = numbers.tree.find(of(world.north))
    left = [numbers.balance(north, month).unallocated for month in numbers.months]
    assert sum(left) == numbers.balance(north).unallocated == 2_500_000
    assert all(part > 0 for part in left)


def test_a_unit_is_spread_by_whoever_manages_the_one_above(world: World, goal: Goal) -> None:
    lena = lead_of(world.acme, world.east)
    spread(goal, "even", world.north, by=lena)
    refused(world, lambda: spread(goal, "even", world.east, by=lena), "not_yours", Forbidden)


def test_published_months_change_only_with_a_reason(world: World, goal: Goal) -> None:
    published(goal.plan)
    weights = [Decimal(1), Decimal(1), Decimal(2)]
    refused(world, lambda: spread(goal, "weights", weights=weights), "reason_required")
    spread(goal, "weights", weights=weights, reason="The fair is in June")
    assert months(goal) == [2_500_000, 2_500_000, 5_000_001]
