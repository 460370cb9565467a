from datetime import date
from decimal import Decimal
from typing import TypedDict

from django.utils.translation import gettext
from rest_framework.request import Request

from kpis.values import Holder
from salestargets.api.inputs import (
    BOOLEAN,
    DATE,
    HOLDER,
    Field,
    Reader,
    Values,
    choice,
    decimal,
    list_of,
    object_of,
)
from salestargets.api.operations import operation
from salestargets.api.views import TenantView
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import rounded
from salestargets.tenancy.choices import Scope
from targets.amounts import to_stored
from targets.api.rows import AMOUNT, EFFECTIVE_ON, GOAL, HOLDER_FIELD, REASON, Amounts, holder
from targets.choices import Phasing, SplitMethod
from targets.models import Goal
from targets.selectors.plans import get_goal
from targets.services.months import PhaseRequest, phase
from targets.services.splits import SplitLine, SplitPreview, SplitRequest, apply_split, preview_split

MOST = 10_000
WEIGHT: Reader[Decimal] = decimal(max_digits=15, decimal_places=6)
WHO = Field("holder", HOLDER)
OWN_WEIGHT = Field("weight", WEIGHT)
OWN_AMOUNT = Field("amount", AMOUNT)
FROM, TO = Field("from", DATE), Field("to", DATE, "The day after the last.")

METHOD = Field("method", choice(SplitMethod), "Where the weights come from.")
RECURSIVE = Field("recursive", BOOLEAN, "Down to the people, not only to those right below.").otherwise(False)
WEIGHTS = Field("weights", list_of(object_of(WHO, OWN_WEIGHT), at_most=MOST), "For own weights.").optional()
HOLDS = Field(
    "holds", list_of(object_of(WHO, OWN_AMOUNT), at_most=MOST), "Who keeps which number."
).optional()
HISTORY = Field(
    "history", object_of(FROM, TO), "The span whose actuals count; by default the twelve months before."
).optional()
PREVIEW = Field("preview", BOOLEAN, "True: only show what it would do.").otherwise(True)

PHASING = Field("method", choice(Phasing), "Where the weights of the months come from.")
MONTH_WEIGHTS = Field(
    "weights", list_of(WEIGHT, at_least=1, at_most=36), "One for each month, for own weights."
).optional()


class LineRow(TypedDict):
    """`computed` is what the method alone gives, without holds."""

    holder: str
    parent: str
    name: str
    depth: int
    before: Decimal | None
    after: Decimal | None
    change: Decimal | None
    computed: Decimal | None
    weight: Decimal | None
    share: Decimal | None
    is_held: bool


class SplitResultRow(TypedDict):
    """`lines` depth first; `is_applied` false: nothing was written."""

    is_applied: bool
    unit: str
    name: str
    amount: Decimal | None
    method: str
    history_from: date | None
    history_to: date | None
    warnings: list[str]
    lines: list[LineRow]


class GoalVersion(TypedDict):
    goal: int
    version: int


class PlanSplit(TenantView):
    @operation(
        Scope.TARGETS_WRITE,
        body=(
            GOAL,
            HOLDER_FIELD,
            METHOD,
            RECURSIVE,
            WEIGHTS,
            HOLDS,
            HISTORY,
            PREVIEW,
            REASON,
            EFFECTIVE_ON,
        ),
        answers=SplitResultRow,
    )
    def post(self, request: Request, plan_id: int) -> SplitResultRow:
        """Divide a unit's number among those below, exactly: what it would do, or do it."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        asked = self._asked(goal)
        if self.body[PREVIEW]:
            found = preview_split(self.actor, goal=goal, request=asked, at=self.at)
        else:
            found = apply_split(
                self.actor,
                goal=goal,
                request=asked,
                reason=self.body[REASON],
                effective_on=self.body[EFFECTIVE_ON],
                at=self.at,
            )
        return _split_row(found, Amounts(goal, self.actor), is_applied=not self.body[PREVIEW])

    def _asked(self, goal: Goal) -> SplitRequest:
        currency = self.actor.organisation.currency
        return SplitRequest(
            holder=holder(self.body[HOLDER_FIELD]),
            method=self.body[METHOD],
            recursive=self.body[RECURSIVE],
            weights={_who(row): row[OWN_WEIGHT] for row in _rows(self.body[WEIGHTS], "weights")},
            holds={
                _who(row): to_stored(row[OWN_AMOUNT], goal.kpi, currency, field="holds")
                for row in _rows(self.body[HOLDS], "holds")
            },
            history=_period(self.body[HISTORY]),
        )


class PlanPhasing(TenantView):
    @operation(
        Scope.TARGETS_WRITE,
        body=(GOAL, HOLDER_FIELD, PHASING, MONTH_WEIGHTS, HISTORY, REASON, EFFECTIVE_ON),
        answers=GoalVersion,
    )
    def post(self, request: Request, plan_id: int) -> GoalVersion:
        """Spread a holder's number over the months; below a unit both margins stay exact."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        phase(
            self.actor,
            goal=goal,
            request=PhaseRequest(
                holder=holder(self.body[HOLDER_FIELD]),
                method=self.body[PHASING],
                weights=self.body[MONTH_WEIGHTS],
                history=_period(self.body[HISTORY]),
            ),
            reason=self.body[REASON],
            effective_on=self.body[EFFECTIVE_ON],
            at=self.at,
        )
        return {"goal": goal.pk, "version": get_goal(self.actor, goal.pk, self.today).version}


def _who(row: Values) -> Holder:
    found = holder(row[WHO])
    if found is None:
        raise DomainError(N_("Name a unit or a person here."), code="invalid_holder", field="holder")
    return found


def _rows(sent: list[Values] | None, field: str) -> list[Values]:
    rows = sent or []
    if len({row[WHO] for row in rows}) < len(rows):
        raise DomainError(N_("Name everyone once."), code="repeated", field=field)
    return rows


def _period(sent: Values | None) -> Period | None:
    return Period(sent[FROM], sent[TO]) if sent else None


def _split_row(found: SplitPreview, amounts: Amounts, *, is_applied: bool) -> SplitResultRow:
    history = found.history
    return {
        "is_applied": is_applied,
        "unit": str(found.unit),
        "name": found.name,
        "amount": amounts(found.amount),
        "method": found.method,
        "history_from": history.start if history else None,
        "history_to": history.end if history else None,
        "warnings": [message.render(gettext) for message in found.warnings],
        "lines": [_line_row(line, found.method, amounts) for line in found.lines],
    }


def _line_row(line: SplitLine, method: str, amounts: Amounts) -> LineRow:
    return {
        "holder": str(line.node),
        "parent": str(line.parent),
        "name": line.name,
        "depth": line.depth,
        "before": amounts(line.before),
        "after": amounts(line.after),
        "change": amounts(line.change),
        "computed": amounts(line.computed),
        "weight": amounts.weight(rounded(line.weight, 6), method),
        "share": rounded(line.share, 6),
        "is_held": line.is_held,
    }
