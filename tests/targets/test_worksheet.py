"""The methods worksheet: begun from records, kept as it was, flagged where a record changed, taken or not."""

from datetime import date
from decimal import Decimal

import pytest

from kpis.values import Holder
from pipeline.deciding import begun_before
from salestargets.kernel.errors import Forbidden
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.domain.methods import Funnel, HistoryGrowth, Inputs, Market
from targets.models import Goal, Worksheet
from targets.selectors.worksheet import Shown, worksheet_of
from targets.services.worksheet import keep_worksheet, take_blend
from tests.builders import NOON, World, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import APRIL, a_goal, a_plan, fresh, lead_of, member, published, refused

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
HISTORY = HistoryGrowth(100_000, Decimal("0.1"))
MARKET = Market(1_000_000, Decimal(0), Decimal("0.13"))
WEIGHTS = {"history_growth": Decimal(3), "market": Decimal(1)}


@lasting
def world() -> World:
    """Acme won 100.00 in the first quarter of 2026."""
    world = a_world()
    a_deal(world.acme, world.alice, base=10_000, closed_on=date(2026, 2, 5))
    drained(world.acme)
    return world


@lasting
def goal(world: World) -> Goal:
    return a_goal(a_plan(world.acme), "900.00")


def read(goal: Goal) -> Shown:
    with acting_for(goal.organisation_id):
        return worksheet_of(fresh(goal), on=TODAY)


def keep(
    goal: Goal,
    *inputs: Inputs,
    weights: dict[str, Decimal] | None = None,
    actor: Actor | None = None,
) -> Worksheet:
    with acting_for(goal.organisation_id):
        return keep_worksheet(
            actor or system_actor(goal.organisation),
            goal=fresh(goal),
            inputs=inputs or (HISTORY, MARKET),
            weights=WEIGHTS if weights is None else weights,
            at=APRIL,
        )


def take(goal: Goal, worksheet: Worksheet, reason: str = "") -> Goal:
    with acting_for(goal.organisation_id):
        actor = system_actor(goal.organisation)
        return take_blend(actor, goal=fresh(goal), worksheet=worksheet, reason=reason, at=APRIL)


def test_it_begins_with_what_the_records_say(goal: Goal) -> None:
    found = read(goal)
    amounts = {line.proposal.method.value: line.proposal.amount for line in found.lines}
    assert (found.kept, found.amount) == (None, None)
    assert len(amounts) == 8
    # Alice, Bob and Carol are peers: the median of 33.33, 0 and 0 a month is 0, which carries nothing.
    assert amounts["capacity"] == 0
    averaged = next(line.proposal.inputs for line in found.lines if line.proposal.method == "moving_average")
    assert averaged.as_json()["periods"] == [None, None, None, 10_000]


def test_the_blend_goes_by_weight(goal: Goal) -> None:
    keep(goal)
    found = read(goal)
    assert [line.proposal.amount for line in found.lines] == [110_000, 130_000]
    assert found.amount == 115_000
    assert found.kept is not None
    assert found.kept.amount == 115_000


def test_a_record_that_changed_since_is_told_with_then_and_now(world: World, goal: Goal) -> None:
    keep(goal)
    assert read(goal).moved == []
    a_deal(world.acme, world.bob, base=500, closed_on=date(2026, 3, 5))
    drained(world.acme)
    moved = {(each.method, each.name): (each.path, each.then, each.now) for each in read(goal).moved}
    assert moved["moving_average", "periods"] == ((3,), 10_000, 10_500)


def test_a_list_that_grew_since_tells_what_was_not_there(world: World, goal: Goal) -> None:
    keep(goal)
    with acting_for(goal.organisation_id):
        kept = Worksheet.objects.get()
        facts = {"bottom_up": {"proposals": [None, 5]}, "moving_average": {"periods": [1, None]}}
        Worksheet.objects.create(
            goal=goal,
            methods=kept.methods,
            weights=kept.weights,
            facts=facts,
            amount=None,
            made_at=APRIL,
            version=2,
        )
    moved = [(each.name, each.path, each.then, each.now) for each in read(goal).moved]
    assert moved == [
        ("proposals", (1,), 5, None),
        ("periods", (0,), 1, None),
        ("periods", (3,), None, 10_000),
    ]


