"""Who leaves hands on what is left, who joins gets a start; asked for by itself, once, and then decided."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from salestargets.alerts.models import Notice
from salestargets.kernel.errors import DomainError
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit
from salestargets.tenancy.services.people import move_person
from targets import tasks
from targets.choices import AdjustmentState, LeaverRule
from targets.models import Adjustment, Goal, PlanningRules, Trigger
from targets.services.adjustments import approve_adjustment, reject_adjustment
from targets.services.cells import set_target
from targets.services.handover import Handover, hand_over, offer_handovers
from tests.builders import NOON, World, a_person
from tests.targets.builders import (
    a_goal,
    a_plan,
    fresh,
    lead_of,
    member,
    number,
    of,
    published,
    refused,
    split,
)

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)


def leaves(world: World, person: Person, on: date = JUNE) -> None:
    with acting_for(world.acme.pk):
        Person.objects.filter(pk=person.pk).update(left_on=on)


def by(world: World, rule: LeaverRule) -> None:
    with acting_for(world.acme.pk):
        PlanningRules.objects.update(leaver_rule=rule)


def offered(world: World) -> list[Adjustment]:
    with acting_for(world.acme.pk):
        offer_handovers(world.acme, at=NOON)
        return list(Adjustment.objects.select_related("trigger").order_by("id"))


def after(adjustment: Adjustment) -> dict[str, int]:
    return {move["name"]: move["after"] for move in adjustment.changes}


@pytest.mark.parametrize(
    ("rule", "numbers"),
    [
        (LeaverRule.UNIT, {"Alice": 200_00}),
        (LeaverRule.EVEN, {"Alice": 200_00, "Bob": 400_00}),
        (LeaverRule.SHARES, {"Alice": 200_00, "Bob": 400_00}),
        (LeaverRule.SUCCESSOR, {"Alice": 200_00}),
    ],
)
def test_what_a_leaver_leaves_is_offered_by_the_organisations_rule(
    world: World, goal: Goal, rule: LeaverRule, numbers: dict[str, int]
) -> None:
    """Without a successor the unit keeps it."""
    by(world, rule)
    leaves(world, world.alice)
    [asked] = offered(world)
    assert after(asked) == numbers
    assert (asked.actor, asked.requested_by, asked.effective_on) == ("system", None, JUNE)
    kept = LeaverRule.UNIT if rule == LeaverRule.SUCCESSOR else rule
    assert asked.evidence["rule"]["rule"] == kept
    assert asked.trigger.key == "key_person"


def test_it_is_offered_once_however_often_one_looks(world: World, goal: Goal) -> None:
    leaves(world, world.alice)
    assert len(offered(world)) == 1
    assert len(offered(world)) == 1
    leaves(world, world.alice, date(2026, 6, 15))
    assert len(offered(world)) == 2


def test_nothing_is_lost_and_the_past_stays_once_it_is_approved(world: World, goal: Goal) -> None:
    by(world, LeaverRule.EVEN)
    leaves(world, world.alice)
    [asked] = offered(world)
    with acting_for(world.acme.pk):
        admin = system_actor(world.acme)
        decided = approve_adjustment(
            type(admin)(world.acme, admin.scopes, "key", key_id=3), adjustment=asked, at=NOON
        )
    assert decided.state == AdjustmentState.APPROVED
    assert number(goal, world.alice, date(2026, 5, 1)) == 100_00
    assert [number(goal, who, JUNE) for who in (world.alice, world.bob)] == [0, 200_00]
    assert (number(goal, world.alice) or 0) + (number(goal, world.bob) or 0) == 600_00


def test_who_moves_to_another_unit_leaves_a_number_too(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        move_person(system_actor(world.acme), person=world.bob, unit=world.west, on=JUNE)
    [asked] = offered(world)
    assert after(asked) == {"Bob (North)": 200_00}


def test_the_manager_is_told(world: World, goal: Goal) -> None:
    mona = member(world.acme, Role.MANAGER, world.mona)
    leaves(world, world.alice)
    offered(world)
    with acting_for(world.acme.pk):
        assert Notice.objects.filter(user=mona.user, kind="adjustment_asked").count() == 1


def test_who_joins_gets_a_start_by_the_ramp_from_what_is_unallocated(world: World, goal: Goal) -> None:
    """Hired in June: 30 % of a full month, of which North has left what Alice leaves."""
    leaves(world, world.alice)
    [asked] = offered(world)
    with acting_for(world.acme.pk):
        admin = system_actor(world.acme)
        other = type(admin)(world.acme, admin.scopes, "key", key_id=3)
        approve_adjustment(other, adjustment=asked, at=NOON)
    a_person(world.acme, "Nia", unit=world.north, role=AssignmentRole.MEMBER, since=JUNE)
    asked, start = offered(world)
    # Alice and Bob now have 0 and 100.00 in June.
    assert after(start) == {"Nia": 15_00}


def joined(world: World, goal: Goal, unit: Unit, *names: str) -> list[Person]:
    """New hires of June, in a unit whose people have 20.00 a month less than it was given."""
    with acting_for(world.acme.pk):
        actor, person = system_actor(world.acme), world.alice if unit == world.north else world.carol
        amount = (number(goal, person) or 0) - 60_00
        set_target(
            actor,
            goal=fresh(goal),
            holder=of(person),
            amount=amount,
            expected_version=None,
            reason="x",
            at=NOON,
        )
    return [a_person(world.acme, name, unit=unit, role=AssignmentRole.MEMBER, since=JUNE) for name in names]


def test_two_who_join_are_not_offered_the_same_rest(world: World, goal: Goal) -> None:
    """30 % of the 90.00 that North's people have on average in June are 27.00; there are 20.00."""
    joined(world, goal, world.north, "Nia", "Noor")
    assert [after(asked) for asked in offered(world)] == [{"Nia": 20_00}]


