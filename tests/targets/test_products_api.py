"""Product groups over REST: chosen, divided, set, compared with what was sold."""

from typing import Any

import pytest

from pipeline.models import Product
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.models import Goal
from tests.api.clients import Api, a_browser, an_integration
from tests.builders import NOON, World, a_member, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, published, split, written

pytestmark = pytest.mark.django_db

GROUPS = [{"group": "Tools", "min_share_bp": 6000}, {"group": "Parts", "min_amount": "10.00"}]


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@lasting(at=NOON)
def world() -> World:
    world = a_world()
    with acting_for(world.acme.pk):
        for name, group in (("Drill", "Tools"), ("Bit", "Parts")):
            Product.objects.create(source="crm", external_id=name, name=name, group=group)
    return world


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


@lasting(at=NOON)
def goal(world: World) -> Goal:
    """1,200.00 in Q2: 300.00 each for Alice and Bob, 600.00 for Carol."""
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal, "even")
    return goal


def path(goal: Goal, more: str = "") -> str:
    return f"/api/v1/plans/{goal.plan_id}/goals/{goal.pk}/products/{more}"


def body(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def chosen(api: Api, goal: Goal, groups: Any = GROUPS, status: int = 200) -> Any:
    version = body(api.get(path(goal)))["version"]
    return body(api.send("PUT", path(goal), {"groups": groups}, **{"If-Match": f'"{version}"'}), status)


def divided(api: Api, goal: Goal, status: int = 200, **asked: Any) -> Any:
    asked = {"method": "even", "preview": False, **asked}
    return body(api.send("POST", path(goal, "split/"), asked), status)


def test_groups_are_chosen_divided_and_told_for_any_holder(world: World, api: Api, goal: Goal) -> None:
    assert body(api.get(path(goal)))["groups"] == []
    told = chosen(api, goal)
    assert [(row["group"], row["min_share_bp"], row["min_amount"]) for row in told["groups"]] == [
        ("Tools", 6000, None),
        ("Parts", None, "10.00"),
    ]
    shown = divided(api, goal, preview=True)
    assert (shown["is_applied"], [line["before"] for line in shown["lines"]]) == (False, [None, None])
    done = divided(api, goal)
    assert [(line["group"], line["after"], line["least"]) for line in done["lines"]] == [
        ("Tools", "720.00", "720.00"),
        ("Parts", "480.00", "10.00"),
    ]
    alice = body(api.get(path(goal), {"holder": f"person:{world.alice.pk}"}))
    assert (alice["target"], [row["target"] for row in alice["groups"]]) == ("300.00", ["180.00", "120.00"])


def test_fixed_amounts_and_holds_are_money(world: World, api: Api, goal: Goal) -> None:
    chosen(api, goal)
    amounts = [{"group": "Tools", "amount": "800.00"}, {"group": "Parts", "amount": "100.50"}]
    assert divided(api, goal, method="fixed", amounts=amounts)["unallocated"] == "299.50"
    holds = [{"group": "Parts", "amount": "100.01"}]
    assert [line["after"] for line in divided(api, goal, holds=holds)["lines"]] == ["1099.99", "100.01"]
    assert divided(api, goal, 422, amounts=amounts + amounts)["code"] == "repeated"


def test_targets_are_listed_and_set_by_group(world: World, api: Api, goal: Goal) -> None:
    chosen(api, goal)
    divided(api, goal)
    targets = f"/api/v1/plans/{goal.plan_id}/targets/?goal={goal.pk}&holder=person:{world.alice.pk}"
    [total] = body(api.get(targets))["results"]
    [tools] = body(api.get(f"{targets}&group=Tools"))["results"]
    assert (total["amount"], total["is_writable"]) == ("300.00", False)
    assert (tools["amount"], tools["is_writable"]) == ("180.00", True)
    one = f"/api/v1/targets/{tools['target']}/"
    changed = body(api.send("PATCH", one, {"amount": "200.00"}, **{"If-Match": f'"{tools["version"]}"'}))
    assert (changed["group"], changed["amount"]) == ("Tools", "200.00")
    [total] = body(api.get(targets))["results"]
    assert total["amount"] == "320.00"
    version = f'"{total["version"]}"'
    refused = api.send(
        "PATCH", f"/api/v1/targets/{total['target']}/", {"amount": "1.00"}, **{"If-Match": version}
    )
    assert body(refused, 422)["code"] == "sum_of_groups"
    assert body(api.get(f"{targets}&group=Typo"), 404)["code"] == "not_found"


def test_progress_tells_product_groups_where_they_are_asked_for(world: World, api: Api, goal: Goal) -> None:
    chosen(api, goal)
    divided(api, goal)
    published(goal.plan)
    with acting_for(world.acme.pk):
        drill = Product.objects.get(external_id="Drill")
    a_deal(world.acme, world.alice, base=12_000, product=drill)
    drained(world.acme)
    listed = f"/api/v1/progress/?goal={goal.pk}&holder=person:{world.alice.pk}"
    assert body(api.get(listed))["results"][0]["products"] is None
    tools, parts = body(api.get(f"{listed}&by=product"))["results"][0]["products"]
    assert (tools["actual"], tools["needed"], tools["short"]) == ("120.00", "72.00", "0.00")
    assert (parts["actual"], parts["needed"]) == ("0.00", None)


def test_what_cannot_be_is_refused_and_writes_nothing(world: World, api: Api, goal: Goal) -> None:
    before = written(world.acme)
    assert chosen(api, goal, [{"group": "Typo"}], 422)["code"] == "unknown_group"
    assert divided(api, goal, 422)["code"] == "no_groups"
    assert body(api.send("PUT", path(goal), {"groups": GROUPS}, **{"If-Match": '"99"'}), 412)
    assert body(api.send("PUT", path(goal), {"groups": GROUPS}), 428)
    rep = a_browser(world.acme, a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice))
    assert body(rep.send("POST", path(goal, "split/"), {"method": "even"}), 403)
    other = an_integration(world.other)
    assert body(other.get(path(goal)), 404)
    assert written(world.acme) == before
