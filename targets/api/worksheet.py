from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.utils.translation import gettext
from rest_framework.request import Request

from salestargets.api.inputs import BOOLEAN, Field, Reader, decimal, list_of, object_of, text
from salestargets.api.operations import operation
from salestargets.api.views import TenantView
from salestargets.kernel.errors import DomainError, Forbidden
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Scope
from targets.api.rows import Amounts
from targets.domain.methods import from_json
from targets.models import Goal
from targets.registry import causes_before
from targets.selectors.plan_before import Adjusted, PlanBefore, plan_before
from targets.selectors.plans import get_goal
from targets.selectors.worksheet import Line, Shown, last_period, worksheet_of
from targets.services.worksheet import keep_worksheet, take_blend

MOST_METHODS = 8


def _read_object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise DomainError(N_("Enter an object of names and values."), code="not_an_object")
    return value


INPUTS = Field(
    "inputs",
    Reader(_read_object, {"type": "object"}),
    "The method and its inputs as they are answered: amounts in the smallest unit, rates as text.",
)
WEIGHT = Field("weight", decimal(max_digits=12, decimal_places=4), "How much it weighs in the blend.")
METHODS = Field("methods", list_of(object_of(INPUTS, WEIGHT), at_most=MOST_METHODS, at_least=1))
TAKE = Field("take", BOOLEAN, "Take the blend as the goal's amount.").otherwise(False)
REASON = Field(
    "reason", text(300, min_length=0), "Required to take it once the plan is published."
).otherwise("")


class MethodRow(TypedDict):
    """`inputs` as they are sent. No `amount`: `missing` says what it lacks."""

    method: str
    inputs: dict[str, Any]
    amount: Decimal | None
    missing: str | None
    weight: Decimal


class MovedRow(TypedDict):
    """An input that came from records: what it was when the worksheet was made, and what it is now.

    As in `inputs`: amounts in the smallest unit, rates as text; null is not known. `path` are the places of
    the number where the input is a list, from 0.
    """

    method: str
    name: str
    path: list[int]
    then: str | None
    now: str | None


class CauseRow(TypedDict):
    """What a review of the plan before concluded."""

    text: str
    day: date


class LastPeriodRow(TypedDict):
    """The last period of the plan's length that is over, and what it brought; `ends_on` is the day after."""

    starts_on: date
    ends_on: date
    reached: Decimal | None
    causes: list[CauseRow]


class DifferenceRow(TypedDict):
    holder: str
    name: str
    before: Decimal | None
    after: Decimal | None


class AdjustedRow(TypedDict):
    """One that was applied. `difference`: of the unit's number, null where only those below changed."""

    adjustment: int
    trigger: str
    nature: str
    reason: str
    effective_on: date
    difference: Decimal | None
    changes: list[DifferenceRow]


class PlanBeforeRow(TypedDict):
    """What the unit was to reach and reached in the plan before; so far, where that is not over.

    `original` was published first, `target` is in force. One-offs are no guidance for the next plan:
    `without_one_offs` leaves them out.
    """

    plan: int
    name: str
    starts_on: date
    ends_on: date
    is_over: bool
    reached: Decimal | None
    original: Decimal | None
    target: Decimal | None
    without_one_offs: Decimal | None
    adjustments: list[AdjustedRow]


class MethodsRow(TypedDict):
    """Not kept yet: `made_at` is null, `version` 0, and the methods have what the records say."""

    goal: int
    version: int
    methods: list[MethodRow]
    amount: Decimal | None
    changed: list[MovedRow]
    made_at: datetime | None
    made_by: str | None


class WorksheetRow(MethodsRow):
    """With what stands beside the methods: `plan_before` is null where there was none for KPI and unit."""

    last_period: LastPeriodRow
    plan_before: PlanBeforeRow | None


