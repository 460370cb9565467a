"""Adjustments over REST: the same services, the same refusals."""

from typing import Any

import pytest

from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from targets.models import Adjustment, Goal, Trigger
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World
from tests.targets.builders import number, place

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def asks(world: World) -> Api:
    return an_integration(world.acme)


@pytest.fixture
def decides(world: World) -> Api:
    return an_integration(world.acme, name="Another")


def request_of(world: World, goal: Goal, amount: str = "250.00", **more: Any) -> dict[str, Any]:
    with acting_for(world.acme.pk):
        trigger = Trigger.objects.order_by("position")[0].pk
    return {
        "goal": goal.pk,
        "trigger": trigger,
        "nature": "one_off",
        "reason": "A flood",
        "effective_on": "2026-06-01",
        "changes": [{"holder": f"person:{world.alice.pk}", "amount": amount}],
        **more,
    }


def path_of(goal: Goal, tail: str = "") -> str:
    return f"/api/v1/plans/{goal.plan_id}/adjustments/{tail}"


def test_asked_for_by_one_and_approved_by_another(world: World, goal: Goal, asks: Api, decides: Api) -> None:
    previewed = asks.send("POST", path_of(goal), request_of(world, goal, preview=True)).json()
    assert (previewed["id"], previewed["state"]) == (None, None)
    made = asks.send("POST", path_of(goal), request_of(world, goal)).json()
    assert made["changes"] == previewed["changes"]
    assert made["simulation"] == previewed["simulation"]
    assert made["changes"] == [
        {
            "holder": place(world.alice),
            "name": "Alice",
            "before": "300.00",
            "after": "250.00",
            "months_before": ["100.00", "100.00", "100.00"],
            "months_after": ["100.00", "100.00", "50.00"],
        }
    ]
    assert made["simulation"]["balances"][0]["unallocated_after"] == "50.00"
    own = asks.send("POST", path_of(goal, f"{made['id']}/approve/"), {})
    assert (own.status_code, own.json()["code"]) == (403, "own_request")
    decided = decides.send("POST", path_of(goal, f"{made['id']}/approve/"), {"comment": "Yes"}).json()
    assert (decided["state"], decided["decision"]) == ("approved", "Yes")
    assert number(goal, world.alice) == 250_00
    again = decides.send("POST", path_of(goal, f"{made['id']}/approve/"), {})
    assert (again.status_code, again.json()["code"]) == (409, "decided")


def test_months_may_be_named_in_the_place_of_the_span(world: World, goal: Goal, asks: Api) -> None:
    changes = [{"holder": "root", "months": [{"month": "2026-06-01", "amount": "390.00"}]}]
    made = asks.send("POST", path_of(goal), request_of(world, goal, changes=changes)).json()
    assert (made["changes"][0]["before"], made["changes"][0]["after"]) == ("1200.00", "1190.00")


def test_they_are_listed_by_state_and_read_one_by_one(
    world: World, goal: Goal, asks: Api, decides: Api
) -> None:
    first, second = (
        asks.send("POST", path_of(goal), request_of(world, goal, amount)).json()["id"]
        for amount in ("250.00", "260.00")
    )
    decides.send("POST", path_of(goal, f"{first}/reject/"), {"comment": "Not now"})
    rows = asks.get(path_of(goal)).json()["results"]
    assert [row["id"] for row in rows] == [second, first]
    [open_one] = asks.get(path_of(goal, "?state=requested")).json()["results"]
    assert open_one["id"] == second
    one = asks.get(path_of(goal, f"{first}/")).json()
    assert (one["state"], one["decision"]) == ("rejected", "Not now")
    assert asks.send("POST", path_of(goal, f"{second}/withdraw/"), {}).json()["state"] == "withdrawn"
    assert decides.send("POST", path_of(goal, f"{second}/withdraw/"), {}).status_code == 409


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": "300.00"}, 422, "no_change"),
        ({"amount": "100.00"}, 422, "below_past"),
        ({}, 422, "amount_or_months"),
        ({"holder": "person:999999", "amount": "1.00"}, 404, "not_found"),
    ],
)
def test_what_cannot_be_is_refused(
    world: World, goal: Goal, asks: Api, change: dict[str, str], status: int, code: str
) -> None:
    holder = f"person:{world.alice.pk}"
    body = request_of(world, goal, changes=[{"holder": holder, **change}])
    answer = asks.send("POST", path_of(goal), body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    with acting_for(world.acme.pk):
        assert not Adjustment.objects.exists()


def test_a_key_that_only_reads_may_not_ask(world: World, goal: Goal) -> None:
    reader = an_integration(world.acme, Scope.READ)
    assert reader.send("POST", path_of(goal), request_of(world, goal)).status_code == 403
