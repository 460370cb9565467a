from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypedDict

from rest_framework.request import Request

from salestargets.api.inputs import BOOLEAN, Field, Values, choice, decimal, list_of, object_of, text
from salestargets.api.operations import operation
from salestargets.api.views import TenantView
from salestargets.kernel.rational import rounded
from salestargets.tenancy.choices import Scope
from targets.api.dividing import (
    BECAUSE,
    HISTORY,
    METHOD,
    MOST,
    PREVIEW,
    WEIGHT,
    DividedRow,
    PartRow,
    amounts,
    amounts_of,
    divide,
    divided_row,
    period,
    stored,
    weights,
    weights_of,
)
from targets.api.rows import (
    AMOUNT,
    EFFECTIVE_ON,
    GOAL,
    GROUP,
    HOLDER_FIELD,
    NAMED_PLACE,
    REASON,
    Amounts,
    holder,
)
from targets.choices import Phasing, Ramp
from targets.domain.splitting import SplitResult
from targets.models import Goal
from targets.selectors.plans import get_goal
from targets.selectors.trees import Node
from targets.services.months import PhaseLine, PhaseRequest, phase, preview_phase
from targets.services.splits import (
    BucketRequest,
    SplitLine,
    SplitRequest,
    apply_split,
    preview_split,
)

WHO = Field("holder", NAMED_PLACE)

RECURSIVE = Field("recursive", BOOLEAN, "Down to the people, not only to those right below.").otherwise(False)
WEIGHTS = weights_of(WHO)
AMOUNTS = amounts_of(WHO, "amounts", "For fixed amounts.")
HOLDS = amounts_of(WHO, "holds", "Who keeps which number.")
FLOORS = amounts_of(WHO, "floors", "Who gets at least how much.")
CAPS = amounts_of(WHO, "caps", "Who gets at most how much.")
BUCKET_NAME = Field("name", text(100))
BUCKET_WEIGHT = Field("weight", WEIGHT, "What it weighs; by default what its members weigh.").optional()
BUCKET_AMOUNT = Field("amount", AMOUNT, "A fixed amount for all of it.").optional()
MEMBERS = Field("members", list_of(NAMED_PLACE, at_least=1, at_most=MOST))
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

PHASING = Field("method", choice(Phasing), "Where the weights of the months come from.")
MONTH_WEIGHTS = Field(
    "weights", list_of(WEIGHT, at_least=1, at_most=36), "One for each month, for own weights."
).optional()
PHASE_PREVIEW = PREVIEW.otherwise(False)


class LineRow(PartRow):
    """`computed` is what the method alone gives, without holds, bounds and groups; `full` what it would be
    with everyone whole and nothing padded.
    """

    holder: str
    parent: str
    name: str
    depth: int
    change: Decimal | None
    computed: Decimal | None
    full: Decimal | None
    floor: Decimal | None
    cap: Decimal | None
    ramp: Decimal | None
    bucket: str


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


class SplitResultRow(DividedRow):
    """`lines` depth first."""

    unit: str
    name: str
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
            *BECAUSE,
        ),
        answers=SplitResultRow,
        versioned=True,
    )
    def post(self, request: Request, plan_id: int) -> SplitResultRow:
        """Divide a unit's number among those below, exactly: what it would do, or do it."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        found = divide(self, goal, self._asked(goal), preview=preview_split, apply=apply_split)
        shown = Amounts(goal, self.actor)
        return {
            **divided_row(self, goal, found),
            "unit": str(found.unit),
            "name": found.name,
            "lines": [_line_row(line, found.method, shown) for line in found.lines],
            "levels": [_level_row(unit, result, shown) for unit, result in found.levels.items()],
        }

    def _asked(self, goal: Goal) -> SplitRequest:
        return SplitRequest(
            holder=holder(self.body[HOLDER_FIELD]),
            method=self.body[METHOD],
            recursive=self.body[RECURSIVE],
            weights=weights(self, WEIGHTS, WHO),
            amounts=amounts(self, AMOUNTS, WHO, goal),
            holds=amounts(self, HOLDS, WHO, goal),
            floors=amounts(self, FLOORS, WHO, goal),
            caps=amounts(self, CAPS, WHO, goal),
            buckets=[self._bucket(row, goal) for row in self.body[BUCKETS] or []],
            ramp=self.body[RAMP],
            padding=list(self.body[PADDING] or ()),
            history=period(self),
            group=self.body[GROUP],
        )

    def _bucket(self, row: Values, goal: Goal) -> BucketRequest:
        fixed, members = row[BUCKET_AMOUNT], row[MEMBERS]
        return BucketRequest(
            name=row[BUCKET_NAME],
            members=members,
            weight=row[BUCKET_WEIGHT],
            fixed=None if fixed is None else stored(self, fixed, goal, "buckets"),
        )


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
        versioned=True,
    )
    def post(self, request: Request, plan_id: int) -> PhaseResultRow:
        """Spread a holder's number over the months; below a unit both margins stay exact."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        asked = PhaseRequest(
            holder=holder(self.body[HOLDER_FIELD]),
            method=self.body[PHASING],
            weights=self.body[MONTH_WEIGHTS],
            history=period(self),
            group=self.body[GROUP],
        )
        lines = divide(self, goal, asked, preview=preview_phase, apply=phase)
        shown = Amounts(goal, self.actor)
        return {
            "is_applied": not self.body[PHASE_PREVIEW],
            "goal": goal.pk,
            "version": get_goal(self.actor, goal.pk, self.today).version,
            "lines": [_phase_row(line, goal.plan.period_starts, shown) for line in lines],
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
