"""A table of whole amounts with both margins given: people × months, units × products.

The proportions come from iterative proportional fitting (Deming and Stephan, 1940): rows and columns are
scaled in turn until both margins agree. Rounding keeps both margins exactly: each row is rounded by largest
remainder while the columns' errors are carried on to the next row, and the few units that still sit in the
wrong column are moved within their rows.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from salestargets.kernel.apportion import Weight, whole_weights
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import check_minor

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

_ROUNDS = 500
_SCALE = 2**53  # integer weights of a fitted row: all digits that a float has


def apportion_two_way(
    row_totals: Sequence[int], column_totals: Sequence[int], weights: Sequence[Sequence[Weight]]
) -> list[list[int]]:
    """One amount per weight; rows sum to `row_totals` and columns to `column_totals`, both exactly.

    `weights[r][c]` is how much the cell would weigh alone; a cell of weight 0 stays 0. All totals have one
    sign. Within a unit or so, amounts are proportional to `weights[r][c] · x[r] · y[c]` for some x and y.

    DomainError codes: `margins_differ`, `mixed_signs`, `negative_weight`, `no_fit`.
    """
    if check_minor(sum(row_totals)) != sum(column_totals):
        raise DomainError(
            N_("The rows and the columns do not have the same total. Make them equal."), code="margins_differ"
        )
    if min(0, *row_totals, *column_totals) < 0:
        return _mirrored(row_totals, column_totals, weights)
    if not any(row_totals):
        return [[0] * len(column_totals) for _ in row_totals]
    rows, columns = np.array(row_totals, dtype=np.int64), np.array(column_totals, dtype=np.int64)
    seed = _seed(rows, columns, weights)
    fitted = _fit(rows, columns, seed)
    cells = _rounded(row_totals, fitted)
    _settle(cells, columns, fitted, seed > 0)
    result: list[list[int]] = cells.tolist()
    return result


def _mirrored(
    row_totals: Sequence[int], column_totals: Sequence[int], weights: Sequence[Sequence[Weight]]
) -> list[list[int]]:
    if max(*row_totals, *column_totals) > 0:
        raise DomainError(
            N_("Some totals are above zero and some below. Share them out separately."), code="mixed_signs"
        )
    cells = apportion_two_way([-t for t in row_totals], [-t for t in column_totals], weights)
    return [[-cell for cell in row] for row in cells]


def _seed(rows: Integers, columns: Integers, weights: Sequence[Sequence[Weight]]) -> Floats:
    """Weights as floats, largest 1 in each row, 0 wherever a margin is 0."""
    seed = np.zeros((len(rows), len(columns)))
    for n, row in enumerate(weights):
        whole = whole_weights(row)
        seed[n] = [weight / (max(whole) or 1) for weight in whole]
    seed *= (rows > 0)[:, None] & (columns > 0)
    if (seed.sum(axis=1) == 0)[rows > 0].any() or (seed.sum(axis=0) == 0)[columns > 0].any():
        raise _no_fit()
    return seed


def _fit(rows: Integers, columns: Integers, seed: Floats) -> Floats:
    """Scale columns and rows in turn until the columns are right within a quarter of a unit; rows are last.

    Zeros may make the margins impossible, or reachable only in the limit. Rounding decides that exactly.
    """
    fitted = _scaled(seed, rows, axis=1)
    for _ in range(_ROUNDS):
        if np.abs(fitted.sum(axis=0) - columns).max() < 0.25:
            break
        fitted = _scaled(_scaled(fitted, columns, axis=0), rows, axis=1)
    return fitted


def _scaled(table: Floats, totals: Integers, *, axis: int) -> Floats:
    sums = table.sum(axis=axis)
    factors = np.divide(totals, sums, out=np.zeros_like(sums), where=sums > 0)
    scaled: Floats = table * np.expand_dims(factors, axis)
    return scaled


def _rounded(row_totals: Sequence[int], fitted: Floats) -> Integers:
    """Whole rows of the right sums, with columns near theirs."""
    cells = np.zeros(fitted.shape, dtype=np.int64)
    owed = [0.0] * fitted.shape[1]  # what rounding has withheld from each column so far
    for n, total in enumerate(row_totals):
        if total:
            cells[n] = _rounded_row(total, fitted[n], owed)
    return cells


def _rounded_row(total: int, fitted: Floats, owed: list[float]) -> list[int]:
    """Largest remainder in exact integers, with the debts of earlier rows added to the remainders."""
    weights = [int(share) for share in fitted / fitted.max() * _SCALE]
    weight_sum = sum(weights)
    parts, remainders = zip(*(divmod(total * weight, weight_sum) for weight in weights), strict=True)
    for c, remainder in enumerate(remainders):
        owed[c] += remainder / weight_sum
    cells = list(parts)
    open_columns = [c for c, remainder in enumerate(remainders) if remainder]
    for c in sorted(open_columns, key=lambda c: -owed[c])[: total - sum(parts)]:
        cells[c] += 1
        owed[c] -= 1
    return cells


def _settle(cells: Integers, columns: Integers, fitted: Floats, allowed: Booleans) -> None:
    """Move units within rows, in place, until every column has its total."""
    while (excess := cells.sum(axis=0) - columns).any():
        path = _path(cells, excess, allowed)
        needed = int(min(excess[path[0]], -excess[path[-1]]))
        hops = [(*hop, *_givers(cells, fitted, allowed, *hop, needed)) for hop in pairwise(path)]
        units = min(needed, *(int(most.sum()) for *_, most in hops))
        for source, target, rows, most in hops:
            given = np.clip(units - (most.cumsum() - most), 0, most)
            cells[rows, source] -= given
            cells[rows, target] += given


def _givers(
    cells: Integers, fitted: Floats, allowed: Booleans, source: int, target: int, units: int
) -> tuple[npt.NDArray[np.intp], Integers]:
    """Rows that can move units between two columns, the least harmed first, and the most each should."""
    able = np.flatnonzero((cells[:, source] > 0) & allowed[:, target])
    surplus = cells[able] - fitted[able]
    rows = able[np.argsort(surplus[:, target] - surplus[:, source], kind="stable")]
    return rows, np.minimum(cells[rows, source], max(1, units // len(rows)))


def _path(cells: Integers, excess: Integers, allowed: Booleans) -> list[int]:
    """Shortest chain of columns from one with too much to one with too little; breadth first."""
    came_from: dict[int, int | None] = dict.fromkeys(map(int, np.flatnonzero(excess > 0)))
    queue = list(came_from)
    for column in queue:  # grows while it is walked
        if excess[column] < 0:
            return _walked_back(came_from, column)
        reachable = np.flatnonzero(allowed[cells[:, column] > 0].any(axis=0))
        new = [int(other) for other in reachable if int(other) not in came_from]
        came_from |= dict.fromkeys(new, column)
        queue += new
    raise _no_fit()


def _walked_back(came_from: dict[int, int | None], last: int) -> list[int]:
    path, column = [last], came_from[last]
    while column is not None:
        path.append(column)
        column = came_from[column]
    return path[::-1]


def _no_fit() -> DomainError:
    return DomainError(
        N_("The zero weights leave no way to reach all totals. Give weight to more cells."), code="no_fit"
    )
