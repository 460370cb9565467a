"""A unit's number given to its children, or down its whole subtree, exactly; previewed, then applied."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_, Message
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import Scope
from targets.choices import ChangeKind, Ramp, SplitMethod
from targets.domain import splitting
from targets.domain.splitting import Child, Ramping, SplitResult, split_tree
from targets.models import Goal
from targets.selectors.products import check_group, check_not_sum
from targets.selectors.sheets import Sheet, Spread, sheet_of
from targets.selectors.trees import Node
from targets.services.dividing import BucketRequest, SplitRequest, Task
from targets.services.fitting import fit_months
from targets.services.levels import check_adds_up
from targets.services.making import made_of
from targets.services.numbers import Because, Part, lock_goal, write_numbers

__all__ = ["BucketRequest", "SplitLine", "SplitPreview", "SplitRequest", "apply_split", "preview_split"]

Children = Mapping[Node, Sequence[Child[Node]]]
Results = Mapping[Node, SplitResult[Node]]


@dataclass(frozen=True, slots=True)
class SplitLine:
    """A child in a split: its number before, what went into the new one, and what came out.

    `below`: how its own number is divided in turn.
    """

    node: Node
    parent: Node
    name: str
    depth: int
    before: int | None
    child: Child[Node]
    part: splitting.Part[Node]
    below: SplitResult[Node] | None

    @property
    def after(self) -> int:
        return self.part.amount

    @property
    def change(self) -> int:
        return self.after - (self.before or 0)

    @property
    def bound(self) -> str:
        """Which of its bounds it stands at: floor, cap, or none."""
        if not self.part.is_bounded:
            return ""
        return "floor" if self.child.floor in (self.part.amount, self.part.full) else "cap"


@dataclass(frozen=True)
class SplitPreview:
    """`lines` depth first below `unit`, whose `amount` is split; `levels`: every unit that was divided."""

    unit: Node
    name: str
    amount: int
    method: SplitMethod
    history: Period | None
    lines: Sequence[SplitLine]
    levels: Results
    warnings: Sequence[Message]

    @property
    def top(self) -> SplitResult[Node] | None:
        """How the unit itself is divided; None where nobody is below it."""
        return self.levels.get(self.unit)

    @property
    def before(self) -> int:
        """What those right below have now, together."""
        return sum(line.before or 0 for line in self.lines if line.parent == self.unit)

    @property
    def after(self) -> int:
        return sum(part.amount for part in self.top.parts) if self.top else 0

    @property
    def change(self) -> int:
        return self.after - self.before


def preview_split(actor: Actor, *, goal: Goal, request: SplitRequest, at: datetime) -> SplitPreview:
    """What `apply_split` would do now. Nothing is written."""
    return _preview(_divide(actor, _sheet(goal, request), request, at))


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
    sheet = _sheet(lock_goal(goal, expected_version=expected_version), request)
    divided = _divide(actor, sheet, request, at)
    part = Part(
        sheet,
        _numbers(sheet, divided.results),
        held={part.key: True for part in _parts(divided.results) if part.is_held},
        made=made_of(divided.task, divided.children, divided.results),
    )
    write_numbers(Because(actor, at, reason, effective_on), ChangeKind.SPLIT, part)
    return _preview(divided)


@dataclass(frozen=True)
class _Divided:
    task: Task
    amount: int
    children: Children
    results: Results


def _sheet(goal: Goal, request: SplitRequest) -> Sheet:
    return sheet_of(goal, group=check_group(goal, request.group))


def _divide(actor: Actor, sheet: Sheet, request: SplitRequest, at: datetime) -> _Divided:
    check_adds_up(sheet.goal.kpi)
    unit = sheet.tree.find(request.holder)
    _check_may_split(actor, unit, at)
    check_not_sum(sheet, sheet.tree.below(unit))
    amount = sheet.given(unit)
    if amount is None:
        raise DomainError(
            N_("“{name}” has no number yet to divide. Set it first."),
            code="no_amount",
            field="holder",
            params={"name": sheet.tree.name(unit)},
        )
    task = Task(sheet, unit, request, actor.organisation, actor.organisation.today(at))
    children = task.children()
    results = split_tree(
        amount,
        unit,
        children,
        request.method,
        paddings=task.paddings(),
        buckets=task.buckets(),
        ramped=Ramping.SHARE if request.ramp == Ramp.SHARE else Ramping.KEEP,
    )
    return _Divided(task, amount, children, results)


def _preview(divided: _Divided) -> SplitPreview:
    task, results = divided.task, divided.results
    return SplitPreview(
        unit=task.unit,
        name=task.sheet.tree.name(task.unit),
        amount=divided.amount,
        method=SplitMethod(task.request.method),
        history=task.history,
        lines=list(_lines(divided)),
        levels=results,
        warnings=[*task.warnings(), *_warnings(task, results)],
    )


def _check_may_split(actor: Actor, unit: Node, at: datetime) -> None:
    actor.require(Scope.TARGETS_WRITE)
    if not sight_of(actor, actor.organisation.today(at)).of_unit(unit.unit_id):
        raise NotFound(N_("There is no such holder in this plan."), code="not_found", field="holder")
    if not unit.is_unit:
        raise DomainError(N_("Only a unit's number is divided."), code="not_a_unit", field="holder")


def _lines(divided: _Divided) -> Iterator[SplitLine]:
    sheet, children = divided.task.sheet, divided.children
    found = {
        child.key: (parent, child, part)
        for parent, result in divided.results.items()
        for child, part in zip(children[parent], result.parts, strict=True)
    }
    for node, depth in sheet.tree.walk(divided.task.unit):
        if node in found:
            parent, child, part = found[node]
            yield SplitLine(
                node=node,
                parent=parent,
                name=sheet.tree.name(node),
                depth=depth,
                before=sheet.given(node),
                child=child,
                part=part,
                below=divided.results.get(node),
            )


def _warnings(task: Task, results: Results) -> Iterator[Message]:
    tree = task.sheet.tree
    for parent, result in results.items():
        yield from result.warnings
        if text := _left(result, task.request.method):
            yield Message(text, {"name": tree.name(parent)})
    empty = [part.key for part in _parts(results) if part.amount and _is_empty(task.sheet, part.key)]
    if task.unit not in results:
        empty.append(task.unit)
    for node in empty:
        yield Message(N_("Nobody is below “{name}”; its number stays there."), {"name": tree.name(node)})


def _left(result: SplitResult[Node], method: str) -> str:
    """Why not everything was given away, or more than there was without any padding."""
    if method == SplitMethod.FIXED and result.balance.over_assigned > result.padded:
        return N_("The amounts are together more than “{name}” has.")
    if not result.balance.unallocated:
        return ""
    if method == SplitMethod.FIXED:
        return N_("The amounts are together less than “{name}” has; the rest stays unallocated.")
    if result.unramped:
        return N_("New hires below “{name}” do not carry their full part yet; the rest stays unallocated.")
    return N_("Everyone below “{name}” is held; the rest stays unallocated.")


def _is_empty(sheet: Sheet, node: Node) -> bool:
    return node.is_unit and not sheet.tree.below(node)


def _parts(results: Results) -> Iterator[splitting.Part[Node]]:
    for result in results.values():
        yield from result.parts


def _numbers(sheet: Sheet, results: Results) -> dict[Node, Spread]:
    """Totals, and months that follow the parent's: both margins exact at every unit."""
    months: dict[Node, Sequence[int]] = {}
    for parent, result in results.items():
        months |= _months(sheet, months.get(parent) or sheet.by_month(parent), result)
    return {part.key: Spread(part.amount, tuple(months[part.key])) for part in _parts(results)}


def _months(sheet: Sheet, parent: Sequence[int], result: SplitResult[Node]) -> dict[Node, tuple[int, ...]]:
    """Whoever keeps their number keeps its months too, where there is room for them in the parent's."""
    kept = {
        part.key: sheet.by_month(part.key)
        for part in result.parts
        if part.is_held and part.amount == sheet.given(part.key)
    }
    return fit_months(sheet, parent, result.amounts, kept=kept)