def test_the_funnel_follows_one_population_and_counts_no_deal_twice(world: World) -> None:
    """Of 10 deals created in Q1 of 2026, 4 were won in it at 100.00: new deals bring 400.00 a year later.

    With the 100.00 of February, 6 deals were won and 6 lost in that time: half of the 300.00 that is
    open and due then is expected.
    """
    february, march, april = date(2026, 2, 1), date(2026, 3, 2), date(2026, 4, 2)
    acme, alice = world.acme, world.alice
    for number in range(4):
        a_deal(acme, alice, base=10_000, created_on=february, closed_on=march, name=f"won {number}")
    a_deal(acme, alice, base=99_900, created_on=february, closed_on=april)  # won too late
    for _number in range(5):
        a_deal(acme, alice, status="lost", created_on=february, closed_on=march)
    a_deal(acme, alice, status="lost", closed_on=march)
    a_deal(acme, alice, base=77_700, created_on=date(2025, 12, 1), closed_on=february)  # began earlier
    for amount, due in ((30_000, date(2027, 2, 1)), (50_000, date(2027, 6, 1)), (7_000, None)):
        a_deal(acme, alice, status="open", base=amount, created_on=date(2026, 5, 1), expected_close_on=due)
    drained(acme)
    goal = a_goal(a_plan(acme, "Q1", starts_on=date(2027, 1, 1), ends_on=date(2027, 4, 1)), "900.00")
    found = {line.proposal.method.value: line.proposal for line in read(goal).lines}["funnel"]
    assert found.inputs == Funnel(10, (Decimal("0.4"),), 10_000, 15_000)
    assert found.amount == 55_000


def test_in_a_running_period_what_began_in_it_is_not_expected_once_more(world: World) -> None:
    acme, alice = world.acme, world.alice
    for created, due in (
        (date(2026, 3, 1), date(2026, 6, 1)),
        (date(2026, 3, 1), date(2026, 4, 1)),  # overdue: today at the earliest
        (date(2026, 4, 10), date(2026, 6, 1)),  # among the new deals of the period
        (date(2026, 3, 1), date(2026, 7, 1)),
    ):
        a_deal(acme, alice, status="open", base=1_000, created_on=created, expected_close_on=due)
    with acting_for(acme.pk):
        holder = Holder("person", alice.pk)
        assert begun_before(holder, Period(date(2026, 4, 1), date(2026, 7, 1)), on=TODAY) == (2, 2_000)


def test_older_worksheets_stay_and_the_newest_is_in_force(goal: Goal) -> None:
    keep(goal)
    keep(goal, MARKET, weights={"market": Decimal(1)})
    assert read(goal).amount == 130_000
    with acting_for(goal.organisation_id):
        assert [row.amount for row in Worksheet.objects.order_by("id")] == [115_000, 130_000]


def test_the_blend_is_taken_as_the_goals_amount(goal: Goal) -> None:
    assert take(goal, keep(goal)).amount == 115_000


def test_in_force_it_is_taken_with_a_reason_only(world: World, goal: Goal) -> None:
    published(goal.plan)
    worksheet = keep(goal)
    refused(world, lambda: take(goal, worksheet), "reason_required")
    assert take(goal, worksheet, "The market grew").amount == 115_000


def test_without_a_weight_there_is_nothing_to_take(world: World, goal: Goal) -> None:
    worksheet = keep(goal, weights={})
    refused(world, lambda: take(goal, worksheet), "no_blend")


def test_refusals_keep_nothing(world: World, goal: Goal) -> None:
    level = a_goal(a_plan(world.acme, "Rates"), "250000", kpi="win_rate")
    refused(world, lambda: keep(level), "no_methods")
    refused(world, lambda: keep(goal, MARKET, MARKET), "method_twice")
    refused(world, lambda: keep(goal, weights={"market": Decimal(-1)}), "negative_weight")
    viewer, lena = member(world.acme, Role.VIEWER), lead_of(world.acme, world.north)
    refused(world, lambda: keep(goal, actor=viewer), "forbidden", Forbidden)
    refused(world, lambda: keep(goal, actor=lena), "not_yours", Forbidden)
    with acting_for(world.acme.pk):
        assert not Worksheet.objects.exists()
