from collections.abc import Mapping
from datetime import datetime
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
from targets.selectors.plans import get_goal
from targets.selectors.worksheet import Line, Shown, worksheet_of
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
    """An input that came from records: what it was when the worksheet was made, and what it is now."""

    method: str
    name: str
    then: str
    now: str


class WorksheetRow(TypedDict):
    """Not kept yet: `made_at` is null, and the methods have what the records say."""

    goal: int
    methods: list[MethodRow]
    amount: Decimal | None
    changed: list[MovedRow]
    made_at: datetime | None
    made_by: str | None


class GoalWorksheet(TenantView):
    @operation(Scope.READ, answers=WorksheetRow)
    def get(self, request: Request, plan_id: int, goal_id: int) -> WorksheetRow:
        """The methods that propose the goal's number, side by side, and which records changed since."""
        return self._read(self._goal(plan_id, goal_id))

    @operation(Scope.TARGETS_WRITE, body=(METHODS, TAKE, REASON), answers=WorksheetRow, status=201)
    def post(self, request: Request, plan_id: int, goal_id: int) -> WorksheetRow:
        """Keep a new worksheet; the older ones stay."""
        goal = self._goal(plan_id, goal_id)
        weighed = [(from_json(each[INPUTS]), each[WEIGHT]) for each in self.body[METHODS]]
        worksheet = keep_worksheet(
            self.actor,
            goal=goal,
            inputs=[inputs for inputs, _weight in weighed],
            weights={inputs.method.value: weight for inputs, weight in weighed},
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
        return _row(goal, worksheet_of(goal, on=self.today), Amounts(goal, self.actor))


def _row(goal: Goal, found: Shown, amounts: Amounts) -> WorksheetRow:
    return {
        "goal": goal.pk,
        "methods": [_method(line, amounts) for line in found.lines],
        "amount": amounts(found.amount),
        "changed": [
            {"method": each.method, "name": each.name, "then": str(each.then), "now": str(each.now)}
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
