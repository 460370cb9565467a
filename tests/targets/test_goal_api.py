"""Objectives, milestones, plans within plans, the worksheet and difficulty over REST."""

from datetime import date
from typing import Any

import pytest

from targets.models import Goal
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World, a_world
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, an_objective, split

pytestmark = pytest.mark.django_db
API = "/api/v1/"
MARKET = {"method": "market", "size": 1_000_000, "growth": "0", "share": "0.13"}


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@lasting(at=NOON)
def world() -> World:
    world = a_world()
    a_goal(a_plan(world.other), "777.77")
    return world


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


@lasting(at=NOON)
def goal(world: World) -> Goal:
    return a_goal(a_plan(world.acme), "1200.00")


def path_of(goal: Goal) -> str:
    return f"{API}plans/{goal.plan_id}/goals/{goal.pk}/"


def body(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def test_objectives_are_listed_with_the_goals_that_serve_them(world: World, api: Api, goal: Goal) -> None:
    made = body(api.send("POST", f"{API}objectives/", {"name": "Win in the west"}), 201)
    rows = body(api.get(f"{API}objectives/"))["results"]
    assert [(row["name"], row["goals"]) for row in rows] == [
        ("Grow in the east", [goal.pk]),
        ("Win in the west", []),
    ]
    assert body(api.send("POST", f"{API}objectives/", {"name": "Win in the west"}), 409)["code"] == "exists"
    path = f"{API}objectives/{made['id']}/"
    archived = {"is_archived": True}
    if_match = {"If-Match": api.get(path).headers["ETag"]}
    assert body(api.send("PATCH", path, archived, **if_match))["is_archived"] is True
    assert body(api.send("PATCH", path, {"name": "X"}, **if_match), 412)["code"] == "stale"
    assert [row["id"] for row in body(api.get(f"{API}objectives/?archived=true"))["results"]] == [made["id"]]
    theirs = an_objective(world.other)
    assert body(api.get(f"{API}objectives/{theirs.pk}/"), 404)["code"] == "not_found"


def test_milestones_come_and_go(api: Api, goal: Goal) -> None:
    path = f"{path_of(goal)}milestones/"
    made = body(api.send("POST", path, {"name": "Half", "due_on": "2026-05-15", "amount": "600.00"}), 201)
    one = f"{path}{made['id']}/"
    done = body(api.send("PATCH", one, {"done_on": "2026-05-11"}, **{"If-Match": '"1"'}))
    assert (done["amount"], done["done_on"], done["version"]) == ("600.00", "2026-05-11", 2)
    outside = api.send("POST", path, {"name": "Late", "due_on": "2026-07-01", "amount": None})
    assert body(outside, 422)["code"] == "outside_plan"
    assert len(body(api.get(path))["results"]) == 1
    assert api.send("DELETE", one).status_code == 204
    assert body(api.get(path))["results"] == []


def test_a_part_tells_its_drift_and_follows_or_says_why(world: World, api: Api, goal: Goal) -> None:
    plan = a_plan(world.acme, "May", parent=goal.plan, starts_on=date(2026, 5, 1), ends_on=date(2026, 6, 1))
    part = a_goal(plan, "500.00")
    read = body(api.get(path_of(part)))
    assert (read["part_of_whole"], read["drift"], read["open_drift"]) == ("400.00", "0.00", "100.00")
    recorded = body(api.send("POST", f"{path_of(part)}drift/", {"reason": "The fair"}))
    assert (recorded["drift"], recorded["open_drift"], recorded["drift_reason"]) == (
        "100.00",
        "0.00",
        "The fair",
    )
    followed = body(api.send("POST", f"{path_of(part)}follow/", {}))
    assert (followed["amount"], followed["drift"]) == ("400.00", "0.00")
    assert body(api.send("POST", f"{path_of(goal)}follow/", {}), 422)["code"] == "no_part"


def test_the_worksheet_is_kept_and_its_blend_taken(api: Api, goal: Goal) -> None:
    path = f"{path_of(goal)}worksheet/"
    begun = body(api.get(path))
    assert (begun["made_at"], begun["amount"], len(begun["methods"])) == (None, None, 8)
    sent = {"methods": [{"inputs": MARKET, "weight": "1"}], "take": True}
    kept = body(api.send("POST", path, sent), 201)
    assert (kept["amount"], kept["changed"]) == ("1300.00", [])
    assert kept["methods"][0]["inputs"] == MARKET
    assert body(api.get(path_of(goal)))["amount"] == "1300.00"
    unknown = {"methods": [{"inputs": {"method": "stars"}, "weight": "1"}]}
    assert body(api.send("POST", path, unknown), 422)["code"] == "invalid_inputs"


def test_every_number_tells_how_hard_it_is(api: Api, goal: Goal) -> None:
    path = f"{API}plans/{goal.plan_id}/targets/?goal={goal.pk}"
    assert body(api.get(path))["results"][1]["difficulty"] is None
    split(goal)
    told = body(api.get(path))["results"][1]["difficulty"]
    assert told == {"word": "unknown", "reached": 0, "of": 0, "median": None, "best": None}
