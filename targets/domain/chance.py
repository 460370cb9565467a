"""The chance to reach a number: how what is won, what is open and what is still to come may end.

Deals are not independent: a good or bad market moves all of them. Given its state Z ~ N(0, 1) they are, and
a deal of chance p is won with Φ((Φ⁻¹(p) + √ρ·Z)/√(1 − ρ)): the one-factor model of O. Vasicek, "The
distribution of loan portfolio value", Risk 15 (2002). Over all states that is p again; ρ is the correlation.
New business is lognormal, and a share ρ of the variance of its logarithm is the market's. States are summed
over by Gauss–Hermite quadrature.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, erf, exp, gcd, log, log1p, sqrt
from statistics import NormalDist
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

#: Up to so many deals every outcome is counted; more of them are near enough to a curve.
EXACT = 100
#: Steps of a grid of outcomes, and states of the market.
_STEPS, _STATES = 4_096, 21
#: A chance is never quite 0 or 1 while a deal is open.
_SURELY = 1e-9
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """What it would bring, in minor units or as a count, and the chance that it is won in time, 0 to 1."""

    amount: int
    chance: float


@dataclass(frozen=True, slots=True)
class NewBusiness:
    """What deals that are not there yet may still bring in time: mean and standard deviation."""

    mean: float = 0.0
    deviation: float = 0.0


NOTHING_NEW = NewBusiness()


class Outlook(Protocol):
    """How a period may end."""

    @property
    def mean(self) -> float: ...

    @property
    def deviation(self) -> float: ...

    def chance(self, target: float) -> float:
        """That the end is at least `target`, from 0 to 1."""

    def quantile(self, share: float) -> float:
        """What the end stays at or below in this share of all cases, 0 < share < 1."""


def outlook(
    won: int,
    deals: Sequence[OpenDeal],
    new: NewBusiness = NOTHING_NEW,
    *,
    correlation: float = 0.1,
    exact: int = EXACT,
) -> Outlook:
    """What is won, with what may come of open deals and of new business, all in the same unit.

    Up to `exact` deals by counting all outcomes on a grid, which is exact where the amounts fit on it and
    else rounds them to a 4,096th of their sum without moving their mean; above by a curve with the same mean,
    deviation and skewness in each state of the market. ValueError: a chance or a correlation outside 0 to 1,
    an amount below 0.
    """
    if not 0 <= correlation < 1 or new.mean < 0 or new.deviation < 0:
        raise ValueError("A correlation is from 0 to below 1; new business is not negative.")
    if any(deal.amount < 0 or not 0 <= deal.chance <= 1 for deal in deals):
        raise ValueError("A deal's chance is from 0 to 1, and its amount is not negative.")
    won += sum(deal.amount for deal in deals if deal.chance == 1)
    counted = [deal for deal in deals if deal.amount and 0 < deal.chance < 1]
    if len(counted) <= exact:
        return _counted(won, counted, new, correlation)
    return _fitted(won, counted, new, correlation)


@cache
def _market(states: int) -> tuple[Floats, Floats]:
    """States of the market and how likely each is; their mean is 0 and their variance 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(states)
    return nodes, weights / weights.sum()


def _chances(deals: Sequence[OpenDeal], correlation: float, states: Floats) -> Floats:
    """Of each state (row) and deal (column)."""
    chances = np.array([min(max(deal.chance, _SURELY), 1 - _SURELY) for deal in deals])
    if not correlation:
        return np.tile(chances, (len(states), 1))
    levels = np.array([_NORMAL.inv_cdf(chance) for chance in chances])
    moved = (levels[None, :] + sqrt(correlation) * states[:, None]) / sqrt(1 - correlation)
    return _below(moved)


def _below(values: Floats) -> Floats:
    """Φ, of each."""
    flat = [0.5 * (1 + erf(value / sqrt(2))) for value in values.ravel().tolist()]
    return np.array(flat).reshape(values.shape)


