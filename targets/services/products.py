"""A plan's number among the product groups of its goal, and everyone's below it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from operator import add
from typing import Any

from django.db import transaction

from salestargets.kernel.apportion import Weight
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_, Message
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction, rounded
from salestargets.tenancy.access import Actor
from targets.choices import ChangeKind, SplitMethod
from targets.domain.products import Group, months_by_group, split_groups, split_people_by_groups
from targets.domain.splitting import Part as Share
from targets.domain.splitting import SplitResult
from targets.models import Goal, ProductShare
from targets.selectors.periods import twelve_months_before
from targets.selectors.products import ALL, share_of, shares_of, sold_by_group
from targets.selectors.sheets import Sheet, Spread, sheets_of
from targets.selectors.trees import Node
from targets.services.fitting import NO_FIT
from targets.services.levels import check_adds_up
from targets.services.making import given_by
from targets.services.numbers import Because, Made, Part, check_amount, lock_goal, write_numbers
from targets.services.plans import check_may_lead
from targets.services.product_groups import least_of

#: A product group is divided by these; the others need people.
METHODS = (SplitMethod.EVEN, SplitMethod.HISTORY, SplitMethod.WEIGHTS, SplitMethod.FIXED)


@dataclass(frozen=True)
class ProductSplit:
    """How the number of the plan's unit is divided among the goal's product groups.

    `weights` and fixed `amounts` are by group, as the method needs. `holds`: groups that get this amount
    whatever the method says. `history`: the span whose actuals are the weights, by default the twelve
    months before the plan. `recursive`: everyone below keeps their total and gets it by group as well.
    """

    method: str
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)
    holds: Mapping[str, int] = field(default_factory=dict)
    history: Period | None = None
    recursive: bool = True


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group before and after. `least`: its minimum as an amount; None where it has none."""

    group: str
    before: int | None
    after: int
    weight: Weight
    share: Fraction | None
    least: int | None
    is_held: bool
    is_bounded: bool


@dataclass(frozen=True)
class ProductPreview:
    """`holders`: how many below get their number by group too."""

    amount: int
    method: SplitMethod
    history: Period | None
    lines: Sequence[GroupLine]
    unallocated: int
    over_assigned: int
    holders: int
    warnings: Sequence[Message]


def preview_products(actor: Actor, *, goal: Goal, request: ProductSplit, at: datetime) -> ProductPreview:
    """What `split_products` would do now. Nothing is written."""
    return _divide(actor, goal, request, at).preview


@transaction.atomic
def split_products(
    actor: Actor,
    *,
    goal: Goal,
    request: ProductSplit,
    expected_version: int | None = None,
    reason: str = "",
    effective_on: date | None = None,
    at: datetime,
) -> ProductPreview:
    """The plan's number among its groups, exactly and each at least its minimum; everyone's below as well.

    Below, totals stay: who gives what of a group to whom follows from the totals of both (and, by history,
    from what each has sold), so that groups and people add up at every unit and in every month.
    """
    check_may_lead(actor, goal.plan.root_unit_id, at=at)
    goal = lock_goal(goal, expected_version=expected_version)
    divided = _divide(actor, goal, request, at)
    root = divided.sheets[ALL].tree.root
    by_group, as_sold = _numbers(divided)
    parts = [
        Part(
            divided.sheets[group],
            numbers,
            made=[
                replace(divided.made, computed={root: divided.computed[group]}),
                *_made_below(divided, group, numbers, as_sold),
            ],
        )
        for group, numbers in by_group.items()
    ]
    write_numbers(Because(actor, at, reason, effective_on), ChangeKind.SPLIT, *parts)
    return divided.preview


@dataclass(frozen=True)
class _Divided:
    """`below`: of those whose number is divided too, what each has sold by group; None where that is not
    asked for."""

    sheets: Mapping[str, Sheet]
    result: SplitResult[str]
    below: Mapping[Node, Mapping[str, int] | None]
    made: Made
    preview: ProductPreview

    @property
    def groups(self) -> list[str]:
        return [part.key for part in self.result.parts]

    @property
    def computed(self) -> dict[str, int | None]:
        return {part.key: given_by(part) for part in self.result.parts}


