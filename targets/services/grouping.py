"""A holder's total is the sum of their product groups, to the month: kept whenever either is written.

Only the plan's unit has a total of its own; what of it no group has yet is unallocated. Before that unit's
number is divided among the groups, numbers are totals alone.
"""

from collections.abc import Iterable, Mapping

from salestargets.kernel.apportion import apportion
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from targets.choices import ChangeKind
from targets.domain.products import months_by_group
from targets.selectors.products import ALL, groups_of, sum_of_groups
from targets.selectors.sheets import Sheet, Spread, sheets_of
from targets.selectors.trees import Node

Numbers = Mapping[Node, Spread]

#: What both sides settled as a total is shared among the groups in the mix that they have.
SHARED = (ChangeKind.AGREEMENT, ChangeKind.COUNTER, ChangeKind.ADJUSTMENT)


def in_step(
    kind: ChangeKind, sheets: Mapping[str, Sheet], numbers: Mapping[str, Numbers]
) -> dict[str, tuple[Sheet, Numbers]]:
    """By product group (“”: the total), all that is to be written where `numbers` are meant to be.

    `sheets` are those of the numbers. Nothing where the goal has no numbers by product group.
    """
    sheet = next(iter(sheets.values()))
    groups = groups_of(sheet.goal)
    if unknown := numbers.keys() - {ALL, *groups}:
        raise DomainError(
            N_("The goal has no product group “{name}”."),
            code="unknown_group",
            field="group",
            params={"name": min(unknown)},
        )
    if not groups or not any(numbers.values()):
        return {}
    whole = _Whole({**_missing(sheet, [ALL, *groups], numbers), **sheets}, numbers)
    if not whole.is_divided:
        _check_first(whole)
        return {}
    return whole.completed(kind)


def _missing(sheet: Sheet, groups: Iterable[str], numbers: Mapping[str, Numbers]) -> dict[str, Sheet]:
    """The sheets that are not at hand, as far as they matter."""
    missing = [group for group in groups if group not in numbers]
    units = {node.unit_id for each in numbers.values() for node in each} | {sheet.tree.root.unit_id}
    return sheets_of(sheet.goal, missing, sheet.tree, within=units) if missing else {}


class _Whole:
    """All groups of a goal with what is to be written."""

    def __init__(self, sheets: Mapping[str, Sheet], numbers: Mapping[str, Numbers]) -> None:
        self.sheets = sheets
        self.root = next(iter(sheets.values())).tree.root
        self.groups = [group for group in sheets if group != ALL]
        self.numbers: dict[str, dict[Node, Spread]] = {
            group: dict(numbers.get(group, {})) for group in sheets
        }

    @property
    def is_divided(self) -> bool:
        """The plan's unit has numbers by group."""
        return any(self.spread(group, self.root) for group in self.groups)

    @property
    def touched(self) -> dict[Node, None]:
        """Those below the plan's unit whose groups are written."""
        nodes = (node for group in self.groups for node in self.numbers[group])
        return {node: None for node in nodes if node != self.root}

    def spread(self, group: str, node: Node) -> Spread | None:
        """What the holder has of a group in the end."""
        if found := self.numbers[group].get(node):
            return found
        cell = self.sheets[group].cells.get(node)
        return None if cell is None or cell.amount is None else Spread(cell.amount, cell.months)

    def total(self, node: Node) -> Spread | None:
        spreads = [spread for group in self.groups if (spread := self.spread(group, node))]
        if not spreads:
            return None
        months = zip(*(spread.months or () for spread in spreads), strict=True)
        return Spread(sum(spread.amount for spread in spreads), tuple(map(sum, months)))

    def completed(self, kind: ChangeKind) -> dict[str, tuple[Sheet, Numbers]]:
        for node, asked in list(self.numbers[ALL].items()):
            if node != self.root and asked != self.total(node):
                self._share(kind, node, asked)
        for node in self.touched:
            if total := self.total(node):
                self.numbers[ALL][node] = total
        return {group: (self.sheets[group], numbers) for group, numbers in self.numbers.items() if numbers}

    def _share(self, kind: ChangeKind, node: Node, asked: Spread) -> None:
        """Another total, in the mix that its groups have."""
        had = {group: spread for group in self.groups if (spread := self.spread(group, node))}
        if kind not in SHARED or not any(spread.amount for spread in had.values()):
            raise sum_of_groups(self.sheets[ALL].tree.name(node))
        amounts = apportion(asked.amount, [spread.amount for spread in had.values()])
        rows = months_by_group(amounts, asked.months or ())
        for group, amount, months in zip(had, amounts, rows, strict=True):
            self.numbers[group][node] = Spread(amount, months)


def _check_first(whole: _Whole) -> None:
    if whole.touched:
        raise DomainError(
            N_("Divide the number of “{name}” among its product groups first."),
            code="no_product_split",
            field="group",
            params={"name": whole.sheets[ALL].tree.name(whole.root)},
        )
