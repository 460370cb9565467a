"""Months of those below a unit that sum as the totals do: both margins exact, what is held stays."""

from collections.abc import Mapping, Sequence

from salestargets.kernel.apportion import Weight
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction
from targets.domain.phasing import phase_children
from targets.selectors.periods import periods_of
from targets.selectors.sheets import Sheet
from targets.selectors.trees import Node

NO_FIT = "no_fit"

Months = Mapping[Node, Sequence[int]]


def fit_months(
    sheet: Sheet,
    parent: Sequence[int],
    totals: Mapping[Node, int],
    *,
    kept: Months | None = None,
    shapes: Months | None = None,
) -> dict[Node, tuple[int, ...]]:
    """Months of every holder: rows sum to `totals`, columns to the `parent`'s where the totals do.

    `kept` are numbers that stay with all their months, where there is room for them; the held months of the
    others stay in any case. `shapes`: how each would like its months, by default like the parent's. Who joins
    or leaves meanwhile gets theirs for the days they are there, as far as the sums allow it.
    """
    if not sheet.months:
        return {}
    whole = {**(kept or {})}
    room = _less(parent, whole.values())
    if min(room) < 0:
        whole, room = {}, list(parent)
    free = [node for node in totals if node not in whole]
    held = {node: _held_months(sheet, node) for node in free}
    room = _less(room, held.values())
    left = [totals[node] - sum(held[node]) for node in free]
    if min([*room, *left], default=0) < 0:
        raise DomainError(
            N_("The months held are more than there is to spread. Release a month, or raise the number."),
            code="holds_exceed_total",
        )
    rows = _rows(left, room, [_shape(sheet, node, parent, (shapes or {}).get(node)) for node in free])
    fitted = {
        node: tuple(a + b for a, b in zip(row, held[node], strict=True))
        for node, row in zip(free, rows, strict=True)
    }
    return fitted | {node: tuple(months) for node, months in whole.items()}


def _less(months: Sequence[int], taken: Sequence[Sequence[int]] | object) -> list[int]:
    return [total - sum(column) for total, *column in zip(months, *taken, strict=True)]  # type: ignore[misc]


def _held_months(sheet: Sheet, node: Node) -> list[int]:
    held = sheet.held_months(node)
    return [amount if n in held else 0 for n, amount in enumerate(sheet.by_month(node))]


def _shape(sheet: Sheet, node: Node, parent: Sequence[int], own: Sequence[int] | None) -> list[Weight] | None:
    """What the free months weigh; None where the parent's shape will do as it is."""
    held, there = sheet.held_months(node), _presence(sheet, node)
    if not held and there is None and not any(own or ()):
        return None
    wished = [max(part, 0) for part in own or ()] if any(own or ()) else parent
    while_there = [part * share for part, share in zip(wished, there or (), strict=False)]
    shape: Sequence[Weight] = while_there if any(while_there) else wished
    return [0 if n in held else part for n, part in enumerate(shape)]


def _presence(sheet: Sheet, node: Node) -> list[Fraction] | None:
    """Which part of each period they are there; None for who stays from the first day to the last."""
    label = sheet.tree.labels[node]
    if label.joined_on is None and label.left_on is None:
        return None
    periods, plan = periods_of(sheet.goal.plan), sheet.goal.plan
    stay = Period(label.joined_on or plan.starts_on, label.left_on or plan.ends_on)
    return [Fraction(_days(period, stay), period.days) for period in periods]


def _days(period: Period, stay: Period) -> int:
    return max((min(period.end, stay.end) - max(period.start, stay.start)).days, 0)


def _rows(
    totals: Sequence[int], room: Sequence[int], shapes: Sequence[list[Weight] | None]
) -> list[list[int]]:
    """Everyone in their own shape where the sums allow it, else in the parent's."""
    if any(shape is not None for shape in shapes):
        own = [list(room) if shape is None else shape for shape in shapes]
        try:
            return phase_children(totals, room, weights=own)
        except DomainError as error:
            if error.code != NO_FIT:
                raise
    return phase_children(totals, room)
