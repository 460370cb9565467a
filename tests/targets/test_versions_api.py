"""Two callers, one number: who read what is another by now is refused at every door, and writes nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from salestargets.api.operations import needs_version
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import FiscalYear
from targets.models import Potential, Target, Trigger, Worksheet
from targets.selectors.worksheet import worksheet_of
from targets.services.milestones import add_milestone
from targets.services.worksheet import keep_worksheet
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World, a_world
from tests.isolation.matrix import api_operations
from tests.lasting import lasting
from tests.targets.builders import (
    a_goal,
    a_plan,
    fresh,
    opened,
    propose,
    published,
    split,
    written,
)
from tests.targets.test_impacts_api import WEEKS
from tests.targets.test_plan_parent import YEAR
from tests.targets.test_three_people_api import body

pytestmark = pytest.mark.django_db
#: Adds something, or answers the last word on it by what its body says was seen.
ADDS = {
    "POST plans",
    "POST objectives",
    "POST triggers",
    "POST plans/{plan_id}/goals",
    "POST plans/{plan_id}/goals/{goal_id}/milestones",
    "POST plans/{plan_id}/targets",
    "POST plans/{plan_id}/proposals",
    "POST plans/{plan_id}/adjustments",
    "POST plans/{plan_id}/handovers",
    "POST plans/{plan_id}/import-sheet",
    "POST potentials/import",
    "POST fiscal-years",
    "POST targets/{target_id}/acknowledge",
}
#: Only asks people, or what a change would mean.
ASKS = {
    "POST plans/{plan_id}/remind",
    "POST plans/{plan_id}/acknowledgements/remind",
    "POST fiscal-years/preview",
}
PLANNING = (
    "plans",
    "targets",
    "proposals",
    "potentials",
    "objectives",
    "triggers",
    "planning-rules",
    "fiscal-years",
)

SPLIT = {"goal": "{goal}", "holder": "root", "method": "even"}
DOORS: dict[str, tuple[str, dict[str, Any]]] = {
    "PATCH plans/{plan_id}": ("plans/{plan}/", {"name": "Spring"}),
    "POST plans/{plan_id}/open": ("plans/{draft}/open/", {}),
    "POST plans/{plan_id}/submit": ("plans/{draft}/submit/", {}),
    "POST plans/{plan_id}/approve": ("plans/{submitted}/approve/", {"override": "Ours"}),
    "POST plans/{plan_id}/take-back": ("plans/{submitted}/take-back/", {"reason": "Ours"}),
    "POST plans/{plan_id}/publish": ("plans/{draft}/publish/", {"override": "Ours"}),
    "POST plans/{plan_id}/close": ("plans/{published}/close/", {}),
    "PATCH plans/{plan_id}/goals/{goal_id}": ("plans/{plan}/goals/{goal}/", {"amount": "1.00"}),
    "POST plans/{plan_id}/goals/{goal_id}/follow": ("plans/{plan}/goals/{goal}/follow/", {}),
    "POST plans/{plan_id}/goals/{goal_id}/drift": ("plans/{plan}/goals/{goal}/drift/", {"reason": "Ours"}),
    "POST plans/{plan_id}/goals/{goal_id}/worksheet": (
        "plans/{plan}/goals/{goal}/worksheet/",
        {"methods": [{"inputs": "{market}", "weight": "1"}]},
    ),
    "PATCH plans/{plan_id}/goals/{goal_id}/milestones/{milestone_id}": (
        "plans/{plan}/goals/{goal}/milestones/{milestone}/",
        {"name": "All"},
    ),
    "DELETE plans/{plan_id}/goals/{goal_id}/milestones/{milestone_id}": (
        "plans/{plan}/goals/{goal}/milestones/{milestone}/",
        {},
    ),
    "PUT plans/{plan_id}/goals/{goal_id}/products": (
        "plans/{plan}/goals/{goal}/products/",
        {"groups": [{"group": "Tools"}]},
    ),
    "POST plans/{plan_id}/goals/{goal_id}/products/split": (
        "plans/{plan}/goals/{goal}/products/split/",
        {"method": "even", "preview": False},
    ),
    "POST plans/{plan_id}/split": ("plans/{plan}/split/", {**SPLIT, "preview": False}),
    "POST plans/{plan_id}/phase": ("plans/{plan}/phase/", SPLIT),
    "POST plans/{plan_id}/numbers": (
        "plans/{plan}/numbers/",
        {"goal": "{goal}", "edits": [{"holder": "root", "amount": "1.00"}]},
    ),
    "POST plans/{plan_id}/undo": ("plans/{plan}/undo/", {"goal": "{goal}"}),
    "POST plans/{plan_id}/proposals/accept": ("plans/{plan}/proposals/accept/", {"goal": "{goal}"}),
    "PATCH targets/{target_id}": ("targets/{target}/", {"amount": "1.00"}),
    "POST targets/{target_id}/hold": ("targets/{target}/hold/", {}),
    "POST targets/{target_id}/release": ("targets/{target}/release/", {}),
    "POST targets/{target_id}/withdraw-override": ("targets/{target}/withdraw-override/", {}),
    "POST proposals/{proposal_id}/accept": ("proposals/{proposal}/accept/", {}),
    "POST proposals/{proposal_id}/counter": (
        "proposals/{proposal}/counter/",
        {"amount": "1.00", "comment": "Less"},
    ),
    "POST proposals/{proposal_id}/escalate": ("proposals/{proposal}/escalate/", {"comment": "Above me"}),
    "POST proposals/{proposal_id}/withdraw": ("proposals/{proposal}/withdraw/", {}),
    "POST plans/{plan_id}/adjustments/{adjustment_id}/approve": (
        "plans/{published}/adjustments/{adjustment}/approve/",
        {},
    ),
    "POST plans/{plan_id}/adjustments/{adjustment_id}/reject": (
        "plans/{published}/adjustments/{adjustment}/reject/",
        {"comment": "No"},
    ),
    "POST plans/{plan_id}/adjustments/{adjustment_id}/withdraw": (
        "plans/{published}/adjustments/{adjustment}/withdraw/",
        {},
    ),
    "POST potentials": ("potentials/", {"holder": "{alice}", "amount": "2.00", "starts_on": "2026-01-01"}),
    "PATCH potentials/{potential_id}": ("potentials/{potential}/", {"amount": "2.00"}),
    "DELETE potentials/{potential_id}": ("potentials/{potential}/", {}),
    "PATCH objectives/{objective_id}": ("objectives/{objective}/", {"name": "Grow in the west"}),
    "PATCH triggers/{trigger_id}": ("triggers/{trigger}/", {"name": "A flood"}),
    "PATCH planning-rules": ("planning-rules/", {"answer_days": 3}),
    "PATCH fiscal-years/{year_id}": ("fiscal-years/{year}/", {"quarter_starts": []}),
    "DELETE fiscal-years/{year_id}": ("fiscal-years/{year}/", {}),
}


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


@dataclass
class Named:
    """What the doors are about."""

    ids: dict[str, Any]

    def fill(self, template: Any) -> Any:
        if isinstance(template, str):
            known = template.strip("{}")
            return self.ids[known] if template == f"{{{known}}}" else template.format(**self.ids)
        if isinstance(template, dict):
            return {name: self.fill(part) for name, part in template.items()}
        return [self.fill(part) for part in template] if isinstance(template, list) else template


@pytest.fixture
def named(world: World, api: Api) -> Named:
    """An open quarter within its year, with a proposal; others that are drafts, submitted and published."""
    acme, actor = world.acme, system_actor(world.acme)
    year = a_goal(a_plan(acme, "2026", **YEAR), "4800.00")
    goal = a_goal(a_plan(acme, parent=year.plan), "1200.00")
    split(goal)
    opened(goal.plan)
    proposal = propose(goal, world.alice, "280.00")
    draft, submitted, in_force = (a_goal(a_plan(acme, name), "1200.00") for name in ("A", "B", "C"))
    for each in (draft, submitted, in_force):
        split(each)
    published(in_force.plan)
    path = f"/api/v1/plans/{in_force.plan_id}/adjustments/"
    with acting_for(acme.pk):
        target = Target.objects.get(goal=goal, person=world.alice, group="")
        milestone = add_milestone(actor, goal=fresh(goal), name="Half", due_on=date(2026, 5, 1), at=NOON)
        found = worksheet_of(fresh(goal), on=date(2026, 5, 1))
        inputs = [line.proposal.inputs for line in found.lines]
        keep_worksheet(actor, goal=fresh(goal), inputs=inputs, weights={}, at=NOON)
        trigger = Trigger.objects.order_by("position")[0].pk
        objective = goal.objective_id
        market = next(each.as_json() for each in inputs if each.method.value == "market")
    alice = f"person:{world.alice.pk}"
    changes = [{"holder": alice, "amount": "250.00"}]
    asked = {"goal": in_force.pk, "trigger": trigger, "nature": "one_off", "reason": "A flood"}
    adjustment = body(api.send("POST", path, {**asked, "changes": changes}), 201)["id"]
    potential = {"holder": alice, "amount": "1.00", "starts_on": "2026-01-01"}
    noted = body(api.send("POST", "/api/v1/potentials/", potential), 201)["id"]
    year_of_weeks = body(api.send("POST", "/api/v1/fiscal-years/", WEEKS), 201)["id"]
    body(api.send("POST", f"/api/v1/plans/{submitted.plan_id}/submit/", {}))
    return Named({
        "plan": goal.plan_id, "goal": goal.pk, "draft": draft.plan_id, "submitted": submitted.plan_id,
        "published": in_force.plan_id, "target": target.pk, "milestone": milestone.pk, "market": market,
        "proposal": proposal.pk, "adjustment": adjustment, "potential": noted, "objective": objective,
        "trigger": trigger, "alice": alice, "year": year_of_weeks,
    })  # fmt: skip


def everything(world: World) -> Any:
    with acting_for(world.acme.pk):
        models = (Worksheet, Potential, Trigger, FiscalYear)
        more = [list(model.objects.order_by("pk").values()) for model in models]
    return written(world.acme), more


def test_every_call_that_changes_what_is_there_takes_a_version() -> None:
    writes = {
        route.name: route.operation
        for route in api_operations()
        if route.method != "GET" and route.name.partition(" ")[2].partition("/")[0] in PLANNING
    }
    unversioned = {name for name, declared in writes.items() if not declared.versioned}
    assert unversioned == ADDS | ASKS
    assert set(DOORS) == set(writes) - unversioned
    required = {name for name, declared in writes.items() if needs_version(declared, name.split()[0])}
    assert {name.split()[0] for name in required} == {"PATCH", "PUT"}


@pytest.mark.parametrize("door", DOORS)
def test_a_version_that_is_no_longer_is_refused(world: World, api: Api, named: Named, door: str) -> None:
    method, (path, sent) = door.split()[0], DOORS[door]
    before = everything(world)
    answer = api.send(method, f"/api/v1/{named.fill(path)}", named.fill(sent), **{"If-Match": '"77"'})
    assert body(answer, 412)["code"] == "stale"
    assert everything(world) == before


@pytest.mark.parametrize("preview", ["split", "phase", "goals/{goal}/products/split"])
def test_a_preview_of_what_was_read_before_is_refused_too(api: Api, named: Named, preview: str) -> None:
    sent = named.fill({**SPLIT, "preview": True})
    if "products" in preview:
        sent = {"method": "even"}
    path = named.fill(f"/api/v1/plans/{{plan}}/{preview}/")
    assert body(api.send("POST", path, sent, **{"If-Match": '"77"'}), 412)["code"] == "stale"


def test_the_version_that_was_read_is_taken_and_the_answer_has_the_next(api: Api, named: Named) -> None:
    """The plan's for its moves, the goal's for what divides it, the number's for a hold."""
    plan, goal, target = (
        named.fill(f"/api/v1/{path}")
        for path in ("plans/{draft}/", "plans/{plan}/goals/{goal}/", "targets/{target}/")
    )
    read = api.get(plan).headers["ETag"]
    opened = api.send("POST", f"{plan}open/", {}, **{"If-Match": read})
    assert (opened.status_code, opened.headers["ETag"]) == (200, '"2"')
    assert api.send("POST", f"{plan}submit/", **{"If-Match": read}).status_code == 412

    split_path, sent = named.fill("/api/v1/plans/{plan}/split/"), named.fill({**SPLIT, "preview": False})
    read = api.get(goal).headers["ETag"]
    shown = api.send("POST", split_path, {**sent, "preview": True}, **{"If-Match": read})
    assert shown.headers["ETag"] == read
    done = api.send("POST", split_path, {**sent, "padding": ["10"]}, **{"If-Match": read})
    assert body(done)["version"] == body(api.get(goal))["version"]
    assert done.headers["ETag"] != read
    assert api.send("POST", split_path, sent, **{"If-Match": read}).status_code == 412

    read = api.get(target).headers["ETag"]
    held = api.send("POST", f"{target}hold/", {}, **{"If-Match": read})
    assert body(held)["is_held"] is True
    assert api.send("POST", f"{target}release/", {}, **{"If-Match": read}).status_code == 412


