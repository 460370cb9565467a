"""Whole amounts shared out by weights, to the last unit.

Amounts are integers (minor units of money, or counts). The method is the largest remainder (Hamilton's):
everyone gets `floor(rest · w / W)`, then the units left over go one each to the largest fractional parts,
the first of equals first. The parts always sum to what was shared out.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import lcm
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.rational import Fraction, Number

Weight = Number
T = TypeVar("T")

_INT64 = 2**63
_WORTH_NUMPY = 200  # below this many parts plain Python is faster


def apportion(
    total: int,
    weights: Sequence[Weight],
    *,
    holds: Mapping[int, int] | None = None,
    floors: Mapping[int, int] | None = None,
    caps: Mapping[int, int] | None = None,
) -> list[int]:
    """`total` in one part per weight, in proportion, summing to `total` exactly.

    `holds`, `floors` and `caps` map positions to amounts. Held positions get their amount first and nothing
    else; the others share the rest, each at least its floor (by default 0) and at most its cap. A negative
    total (a credit note) is shared as its mirror image.

    DomainError codes: `no_parts`, `negative_weight`, `zero_weights`, `holds_exceed_total`,
    `floors_exceed_total`, `caps_below_total`, `floor_above_cap`.
    """
    if total < 0:
        mirrored = apportion(
            -total, weights, holds=_negated(holds), floors=_negated(caps), caps=_negated(floors)
        )
        return [-part for part in mirrored]
    if holds:
        return _around(total, weights, holds, floors, caps)
    whole = whole_weights(weights)
    return _bounded(total, whole, floors or {}, caps or {}) if floors or caps else _shares(total, whole)


def whole_weights(weights: Sequence[Weight]) -> list[int]:
    """The same proportions in integers. DomainError `negative_weight`."""
    if set(map(type, weights)) <= {int}:
        whole = cast("list[int]", list(weights))
    else:
        fractions = [Fraction(weight) for weight in weights]
        scale = lcm(*(fraction.denominator for fraction in fractions))
        whole = [fraction.numerator * (scale // fraction.denominator) for fraction in fractions]
    if whole and min(whole) < 0:
        raise DomainError(N_("A weight is below zero. Weights must be zero or more."), code="negative_weight")
    return whole


def _negated(amounts: Mapping[int, int] | None) -> dict[int, int]:
    return {position: -amount for position, amount in (amounts or {}).items()}


def _around(
    total: int,
    weights: Sequence[Weight],
    holds: Mapping[int, int],
    floors: Mapping[int, int] | None,
    caps: Mapping[int, int] | None,
) -> list[int]:
    """Holds first; the rest among the others."""
    rest = total - sum(holds.values())
    if rest < 0:
        raise DomainError(
            N_("The amounts held are more than there is to share. Lower or release a hold."),
            code="holds_exceed_total",
        )
    free = [position for position in range(len(weights)) if position not in holds]
    parts = apportion(rest, _pick(weights, free), floors=_renumber(floors, free), caps=_renumber(caps, free))
    result = {**holds, **dict(zip(free, parts, strict=True))}
    return _pick(result, range(len(weights)))


def _pick(values: Sequence[T] | Mapping[int, T], positions: Iterable[int]) -> list[T]:
    return [values[position] for position in positions]


def _renumber(amounts: Mapping[int, int] | None, positions: Sequence[int]) -> dict[int, int]:
    """The amounts of `positions`, keyed by their place in it."""
    known = amounts or {}
    return {n: known[position] for n, position in enumerate(positions) if position in known}


def _shares(rest: int, weights: list[int]) -> list[int]:
    """Largest remainder of a rest of zero or more."""
    if rest == 0:
        return [0] * len(weights)
    if not weights:
        raise DomainError(
            N_("Nobody is left to take the rest. Release a hold, or raise a maximum."), code="no_parts"
        )
    weight_sum = sum(weights)
    if weight_sum == 0:
        raise DomainError(
            N_("All weights are zero, so there is no proportion to share by. Choose other weights."),
            code="zero_weights",
        )
    if len(weights) < _WORTH_NUMPY or max(rest * max(weights), weight_sum) >= _INT64:
        return _shares_python(rest, weights, weight_sum)
    return _shares_numpy(rest, weights, weight_sum)


def _shares_python(rest: int, weights: list[int], weight_sum: int) -> list[int]:
    divided = [divmod(rest * weight, weight_sum) for weight in weights]
    parts = [part for part, _ in divided]
    first_in_line = sorted(
        range(len(parts)), key=lambda i: -divided[i][1]
    )  # a stable sort keeps ties in order
    for i in first_in_line[: rest - sum(parts)]:
        parts[i] += 1
    return parts


def _shares_numpy(rest: int, weights: list[int], weight_sum: int) -> list[int]:
    parts, remainders = np.divmod(np.array(weights, dtype=np.int64) * rest, weight_sum)
    parts[_largest(remainders, rest - int(parts.sum()))] += 1
    result: list[int] = parts.tolist()
    return result


def _largest(values: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.intp]:
    """Positions of the `count` largest values, the first of equals first, without sorting them all."""
    if count == 0:
        return np.empty(0, dtype=np.intp)
    smallest_chosen = np.partition(values, -count)[-count]
    above = np.flatnonzero(values > smallest_chosen)
    equal = np.flatnonzero(values == smallest_chosen)
    return np.concatenate([above, equal[: count - len(above)]])


def _bounded(rest: int, weights: list[int], floors: Mapping[int, int], caps: Mapping[int, int]) -> list[int]:
    """Largest remainder within bounds.

    Whoever falls outside is set to the bound and taken out, the side with the greater total violation first;
    this finds the one factor λ for which `Σ clamp(λ·w, floor, cap) = rest`, as CSS does for flexible lengths
    (css-flexbox-1 § 9.7). Bounds are whole, so rounding the others cannot cross them.
    """
    least = [floors.get(i, 0) for i in range(len(weights))]
    most = [caps.get(i, rest) for i in range(len(weights))]
    _check_bounds(rest, least, most)
    settled: dict[int, int] = {}
    free = list(range(len(weights)))
    while outside := _outside(rest, weights, least, most, free):
        settled |= outside
        rest -= sum(outside.values())
        free = [i for i in free if i not in outside]
    settled |= zip(free, _shares(rest, _pick(weights, free)), strict=True)
    return _pick(settled, range(len(weights)))


def _outside(
    rest: int, weights: list[int], floors: list[int], caps: list[int], free: list[int]
) -> dict[int, int]:
    """Positions to be set to their floor or to their cap, one kind at a time."""
    weight_sum = sum(weights[i] for i in free) or 1
    short = {i: floors[i] * weight_sum - rest * weights[i] for i in free}  # below the floor if positive
    over = {i: rest * weights[i] - caps[i] * weight_sum for i in free}  # above the cap if positive
    violation = sum(max(by, 0) for by in short.values()) - sum(max(by, 0) for by in over.values())
    if violation >= 0 and any(by > 0 for by in short.values()):
        return {i: floors[i] for i, by in short.items() if by > 0}
    return {i: caps[i] for i, by in over.items() if by > 0}


def _check_bounds(rest: int, floors: list[int], caps: list[int]) -> None:
    if sum(floors) > rest:
        raise DomainError(
            N_("The minimums are more than there is to share. Lower a minimum."), code="floors_exceed_total"
        )
    if any(floor > cap for floor, cap in zip(floors, caps, strict=True)):
        raise DomainError(N_("A minimum is above its maximum. Change one of them."), code="floor_above_cap")
    if sum(caps) < rest:
        raise DomainError(
            N_("The maximums leave a rest that nobody may take. Raise a maximum."), code="caps_below_total"
        )
