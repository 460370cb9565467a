"""A goal's milestones, and how it stands to the plan above."""

from datetime import date
from decimal import Decimal
from typing import TypedDict, cast

from rest_framework.request import Request

from salestargets.api.inputs import DATE, Field, text
from salestargets.api.operations import operation
from salestargets.api.pagination import CURSOR, LIMIT, PAGE, Page
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope
from targets.amounts import to_stored
from targets.api.plans import GoalDetail, goal_detail
from targets.api.rows import AMOUNT, REASON, Amounts, part_of
from targets.models import Goal, Milestone
from targets.selectors.goals import get_milestone, milestones_of
from targets.selectors.plans import get_goal
from targets.services.milestones import (
    MilestoneChanges,
    add_milestone,
    change_milestone,
    remove_milestone,
)
from targets.services.nesting import follow_parent, record_drift

WHY = Field("reason", text(300), "Why it differs.")
NAME = Field("name", text(200), "What is to be there.")
DUE_ON = Field("due_on", DATE, "By when: a day within the plan.")
MILESTONE_AMOUNT = Field("amount", AMOUNT, "What is to be reached by then, where it is a number.").nullable()
DONE_ON = Field("done_on", DATE, "Since when it is done; null: not yet.").nullable()


class MilestoneRow(TypedDict):
    id: int
    goal: int
    name: str
    due_on: date
    amount: Decimal | None
    done_on: date | None
    version: int


class GoalFollowing(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(REASON,), answers=GoalDetail, versioned=True)
    def post(self, request: Request, plan_id: int, goal_id: int) -> GoalDetail:
        """Take the number that the plan above has for it."""
        goal = _goal(self, plan_id, goal_id)
        follow_parent(
            self.actor, goal=goal, reason=self.body[REASON], expected_version=self.version, at=self.at
        )
        return goal_detail(self, _goal(self, plan_id, goal_id))


class GoalDrift(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(WHY,), answers=GoalDetail, versioned=True)
    def post(self, request: Request, plan_id: int, goal_id: int) -> GoalDetail:
        """Record why it differs from the plan above; it stays as it is."""
        goal = _goal(self, plan_id, goal_id)
        record_drift(self.actor, goal=goal, reason=self.body[WHY], expected_version=self.version, at=self.at)
        return goal_detail(self, _goal(self, plan_id, goal_id))


class Milestones(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[MilestoneRow])
    def get(self, request: Request, plan_id: int, goal_id: int) -> Page[MilestoneRow]:
        """The milestones of a goal, in order of their days."""
        goal = _goal(self, plan_id, goal_id)
        rows = [_row(self, goal, milestone) for milestone in milestones_of(goal)]
        return part_of(rows, request, limit=self.query[LIMIT], cursor=self.query[CURSOR])

    @operation(Scope.TARGETS_WRITE, body=(NAME, DUE_ON, MILESTONE_AMOUNT), answers=MilestoneRow, status=201)
    def post(self, request: Request, plan_id: int, goal_id: int) -> MilestoneRow:
        """Add a milestone."""
        goal = _goal(self, plan_id, goal_id)
        milestone = add_milestone(
            self.actor,
            goal=goal,
            name=self.body[NAME],
            due_on=self.body[DUE_ON],
            amount=_changes(self, goal).get("amount"),
            at=self.at,
        )
        return _row(self, goal, milestone)


class OneMilestone(TenantView):
    @operation(
        Scope.TARGETS_WRITE,
        body=(NAME.optional(), DUE_ON.optional(), MILESTONE_AMOUNT, DONE_ON),
        answers=MilestoneRow,
        versioned=True,
    )
    def patch(self, request: Request, plan_id: int, goal_id: int, milestone_id: int) -> MilestoneRow:
        """Other words, another day, or done."""
        goal = _goal(self, plan_id, goal_id)
        milestone = change_milestone(
            self.actor,
            milestone=get_milestone(goal, milestone_id),
            changes=_changes(self, goal),
            expected_version=self.version,
            at=self.at,
        )
        return _row(self, goal, milestone)

    @operation(Scope.TARGETS_WRITE, status=204, versioned=True)
    def delete(self, request: Request, plan_id: int, goal_id: int, milestone_id: int) -> None:
        """Remove a milestone."""
        milestone = get_milestone(_goal(self, plan_id, goal_id), milestone_id)
        remove_milestone(self.actor, milestone=milestone, expected_version=self.version, at=self.at)


def _goal(view: TenantView, plan_id: int, goal_id: int) -> Goal:
    return get_goal(view.actor, goal_id, view.today, plan_id=plan_id)


def _changes(view: TenantView, goal: Goal) -> MilestoneChanges:
    """What was sent of a milestone, its amount as it is stored."""
    sent = view.body.only(NAME, DUE_ON, MILESTONE_AMOUNT, DONE_ON)
    if sent.get("amount") is not None:
        sent["amount"] = to_stored(sent["amount"], goal.kpi, view.actor.organisation.currency)
    return cast("MilestoneChanges", sent)


def _row(view: TenantView, goal: Goal, milestone: Milestone) -> MilestoneRow:
    return {
        "id": milestone.pk,
        "goal": goal.pk,
        "name": milestone.name,
        "due_on": milestone.due_on,
        "amount": Amounts(goal, view.actor)(milestone.amount),
        "done_on": milestone.done_on,
        "version": milestone.version,
    }
