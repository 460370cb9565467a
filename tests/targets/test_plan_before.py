"""Beside a worksheet: what the plan before was, and that its one-offs are no guidance for the next."""

from datetime import date
from typing import Any

import pytest

from salestargets.accounts.models import User
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from targets.choices import Nature
from targets.models import Goal, Trigger
from targets.selectors.adjustments import get_adjustment
from targets.selectors.plan_before import PlanBefore, plan_before
from targets.services.adjustments import (
    Why,
    Wish,
    approve_adjustment,
    reject_adjustment,
    request_adjustment,
)
from tests.api.clients import an_integration
from tests.builders import NOON, World, a_world, acting_as
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import (
    a_goal,
    a_plan,
    fresh,
    lead_of,
    member,
    of,
    published,
    split,
)

pytestmark = pytest.mark.django_db

TODAY, JUNE = NOON.date(), date(2026, 6, 1)
Q3 = {"starts_on": date(2026, 7, 1), "ends_on": date(2026, 10, 1)}


@lasting
def world() -> World:
    """Alice has won 200.00 in the second quarter of 2026; Other adjusts a number of its own."""
    world = a_world()
    theirs = a_goal(a_plan(world.other), "777.77")
    split(theirs)
    published(theirs.plan)
    adjusted(theirs, (None, 888_88), Nature.ONE_OFF, "Theirs alone")
    a_deal(world.acme, world.alice, base=200_00)
    drained(world.acme)
    return world


@lasting
def before(world: World) -> Goal:
    """1,200.00 in Q2: 300.00 each for Alice and Bob in North below East, 600.00 for Carol in West."""
    goal = a_goal(a_plan(world.acme, expected_basis="calendar"), "1200.00")
    split(goal)
    published(goal.plan)
    return goal


@lasting
def goal(world: World, before: Goal) -> Goal:
    return a_goal(a_plan(world.acme, "Q3", **Q3), "1300.00")


def adjusted(
    goal: Goal,
    wish: tuple[Unit | Person | None, int],
    nature: Nature,
    reason: str,
    *more: tuple[Unit | Person | None, int],
    is_approved: bool = True,
) -> None:
    """Asked for by someone, decided by the system."""
    with acting_for(goal.organisation_id):
        actor = asking(goal.organisation)
        made = request_adjustment(
            actor,
            goal=fresh(goal),
            wishes=[Wish(of(holder), amount) for holder, amount in (wish, *more)],
            why=Why(Trigger.objects.order_by("position")[0], nature, reason, JUNE),
            at=NOON,
        )
        system = system_actor(goal.organisation)
        found = get_adjustment(system, made.pk, NOON.date())
        if is_approved:
            approve_adjustment(system, adjustment=found, at=NOON)
        else:
            reject_adjustment(system, adjustment=found, comment="No", at=NOON)


def asking(organisation: Organisation) -> Actor:
    """An administrator, the same each time."""
    user = User.objects.filter(email=f"the-admin@{organisation.slug}.example").first()
    return acting_as(organisation, user) if user else member(organisation, Role.ADMIN)


def read(goal: Goal, by: Actor | None = None, on: date = TODAY) -> PlanBefore | None:
    with acting_for(goal.organisation_id):
        return plan_before(by or system_actor(goal.organisation), fresh(goal), on=on)


def test_what_it_was_to_reach_and_reached(before: Goal, goal: Goal) -> None:
    found = read(goal)
    assert found is not None
    assert (found.plan.pk, found.is_over, found.reached) == (before.plan_id, False, 200_00)
    assert (found.original, found.target, found.without_one_offs) == (1_200_00, 1_200_00, 1_200_00)
    assert found.adjusted == []
    later = read(goal, on=date(2026, 7, 2))
    assert later is not None
    assert later.is_over


def test_a_one_off_is_left_out_and_a_trend_is_not(before: Goal, goal: Goal) -> None:
    adjusted(before, (None, 1_100_00), Nature.ONE_OFF, "A flood")
    adjusted(before, (None, 1_150_00), Nature.TREND, "The market grows")
    adjusted(before, (None, 900_00), Nature.ONE_OFF, "Never", is_approved=False)
    found = read(goal)
    assert found is not None
    assert (found.original, found.target) == (1_200_00, 1_150_00)
    assert (found.one_off, found.without_one_offs) == (-100_00, 1_250_00)
    assert [(each.adjustment.reason, each.difference, each.is_one_off) for each in found.adjusted] == [
        ("A flood", -100_00, True),
        ("The market grows", 50_00, False),
    ]


def test_what_changed_below_is_named_and_leaves_the_units_number(
    world: World, before: Goal, goal: Goal
) -> None:
    adjusted(
        before, (world.east, 590_00), Nature.ONE_OFF, "A fair", (world.north, 590_00), (world.alice, 290_00)
    )
    found = read(goal)
    assert found is not None
    [each] = found.adjusted
    assert (each.difference, [(move["name"], move["after"]) for move in each.moves]) == (
        None,
        [("East", 590_00)],
    )
    assert found.without_one_offs == 1_200_00


def test_of_a_larger_plan_it_is_the_units_own_part(world: World, before: Goal) -> None:
    adjusted(before, (world.east, 550_00), Nature.ONE_OFF, "A flood")
    adjusted(before, (world.west, 500_00), Nature.ONE_OFF, "Elsewhere")
    goal = a_goal(a_plan(world.acme, "East Q3", root=world.east, **Q3), "700.00")
    found = read(goal, lead_of(world.acme, world.east))
    assert found is not None
    assert (found.original, found.target, found.without_one_offs) == (600_00, 550_00, 600_00)
    assert [each.adjustment.reason for each in found.adjusted] == ["A flood"]


def test_there_may_be_none(world: World, goal: Goal) -> None:
    assert read(a_goal(a_plan(world.acme, "Deals", **Q3), "12", kpi="deals_won")) is None
    draft = a_goal(a_plan(world.acme, "Q1", starts_on=date(2026, 1, 1), ends_on=date(2026, 4, 1)), "1.00")
    assert read(draft) is None


def test_the_worksheet_tells_it_over_rest(before: Goal, goal: Goal, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    adjusted(before, (None, 1_100_00), Nature.ONE_OFF, "A flood")
    api = an_integration(goal.organisation, Scope.READ)
    answer = api.get(f"/api/v1/plans/{goal.plan_id}/goals/{goal.pk}/worksheet/").json()
    assert answer["last_period"] == {
        "starts_on": "2026-01-01",
        "ends_on": "2026-04-01",
        "reached": None,
        "causes": [],
    }
    found = answer["plan_before"]
    [told] = found.pop("adjustments")
    assert found == {
        "plan": before.plan_id,
        "name": "Q2",
        "starts_on": "2026-04-01",
        "ends_on": "2026-07-01",
        "is_over": False,
        "reached": "200.00",
        "original": "1200.00",
        "target": "1100.00",
        "without_one_offs": "1200.00",
    }
    assert (told["nature"], told["reason"], told["difference"]) == ("one_off", "A flood", "-100.00")
    assert [(row["name"], row["before"], row["after"]) for row in told["changes"]] == [
        ("Acme", "1200.00", "1100.00")
    ]
