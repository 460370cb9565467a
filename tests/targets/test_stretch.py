"""The plan's number never passes the stretch amount that was set beyond it, whichever way it is written."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from salestargets.tenancy.context import acting_for
from targets.models import Goal, Trigger
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World, a_world
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, number, published, split, written
from tests.targets.test_plan_parent import YEAR
from tests.targets.test_three_people_api import body

pytestmark = pytest.mark.django_db
Write = Callable[[Api, Goal], Any]


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@lasting(at=NOON)
def world() -> World:
    world = a_world()
    split(a_goal(a_plan(world.other), "777.77"))
    return world


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


def stretched(api: Api, goal: Goal, to: str = "1300.00") -> Goal:
    path = f"/api/v1/plans/{goal.plan_id}/goals/{goal.pk}/"
    body(api.send("PATCH", path, {"stretch": to}, **{"If-Match": api.get(path).headers["ETag"]}))
    return goal


@pytest.fixture
def goal(world: World, api: Api) -> Goal:
    """1,200.00, of the year's 6,000.00 a part of 1,500.00 or so; excellent would be 1,300.00."""
    year = a_goal(a_plan(world.acme, "2026", **YEAR), "6000.00")
    goal = a_goal(a_plan(world.acme, parent=year.plan), "1200.00")
    split(goal)
    return stretched(api, goal)


def of_plan(goal: Goal, tail: str) -> str:
    return f"/api/v1/plans/{goal.plan_id}/{tail}"


def by_form(api: Api, goal: Goal) -> Any:
    path = of_plan(goal, f"goals/{goal.pk}/")
    return api.send("PATCH", path, {"amount": "1300.01"}, **{"If-Match": api.get(path).headers["ETag"]})


def by_grid(api: Api, goal: Goal) -> Any:
    edits = [{"holder": "root", "amount": "1300.01"}]
    return api.send("POST", of_plan(goal, "numbers/"), {"goal": goal.pk, "edits": edits, "rule": "below"})


def by_month(api: Api, goal: Goal) -> Any:
    edits = [{"holder": "root", "month": "2026-05-01", "amount": "900.00"}]
    return api.send("POST", of_plan(goal, "numbers/"), {"goal": goal.pk, "edits": edits})


def by_number(api: Api, goal: Goal) -> Any:
    [row, *_rest] = body(api.get(of_plan(goal, f"targets/?goal={goal.pk}")))["results"]
    path = f"/api/v1/targets/{row['target']}/"
    return api.send("PATCH", path, {"amount": "1300.01"}, **{"If-Match": f'"{row["version"]}"'})


def by_file(api: Api, goal: Goal) -> Any:
    answer: Any = api.get(of_plan(goal, f"targets/export/?goal={goal.pk}&format=csv"))
    table = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline="")))
    table[1][table[0].index("Target")] = "1300.01"
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    sent = SimpleUploadedFile("plan.csv", text.getvalue().encode())
    shown = api.post(of_plan(goal, "import-sheet/"), {"goal": goal.pk, "file": sent})
    return api.post(of_plan(goal, "import-sheet/"), {"goal": goal.pk, "seen": body(shown)["seen"]})


def by_following(api: Api, goal: Goal) -> Any:
    return api.send("POST", of_plan(goal, f"goals/{goal.pk}/follow/"), {})


@pytest.mark.parametrize("write", [by_form, by_grid, by_month, by_number, by_file, by_following])
def test_no_way_leads_beyond_it(world: World, api: Api, goal: Goal, write: Write) -> None:
    before = written(world.acme)
    assert body(write(api, goal), 422)["code"] == "stretch_below"
    assert written(world.acme) == before


def test_a_change_taken_back_does_not_lead_beyond_it_either(world: World, api: Api, goal: Goal) -> None:
    edits = [{"holder": "root", "amount": "900.00"}]
    body(api.send("POST", of_plan(goal, "numbers/"), {"goal": goal.pk, "edits": edits}))
    stretched(api, goal, to="1000.00")
    assert body(api.send("POST", of_plan(goal, "undo/"), {"goal": goal.pk}), 422)["code"] == "stretch_below"
    assert number(goal) == 900_00


def test_an_adjustment_beyond_it_is_not_even_asked_for(world: World, api: Api) -> None:
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    published(stretched(api, goal).plan)
    with acting_for(world.acme.pk):
        trigger = Trigger.objects.order_by("position")[0].pk
    asked = {
        "goal": goal.pk, "trigger": trigger, "nature": "trend", "reason": "The market grows",
        "changes": [{"holder": "root", "amount": "1300.01"}],
    }  # fmt: skip
    assert body(api.send("POST", of_plan(goal, "adjustments/"), asked), 422)["code"] == "stretch_below"
    up_to = {**asked, "changes": [{"holder": "root", "amount": "1300.00"}]}
    assert body(api.send("POST", of_plan(goal, "adjustments/"), up_to), 201)["state"] == "requested"


def test_of_what_is_better_lower_the_stretch_is_lower(world: World, api: Api) -> None:
    path = f"/api/v1/plans/{a_plan(world.acme).pk}/goals/"
    asked = {"kpi": "sales_cycle", "amount": "60.0"}
    assert body(api.send("POST", path, {**asked, "stretch": "61.0"}), 422)["code"] == "stretch_below"
    assert body(api.send("POST", path, {**asked, "stretch": "45.0"}), 201)["stretch"] == "45.00"
