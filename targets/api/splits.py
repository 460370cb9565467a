from collections.abc import Sequence
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
    HolderInput,
    Reader,
    Values,
    choice,
    decimal,
    list_of,
    object_of,
    text,
)
from salestargets.api.operations import operation
from salestargets.api.views import TenantView
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import rounded
from salestargets.tenancy.choices import Scope
from targets.amounts import to_stored
from targets.api.rows import AMOUNT, EFFECTIVE_ON, GOAL, GROUP, HOLDER_FIELD, REASON, Amounts, holder
from targets.choices import Phasing, Ramp, SplitMethod
from targets.domain.splitting import SplitResult
from targets.models import Goal
from targets.selectors.plans import get_goal
from targets.selectors.trees import Node
from targets.services.months import PhaseLine, PhaseRequest, phase, preview_phase
from targets.services.splits import (
    BucketRequest,
    SplitLine,
    SplitPreview,
    SplitRequest,
    apply_split,
    preview_split,
)

MOST = 10_000
WEIGHT: Reader[Decimal] = decimal(max_digits=15, decimal_places=6)
WHO = Field("holder", HOLDER)
OWN_WEIGHT = Field("weight", WEIGHT)
OWN_AMOUNT = Field("amount", AMOUNT)
FROM, TO = Field("from", DATE), Field("to", DATE, "The day after the last.")

METHOD = Field("method", choice(SplitMethod), "Where the weights come from.")
RECURSIVE = Field("recursive", BOOLEAN, "Down to the people, not only to those right below.").otherwise(False)
WEIGHTS = Field("weights", list_of(object_of(WHO, OWN_WEIGHT), at_most=MOST), "For own weights.").optional()
OWN_AMOUNTS: Reader[list[Values]] = list_of(object_of(WHO, OWN_AMOUNT), at_most=MOST)
HOLDS = Field("holds", OWN_AMOUNTS, "Who keeps which number.").optional()
AMOUNTS = Field("amounts", OWN_AMOUNTS, "For fixed amounts.").optional()
FLOORS = Field("floors", OWN_AMOUNTS, "Who gets at least how much.").optional()
CAPS = Field("caps", OWN_AMOUNTS, "Who gets at most how much.").optional()
BUCKET_NAME = Field("name", text(100))
BUCKET_WEIGHT = Field("weight", WEIGHT, "What it weighs; by default what its members weigh.").optional()
BUCKET_AMOUNT = Field("amount", AMOUNT, "A fixed amount for all of it.").optional()
MEMBERS = Field("members", list_of(HOLDER, at_least=1, at_most=MOST))
BUCKETS = Field(
    "buckets",
    list_of(object_of(BUCKET_NAME, BUCKET_WEIGHT, BUCKET_AMOUNT, MEMBERS), at_most=100),
    "Groups that get their part first, of those right below; then their members share it.",
).optional()
RAMP = Field("ramp", choice(Ramp), "What becomes of the part that new hires do not carry yet.").otherwise(
    Ramp.NONE
)
PADDING = Field(
    "padding",
    list_of(decimal(max_digits=5, decimal_places=2), at_most=20),
    "Percent given on top: one for each level from the top, the last for all below it.",
).optional()
HISTORY = Field(
    "history", object_of(FROM, TO), "The span whose actuals count; by default the twelve months before."
).optional()
PREVIEW = Field("preview", BOOLEAN, "True: only show what it would do.").otherwise(True)

PHASING = Field("method", choice(Phasing), "Where the weights of the months come from.")
MONTH_WEIGHTS = Field(
    "weights", list_of(WEIGHT, at_least=1, at_most=36), "One for each month, for own weights."
).optional()


PHASE_PREVIEW = Field("preview", BOOLEAN, "True: only show what it would do.").otherwise(False)


class LineRow(TypedDict):
    """`computed` is what the method alone gives, without holds, bounds and groups; `full` what it would be
    with everyone whole and nothing padded.
    """

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
    full: Decimal | None
    floor: Decimal | None
    cap: Decimal | None
    ramp: Decimal | None
    bucket: str
    is_bounded: bool


class LevelRow(TypedDict):
    """A unit that is divided: `amount + over_assigned = Σ children + unallocated`.

    `unramped` is what new hires do not carry yet and nobody else got, `padded` what is added at the end.
    """

    holder: str
    amount: Decimal | None
    unallocated: Decimal | None
    over_assigned: Decimal | None
    unramped: Decimal | None
    padded: Decimal | None


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
    levels: list[LevelRow]


class PhaseMonthRow(TypedDict):
    month: date
    before: Decimal | None
    after: Decimal | None


class PhaseLineRow(TypedDict):
    holder: str
    name: str
    depth: int
    months: list[PhaseMonthRow]


class PhaseResultRow(TypedDict):
    """Months of the holder and of all below, depth first; `is_applied` false: nothing was written."""

    is_applied: bool
    goal: int
    version: int
    lines: list[PhaseLineRow]


