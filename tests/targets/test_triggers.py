"""A plan that stays below a pace opens one request by itself; not two, nor a new one after a decision."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kpis.selectors import get_kpi
from salestargets.alerts.models import Notice
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Unit
from targets.choices import Respread
from targets.models import Adjustment, Goal, Trigger
from targets.services.adjustments import reject_adjustment
from targets.services.cells import Edit, edit_numbers
from targets.services.progress import refresh_progress
from targets.services.triggers import fire_triggers
from tests.builders import NOON, World, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, fresh, lead_of, member, published, split

pytestmark = pytest.mark.django_db


@lasting
def world() -> World:
    """200.00 of 900.00 by 12 May, of which 41 of 91 days have passed: about half of what is due."""
    world = a_world()
    a_deal(world.acme, world.alice, base=200_00, closed_on=date(2026, 4, 2))
    drained(world.acme)
    return world


@lasting
def goal(world: World) -> Goal:
    goal = a_goal(a_plan(world.acme, expected_basis="calendar"), "900.00")
    split(goal)
    published(goal.plan)
    with acting_for(world.acme.pk):
        refresh_progress(at=NOON)
    return goal


def a_trigger(world: World, **more: Any) -> Trigger:
    with acting_for(world.acme.pk):
        return Trigger.objects.create(
            **{"name": "Far behind", "pace_below": Decimal("0.7"), "for_days": 5, **more}
        )


def fired(world: World, at: Any = NOON) -> list[Adjustment]:
    with acting_for(world.acme.pk):
        fire_triggers(world.acme, at=at)
        return list(Adjustment.objects.order_by("id"))


def test_it_opens_a_request_that_follows_the_forecast(world: World, goal: Goal) -> None:
    trigger = a_trigger(world)
    [asked] = fired(world)
    assert (asked.trigger_id, asked.actor, asked.about) == (trigger.pk, "system", "pace")
    [move] = asked.changes
    # April stays. The forecast is 200.00 · 91 / 41 = 443.90 of 900.00; the rest is as many times smaller.
    assert move["months_before"] == [300_00, 300_00, 300_00]
    assert move["months_after"][0] == 300_00
    assert move["months_after"][1] == move["months_after"][2] == 300_00 * asked_forecast(asked) // 900_00


def test_where_nothing_is_left_to_change_nothing_is_asked(world: World, goal: Goal) -> None:
    a_trigger(world)
    with acting_for(world.acme.pk):
        actor, root = system_actor(world.acme), fresh(goal)
        months = [Edit(None, [date(2026, month, 1)], 0) for month in (5, 6)]
        edit_numbers(actor, goal=root, edits=months, rule=Respread.STAY, reason="All in April", at=NOON)
        refresh_progress(at=NOON)
    assert fired(world) == []


def test_who_decides_and_who_leads_the_plan_are_told(world: World, goal: Goal) -> None:
    """The plan's own number is decided above its lead, who is told that it was asked for."""
    with acting_for(world.acme.pk):
        root = Unit.objects.get(pk=goal.plan.root_unit_id)
    lena, admin = lead_of(world.acme, root), member(world.acme, Role.ADMIN)
    a_trigger(world)
    fired(world)
    fired(world)
    with acting_for(world.acme.pk):
        told = sorted(Notice.objects.values_list("user__email", "kind"))
    assert told == [
        ("admin@acme.example", "adjustment_asked"),
        (lena.user and lena.user.email, "adjustment_opened"),
        (admin.user and admin.user.email, "adjustment_asked"),
    ]


def test_the_owner_of_the_goal_is_told_as_far_as_they_see_it(world: World, goal: Goal) -> None:
    mona, alice = member(world.acme, Role.MANAGER, world.mona), member(world.acme, Role.REP, world.alice)
    a_trigger(world)
    with acting_for(world.acme.pk):
        Goal.objects.filter(pk=goal.pk).update(owner=world.alice)
    fired(world)
    with acting_for(world.acme.pk):
        assert not Notice.objects.filter(user__in=[alice.user, mona.user]).exists()


def asked_forecast(asked: Adjustment) -> int:
    forecast: int = asked.evidence["holders"][0]["forecast"]
    return forecast


def test_it_never_opens_a_second_one_while_one_waits(world: World, goal: Goal) -> None:
    a_trigger(world)
    fired(world)
    assert len(fired(world)) == 1
    assert len(fired(world, NOON + timedelta(days=9))) == 1


def test_after_a_decision_the_days_count_anew(world: World, goal: Goal) -> None:
    a_trigger(world)
    [asked] = fired(world)
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        other = Actor(world.acme, actor.scopes, "key", key_id=5)
        reject_adjustment(other, adjustment=asked, comment="We will catch up", at=NOON)
    assert len(fired(world, NOON + timedelta(days=4))) == 1
    assert len(fired(world, NOON + timedelta(days=5))) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"pace_below": Decimal("0.4")},
        {"for_days": 45},
        {"is_active": False},
        {"pace_below": None},
    ],
    ids=["above the pace", "longer than the plan runs", "inactive", "by hand alone"],
)
def test_it_does_not_fire_otherwise(world: World, goal: Goal, more: dict[str, Any]) -> None:
    a_trigger(world, **more)
    assert fired(world) == []


def test_it_must_have_been_so_on_each_of_the_days(world: World, goal: Goal) -> None:
    """It was at 0.97 on 30 April and the days after, and fell below only with time."""
    a_deal(world.acme, world.alice, base=90_00, closed_on=date(2026, 4, 30))
    drained(world.acme)
    with acting_for(world.acme.pk):
        refresh_progress(at=NOON)
    a_trigger(world, pace_below=Decimal("0.72"), for_days=12)
    assert fired(world) == []


def test_a_trigger_of_one_kpi_leaves_the_others_alone(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        won = get_kpi("deals_won")
    a_trigger(world, kpi=won)
    assert fired(world) == []
