from datetime import date
from decimal import Decimal
from typing import TypedDict

from rest_framework.request import Request

from kpis.values import Holder
from salestargets.api.inputs import BOOLEAN, DATE, Field, Values, choice, list_of, object_of, text, whole
from salestargets.api.operations import operation
from salestargets.api.views import TenantView
from salestargets.kernel.rational import rounded
from salestargets.tenancy.choices import Scope
from targets.amounts import to_stored
from targets.api.dividing import (
    BECAUSE,
    HISTORY,
    DividedRow,
    PartRow,
    amounts,
    amounts_of,
    divide,
    divided_row,
    period,
    weights,
    weights_of,
)
from targets.api.rows import AMOUNT, HOLDER_FIELD, Amounts, holder
from targets.choices import SplitMethod
from targets.models import Goal
from targets.selectors.plans import get_goal
from targets.selectors.products import Mix, MixLine, mix_of
from targets.services.product_groups import MOST, WHOLE_BP, GroupRule, set_product_groups
from targets.services.products import (
    METHODS as PRODUCT_METHODS,
)
from targets.services.products import (
    GroupLine,
    ProductSplit,
    preview_products,
    split_products,
)

NAME = Field("group", text(100), "As products name their group.")
MIN_SHARE = Field(
    "min_share_bp", whole(0, WHOLE_BP), "At least this share of all, in hundredths of a percent."
).nullable()
MIN_AMOUNT = Field("min_amount", AMOUNT, "At least this amount, of the whole plan.").nullable()
GROUPS = Field("groups", list_of(object_of(NAME, MIN_SHARE, MIN_AMOUNT), at_most=MOST), "In their order.")
OF = HOLDER_FIELD.optional()
AS_OF = Field("as_of", DATE, "From the records dated before this day; as it is now if left out.").optional()

METHOD = Field("method", choice(SplitMethod, PRODUCT_METHODS), "Where the weights come from.")
WEIGHTS = weights_of(NAME)
AMOUNTS = amounts_of(NAME, "amounts", "For fixed amounts.")
HOLDS = amounts_of(NAME, "holds", "Groups that keep an amount.")
RECURSIVE = Field(
    "recursive", BOOLEAN, "Everyone below keeps their total and gets it by group as well."
).otherwise(True)


class MixRow(TypedDict):
    """A product group: `needed` is its minimum by now, `short` what is missing of it.

    The group "" is what was sold of none of the goal's groups. What is not known, or not asked for, is null.
    """

    group: str
    min_share_bp: int | None
    min_amount: Decimal | None
    target: Decimal | None
    actual: Decimal | None
    share: Decimal | None
    needed: Decimal | None
    short: Decimal | None


class ProductMix(TypedDict):
    """`is_met`: the total is reached and every minimum kept; null as long as that cannot be said.

    `unallocated` and `over_assigned` compare the total with its groups; only those of the plan's unit differ.
    """

    goal: int
    version: int
    holder: str
    name: str
    target: Decimal | None
    actual: Decimal | None
    short: Decimal | None
    is_met: bool | None
    unallocated: Decimal | None
    over_assigned: Decimal | None
    groups: list[MixRow]


class GroupLineRow(PartRow):
    """`least` is the group's minimum as an amount."""

    group: str
    least: Decimal | None


class ProductSplitRow(DividedRow):
    """`holders`: how many below get their number by group too."""

    unallocated: Decimal | None
    over_assigned: Decimal | None
    holders: int
    lines: list[GroupLineRow]


