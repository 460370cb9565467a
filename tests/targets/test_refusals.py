"""What planning refuses and no other test comes across: by which name, and that nothing was written."""

from typing import Any

import pytest

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from targets.models import Goal
from targets.services.plans import GoalChanges, change_goal
from targets.services.product_groups import GroupRule, set_product_groups
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World
from tests.lasting import lasting
from tests.targets.builders import APRIL, a_goal, a_plan, fresh, opened, refused, split, written
from tests.targets.test_products import a_product
from tests.targets.test_three_people_api import body

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


@lasting(at=NOON)
def goal(world: World) -> Goal:
    """A draft: 300.00 each for Alice and Bob in North below East, 600.00 for Carol in West."""
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    return goal


def sent(world: World, api: Api, of: Goal, tail: str, **asked: Any) -> str:
    """By which name it is refused."""
    before = written(world.acme)
    answer = body(api.send("POST", f"/api/v1/plans/{of.plan_id}/{tail}", asked), 422)
    assert written(world.acme) == before
    return answer["code"]


def test_people_are_not_asked_until_a_day_that_is_over(world: World, api: Api, goal: Goal) -> None:
    assert sent(world, api, goal, "open/", answers_by="2026-05-11") == "in_the_past"


@pytest.mark.parametrize("move", ["approve/", "take-back/"])
def test_a_draft_is_neither_approved_nor_taken_back(world: World, api: Api, goal: Goal, move: str) -> None:
    said = {"reason": "Too low"} if move == "take-back/" else {}
    assert sent(world, api, goal, move, **said) == "wrong_state"


def test_an_open_plan_is_not_opened_again(world: World, api: Api, goal: Goal) -> None:
    opened(goal.plan)
    assert sent(world, api, goal, "open/") == "wrong_state"


def test_a_plan_without_goals_is_neither_opened_nor_submitted_nor_published(world: World, api: Api) -> None:
    plan = a_plan(world.acme, "Empty")
    for move in ("open/", "submit/", "publish/"):
        assert body(api.send("POST", f"/api/v1/plans/{plan.pk}/{move}", {}), 422)["code"] == "no_goal"


def test_only_a_units_number_is_divided(world: World, api: Api, goal: Goal) -> None:
    asked = {"goal": goal.pk, "holder": f"person:{world.alice.pk}", "method": "even"}
    assert sent(world, api, goal, "split/", **asked) == "not_a_unit"


@pytest.mark.parametrize("amount", ["600.01", "300.01"])
def test_those_beside_take_up_no_more_than_they_have(world: World, api: Api, goal: Goal, amount: str) -> None:
    """Alice and Bob have 600.00 together; and Bob, who is held, gives nothing up."""
    if amount == "300.01":
        [bob] = [row for row in _rows(api, goal) if row["name"] == "Bob"]
        body(api.send("POST", f"/api/v1/targets/{bob['target']}/hold/", {}))
    edits = [{"holder": f"person:{world.alice.pk}", "amount": amount}]
    assert sent(world, api, goal, "numbers/", goal=goal.pk, edits=edits, rule="beside") == "nobody_beside"


def test_a_goal_that_nobody_changed_has_nothing_to_take_back(world: World, api: Api) -> None:
    goal = a_goal(a_plan(world.acme, "Fresh"), "1.00")
    assert sent(world, api, goal, "undo/", goal=goal.pk) == "nothing_to_undo"


def test_a_potential_is_of_a_unit_or_a_person(world: World, api: Api) -> None:
    asked = {"holder": "root", "amount": "1.00", "starts_on": "2026-01-01"}
    refusal = body(api.send("POST", "/api/v1/potentials/", asked), 422)
    assert refusal["errors"] == {"holder": ["Name a unit or a person here."]}


def test_a_weight_is_a_part_of_the_whole(world: World, goal: Goal) -> None:
    def weigh() -> None:
        changes = GoalChanges(weight_bp=10_001)
        actor = system_actor(world.acme)
        change_goal(actor, goal=fresh(goal), changes=changes, expected_version=None, at=APRIL)

    refused(world, weigh, "weight_out_of_range")


def test_product_groups_are_not_divided_over_what_is_held_in_one(world: World, api: Api, goal: Goal) -> None:
    for group in ("Tools", "Parts"):
        a_product(world.acme, group, group)
    with acting_for(world.acme.pk):
        rules = [GroupRule("Tools"), GroupRule("Parts")]
        set_product_groups(system_actor(world.acme), goal=fresh(goal), rules=rules, at=APRIL)
    path = f"goals/{goal.pk}/products/split/"
    body(api.send("POST", f"/api/v1/plans/{goal.plan_id}/{path}", {"method": "even", "preview": False}))
    [tools] = [row for row in _rows(api, goal, "&group=Tools") if row["name"] == "Alice"]
    body(api.send("POST", f"/api/v1/targets/{tools['target']}/hold/", {}))
    assert sent(world, api, goal, path, method="even", preview=False) == "held_groups"


def _rows(api: Api, goal: Goal, more: str = "") -> Any:
    return body(api.get(f"/api/v1/plans/{goal.plan_id}/targets/?goal={goal.pk}{more}"))["results"]