class GoalWorksheet(TenantView):
    @operation(Scope.READ, answers=WorksheetRow)
    def get(self, request: Request, plan_id: int, goal_id: int) -> WorksheetRow:
        """The methods that propose the goal's number, side by side, and which records changed since."""
        return self._read(self._goal(plan_id, goal_id))

    @operation(
        Scope.TARGETS_WRITE, body=(METHODS, TAKE, REASON), answers=WorksheetRow, status=201, versioned=True
    )
    def post(self, request: Request, plan_id: int, goal_id: int) -> WorksheetRow:
        """Keep a new worksheet; the older ones stay."""
        goal = self._goal(plan_id, goal_id)
        weighed = [(from_json(each[INPUTS]), each[WEIGHT]) for each in self.body[METHODS]]
        worksheet = keep_worksheet(
            self.actor,
            goal=goal,
            inputs=[inputs for inputs, _weight in weighed],
            weights={inputs.method.value: weight for inputs, weight in weighed},
            expected_version=self.version,
            at=self.at,
        )
        if self.body[TAKE]:
            take_blend(self.actor, goal=goal, worksheet=worksheet, reason=self.body[REASON], at=self.at)
        return self._read(goal)

    def _goal(self, plan_id: int, goal_id: int) -> Goal:
        """For those who see the plan's unit: its results are in the inputs."""
        goal = get_goal(self.actor, goal_id, self.today, plan_id=plan_id)
        if not sight_of(self.actor, self.today).of_unit(goal.plan.root_unit_id):
            raise Forbidden(N_("This is for those who see the plan's unit."), code="not_yours")
        return goal

    def _read(self, goal: Goal) -> WorksheetRow:
        found, amounts = worksheet_of(goal, on=self.today), Amounts(goal, self.actor)
        before = plan_before(self.actor, goal, on=self.today)
        return {
            **_row(goal, found, amounts),
            "last_period": _last_period(goal, amounts, on=self.today),
            "plan_before": _before(before, amounts) if before else None,
        }


def _last_period(goal: Goal, amounts: Amounts, *, on: date) -> LastPeriodRow:
    span, reached = last_period(goal, on=on)
    causes: list[CauseRow] = [{"text": told.text, "day": told.day} for told in causes_before(goal)]
    return {"starts_on": span.start, "ends_on": span.end, "reached": amounts(reached), "causes": causes}


def _before(before: PlanBefore, amounts: Amounts) -> PlanBeforeRow:
    return {
        "plan": before.plan.pk,
        "name": before.plan.name,
        "starts_on": before.plan.starts_on,
        "ends_on": before.plan.ends_on,
        "is_over": before.is_over,
        "reached": amounts(before.reached),
        "original": amounts(before.original),
        "target": amounts(before.target),
        "without_one_offs": amounts(before.without_one_offs),
        "adjustments": [_adjusted(each, amounts) for each in before.adjusted],
    }


def _adjusted(each: Adjusted, amounts: Amounts) -> AdjustedRow:
    adjustment = each.adjustment
    return {
        "adjustment": adjustment.pk,
        "trigger": adjustment.trigger.label,
        "nature": adjustment.nature,
        "reason": adjustment.reason,
        "effective_on": adjustment.effective_on,
        "difference": amounts(each.difference),
        "changes": [
            {
                "holder": move["holder"],
                "name": move["name"],
                "before": amounts(move["before"]),
                "after": amounts(move["after"]),
            }
            for move in each.moves
        ],
    }


def _row(goal: Goal, found: Shown, amounts: Amounts) -> MethodsRow:
    return {
        "goal": goal.pk,
        "version": found.version,
        "methods": [_method(line, amounts) for line in found.lines],
        "amount": amounts(found.amount),
        "changed": [
            {
                "method": each.method,
                "name": each.name,
                "path": list(each.path),
                "then": None if each.then is None else str(each.then),
                "now": None if each.now is None else str(each.now),
            }
            for each in found.moved
        ],
        "made_at": found.kept.made_at if found.kept else None,
        "made_by": str(found.kept.made_by) if found.kept and found.kept.made_by else None,
    }


def _method(line: Line, amounts: Amounts) -> MethodRow:
    proposal = line.proposal
    return {
        "method": proposal.method.value,
        "inputs": proposal.inputs.as_json(),
        "amount": amounts(proposal.amount),
        "missing": proposal.missing.render(gettext) if proposal.missing else None,
        "weight": line.weight,
    }
