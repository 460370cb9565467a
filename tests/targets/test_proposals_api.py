"""Proposals over REST, as a conversation: what each may say, what is answered, and what is refused."""

from typing import Any

import pytest

from salestargets.tenancy.choices import AssignmentRole, Role, Scope
from targets.models import Goal
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World, a_person
from tests.lasting import lasting
from tests.targets.builders import (
    a_goal,
    a_plan,
    a_world_that_proposes,
    an_open_goal,
    number,
    propose,
    with_approvals,
)
from tests.targets.test_three_people_api import body, notices, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@lasting(at=NOON)
def world() -> World:
    world = a_world_that_proposes()
    with_approvals(world.acme)
    return world


@lasting(at=NOON)
def goal(world: World) -> Goal:
    return an_open_goal(world)


@pytest.fixture
def alice(world: World) -> Api:
    """Sells in North."""
    return signed_in(world.acme, world.alice, Role.REP)


@pytest.fixture
def bob(world: World) -> Api:
    """Sells in North."""
    return signed_in(world.acme, world.bob, Role.REP)


@pytest.fixture
def mona(world: World) -> Api:
    """Leads North; may move a number by a tenth."""
    return signed_in(world.acme, world.mona, Role.MANAGER)


@pytest.fixture
def lena(world: World) -> Api:
    """Leads East, above North."""
    lena = a_person(world.acme, "Lena", unit=world.east, role=AssignmentRole.MANAGER)
    return signed_in(world.acme, lena, Role.MANAGER)


def path_of(goal: Goal, tail: str = "proposals/") -> str:
    return f"/api/v1/plans/{goal.plan_id}/{tail}"


def proposed(api: Api, goal: Goal, holder: str, amount: str, **more: Any) -> Any:
    asked = {"goal": goal.pk, "holder": holder, "amount": amount, **more}
    return body(api.send("POST", path_of(goal), asked), 201)


def answered(api: Api, proposal: Any, act: str, status: int = 200, **said: Any) -> Any:
    return body(api.send("POST", f"/api/v1/proposals/{proposal['proposal']}/{act}/", said), status)


def gap(api: Api, goal: Goal) -> Any:
    return body(api.get(path_of(goal, f"reconciliation/?goal={goal.pk}")))


def test_proposed_countered_taken(world: World, goal: Goal, alice: Api, mona: Api) -> None:
    holder = f"person:{world.alice.pk}"
    first = proposed(alice, goal, holder, "280.00", comment="One has left", strategy="Visit everyone")
    assert (first["state"], first["given"], first["on_behalf"]) == ("open", "300.00", False)
    assert [row["amount"] for row in first["months"]] == ["93.34", "93.33", "93.33"]
    assert notices(mona) == ["Alice proposes $280.00 for “Q2”."]
    found = gap(mona, goal)
    assert (found["given"], found["proposed"], found["gap"], found["waiting"]) == (
        "600.00",
        "580.00",
        "20.00",
        1,
    )
    assert [(row["name"], row["amount"], row["comment"]) for row in found["results"]] == [
        ("Alice", "20.00", "One has left")
    ]

    offer = answered(mona, first, "counter", amount="295.00", comment="The market grows")
    assert (offer["state"], offer["counter"], offer["given"]) == ("countered", "295.00", "295.00")
    assert notices(alice)[0] == "$295.00 is offered to Alice in “Q2”, instead of $280.00."
    taken = answered(alice, first, "accept")
    assert (taken["amount"], taken["agreed"], taken["state"]) == ("295.00", "295.00", "accepted")
    assert taken["proposal"] != first["proposal"]
    assert number(goal, world.alice) == 295_00
    assert notices(mona)[0] == "Alice takes your offer for “Q2”: $295.00."
    [row] = body(mona.get(path_of(goal, "proposals/?state=accepted")))["results"]
    assert row["proposal"] == taken["proposal"]
    assert [(row["name"], row["reason"], row["amount"]) for row in gap(mona, goal)["results"]] == [
        ("North", "held_back", "5.00")
    ]


def test_beyond_the_limit_it_is_escalated_and_decided_above(
    world: World, goal: Goal, alice: Api, mona: Api, lena: Api
) -> None:
    far = proposed(alice, goal, f"person:{world.alice.pk}", "200.00")
    assert answered(mona, far, "accept", 422)["code"] == "above_limit"
    assert answered(mona, far, "counter", 422, amount="100.00", comment="Less still")["code"] == "above_limit"
    assert answered(mona, far, "escalate", 422, comment="")["code"] == "invalid_body"
    assert answered(mona, far, "escalate", comment="Too far")["state"] == "escalated"
    assert answered(mona, far, "accept", 403)["code"] == "escalated"
    assert notices(lena) == ["Please decide: Alice proposes $200.00 for “Q2”."]
    assert answered(lena, far, "accept", comment="It is so")["agreed"] == "200.00"
    assert answered(lena, far, "accept", 422)["code"] == "answered"


