"""A unit's number given to its children, or down its whole subtree, exactly; previewed, then applied."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction

from kpis.values import Holder
from salestargets.kernel.apportion import Weight
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_, Message
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import rounded
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import Scope
from targets.choices import ChangeKind, SplitMethod
from targets.domain import splitting
from targets.domain.splitting import Child, SplitResult, split_tree
from targets.models import Goal, Plan
from targets.selectors.figures import values_of
from targets.selectors.periods import twelve_months_before
from targets.selectors.sheets import Sheet, Spread, sheet_of
from targets.selectors.trees import Node
from targets.services.fitting import fit_months
from targets.services.levels import check_adds_up
from targets.services.numbers import Because, Made, Part, check_amount, lock_goal, write_numbers


@dataclass(frozen=True)
class SplitRequest:
    """How a unit's number is to be divided; no holder: the plan's unit.

    `recursive`: down to the people. `weights` and `holds` are by holder; what is held already stays so.
    `history`: the span whose actuals are the weights; by default the twelve months before the plan.
    """

    holder: Holder | None
    method: str
    recursive: bool = False
    weights: Mapping[Holder, Decimal] = field(default_factory=dict)
    holds: Mapping[Holder, int] = field(default_factory=dict)
    history: Period | None = None


@dataclass(frozen=True, slots=True)
class SplitLine:
    """A child in a split: its number before and after, and why. `computed`: what the method alone gives."""

    node: Node
    parent: Node
    name: str
    depth: int
    before: int | None
    after: int
    computed: int | None
    weight: Weight
    share: Fraction | None
    is_held: bool

    @property
    def change(self) -> int:
        return self.after - (self.before or 0)


@dataclass(frozen=True)
class SplitPreview:
    """`lines` depth first below `unit`, whose `amount` is split."""

    unit: Node
    name: str
    amount: int
    method: SplitMethod
    history: Period | None
    lines: Sequence[SplitLine]
    warnings: Sequence[Message]


def preview_split(actor: Actor, *, goal: Goal, request: SplitRequest, at: datetime) -> SplitPreview:
    """What `apply_split` would do now. Nothing is written."""
    return _divide(actor, sheet_of(goal), request, at).preview


@transaction.atomic
def apply_split(
    actor: Actor,
    *,
    goal: Goal,
    request: SplitRequest,
    expected_version: int | None = None,
    reason: str = "",
    effective_on: date | None = None,
    at: datetime,
) -> SplitPreview:
    """Divide and write, with the months, in one transaction; how it was made stays with every number."""
    sheet = sheet_of(lock_goal(goal, expected_version=expected_version))
    divided = _divide(actor, sheet, request, at)
    part = Part(sheet, _numbers(sheet, divided), held=_held(divided), made=_made(divided))
    write_numbers(Because(actor, at, reason, effective_on), ChangeKind.SPLIT, part)
    return divided.preview


@dataclass(frozen=True)
class _Divided:
    goal: Goal
    children: Mapping[Node, Sequence[Child[Node]]]
    results: Mapping[Node, SplitResult[Node]]
    preview: SplitPreview


def _divide(actor: Actor, sheet: Sheet, request: SplitRequest, at: datetime) -> _Divided:
    check_adds_up(sheet.goal.kpi)
    unit = sheet.tree.find(request.holder)
    _check_may_split(actor, unit, at)
    amount = sheet.given(unit)
    if amount is None:
        raise DomainError(
            N_("“{name}” has no number yet to divide. Set it first."),
            code="no_amount",
            field="holder",
            params={"name": sheet.tree.name(unit)},
        )
    history = _history(sheet.goal.plan, request)
    children = _children(sheet, unit, request, history, on=actor.organisation.today(at))
    results = split_tree(amount, unit, children, request.method)
    preview = SplitPreview(
        unit=unit,
        name=sheet.tree.name(unit),
        amount=amount,
        method=SplitMethod(request.method),
        history=history,
        lines=list(_lines(sheet, unit, results)),
        warnings=[*_warnings(sheet, unit, results)],
    )
    return _Divided(sheet.goal, children, results, preview)


def _check_may_split(actor: Actor, unit: Node, at: datetime) -> None:
    actor.require(Scope.TARGETS_WRITE)
    if not sight_of(actor, actor.organisation.today(at)).of_unit(unit.unit_id):
        raise NotFound(N_("There is no such holder in this plan."), code="not_found", field="holder")
    if not unit.is_unit:
        raise DomainError(N_("Only a unit's number is divided."), code="not_a_unit", field="holder")


def _history(plan: Plan, request: SplitRequest) -> Period | None:
    if request.method != SplitMethod.HISTORY:
        return None
    return request.history or twelve_months_before(plan.starts_on)


def _children(
    sheet: Sheet, unit: Node, request: SplitRequest, history: Period | None, *, on: date
) -> dict[Node, list[Child[Node]]]:
    tree = sheet.tree
    parents = [node for node, _depth in tree.walk(unit) if node.is_unit] if request.recursive else [unit]
    nodes = [child for parent in parents for child in tree.below(parent)]
    values = values_of(sheet.goal, nodes, history, on=on) if history else {}
    weights = _weights(sheet, unit, request, nodes)
    holds = _holds(sheet, request, nodes)
    return {
        parent: [
            Child(
                key=child,
                name=tree.name(child),
                basis=(values.get(child) or None) if history else weights.get(child),
                hold=holds.get(child),
            )
            for child in tree.below(parent)
        ]
        for parent in parents
    }


def _weights(sheet: Sheet, unit: Node, request: SplitRequest, nodes: Sequence[Node]) -> dict[Node, Decimal]:
    """As they were given; a unit without its own weighs as much as those below it."""
    weights = _by_node(sheet, request.weights, nodes, field="weights")
    if request.recursive:
        for node, _depth in reversed(list(sheet.tree.walk(unit))):
            below = [weights[child] for child in sheet.tree.below(node) if child in weights]
            if below and node not in weights:
                weights[node] = sum(below, Decimal(0))
    return weights


def _holds(sheet: Sheet, request: SplitRequest, nodes: Sequence[Node]) -> dict[Node, int]:
    """Who left the tree keeps what they have: a change of the tree never takes a number away."""
    stays = [node for node in nodes if sheet.is_held(node) or sheet.tree.labels[node].is_stray]
    asked = _by_node(sheet, request.holds, nodes, field="holds")
    return {node: sheet.given(node) or 0 for node in stays} | {
        node: check_amount(amount) for node, amount in asked.items()
    }


def _by_node(
    sheet: Sheet, given: Mapping[Holder, Any], nodes: Sequence[Node], *, field: str
) -> dict[Node, Any]:
    found = {sheet.tree.find(holder): value for holder, value in given.items()}
    if not found.keys() <= set(nodes):
        raise DomainError(
            N_("Give weights and holds for those among whom the number is divided."),
            code="not_below",
            field=field,
        )
    return found


def _lines(sheet: Sheet, unit: Node, results: Mapping[Node, SplitResult[Node]]) -> Iterator[SplitLine]:
    parts: dict[Node, tuple[Node, splitting.Part[Node]]] = {
        part.key: (parent, part) for parent, result in results.items() for part in result.parts
    }
    for node, depth in sheet.tree.walk(unit):
        if node in parts:
            parent, part = parts[node]
            yield SplitLine(
                node=node,
                parent=parent,
                name=sheet.tree.name(node),
                depth=depth,
                before=sheet.given(node),
                after=part.amount,
                computed=part.computed,
                weight=part.weight,
                share=part.share,
                is_held=part.is_held,
            )


def _warnings(sheet: Sheet, unit: Node, results: Mapping[Node, SplitResult[Node]]) -> Iterator[Message]:
    for parent, result in results.items():
        yield from result.warnings
        if left := result.balance.unallocated:
            yield Message(
                N_("Everyone below “{name}” is held; {count} smallest units stay unallocated."),
                {"name": sheet.tree.name(parent), "count": left},
            )
    amounts = {part.key: part.amount for result in results.values() for part in result.parts}
    empty = [node for node, amount in amounts.items() if amount and _is_empty(sheet, node)]
    if unit not in results:
        empty.append(unit)
    for node in empty:
        yield Message(
            N_("Nobody is below “{name}”; its number stays there."), {"name": sheet.tree.name(node)}
        )


def _is_empty(sheet: Sheet, node: Node) -> bool:
    return node.is_unit and not sheet.tree.below(node)


def _held(divided: _Divided) -> dict[Node, bool]:
    parts = [part for result in divided.results.values() for part in result.parts]
    return {part.key: True for part in parts if part.is_held}


def _numbers(sheet: Sheet, divided: _Divided) -> dict[Node, Spread]:
    """Totals, and months that follow the parent's: both margins exact at every unit."""
    months: dict[Node, Sequence[int]] = {}
    for parent, result in divided.results.items():
        months |= _months(sheet, months.get(parent) or sheet.by_month(parent), result)
    return {
        part.key: Spread(part.amount, tuple(months[part.key]))
        for result in divided.results.values()
        for part in result.parts
    }


