"""A plan's moves over REST: the page of its course, as a list."""

from datetime import date
from typing import Any

import pytest

from salestargets.tenancy.choices import Role
from targets.models import Plan
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World, a_world
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, split, with_approvals
from tests.targets.test_three_people_api import body, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@lasting(at=NOON)
def world() -> World:
    world = a_world()
    split(a_goal(a_plan(world.other), "777.77"))
    with_approvals(world.acme)
    return world


def opened(api: Api, plan: Plan, **said: str) -> str:
    split(a_goal(plan, "1200.00"))
    return body(api.send("POST", f"/api/v1/plans/{plan.pk}/open/", said))["answers_by"]


def test_every_move_is_told_with_who_when_and_why(world: World) -> None:
    goal = a_goal(a_plan(world.acme, root=world.north), "1200.00")
    split(goal)
    mona, api = signed_in(world.acme, world.mona, Role.MANAGER), an_integration(world.acme)
    path = f"/api/v1/plans/{goal.plan_id}/"
    body(mona.send("POST", f"{path}submit/", {}))
    body(api.send("POST", f"{path}take-back/", {"reason": "Too low"}))
    body(mona.send("POST", f"{path}submit/", {}))
    body(api.send("POST", f"{path}approve/", {"override": "The market is new"}))
    rows = body(mona.get(f"{path}moves/"))["results"]
    told = ("from_state", "to_state", "by", "reason", "is_override")
    assert [tuple(row[name] for name in told) for row in rows] == [
        ("submitted", "approved", None, "The market is new", True),
        ("open", "submitted", "mona@acme.example", "", False),
        ("submitted", "open", None, "Too low", False),
        ("draft", "submitted", "mona@acme.example", "", False),
    ]  # fmt: skip
    assert {row["at"] for row in rows} == {NOON.isoformat()}


def test_the_moves_are_paged_and_not_for_those_who_do_not_see_the_plan(world: World) -> None:
    goal = a_goal(a_plan(world.acme, root=world.north), "1200.00")
    split(goal)
    api, path = an_integration(world.acme), f"/api/v1/plans/{goal.plan_id}/"
    body(api.send("POST", f"{path}open/", {}))
    body(api.send("POST", f"{path}submit/", {}))
    first = body(api.get(f"{path}moves/?limit=1"))
    assert [row["to_state"] for row in first["results"]] == ["submitted"]
    assert [row["to_state"] for row in body(api.get(first["next"]))["results"]] == ["open"]
    carol = signed_in(world.acme, world.carol, Role.REP)
    assert body(carol.get(f"{path}moves/"), 404)["code"] == "not_found"


def test_a_plan_that_is_opened_without_a_day_takes_the_organisations(world: World) -> None:
    """So many days from today, though not beyond the day before the plan begins, where that is to come."""
    api = an_integration(world.acme)
    body(api.send("PATCH", "/api/v1/planning-rules/", {"answer_days": 30}, **{"If-Match": '"1"'}))
    june = {"starts_on": date(2026, 6, 1), "ends_on": date(2026, 7, 1)}
    assert opened(api, a_plan(world.acme)) == "2026-06-11"
    assert opened(api, a_plan(world.acme, "June", **june)) == "2026-05-31"
    assert opened(api, a_plan(world.acme, "Other"), answers_by="2026-05-20") == "2026-05-20"
