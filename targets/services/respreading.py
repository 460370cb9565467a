"""What else moves when a number is written by hand: nothing, those below, or those beside it as well."""

from collections.abc import Collection, Iterable, Mapping

from salestargets.kernel.apportion import apportion
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from targets.choices import Respread
from targets.selectors.sheets import Sheet, Spread
from targets.selectors.trees import Node
from targets.services.fitting import fit_months

Numbers = dict[Node, Spread]


def respread(sheet: Sheet, edited: Mapping[Node, Spread], rule: str) -> Numbers:
    """The edited numbers and all that follow them by the rule; who is held keeps what they have.

    BELOW: what was given on stays the same part of a unit's number, in the proportions it has. BESIDE: the
    others of the unit take up the difference, so that its number still holds; then everyone below follows.
    """
    numbers: Numbers = {**edited}
    if rule == Respread.STAY:
        return numbers
    if rule == Respread.BESIDE:
        for parent in dict.fromkeys(
            sheet.tree.parents[node] for node in edited if node in sheet.tree.parents
        ):
            _absorb(sheet, parent, numbers, edited)
    for node, _depth in list(sheet.tree.walk()):
        if node in numbers:
            _follow(sheet, node, numbers, edited)
    return {
        node: spread
        for node, spread in numbers.items()
        if node in edited or spread != _spread(sheet, node, {})
    }


def _follow(sheet: Sheet, node: Node, numbers: Numbers, edited: Collection[Node]) -> None:
    """Those below a node, in proportion to its new number."""
    before, after = sheet.given(node), numbers[node].amount
    below = _numbered(sheet, sheet.tree.below(node))
    if not below or (before == after and numbers[node].months == tuple(sheet.by_month(node))):
        return
    given_on = sum(below.values())
    whole = (2 * given_on * after + before) // (2 * before) if before else after
    _share(sheet, node, whole, below, numbers, edited)


def _absorb(sheet: Sheet, parent: Node, numbers: Numbers, edited: Mapping[Node, Spread]) -> None:
    """The others of a unit, so that all together have what they had."""
    below = _numbered(sheet, sheet.tree.below(parent))
    whole = sum(below.values())
    taken = sum(
        edited[node].amount if node in edited else amount
        for node, amount in below.items()
        if node in edited or sheet.is_held(node)
    )
    if taken > whole or (taken < whole and not _free(sheet, below, edited)):
        raise DomainError(
            N_("The others of “{name}” cannot take up the difference. Release a hold, or let them stay."),
            code="nobody_beside",
            params={"name": sheet.tree.name(parent)},
        )
    _share(sheet, parent, whole, below, numbers, edited)


def _share(
    sheet: Sheet,
    parent: Node,
    whole: int,
    below: Mapping[Node, int],
    numbers: Numbers,
    edited: Collection[Node],
) -> None:
    """`whole` among those below: the edited and the held first, the free share the rest as they do now."""
    free = _free(sheet, below, edited)
    fixed = {node: _spread(sheet, node, numbers) for node in below if node not in free}
    rest = max(whole - sum(spread.amount for spread in fixed.values()), 0)
    weights = [below[node] for node in free]
    amounts = apportion(rest, weights if any(weights) else [1] * len(free)) if free else []
    totals = dict(zip(free, amounts, strict=True))
    months = fit_months(
        sheet,
        _spread(sheet, parent, numbers).months or (),
        totals,
        kept={node: spread.months or () for node, spread in fixed.items()},
        shapes={node: sheet.by_month(node) for node in free},
    )
    for node, amount in totals.items():
        numbers[node] = Spread(amount, months.get(node))


def _numbered(sheet: Sheet, nodes: Iterable[Node]) -> dict[Node, int]:
    found = {node: sheet.given(node) for node in nodes}
    return {node: amount for node, amount in found.items() if amount is not None}


def _free(sheet: Sheet, below: Mapping[Node, int], edited: Collection[Node]) -> list[Node]:
    return [node for node in below if node not in edited and not sheet.is_held(node)]


def _spread(sheet: Sheet, node: Node, numbers: Mapping[Node, Spread]) -> Spread:
    if node in numbers:
        return numbers[node]
    cell = sheet.cells[node]
    return Spread(cell.amount or 0, cell.months)