def test_the_second_to_keep_a_worksheet_is_told_of_the_first(world: World, api: Api, named: Named) -> None:
    goal = a_goal(a_plan(world.acme, "Q3"), "1.00")
    path = f"/api/v1/plans/{goal.plan_id}/goals/{goal.pk}/worksheet/"
    read = api.get(path)
    assert (body(read)["version"], read.headers["ETag"]) == (0, '"0"')
    sent = named.fill({"methods": [{"inputs": "{market}", "weight": "1"}]})
    first = api.send("POST", path, sent, **{"If-Match": '"0"'})
    assert (first.status_code, first.headers["ETag"]) == (201, '"1"')
    assert body(api.send("POST", path, sent, **{"If-Match": '"0"'}), 412)["code"] == "stale"
    assert api.send("POST", path, sent, **{"If-Match": '"1"'}).headers["ETag"] == '"2"'


def test_what_another_change_makes_stale_stays_a_conflict_of_its_own(
    world: World, api: Api, named: Named
) -> None:
    """The adjustment is the one that was read; the number that it is about is another by now."""
    other = an_integration(world.acme, name="Another")
    path = named.fill("/api/v1/plans/{published}/adjustments/{adjustment}/")
    read = api.get(path).headers["ETag"]
    edit = {"holder": named.ids["alice"], "amount": "299.00"}
    in_force = body(api.get(path))["goal"]
    sent = {"goal": in_force, "edits": [edit], "reason": "Another"}
    body(api.send("POST", named.fill("/api/v1/plans/{published}/numbers/"), sent))
    assert body(other.send("POST", f"{path}approve/", {}, **{"If-Match": read}), 409)["code"] == "stale"