@dataclass(frozen=True, slots=True)
class _Lognormal:
    """New business in one state of the market: mean and deviation of its logarithm."""

    middle: float
    width: float

    def moments(self) -> tuple[float, float, float]:
        """Mean, variance, third central moment."""
        mean, more = exp(self.middle + self.width**2 / 2), exp(self.width**2)
        variance = mean**2 * (more - 1)
        return mean, variance, variance * mean * (more - 1) * (more + 2)

    def below(self, values: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return _below((np.log(np.maximum(values, 0)) - self.middle) / self.width)


def _new_in(new: NewBusiness, correlation: float, states: Floats) -> list[_Lognormal] | None:
    if not new.mean:
        return None
    variance = log1p((max(new.deviation, new.mean * 1e-3) / new.mean) ** 2)
    middle = log(new.mean) - variance / 2
    width = sqrt(variance * (1 - correlation))
    return [_Lognormal(middle + sqrt(variance * correlation) * state, width) for state in states.tolist()]


@dataclass(frozen=True)
class _Counted:
    """How likely each step of a grid is."""

    won: int
    step: float
    likelihood: Floats

    @property
    def _ends(self) -> Floats:
        return self.won + self.step * np.arange(len(self.likelihood))

    @property
    def mean(self) -> float:
        return float(self._ends @ self.likelihood)

    @property
    def deviation(self) -> float:
        return sqrt(max(float((self._ends - self.mean) ** 2 @ self.likelihood), 0.0))

    def chance(self, target: float) -> float:
        first = max(ceil((target - self.won) / self.step - 1e-9), 0)
        # The farthest first, so that a nearer target is never less likely.
        beyond = np.cumsum(self.likelihood[first:][::-1])
        return min(float(beyond[-1]), 1.0) if len(beyond) else 0.0

    def quantile(self, share: float) -> float:
        below = np.cumsum(self.likelihood)
        return float(self._ends[min(bisect_left(below.tolist(), share - 1e-12), len(below) - 1)])


def _counted(won: int, deals: Sequence[OpenDeal], new: NewBusiness, correlation: float) -> _Counted:
    states, weights = _market(_STATES if correlation else 1)
    coming = _new_in(new, correlation, states)
    step, size = _grid(deals, new)
    outcomes: Floats = np.zeros((len(states), size))
    outcomes[:, 0] = 1
    for deal, chances in zip(deals, _chances(deals, correlation, states).T, strict=True):
        outcomes = _with(outcomes, deal.amount / step, chances[:, None])
    if coming:
        edges = step * (np.arange(size + 1) - 0.5)
        spread = np.array([np.diff(each.below(edges), append=1.0)[:size] for each in coming])
        spread[:, -1] += 1 - spread.sum(axis=1)
        outcomes = _together(outcomes, spread)
    return _Counted(won, step, weights @ outcomes)


def _grid(deals: Sequence[OpenDeal], new: NewBusiness) -> tuple[float, int]:
    """How far its steps are apart, and how many there are: all amounts on it where they can be."""
    most = sum(deal.amount for deal in deals)
    if not most and not new.mean:
        return 1.0, 1
    if not new.mean:
        common = gcd(*(deal.amount for deal in deals))
        if most // common < _STEPS:
            return float(common), most // common + 1
    top = most + new.mean + 6 * new.deviation
    return top / _STEPS, _STEPS + len(deals) + 1


def _with(outcomes: Floats, steps: float, chances: Floats) -> Floats:
    """One more deal. Between two steps it is on both, so that the mean stays where it is."""
    whole = int(steps)
    part = steps - whole
    found = outcomes * (1 - chances)
    for shift, share in ((whole, 1 - part), (whole + 1, part)):
        if share > 0 and shift < outcomes.shape[1]:
            found[:, shift:] += outcomes[:, : outcomes.shape[1] - shift] * (chances * share)
    return found


def _together(one: Floats, other: Floats) -> Floats:
    """The sum of both, row by row; what is beyond the last step is on it."""
    size = one.shape[1]
    wide = 2 * size
    sums = np.fft.irfft(np.fft.rfft(one, wide) * np.fft.rfft(other, wide), wide)
    sums = np.maximum(sums, 0)
    found = sums[:, :size].copy()
    found[:, -1] += sums[:, size:].sum(axis=1)
    whole: Floats = found.sum(axis=1, keepdims=True)
    return found / whole


@dataclass(frozen=True, slots=True)
class _Curve:
    """A lognormal, moved, and mirrored where it leans to the left: given by its first three moments."""

    mean: float
    deviation: float
    skew: float

    def below(self, value: float) -> float:
        if not self.deviation:
            return 1.0 if value >= self.mean else 0.0
        score = (value - self.mean) / self.deviation
        if abs(self.skew) < 1e-4:
            return _NORMAL.cdf(score)
        if self.skew < 0:
            return 1 - _leaning(-score, -self.skew)
        return _leaning(score, self.skew)


def _leaning(score: float, skew: float) -> float:
    """Φ of a standardised lognormal of this skewness: N. L. Johnson's system S_L (1949)."""
    half = skew**2 / 2
    root = skew * sqrt(1 + skew**2 / 4)
    more = (1 + half + root) ** (1 / 3) + max(1 + half - root, 0.0) ** (1 / 3) - 1
    place = score + 1 / sqrt(more - 1)
    if place <= 0:
        return 0.0
    width = sqrt(log(more))
    return _NORMAL.cdf((log(place * sqrt(more - 1)) + width**2 / 2) / width)


@dataclass(frozen=True)
class _Fitted:
    """A curve in each state of the market."""

    curves: Sequence[_Curve]
    weights: Sequence[float]

    @property
    def mean(self) -> float:
        return sum(weight * curve.mean for weight, curve in zip(self.weights, self.curves, strict=True))

    @property
    def deviation(self) -> float:
        mean = self.mean
        squares = (curve.deviation**2 + (curve.mean - mean) ** 2 for curve in self.curves)
        return sqrt(sum(weight * square for weight, square in zip(self.weights, squares, strict=True)))

    def chance(self, target: float) -> float:
        below = (curve.below(target) for curve in self.curves)
        return min(max(1 - sum(w * part for w, part in zip(self.weights, below, strict=True)), 0.0), 1.0)

    def quantile(self, share: float) -> float:
        reach = 12 * self.deviation
        low, high = self.mean - reach, self.mean + reach
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if 1 - self.chance(middle) < share else (low, middle)
        return high


def _fitted(won: int, deals: Sequence[OpenDeal], new: NewBusiness, correlation: float) -> _Fitted:
    states, weights = _market(_STATES if correlation else 1)
    coming = _new_in(new, correlation, states)
    chances = _chances(deals, correlation, states)
    amounts = np.array([float(deal.amount) for deal in deals])
    spread = chances * (1 - chances)
    moments = np.stack(
        [won + chances @ amounts, spread @ amounts**2, (spread * (1 - 2 * chances)) @ amounts**3], axis=1
    )
    if coming:
        moments = moments + np.array([each.moments() for each in coming])
    curves = [
        _Curve(mean, sqrt(variance), third / variance**1.5 if variance else 0.0)
        for mean, variance, third in moments.tolist()
    ]
    return _Fitted(curves, weights.tolist())
