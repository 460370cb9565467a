"""A plan comes into force when its goals are SMART; from then on nothing changes silently."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import InternalError, transaction

from salestargets.kernel.errors import Conflict, Forbidden
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Membership
from targets.choices import PlanState
from targets.models import Goal, Plan, PlanMove, Progress, Target, TargetVersion
from targets.services.cells import set_target
from targets.services.plans import GoalChanges, change_goal
from targets.services.publishing import (
    approve_plan,
    close_plan,
    publish_plan,
    submit_plan,
    take_back_plan,
)
from tests.builders import NOON, World, a_world, acting_as
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import (
    APRIL,
    a_goal,
    a_key_of,
    a_plan,
    lead_of,
    member,
    of,
    published,
    refused,
    split,
    with_approvals,
)

pytestmark = pytest.mark.django_db

JULY = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


@lasting
def world() -> World:
    world = a_world()
    a_deal(world.acme, world.alice, base=80_000_00, closed_on=date(2026, 2, 3))
    drained(world.acme)
    split(a_goal(a_plan(world.other), "777.77"))
    return world


@lasting
def goal(world: World) -> Goal:
    goal = a_goal(a_plan(world.acme), "100000.01")
    split(goal, "even")
    return goal


def publish(plan: Plan, *, by: Actor | None = None, at: datetime = APRIL, **more: Any) -> Plan:
    with acting_for(plan.organisation_id):
        actor = by or system_actor(plan.organisation)
        return publish_plan(actor, plan=Plan.objects.get(pk=plan.pk), at=at, **more)


def close(plan: Plan, *, at: datetime = JULY) -> Plan:
    with acting_for(plan.organisation_id):
        return close_plan(system_actor(plan.organisation), plan=Plan.objects.get(pk=plan.pk), at=at)


def reword(goal: Goal, **changes: str | None) -> None:
    with acting_for(goal.organisation_id):
        change_goal(
            system_actor(goal.organisation),
            goal=Goal.objects.select_related("plan", "kpi").get(pk=goal.pk),
            changes=GoalChanges(**changes),  # type: ignore[typeddict-item]
            expected_version=None,
            at=APRIL,
        )


def test_a_smart_plan_comes_into_force_with_version_one_of_every_number(world: World, goal: Goal) -> None:
    plan = publish(goal.plan)
    assert (plan.state, plan.published_at) == (PlanState.PUBLISHED, APRIL)
    with acting_for(world.acme.pk):
        versions = TargetVersion.objects.filter(target__goal=goal)
        assert versions.count() == Target.objects.filter(goal=goal).count() == 7
        told = {(row.number, row.effective_on, row.recorded_at) for row in versions}
        assert told == {(1, plan.starts_on, APRIL)}
        assert all(row.amount == row.target.given for row in versions.select_related("target"))


def test_what_is_not_smart_is_refused_letter_by_letter_with_how_to_mend_it(world: World, goal: Goal) -> None:
    reword(goal, objective_id=None, why="", achievable_because="")
    error = refused(world, lambda: publish(goal.plan), "not_smart")
    assert error.errors == {
        "won_revenue.R": [
            "It serves no objective and no plan above it. Choose the objective that it serves."
        ],
    }


def test_a_leap_needs_a_reason_why_it_can_be_achieved(world: World, goal: Goal) -> None:
    """80,000 in the quarter before, 100,000 now: no leap. Doubled, it is one."""
    reword(goal, achievable_because="")
    assert publish(goal.plan).state == PlanState.PUBLISHED
    bold = a_goal(a_plan(world.acme, "Bold"), "200000.00")
    reword(bold, achievable_because="")
    error = refused(world, lambda: publish(bold.plan), "not_smart")
    assert list(error.errors) == ["won_revenue.A"]


def test_a_plan_of_the_past_is_published_too_so_that_history_can_be_compared(
    world: World, goal: Goal
) -> None:
    assert publish(goal.plan, at=JULY).state == PlanState.PUBLISHED


def test_an_administrator_overrides_with_a_reason_that_stays(world: World, goal: Goal) -> None:
    reword(goal, objective_id=None)
    lena = lead_of(world.acme, world.east)
    east = a_goal(a_plan(world.acme, "East", root=world.east), "1.00")
    refused(world, lambda: publish(east.plan, by=lena, override="I want it"), "forbidden", Forbidden)
    admin = member(world.acme, Role.ADMIN)
    publish(goal.plan, by=admin, override="Agreed with the board")
    with acting_for(world.acme.pk):
        version = TargetVersion.objects.filter(target__goal=goal).first()
        assert version is not None
        assert (version.change.reason, version.change.by) == ("Agreed with the board", admin.user)


def test_an_override_is_withdrawn_by_taking_the_plan_back(world: World, goal: Goal) -> None:
    reword(goal, objective_id=None)
    with_approvals(world.acme)
    system, admin = system_actor(world.acme), member(world.acme, Role.ADMIN)

    def moved(move: Any, by: Actor, **more: Any) -> Plan:
        with acting_for(world.acme.pk):
            plan: Plan = move(by, plan=Plan.objects.get(pk=goal.plan_id), at=APRIL, **more)
            return plan

    moved(submit_plan, system)
    assert moved(approve_plan, admin, override="Agreed with the board").state == PlanState.APPROVED
    assert moved(take_back_plan, admin, reason="The board thinks again").state == PlanState.OPEN
    refused(world, lambda: moved(publish_plan, system), "not_approved")
    moved(submit_plan, system)
    refused(world, lambda: moved(approve_plan, admin), "not_smart")


def step(goal: Goal, move: Any, by: Actor, **more: Any) -> Plan:
    with acting_for(goal.organisation_id):
        plan: Plan = move(by, plan=Plan.objects.get(pk=goal.plan_id), at=APRIL, **more)
        return plan


def test_nobody_approves_what_they_submitted_not_even_with_a_key_of_their_own(
    world: World, goal: Goal
) -> None:
    with_approvals(world.acme)
    admin = member(world.acme, Role.ADMIN)
    by_key = a_key_of(admin)
    for submitting, approving in ((admin, admin), (admin, by_key), (by_key, admin)):
        step(goal, submit_plan, submitting)
        refused(world, lambda by=approving: step(goal, approve_plan, by), "own_plan", Forbidden)  # type: ignore[misc]
        step(goal, take_back_plan, admin, reason="Once more")
    step(goal, submit_plan, admin)
    other = a_key_of(system_actor(world.acme))
    assert step(goal, approve_plan, other).state == PlanState.APPROVED


def test_who_leads_the_unit_does_not_approve_its_plan_whoever_submitted_it(world: World) -> None:
    lead = lead_of(world.acme, world.east)
    east = a_goal(a_plan(world.acme, "East", root=world.east), "1200.00")
    split(east)
    with_approvals(world.acme)
    with acting_for(world.acme.pk):
        Membership.objects.filter(user=lead.user).update(role=Role.ADMIN)
        assert lead.user is not None
        admin = acting_as(world.acme, lead.user)
    step(east, submit_plan, system_actor(world.acme))
    refused(world, lambda: step(east, approve_plan, admin), "own_plan", Forbidden)


def test_what_was_approved_is_published_without_an_override_of_its_lead(world: World) -> None:
    lead = lead_of(world.acme, world.east)
    east = a_goal(a_plan(world.acme, "East", root=world.east), "1200.00")
    split(east)
    with_approvals(world.acme)
    step(east, submit_plan, lead)
    step(east, approve_plan, member(world.acme, Role.ADMIN), override="Agreed with the board")
    step(east, publish_plan, lead, override="I want it")
    with acting_for(world.acme.pk):
        move = PlanMove.objects.filter(plan=east.plan, to_state=PlanState.PUBLISHED).get()
        assert (move.is_override, move.reason) == (False, "")


def test_a_plan_without_a_goal_is_not_published(world: World) -> None:
    plan = a_plan(world.acme)
    refused(world, lambda: publish(plan), "no_goal")


def test_a_plan_is_published_once(world: World, goal: Goal) -> None:
    publish(goal.plan)
    refused(world, lambda: publish(goal.plan), "plan_published")


def test_a_stale_plan_is_not_published(world: World, goal: Goal) -> None:
    refused(world, lambda: publish(goal.plan, expected_version=7), "stale", Conflict)


def test_the_manager_of_a_part_does_not_publish_the_whole(world: World, goal: Goal) -> None:
    lena = lead_of(world.acme, world.east)
    refused(world, lambda: publish(goal.plan, by=lena), "not_yours", Forbidden)
    viewer = member(world.acme, Role.VIEWER)
    refused(world, lambda: publish(goal.plan, by=viewer), "forbidden", Forbidden)


def test_a_change_afterwards_is_a_new_version_in_force_from_its_day(world: World, goal: Goal) -> None:
    publish(goal.plan)
    admin = member(world.acme, Role.ADMIN)
    with acting_for(world.acme.pk):
        bob = set_target(
            admin,
            goal=goal,
            holder=of(world.bob),
            amount=1_000_000,
            expected_version=1,
            reason="Leaves in June",
            effective_on=date(2026, 6, 1),
            at=NOON,
        )
        versions = TargetVersion.objects.filter(target=bob).order_by("number")
        assert [(v.number, v.amount, v.effective_on, v.recorded_at, v.change.reason) for v in versions] == [
            (1, 2_500_000, date(2026, 4, 1), APRIL, ""),
            (2, 1_000_000, date(2026, 6, 1), NOON, "Leaves in June"),
        ]
        assert versions[1].change.by == admin.user
        assert not TargetVersion.objects.filter(target__person=world.alice, number=2).exists()


def test_versions_are_never_rewritten(world: World, goal: Goal) -> None:
    publish(goal.plan)
    with acting_for(world.acme.pk):
        for change in (lambda rows: rows.update(amount=1), lambda rows: rows.delete()):
            with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
                change(TargetVersion.objects.all())


def test_a_closed_plan_keeps_its_final_values_and_its_numbers(world: World, goal: Goal) -> None:
    publish(goal.plan)
    a_deal(world.acme, world.alice, base=1_000)
    drained(world.acme)
    assert close(goal.plan).state == PlanState.CLOSED
    a_deal(world.acme, world.alice, base=5_000)
    drained(world.acme)
    with acting_for(world.acme.pk):
        alice = Progress.objects.get(target__goal=goal, target__person=world.alice)
        assert (alice.actual, alice.computed_on) == (1_000, date(2026, 7, 1))

    def lower() -> Target:
        return set_target(
            system_actor(world.acme),
            goal=goal,
            holder=of(world.bob),
            amount=1,
            expected_version=None,
            reason="too late",
            at=JULY,
        )

    refused(world, lower, "plan_closed")


def test_a_plan_is_not_closed_before_it_was_published_or_is_over(world: World, goal: Goal) -> None:
    refused(world, lambda: close(goal.plan), "not_published")
    published(goal.plan)
    refused(world, lambda: close(goal.plan, at=NOON), "not_over")