def test_withdrawn_while_nobody_has_answered(
    world: World, goal: Goal, alice: Api, mona: Api, lena: Api
) -> None:
    own = proposed(alice, goal, f"person:{world.alice.pk}", "290.00")
    assert answered(mona, own, "withdraw", 403)["code"] == "forbidden"
    gone = answered(alice, own, "withdraw")
    assert (gone["state"], gone["is_current"]) == ("withdrawn", False)
    assert answered(alice, own, "withdraw", 409)["code"] == "superseded"
    assert answered(mona, own, "accept", 409)["code"] == "superseded"
    assert body(mona.get(path_of(goal)))["results"] == []

    override = proposed(mona, goal, f"unit:{world.north.pk}", "500.00", comment="Two are new")
    assert override["is_override"]
    assert gap(lena, goal)["gap"] == "100.00"
    answered(lena, override, "withdraw")
    assert gap(lena, goal)["gap"] == "0"

    accepted = proposed(alice, goal, f"person:{world.alice.pk}", "290.00")
    answered(mona, accepted, "accept")
    assert answered(alice, accepted, "withdraw", 422)["code"] == "answered"


def test_nobody_answers_for_themselves_and_everyone_minds_their_own(
    world: World, goal: Goal, alice: Api, bob: Api, mona: Api
) -> None:
    own = proposed(alice, goal, f"person:{world.alice.pk}", "290.00")
    assert answered(alice, own, "accept", 403)["code"] == "own_proposal"
    assert answered(alice, own, "counter", 403, amount="1.00", comment="x")["code"] == "forbidden"
    assert answered(bob, own, "accept", 404) == answered(bob, {"proposal": 999_999_999}, "accept", 404)
    on_behalf = proposed(mona, goal, f"person:{world.bob.pk}", "310.00")
    assert on_behalf["on_behalf"]
    assert answered(mona, on_behalf, "accept", 403)["code"] == "own_proposal"
    for_another = {"goal": goal.pk, "holder": f"person:{world.alice.pk}", "amount": "1.00"}
    assert bob.send("POST", path_of(goal), for_another).status_code == 404
    without_reason = {"goal": goal.pk, "holder": f"unit:{world.north.pk}", "amount": "500.00"}
    assert body(mona.send("POST", path_of(goal), without_reason), 422)["code"] == "reason_required"
    assert number(goal, world.alice) == number(goal, world.bob) == 300_00


def test_all_within_the_limit_at_once_and_who_is_silent_is_reminded(
    world: World, goal: Goal, alice: Api, bob: Api, mona: Api
) -> None:
    proposed(alice, goal, f"person:{world.alice.pk}", "290.00")
    assert body(mona.send("POST", path_of(goal, "remind/"), {})) == {"reminded": 1}
    assert notices(bob) == ["Your proposal for “Q2” is still missing."]
    proposed(bob, goal, f"person:{world.bob.pk}", "100.00")
    assert body(mona.send("POST", path_of(goal, "proposals/accept/"), {"goal": goal.pk})) == {"accepted": 1}
    assert (number(goal, world.alice), number(goal, world.bob)) == (290_00, 300_00)


def test_only_while_the_plan_is_open(world: World, goal: Goal, alice: Api, mona: Api) -> None:
    own = proposed(alice, goal, f"person:{world.alice.pk}", "290.00")
    draft = a_goal(a_plan(world.acme, "Q3"), "1200.00")
    asked = {"goal": draft.pk, "holder": f"person:{world.alice.pk}", "amount": "1.00"}
    assert body(mona.send("POST", path_of(draft), asked), 422)["code"] == "not_open"
    body(mona.send("POST", path_of(goal, "submit/"), {}), 403)  # East and West are not hers
    keys = an_integration(world.acme)
    body(keys.send("POST", path_of(goal, "submit/"), {}))
    for api, act in ((mona, "accept"), (alice, "withdraw")):
        assert answered(api, own, act, 422)["code"] == "plan_submitted"


def test_a_key_that_only_reads_promises_nothing(world: World, goal: Goal) -> None:
    reader = an_integration(world.acme, Scope.READ)
    asked = {"goal": goal.pk, "holder": f"person:{world.alice.pk}", "amount": "1.00"}
    assert body(reader.send("POST", path_of(goal), asked), 403)["code"] == "forbidden"
    own = propose(goal, world.alice, "290.00")
    for act in ("accept", "withdraw"):
        assert answered(reader, {"proposal": own.pk}, act, 403)["code"] == "forbidden"


def test_an_override_of_a_split_is_withdrawn(world: World, goal: Goal, mona: Api, alice: Api) -> None:
    [row] = [
        each
        for each in body(mona.get(path_of(goal, f"targets/?goal={goal.pk}")))["results"]
        if each["name"] == "Alice"
    ]
    path = f"/api/v1/targets/{row['target']}/"
    changed = mona.send("PATCH", path, {"amount": "310.00"}, **{"If-Match": f'"{row["version"]}"'})
    assert (body(changed)["amount"], body(changed)["computed"]) == ("310.00", "300.00")
    assert body(alice.send("POST", f"{path}withdraw-override/", {}), 403)["code"] == "forbidden"
    assert body(mona.send("POST", f"{path}withdraw-override/", {}))["amount"] == "300.00"
    assert body(mona.send("POST", f"{path}withdraw-override/", {}), 422)["code"] == "no_override"
    newest = body(mona.get(f"{path}history/"))["changes"][0]
    assert (newest["amount"], newest["details"]) == ("300.00", {"override": "withdrawn"})