class GoalProducts(TenantView):
    @operation(Scope.READ, query=(OF, AS_OF), answers=ProductMix)
    def get(self, request: Request, plan_id: int, goal_id: int) -> ProductMix:
        """The product groups of a goal and where a holder stands with each; by default the plan's unit."""
        goal = get_goal(self.actor, goal_id, self.today, plan_id=plan_id)
        return _mix(self, goal, holder(self.query[OF]), self.query[AS_OF])

    @operation(Scope.TARGETS_WRITE, body=(GROUPS,), answers=ProductMix, versioned=True)
    def put(self, request: Request, plan_id: int, goal_id: int) -> ProductMix:
        """Choose the product groups of a goal in place of those it had; its version is that of the goal."""
        goal = get_goal(self.actor, goal_id, self.today, plan_id=plan_id)
        set_product_groups(
            self.actor,
            goal=goal,
            rules=[_rule(goal, row, self.actor.organisation.currency) for row in self.body[GROUPS]],
            expected_version=self.version,
            at=self.at,
        )
        return _mix(self, get_goal(self.actor, goal_id, self.today), None, None)


class GoalProductSplit(TenantView):
    @operation(
        Scope.TARGETS_WRITE,
        body=(METHOD, WEIGHTS, AMOUNTS, HOLDS, HISTORY, RECURSIVE, *BECAUSE),
        answers=ProductSplitRow,
        versioned=True,
    )
    def post(self, request: Request, plan_id: int, goal_id: int) -> ProductSplitRow:
        """Divide the plan's number among its product groups, and everyone's: what it would do, or do it."""
        goal = get_goal(self.actor, goal_id, self.today, plan_id=plan_id)
        found = divide(self, goal, self._asked(goal), preview=preview_products, apply=split_products)
        shown = Amounts(goal, self.actor)
        return {
            **divided_row(self, goal, found),
            "unallocated": shown(found.unallocated),
            "over_assigned": shown(found.over_assigned),
            "holders": found.holders,
            "lines": [_line_row(line, found.method, shown) for line in found.lines],
        }

    def _asked(self, goal: Goal) -> ProductSplit:
        return ProductSplit(
            method=self.body[METHOD],
            weights=weights(self, WEIGHTS, NAME),
            amounts=amounts(self, AMOUNTS, NAME, goal),
            holds=amounts(self, HOLDS, NAME, goal),
            history=period(self),
            recursive=self.body[RECURSIVE],
        )


def _rule(goal: Goal, row: Values, currency: str) -> GroupRule:
    least = row[MIN_AMOUNT]
    stored = None if least is None else to_stored(least, goal.kpi, currency, field="groups")
    return GroupRule(row[NAME], row[MIN_SHARE], stored)


def _mix(view: TenantView, goal: Goal, of: Holder | None, as_of: date | None) -> ProductMix:
    return _mix_row(goal, mix_of(view.actor, goal, of, as_of=as_of, at=view.at), Amounts(goal, view.actor))


def _mix_row(goal: Goal, mix: Mix, amounts: Amounts) -> ProductMix:
    return {
        "goal": goal.pk,
        "version": goal.version,
        "holder": str(mix.node),
        "name": mix.name,
        "target": amounts(mix.target),
        "actual": amounts(mix.actual),
        "short": amounts(mix.short),
        "is_met": mix.is_met,
        "unallocated": amounts(mix.balance.unallocated),
        "over_assigned": amounts(mix.balance.over_assigned),
        "groups": [group_row(line, amounts) for line in mix.lines],
    }


def group_row(line: MixLine, amounts: Amounts) -> MixRow:
    return {
        "group": line.group,
        "min_share_bp": line.rule.min_share_bp if line.rule else None,
        "min_amount": amounts(line.rule.min_amount) if line.rule else None,
        "target": amounts(line.target),
        "actual": amounts(line.actual),
        "share": rounded(line.share, 6),
        "needed": amounts(line.needed),
        "short": amounts(line.short),
    }


def _line_row(line: GroupLine, method: str, amounts: Amounts) -> GroupLineRow:
    return {
        "group": line.group,
        "before": amounts(line.before),
        "after": amounts(line.after),
        "weight": amounts.weight(rounded(line.weight, 6), method),
        "share": rounded(line.share, 6),
        "least": amounts(line.least),
        "is_held": line.is_held,
        "is_bounded": line.is_bounded,
    }