def _months(sheet: Sheet, parent: Sequence[int], result: SplitResult[Node]) -> dict[Node, tuple[int, ...]]:
    """Whoever keeps their number keeps its months too, where there is room for them in the parent's."""
    kept = {
        part.key: sheet.by_month(part.key)
        for part in result.parts
        if part.is_held and part.amount == sheet.given(part.key)
    }
    return fit_months(sheet, parent, result.amounts, kept=kept)


def _made(divided: _Divided) -> list[Made]:
    """How each unit was divided, as it is kept."""
    return [
        Made(
            unit=parent,
            method=divided.preview.method,
            inputs=_inputs(divided, parent),
            result=[_as_json(part) for part in result.parts],
            computed={part.key: part.computed for part in result.parts},
        )
        for parent, result in divided.results.items()
    ]


def _inputs(divided: _Divided, parent: Node) -> dict[str, Any]:
    history = divided.preview.history
    return {
        "amount": divided.results[parent].parent,
        "history": {"from": history.start.isoformat(), "to": history.end.isoformat()} if history else None,
        "children": [
            {
                "holder": str(child.key),
                "name": child.name,
                "history": child.basis if history else None,
                "weight": None if history or child.basis is None else str(child.basis),
                "hold": child.hold,
            }
            for child in divided.children[parent]
        ],
    }


def _as_json(part: splitting.Part[Node]) -> dict[str, Any]:
    return {
        "holder": str(part.key),
        "amount": part.amount,
        "computed": part.computed,
        "weight": str(part.weight),
        "share": None if part.share is None else str(rounded(part.share, 6)),
        "is_held": part.is_held,
    }
