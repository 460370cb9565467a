"""Numbers of a product group over REST: split, spread, written, undone, sent as a file; each group apart."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pipeline.models import Product
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from targets.models import Goal
from targets.services.product_groups import GroupRule, set_product_groups
from targets.services.products import ProductSplit, split_products
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World, a_world
from tests.lasting import lasting
from tests.targets.builders import APRIL, a_goal, a_plan, fresh, split

pytestmark = pytest.mark.django_db

OURS, THEIRS = ("Tools", "Parts"), ("Elsewhere",)


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@lasting(at=NOON)
def world() -> World:
    """Other plans by a product group that Acme does not have."""
    world = a_world()
    by_group(a_goal(a_plan(world.other), "777.77"), THEIRS)
    return world


@lasting(at=NOON)
def goal(world: World) -> Goal:
    """1,200.00 in Q2, half of it tools: 300.00 each for Alice and Bob, 600.00 for Carol."""
    return by_group(a_goal(a_plan(world.acme), "1200.00"), OURS)


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


def by_group(goal: Goal, groups: tuple[str, ...]) -> Goal:
    split(goal, "even")
    with acting_for(goal.organisation_id):
        actor = system_actor(goal.organisation)
        for group in groups:
            Product.objects.create(source="crm", external_id=group, name=group, group=group)
        set_product_groups(actor, goal=goal, rules=list(map(GroupRule, groups)), at=APRIL)
        split_products(actor, goal=fresh(goal), request=ProductSplit("even"), at=APRIL)
    return goal


def body(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def path(goal: Goal, act: str) -> str:
    return f"/api/v1/plans/{goal.plan_id}/{act}/"


def done(api: Api, goal: Goal, act: str, *, status: int = 200, **asked: Any) -> Any:
    whose = {"holder": "root"} if act in ("split", "phase") else {}
    return body(api.send("POST", path(goal, act), {"goal": goal.pk, **whose, **asked}), status)


def amounts(api: Api, goal: Goal, group: str = "") -> dict[str, str]:
    rows = body(api.get(path(goal, "targets"), {"goal": goal.pk, "group": group}))["results"]
    return {row["name"]: row["amount"] for row in rows}


def months(api: Api, goal: Goal, group: str = "") -> dict[str, list[str]]:
    rows = body(api.get(path(goal, "targets"), {"goal": goal.pk, "group": group}))["results"]
    return {row["name"]: [month["amount"] for month in row["months"]] for row in rows}


def everything(api: Api, goal: Goal) -> list[dict[str, list[str]]]:
    return [months(api, goal, group) for group in ("", *OURS)]


def test_one_group_is_split_and_everyones_total_follows(world: World, api: Api, goal: Goal) -> None:
    weights = [
        {"holder": f"person:{person.pk}", "weight": weight}
        for person, weight in ((world.alice, "1"), (world.bob, "1"), (world.carol, "4"))
    ]
    asked = {"group": "Tools", "method": "weights", "weights": weights, "recursive": True}
    before = everything(api, goal)

    shown = done(api, goal, "split", **asked)
    assert (shown["is_applied"], shown["amount"]) == (False, "600.00")
    assert {line["name"]: (line["before"], line["after"]) for line in shown["lines"]}["Carol"] == (
        "300.00",
        "400.00",
    )
    assert everything(api, goal) == before

    assert done(api, goal, "split", preview=False, **asked)["is_applied"]
    assert amounts(api, goal, "Tools")["Carol"] == "400.00"
    assert amounts(api, goal, "Parts") == _halves()
    assert amounts(api, goal)["Carol"] == "700.00"
    assert amounts(api, goal)["Alice"] == "250.00"

    done(api, goal, "undo")
    assert everything(api, goal) == before


def _halves() -> dict[str, str]:
    return {
        "Acme": "600.00", "East": "300.00", "North": "300.00", "Alice": "150.00", "Bob": "150.00",
        "West": "300.00", "Carol": "300.00",
    }  # fmt: skip


def test_without_a_group_sums_are_not_split_not_even_to_look(world: World, api: Api, goal: Goal) -> None:
    before = everything(api, goal)
    for preview in (True, False):
        refused = done(api, goal, "split", method="even", preview=preview, status=422)
        assert (refused["code"], refused["errors"]) == ("sum_of_groups", {"amount": [refused["detail"]]})
    assert everything(api, goal) == before


def test_one_group_is_spread_and_the_totals_of_everyone_below_follow(
    world: World, api: Api, goal: Goal
) -> None:
    asked = {"group": "Tools", "method": "weights", "weights": ["1", "1", "4"]}
    before = everything(api, goal)

    shown = done(api, goal, "phase", preview=True, **asked)
    after = {line["name"]: [month["after"] for month in line["months"]] for line in shown["lines"]}
    assert after["Alice"] == ["25.00", "25.00", "100.00"]
    assert everything(api, goal) == before

    assert done(api, goal, "phase", **asked)["is_applied"]
    assert months(api, goal, "Tools") == after
    parts, totals = months(api, goal, "Parts")["Alice"], months(api, goal)["Alice"]
    assert totals == [f"{float(a) + float(b):.2f}" for a, b in zip(after["Alice"], parts, strict=True)]
    assert months(api, goal)["Acme"] == before[0]["Acme"]  # the plan's own total is set apart

    done(api, goal, "undo")
    assert everything(api, goal) == before


def test_without_a_group_only_the_plans_own_months_are_spread(world: World, api: Api, goal: Goal) -> None:
    before = everything(api, goal)
    asked = {"method": "weights", "weights": ["1", "1", "4"]}
    assert [line["name"] for line in done(api, goal, "phase", **asked)["lines"]] == ["Acme"]
    assert months(api, goal)["Acme"] == ["200.00", "200.00", "800.00"]
    assert everything(api, goal) == [
        {**before[0], "Acme": ["200.00", "200.00", "800.00"]},
        *before[1:],
    ]
    refused = done(api, goal, "phase", holder=f"unit:{world.east.pk}", preview=True, status=422, **asked)
    assert refused["code"] == "sum_of_groups"


@pytest.mark.parametrize("group", ["Typo", *THEIRS])
@pytest.mark.parametrize(
    ("act", "asked"),
    [
        ("split", {"method": "even"}),
        ("split", {"method": "even", "preview": False}),
        ("phase", {"method": "even"}),
        ("phase", {"method": "even", "preview": True}),
        ("numbers", {"edits": [{"holder": "root", "amount": "1.00"}]}),
        ("import-sheet", None),
    ],
)
def test_a_group_that_the_goal_does_not_have_is_not_there_be_it_anothers(
    world: World, api: Api, goal: Goal, act: str, asked: dict[str, Any] | None, group: str
) -> None:
    before = everything(api, goal)
    if asked is None:
        refused = body(sent_file(api, goal, b"Holder,Target\n", group=group), 404)
    else:
        refused = done(api, goal, act, group=group, status=404, **asked)
    assert (refused["code"], refused["detail"]) == ("not_found", "The goal has no such product group.")
    assert everything(api, goal) == before


def test_numbers_of_a_group_are_written_with_what_was_read(world: World, api: Api, goal: Goal) -> None:
    alice = f"person:{world.alice.pk}"
    edit = {"holder": alice, "was": "150.00", "amount": "180.00"}
    [row] = done(api, goal, "numbers", group="Tools", edits=[edit])["results"]
    assert (row["name"], row["amount"]) == ("Alice", "180.00")
    assert amounts(api, goal)["Alice"] == "330.00"
    assert done(api, goal, "numbers", group="Tools", edits=[edit], status=409)["code"] == "stale"
    refused = done(api, goal, "numbers", edits=[{"holder": alice, "amount": "1.00"}], status=422)
    assert refused["code"] == "sum_of_groups"
    assert amounts(api, goal, "Tools")["Alice"] == "180.00"


def sent_file(api: Api, goal: Goal, content: bytes, **form: str) -> Any:
    file = SimpleUploadedFile("numbers.csv", content)
    return api.post(path(goal, "import-sheet"), {"goal": goal.pk, "file": file, **form})


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_groups_sheet_goes_out_and_comes_back(world: World, api: Api, goal: Goal, file_format: str) -> None:
    asked = {"goal": goal.pk, "group": "Tools", "format": file_format}
    answer = api.get(path(goal, "targets/export"), asked)
    file = b"".join(answer.streaming_content)
    same = body(sent_file(api, goal, file, group="Tools"))
    assert (same["lines"], same["unchanged"]) == ([], 7)


def test_a_changed_sheet_of_a_group_is_shown_then_written(world: World, api: Api, goal: Goal) -> None:
    before = everything(api, goal)
    content = f"Holder,Target\nperson:{world.carol.pk},360\nperson:{world.bob.pk},\n".encode()
    [line] = (shown := body(sent_file(api, goal, content, group="Tools")))["lines"]
    assert (line["name"], line["before"], line["after"]) == ("Carol", "300.00", "360.00")
    assert everything(api, goal) == before

    form = {"goal": goal.pk, "seen": shown["seen"]}
    assert body(api.post(path(goal, "import-sheet"), form))["is_applied"]
    assert (amounts(api, goal, "Tools")["Carol"], amounts(api, goal)["Carol"]) == ("360.00", "660.00")

    totals = f"Holder,Target\nperson:{world.carol.pk},1\n".encode()
    refused = body(sent_file(api, goal, totals), 422)
    assert refused["errors"] == {
        "B2": ["The number of “Carol” is the sum of its product groups. Change those instead."]
    }
