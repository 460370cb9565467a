"""A number set over what a split gave is withdrawn, and what the split gave holds again, to the month."""

from collections.abc import Callable
from typing import Any

import pytest

from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit
from targets.choices import ChangeKind
from targets.models import Goal, Target, TargetVersion
from targets.selectors.history import steps_of
from targets.selectors.overrides import may_withdraw
from targets.services.overrides import withdraw_override
from targets.services.undo import undo_last
from tests.builders import World
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
    opened,
    propose,
    published,
    refused,
    split,
    with_approvals,
)
from tests.targets.test_cells import MAY, put
from tests.targets.test_proposals import accept

pytestmark = pytest.mark.django_db


@lasting
def goal(world: World) -> Goal:
    """120.00: 30.00 each for Alice and Bob, 60.00 for Carol; the same in each month."""
    goal = a_goal(a_plan(world.acme), "120.00")
    split(goal)
    return goal


@pytest.fixture
def withdraw(goal: Goal) -> Callable[..., Target]:
    def withdraw(holder: Unit | Person, by: Actor | None = None, **more: Any) -> Target:
        with acting_for(goal.organisation_id):
            actor = by or system_actor(goal.organisation)
            return withdraw_override(actor, goal=fresh(goal), holder=of(holder), at=APRIL, **more)

    return withdraw


def months(goal: Goal, holder: Person) -> list[int | None]:
    return [number(goal, holder, month) for month in goal.plan.period_starts]


def test_the_months_are_those_of_the_split_again(world: World, goal: Goal, withdraw: Any) -> None:
    put(goal, world.alice, 4_000, month=MAY)
    put(goal, world.alice, 9_000)
    target = withdraw(world.alice)
    assert (target.given, target.computed) == (3_000, 3_000)
    assert months(goal, world.alice) == [1_000, 1_000, 1_000]
    assert number(goal, world.north) == 6_000


def test_the_history_tells_of_it_and_it_is_undone_like_any_other(
    world: World, goal: Goal, withdraw: Any
) -> None:
    put(goal, world.alice, 9_000)
    target = withdraw(world.alice, reason="A mistake")
    with acting_for(world.acme.pk):
        step = steps_of(target)[0]
        assert (step.kind, step.reason, step.details) == (
            ChangeKind.EDIT,
            "A mistake",
            {"override": "withdrawn"},
        )
        undo_last(system_actor(world.acme), goal=fresh(goal), at=APRIL)
    assert number(goal, world.alice) == 9_000


def test_a_held_number_goes_to_what_the_split_would_have_given(
    world: World, goal: Goal, withdraw: Any
) -> None:
    split(goal, "even", recursive=False, holder=of(world.north), holds={of(world.alice): 4_000})
    assert number(goal, world.alice) == 4_000
    withdraw(world.alice)
    assert (number(goal, world.alice), sum(filter(None, months(goal, world.alice)))) == (3_000, 3_000)


def test_in_force_it_takes_a_reason_and_writes_a_version(world: World, goal: Goal, withdraw: Any) -> None:
    published(goal.plan)
    put(goal, world.alice, 3_100, reason="More leads")
    refused(world, lambda: withdraw(world.alice), "reason_required")
    target = withdraw(world.alice, reason="They went to Bob")
    with acting_for(world.acme.pk):
        versions = TargetVersion.objects.filter(target=target).order_by("number")
        assert [version.amount for version in versions] == [3_000, 3_100, 3_000]


def test_in_force_it_is_held_against_what_was_approved(world: World, goal: Goal, withdraw: Any) -> None:
    put(goal, world.alice, 9_000)
    published(goal.plan)
    with_approvals(world.acme)
    refused(world, lambda: withdraw(world.alice, reason="No"), "above_limit")


def test_what_is_no_override_is_not_withdrawn(world: World, goal: Goal, withdraw: Any) -> None:
    refused(world, lambda: withdraw(world.alice), "no_override")
    refused(world, lambda: withdraw(world.north, group="Nothing of it"), "no_override")


def test_what_was_agreed_is_not_taken_back_by_one_side(world: World, goal: Goal, withdraw: Any) -> None:
    alice = member(world.acme, Role.REP, world.alice)
    opened(goal.plan)
    accept(propose(goal, world.alice, "29.00", by=alice), lead_of(world.acme, world.east))
    refused(world, lambda: withdraw(world.alice), "agreed")


def test_by_whoever_may_set_the_number(world: World, goal: Goal, withdraw: Any) -> None:
    put(goal, world.alice, 3_100)
    alice, mona = (
        member(world.acme, role, person)
        for role, person in ((Role.REP, world.alice), (Role.MANAGER, world.mona))
    )
    west = lead_of(world.acme, world.west, "Wilma")
    cases: list[tuple[Actor, str, type[DomainError]]] = [
        (alice, "not_yours", Forbidden),
        (west, "not_found", NotFound),
    ]
    for actor, code, kind in cases:
        refused(world, lambda actor=actor: withdraw(world.alice, actor), code, kind)  # type: ignore[misc]
    refused(world, lambda: withdraw(world.alice, mona, expected_version=7), "stale", Conflict)
    with acting_for(world.acme.pk):
        target = Target.objects.select_related("goal__plan").get(goal=goal, person=world.alice)
        assert [may_withdraw(actor, target, on=APRIL.date()) for actor in (alice, mona)] == [False, True]
    withdraw(world.alice, mona)
    assert number(goal, world.alice) == 3_000