def _divide(actor: Actor, goal: Goal, request: ProductSplit, at: datetime) -> _Divided:
    check_may_lead(actor, goal.plan.root_unit_id, at=at)
    check_adds_up(goal.kpi)
    shares = shares_of(goal)
    sheets = sheets_of(goal, [ALL, *(share.group for share in shares)])
    root, amount = sheets[ALL].tree.root, _amount(sheets[ALL])
    _check_request(goal, request, shares)
    below = _below(sheets, request)
    history = _history(goal, request)
    on = actor.organisation.today(at)
    holders = [node.holder.whole for node in (root, *below)]
    sold = sold_by_group(goal, holders, history, on=on) if history else {}
    groups = [_group(share, request, sold.get(root.holder)) for share in shares]
    result = split_groups(amount, groups, request.method)
    least = {group.key: least_of(share, amount) for group, share in zip(groups, shares, strict=True)}
    return _Divided(
        sheets=sheets,
        result=result,
        below={node: sold.get(node.holder.whole) for node in below},
        made=_made(root, request, history, groups, result),
        preview=ProductPreview(
            amount=amount,
            method=SplitMethod(request.method),
            history=history,
            lines=[_line(part, sheets[part.key].given(root), least[part.key]) for part in result.parts],
            unallocated=result.balance.unallocated,
            over_assigned=result.balance.over_assigned,
            holders=len(below),
            warnings=result.warnings,
        ),
    )


# What is asked for


def _amount(sheet: Sheet) -> int:
    amount = sheet.given(sheet.tree.root)
    if amount is None:
        raise DomainError(
            N_("“{name}” has no number yet to divide. Set it first."),
            code="no_amount",
            params={"name": sheet.tree.name(sheet.tree.root)},
        )
    return amount


def _check_request(goal: Goal, request: ProductSplit, shares: Sequence[ProductShare]) -> None:
    if not shares:
        raise DomainError(N_("The goal has no product groups. Choose some first."), code="no_groups")
    if request.method not in METHODS:
        raise DomainError(
            N_("Product groups are divided evenly, by history, by own weights, or as fixed amounts."),
            code="unknown_method",
            field="method",
        )
    if unknown := {*request.weights, *request.amounts, *request.holds} - {share.group for share in shares}:
        raise DomainError(
            N_("The goal has no product group “{name}”."),
            code="unknown_group",
            field="group",
            params={"name": min(unknown)},
        )
    for held in request.holds.values():
        check_amount(held)


def _below(sheets: Mapping[str, Sheet], request: ProductSplit) -> list[Node]:
    """Whose number is divided as well: asked for, and everyone's the first time."""
    total, groups = sheets[ALL], [sheet for group, sheet in sheets.items() if group != ALL]
    root = total.tree.root
    if not request.recursive and any(sheet.given(root) is not None for sheet in groups):
        return []
    nodes = [node for node, _depth in total.tree.walk() if node != root and total.given(node) is not None]
    if held := [node for node in nodes if any(sheet.is_held(node) for sheet in groups)]:
        raise DomainError(
            N_("Some numbers are held by product group. Release them first: {names}."),
            code="held_groups",
            params={"names": ", ".join(total.tree.name(node) for node in held[:5])},
        )
    return nodes


def _history(goal: Goal, request: ProductSplit) -> Period | None:
    if request.method != SplitMethod.HISTORY:
        return None
    return request.history or twelve_months_before(goal.plan.starts_on)


def _group(share: ProductShare, request: ProductSplit, sold: Mapping[str, int] | None) -> Group[str]:
    entered = request.amounts if request.method == SplitMethod.FIXED else request.weights
    basis = entered.get(share.group) if sold is None else (sold.get(share.group) or None)
    return Group(
        key=share.group,
        name=share.group,
        basis=basis,
        hold=request.holds.get(share.group),
        floor=share.min_amount,
        min_share=share_of(share),
    )


# What it gives


def _numbers(divided: _Divided) -> tuple[dict[str, dict[Node, Spread]], set[Node]]:
    """By group, the numbers of the plan's unit and of everyone whose number is divided too; and the units
    below which they follow what each has sold.
    """
    total, root = divided.sheets[ALL], divided.sheets[ALL].tree.root
    amounts = {root: [divided.result.amounts[group] for group in divided.groups]}
    as_sold = set()
    for parent, _depth in total.tree.walk():
        if children := _children(divided, parent):
            rows, is_as_sold = _shared(divided, children, amounts[parent])
            amounts |= zip(children, rows, strict=True)
            as_sold |= {parent} if is_as_sold else set()
    months = _months(total, amounts)
    by_group = {
        group: {node: Spread(parts[n], months[node][n]) for node, parts in amounts.items()}
        for n, group in enumerate(divided.groups)
    }
    return by_group, as_sold


def _children(divided: _Divided, parent: Node) -> list[Node]:
    return [child for child in divided.sheets[ALL].tree.below(parent) if child in divided.below]


def _shared(
    divided: _Divided, children: Sequence[Node], of_parent: Sequence[int]
) -> tuple[list[list[int]], bool]:
    """Both margins: everyone's total, and what the unit has of each group. In the mix that everyone has sold,
    as far as the sums allow it, which is told.
    """
    totals = [divided.sheets[ALL].given(child) or 0 for child in children]
    wishes = [_wish(divided.below[child], divided.groups) for child in children]
    if any(wishes):
        try:
            return split_people_by_groups(totals, of_parent, wishes), True
        except DomainError as error:
            if error.code != NO_FIT:
                raise
    return split_people_by_groups(totals, of_parent), False