class PlanSplit(TenantView):
    @operation(
        Scope.TARGETS_WRITE,
        body=(
            GOAL,
            HOLDER_FIELD,
            METHOD,
            RECURSIVE,
            WEIGHTS,
            AMOUNTS,
            HOLDS,
            FLOORS,
            CAPS,
            BUCKETS,
            RAMP,
            PADDING,
            HISTORY,
            GROUP,
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
        def amounts(field: Field[list[Values] | None]) -> dict[Holder, int]:
            rows = _rows(self.body[field], field.name)
            return {_who(row): self._stored(row[OWN_AMOUNT], goal, field.name) for row in rows}

        return SplitRequest(
            holder=holder(self.body[HOLDER_FIELD]),
            method=self.body[METHOD],
            recursive=self.body[RECURSIVE],
            weights={_who(row): row[OWN_WEIGHT] for row in _rows(self.body[WEIGHTS], "weights")},
            amounts=amounts(AMOUNTS),
            holds=amounts(HOLDS),
            floors=amounts(FLOORS),
            caps=amounts(CAPS),
            buckets=[self._bucket(row, goal) for row in self.body[BUCKETS] or []],
            ramp=self.body[RAMP],
            padding=list(self.body[PADDING] or ()),
            history=_period(self.body[HISTORY]),
            group=self.body[GROUP],
        )

    def _bucket(self, row: Values, goal: Goal) -> BucketRequest:
        fixed = row[BUCKET_AMOUNT]
        return BucketRequest(
            name=row[BUCKET_NAME],
            members=[_holder(member) for member in row[MEMBERS]],
            weight=row[BUCKET_WEIGHT],
            fixed=None if fixed is None else self._stored(fixed, goal, "buckets"),
        )

    def _stored(self, amount: Decimal, goal: Goal, field: str) -> int:
        return to_stored(amount, goal.kpi, self.actor.organisation.currency, field=field)


class PlanPhasing(TenantView):
    @operation(
        Scope.TARGETS_WRITE,
        body=(
            GOAL,
            HOLDER_FIELD,
            PHASING,
            MONTH_WEIGHTS,
            HISTORY,
            GROUP,
            PHASE_PREVIEW,
            REASON,
            EFFECTIVE_ON,
        ),
        answers=PhaseResultRow,
    )
    def post(self, request: Request, plan_id: int) -> PhaseResultRow:
        """Spread a holder's number over the months; below a unit both margins stay exact."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        asked = PhaseRequest(
            holder=holder(self.body[HOLDER_FIELD]),
            method=self.body[PHASING],
            weights=self.body[MONTH_WEIGHTS],
            history=_period(self.body[HISTORY]),
            group=self.body[GROUP],
        )
        lines = preview_phase(self.actor, goal=goal, request=asked, at=self.at)
        if not self.body[PHASE_PREVIEW]:
            phase(
                self.actor,
                goal=goal,
                request=asked,
                reason=self.body[REASON],
                effective_on=self.body[EFFECTIVE_ON],
                at=self.at,
            )
        amounts = Amounts(goal, self.actor)
        return {
            "is_applied": not self.body[PHASE_PREVIEW],
            "goal": goal.pk,
            "version": get_goal(self.actor, goal.pk, self.today).version,
            "lines": [_phase_row(line, goal.plan.period_starts, amounts) for line in lines],
        }


def _phase_row(line: PhaseLine, months: Sequence[date], amounts: Amounts) -> PhaseLineRow:
    return {
        "holder": str(line.node),
        "name": line.name,
        "depth": line.depth,
        "months": [
            {"month": month, "before": amounts(before), "after": amounts(after)}
            for month, (before, after) in zip(months, line.pairs, strict=True)
        ],
    }


def _who(row: Values) -> Holder:
    return _holder(row[WHO])


def _holder(sent: HolderInput) -> Holder:
    found = holder(sent)
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
        "levels": [_level_row(unit, result, amounts) for unit, result in found.levels.items()],
    }


def _line_row(line: SplitLine, method: str, amounts: Amounts) -> LineRow:
    child, part = line.child, line.part
    return {
        "holder": str(line.node),
        "parent": str(line.parent),
        "name": line.name,
        "depth": line.depth,
        "before": amounts(line.before),
        "after": amounts(line.after),
        "change": amounts(line.change),
        "computed": amounts(part.computed),
        "weight": amounts.weight(rounded(part.weight, 6), method),
        "share": rounded(part.share, 6),
        "is_held": part.is_held,
        "full": amounts(part.full),
        "floor": amounts(child.floor),
        "cap": amounts(child.cap),
        "ramp": rounded(child.ramp, 6),
        "bucket": child.group,
        "is_bounded": part.is_bounded,
    }


def _level_row(unit: Node, result: SplitResult[Node], amounts: Amounts) -> LevelRow:
    return {
        "holder": str(unit),
        "amount": amounts(result.parent),
        "unallocated": amounts(result.balance.unallocated),
        "over_assigned": amounts(result.balance.over_assigned),
        "unramped": amounts(result.unramped),
        "padded": amounts(result.padded),
    }
