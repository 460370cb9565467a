"""Many numbers at once: written by hand with what was read, and taken back."""

from typing import TypedDict

from rest_framework.request import Request

from salestargets.api.inputs import DATE, PLACED_HOLDER, Field, Values, choice, list_of, object_of
from salestargets.api.operations import operation
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope
from targets.amounts import to_stored
from targets.api.rows import AMOUNT, EFFECTIVE_ON, GOAL, GROUP, REASON, Amounts, TargetRow, holder
from targets.choices import Respread
from targets.models import Goal
from targets.selectors.agreement import proposed_in
from targets.selectors.plans import get_goal
from targets.selectors.products import check_group
from targets.selectors.rows import sheet_rows
from targets.selectors.sheets import sheet_of
from targets.selectors.trees import Node
from targets.services.cells import UNCHECKED, Edit, edit_numbers
from targets.services.undo import undo_last

MOST = 10_000
WHO = Field("holder", PLACED_HOLDER)
MONTH = Field("month", DATE, "The first day of a month; the whole span if left out.").optional()
WAS = Field(
    "was",
    AMOUNT,
    "What stood there as it was read, null for nothing; left out, anything is overwritten.",
).nullable()
NOW = Field("amount", AMOUNT)
EDITS = Field("edits", list_of(object_of(WHO, MONTH, WAS, NOW), at_most=MOST, at_least=1))
RULE = Field("rule", choice(Respread), "What else moves: nobody, those below, or those beside.").otherwise(
    Respread.STAY
)


class ChangedRows(TypedDict):
    """The holders whose numbers changed, as they are now, and the version of the goal."""

    version: int
    results: list[TargetRow]


class PlanNumbers(TenantView):
    @operation(
        Scope.TARGETS_WRITE,
        body=(GOAL, GROUP, EDITS, RULE, REASON, EFFECTIVE_ON),
        answers=ChangedRows,
        versioned=True,
    )
    def post(self, request: Request, plan_id: int) -> ChangedRows:
        """Write several numbers by hand: all of them, or none where one is not what it was any more."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        group = check_group(goal, self.body[GROUP])
        nodes = edit_numbers(
            self.actor,
            goal=goal,
            edits=[self._edit(goal, row) for row in self.body[EDITS]],
            rule=self.body[RULE],
            group=group,
            expected_version=self.version,
            reason=self.body[REASON],
            effective_on=self.body[EFFECTIVE_ON],
            at=self.at,
        )
        return changed(self, goal, nodes, group=group)

    def _edit(self, goal: Goal, row: Values) -> Edit:
        currency, month, was = self.actor.organisation.currency, row[MONTH], row[WAS]
        return Edit(
            holder(row[WHO]),
            [month] if month else [],
            to_stored(row[NOW], goal.kpi, currency),
            was=(None if was is None else to_stored(was, goal.kpi, currency, field="was"))
            if WAS in row
            else UNCHECKED,
        )


class PlanUndo(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(GOAL, REASON), answers=ChangedRows, versioned=True)
    def post(self, request: Request, plan_id: int) -> ChangedRows:
        """Take the last change of a goal's numbers back; then the one before it."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        nodes = undo_last(
            self.actor,
            goal=goal,
            expected_version=self.version,
            reason=self.body[REASON],
            at=self.at,
        )
        return changed(self, goal, nodes)


def changed(view: TenantView, goal: Goal, nodes: set[Node], *, group: str = "") -> ChangedRows:
    goal = get_goal(view.actor, goal.pk, view.today)
    amounts = Amounts(goal, view.actor)
    found = sheet_rows(view.actor, goal, on=view.today, group=group)
    rows = [row for row in found if row.place.node in nodes]
    proposed = {} if group else proposed_in(sheet_of(goal))
    results = [amounts.row(row, None, proposed.get(row.place.node)) for row in rows]
    return {"version": goal.version, "results": results}