def test_nor_is_what_an_undecided_request_holds(world: World, goal: Goal) -> None:
    joined(world, goal, world.north, "Nia")
    assert [after(asked) for asked in offered(world)] == [{"Nia": 20_00}]
    a_person(world.acme, "Noor", unit=world.north, role=AssignmentRole.MEMBER, since=JUNE)
    [first] = offered(world)
    with acting_for(world.acme.pk):
        actor = member(world.acme, Role.ADMIN)
        reject_adjustment(actor, adjustment=first, comment="She starts without", at=NOON)
    assert [after(asked) for asked in offered(world)] == [{"Nia": 20_00}, {"Noor": 20_00}]


def test_where_nothing_is_unallocated_nobody_is_offered_a_start(world: World, goal: Goal) -> None:
    a_person(world.acme, "Nia", unit=world.north, role=AssignmentRole.MEMBER, since=JUNE)
    assert offered(world) == []


def test_who_moves_into_a_plans_unit_is_offered_a_start_there_without_a_ramp(world: World) -> None:
    """Two of the 22 working days of June are theirs, at 180.00 a month as Carol has; West has 20.00 left."""
    goal = a_goal(a_plan(world.acme, root=world.west), "600.00")
    split(goal)
    published(goal.plan)
    joined(world, goal, world.west)
    with acting_for(world.acme.pk):
        Person.objects.filter(pk=world.bob.pk).update(hired_on=date(2020, 1, 1))
        move_person(system_actor(world.acme), person=world.bob, unit=world.west, on=date(2026, 6, 29))
    [asked] = offered(world)
    assert after(asked) == {"Bob": 16_37}
    assert asked.effective_on == date(2026, 6, 29)


def test_who_switched_it_off_is_offered_nothing(world: World, goal: Goal) -> None:
    leaves(world, world.alice)
    with acting_for(world.acme.pk):
        Trigger.objects.filter(key="key_person").update(is_active=False)
    assert offered(world) == []


def test_by_the_rule_of_a_successor_the_request_says_that_nobody_is_named(world: World, goal: Goal) -> None:
    by(world, LeaverRule.SUCCESSOR)
    leaves(world, world.alice)
    [asked] = offered(world)
    assert (
        asked.reason
        == "Alice leaves; nobody is there to take over (One successor): the unit keeps what is left."
    )


def test_a_manager_chooses_a_successor(world: World, goal: Goal) -> None:
    lena = lead_of(world.acme, world.north)
    with acting_for(world.acme.pk):
        asked = hand_over(
            lena,
            goal=fresh(goal),
            handover=Handover(of(world.alice), JUNE, LeaverRule.SUCCESSOR, of(world.bob)),  # type: ignore[arg-type]
            reason="Bob takes her customers",
            at=NOON,
        )
    assert after(asked) == {"Alice": 200_00, "Bob": 400_00}
    assert asked.evidence["rule"]["successor"] == f"person:{world.bob.pk}"


@pytest.mark.parametrize(("successor", "code"), [(None, "nobody"), ("alice", "own_successor")])
def test_a_successor_is_somebody_else(world: World, goal: Goal, successor: Any, code: str) -> None:
    chosen = of(getattr(world, successor)) if successor else None

    def call() -> None:
        handover = Handover(of(world.alice), JUNE, LeaverRule.SUCCESSOR, chosen)  # type: ignore[arg-type]
        hand_over(system_actor(world.acme), goal=fresh(goal), handover=handover, reason="x", at=NOON)

    refused(world, call, code, DomainError)


def test_the_day_asks_by_itself(world: World, goal: Goal, time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 5, 13, 0, 30, tzinfo=UTC))
    leaves(world, world.alice)
    tasks.day(world.acme.pk)
    with acting_for(world.acme.pk):
        assert Adjustment.objects.count() == 1
    with acting_for(world.other.pk):
        assert not Adjustment.objects.exists()
