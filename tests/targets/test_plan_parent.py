"""A draft becomes part of another plan, or of none, also after it was made; never of its own parts."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from salestargets.audit.selectors import entries
from salestargets.kernel.errors import Conflict, Forbidden
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.choices import PlanState
from targets.models import Goal, Plan
from targets.selectors.nesting import part_above
from targets.services.nesting import record_drift
from targets.services.plans import change_plan
from tests.api.clients import an_integration
from tests.builders import NOON, World, a_world
from tests.lasting import lasting
from tests.targets.builders import APRIL, a_goal, a_plan, fresh, lead_of, member, refused
from tests.targets.pages.conftest import visitor

pytestmark = pytest.mark.django_db
YEAR = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 1, 1)}
HALF = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 7, 1)}


@lasting
def world() -> World:
    return a_world()


@lasting
def year(world: World) -> Goal:
    """1,200.00 in 2026: 300.00 for the second quarter."""
    return a_goal(a_plan(world.acme, "2026", **YEAR), "1200.00")


@lasting
def quarter(world: World) -> Goal:
    """360.00 in the second quarter, part of nothing."""
    return a_goal(a_plan(world.acme), "360.00")


def move(plan: Plan, parent: Plan | None, *, by: Actor | None = None, version: int | None = None) -> Plan:
    with acting_for(plan.organisation_id):
        return change_plan(
            by or system_actor(plan.organisation),
            plan=plan,
            changes={"parent": parent},
            expected_version=version,
            at=APRIL,
        )


def test_a_draft_becomes_part_of_another_plan_and_shows_how_it_differs(year: Goal, quarter: Goal) -> None:
    assert move(quarter.plan, year.plan).version == 2
    with acting_for(year.organisation_id):
        part = part_above(fresh(quarter))
    assert part is not None
    assert (part.whole.amount, part.open_drift) == (30_000, 6_000)


def test_a_plan_that_is_part_of_none_any_more_differs_from_nothing(year: Goal, quarter: Goal) -> None:
    move(quarter.plan, year.plan)
    with acting_for(year.organisation_id):
        record_drift(system_actor(year.organisation), goal=fresh(quarter), reason="The fair", at=APRIL)
    assert move(quarter.plan, None).parent is None
    with acting_for(year.organisation_id):
        goal = fresh(quarter)
        assert (part_above(goal), goal.drift, goal.drift_reason) == (None, 0, "")


def test_the_same_plan_above_changes_nothing(year: Goal, quarter: Goal) -> None:
    move(quarter.plan, year.plan)
    assert move(quarter.plan, year.plan).version == 2


def test_no_plan_is_part_of_itself_or_of_its_parts(world: World) -> None:
    outer = a_plan(world.acme, "Outer")
    inner = a_plan(world.acme, "Inner", parent=outer)
    innermost = a_plan(world.acme, "Innermost", parent=inner)
    for parent in (outer, inner, innermost):
        assert "is this plan, or a part of it" in str(
            refused(world, lambda parent=parent: move(outer, parent), "circle").render()
        )
    assert move(innermost, outer).parent == outer


def test_a_part_lies_within_its_whole(world: World, year: Goal, quarter: Goal) -> None:
    refused(world, lambda: move(year.plan, quarter.plan), "beyond_parent")
    north = a_plan(world.acme, "North", root=world.north, **YEAR)
    refused(world, lambda: move(quarter.plan, north), "beyond_parent")


@pytest.mark.parametrize("state", [state for state in PlanState if state != PlanState.DRAFT])
def test_only_a_draft_changes_what_it_is_part_of(
    world: World, year: Goal, quarter: Goal, state: PlanState
) -> None:
    with acting_for(world.acme.pk):
        Plan.objects.filter(pk=quarter.plan_id).update(state=state)
    code = "plan_closed" if state == PlanState.CLOSED else "not_a_draft"
    refused(world, lambda: move(quarter.plan, year.plan), code)


def test_those_who_do_not_lead_the_plan_and_the_late_change_nothing(
    world: World, year: Goal, quarter: Goal
) -> None:
    refused_to: list[tuple[Actor, str]] = [
        (lead_of(world.acme, world.north), "not_yours"),
        (member(world.acme, Role.VIEWER), "forbidden"),
    ]
    for actor, code in refused_to:
        refused(world, lambda actor=actor: move(quarter.plan, year.plan, by=actor), code, Forbidden)
    refused(world, lambda: move(quarter.plan, year.plan, version=7), "stale", Conflict)


def test_the_change_is_in_the_log(world: World, year: Goal, quarter: Goal) -> None:
    api = an_integration(world.acme)
    path = f"/api/v1/plans/{quarter.plan_id}/"
    answer = api.send("PATCH", path, {"parent": year.plan_id}, **{"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["parent"]) == (200, year.plan_id)
    with acting_for(world.acme.pk):
        entry = entries(system_actor(world.acme), kind="plan", object_id=quarter.plan_id)[0]
    changed = {change.field: (change.before, change.after) for change in entry.changes}
    assert changed["parent"] == (None, year.plan_id)
    answer = api.send("PATCH", path, {"parent": None}, **{"If-Match": '"2"'})
    assert (answer.status_code, answer.json()["parent"]) == (200, None)


def test_over_rest_it_is_refused_the_same_way(world: World, year: Goal, quarter: Goal) -> None:
    api, theirs = an_integration(world.acme), a_plan(world.other)

    def sent(plan: Plan, parent: int) -> tuple[int, str]:
        answer = api.send("PATCH", f"/api/v1/plans/{plan.pk}/", {"parent": parent}, **{"If-Match": '"1"'})
        return answer.status_code, answer.json()["code"]

    assert sent(quarter.plan, theirs.pk) == (404, "not_found")
    assert sent(quarter.plan, 10**9) == (404, "not_found")
    assert sent(quarter.plan, quarter.plan_id) == (422, "circle")
    assert sent(year.plan, quarter.plan_id) == (422, "beyond_parent")


def test_the_dialog_offers_the_plans_around_a_draft(
    world: World, year: Goal, quarter: Goal, time_machine: Any
) -> None:
    time_machine.move_to(NOON, tick=False)
    half = a_plan(world.acme, "H1", **HALF)
    a_plan(world.acme, "H2", starts_on=HALF["ends_on"], ends_on=YEAR["ends_on"])
    admin = visitor(world.acme, Role.ADMIN)
    path = f"/o/acme/plans/{quarter.plan_id}/edit/"
    page = admin.get(path).content.decode()
    assert [name for name in ("2026", "H1", "H2", "Q2") if f">{name}</option>" in page] == ["2026", "H1"]
    answer = _send(admin, path, half.pk)
    assert answer.status_code == 302
    with acting_for(world.acme.pk):
        assert Plan.objects.get(pk=quarter.plan_id).parent_id == half.pk
    stale = _send(admin, path, "")
    assert (stale.status_code, "Someone else changed this" in stale.content.decode()) == (422, True)


def _send(admin: Client, path: str, parent: object) -> Any:
    return admin.post(path, {"name": "Q2", "expected_basis": "calendar", "parent": parent, "version": 1})


def test_a_plan_in_force_is_not_offered_another_whole(world: World, quarter: Goal, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    with acting_for(world.acme.pk):
        Plan.objects.filter(pk=quarter.plan_id).update(state=PlanState.PUBLISHED)
    page = visitor(world.acme, Role.ADMIN).get(f"/o/acme/plans/{quarter.plan_id}/edit/")
    assert 'name="parent"' not in page.content.decode()