def _wish(sold: Mapping[str, int] | None, groups: Sequence[str]) -> list[int] | None:
    """What somebody's groups weigh; None where that of all will do."""
    weights = [max((sold or {}).get(group, 0), 0) for group in groups]
    return weights if any(weights) else None


def _months(total: Sheet, amounts: Mapping[Node, Sequence[int]]) -> dict[Node, list[tuple[int, ...]]]:
    """Of every node a row for each group: people first, units are what those below them have."""
    months: dict[Node, list[tuple[int, ...]]] = {}
    for node, _depth in reversed(list(total.tree.walk())):
        if node in amounts:
            below = [months[child] for child in total.tree.below(node) if child in months]
            months[node] = _rows(amounts[node], total.by_month(node), below)
    return months


def _rows(
    amounts: Sequence[int], whole: Sequence[int], below: Sequence[Sequence[Sequence[int]]]
) -> list[tuple[int, ...]]:
    """What those below have, and in the rest its own; its own alone where they have more than there is."""
    if below:
        given = [[sum(column) for column in zip(*rows, strict=True)] for rows in zip(*below, strict=True)]
        rest = [amount - sum(row) for amount, row in zip(amounts, given, strict=True)]
        left = [month - sum(column) for month, *column in zip(whole, *given, strict=True)]
        if min(*rest, *left) >= 0:
            own = months_by_group(rest, left)
            return [tuple(map(add, row, more)) for row, more in zip(given, own, strict=True)]
    return months_by_group(amounts, whole)


# How it was made


def _line(part: Share[str], before: int | None, least: int | None) -> GroupLine:
    return GroupLine(
        group=part.key,
        before=before,
        after=part.amount,
        weight=part.weight,
        share=part.share,
        least=least,
        is_held=part.is_held,
        is_bounded=part.is_bounded,
    )


def _made_below(
    divided: _Divided, group: str, numbers: Mapping[Node, Spread], as_sold: Collection[Node]
) -> list[Made]:
    """Of one group: how each unit's amount of it went on to those below, whose own totals stay."""
    shared = {parent: _children(divided, parent) for parent in numbers}
    return [
        _mixed(divided, group, numbers, parent, children, is_as_sold=parent in as_sold)
        for parent, children in shared.items()
        if children
    ]


def _mixed(
    divided: _Divided,
    group: str,
    numbers: Mapping[Node, Spread],
    parent: Node,
    children: Sequence[Node],
    *,
    is_as_sold: bool,
) -> Made:
    """Weighed by what they have sold of the group, else by their totals."""
    total = divided.sheets[ALL]
    sold = {child: max((divided.below[child] or {}).get(group, 0), 0) for child in children}
    weights = sold if is_as_sold else {child: total.given(child) or 0 for child in children}
    whole = sum(weights.values())
    return Made(
        unit=parent,
        method=SplitMethod.MIX,
        inputs={
            "amount": numbers[parent].amount,
            "history": divided.made.inputs["history"] if is_as_sold else None,
            "children": [
                {
                    "holder": str(child),
                    "name": total.tree.name(child),
                    "history": sold[child] if is_as_sold else None,
                    "hold": None,
                }
                for child in children
            ],
        },
        result=[
            {
                "holder": str(child),
                "amount": numbers[child].amount,
                "computed": numbers[child].amount,
                "weight": str(weights[child]),
                "share": str(rounded(Fraction(weights[child], whole), 6)) if whole else None,
                "is_held": False,
            }
            for child in children
        ],
        computed={child: numbers[child].amount for child in children},
    )


def _made(
    root: Node,
    request: ProductSplit,
    history: Period | None,
    groups: Sequence[Group[str]],
    result: SplitResult[str],
) -> Made:
    """Kept as splits among people are, with groups in their place."""
    inputs: dict[str, Any] = {
        "amount": result.parent,
        "history": {"from": history.start.isoformat(), "to": history.end.isoformat()} if history else None,
        "children": [
            {
                "holder": f"product:{group.key}",
                "name": group.name,
                "history": group.basis if history else None,
                "weight": None if history or group.basis is None else str(group.basis),
                "hold": group.hold,
                "floor": group.floor,
                "min_share": None if group.min_share is None else str(rounded(group.min_share, 6)),
            }
            for group in groups
        ],
    }
    return Made(
        unit=root, method=request.method, inputs=inputs, result=list(map(_as_json, result.parts)), computed={}
    )


def _as_json(part: Share[str]) -> dict[str, Any]:
    return {
        "holder": f"product:{part.key}",
        "amount": part.amount,
        "computed": part.computed,
        "weight": str(rounded(part.weight, 6)),
        "share": None if part.share is None else str(rounded(part.share, 6)),
        "is_held": part.is_held,
    }
