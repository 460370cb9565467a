"""Whether targets ask about as much of everyone: before publishing by capacity, after closing by outcome.

Statistics are floats: they describe, and no amount is made of them. Shares of counts are exact. Few people
say little: below `LEAST` nothing is concluded, and every number comes with its count.

Formulas, of the ratios x of target to capacity:
- coefficient of variation: population standard deviation / mean (Pearson, 1896);
- Gini = Σᵢ Σⱼ |xᵢ − xⱼ| / (2 n² mean), worked out as (2 Σ i·x₍ᵢ₎ / Σ x − (n + 1)) / n over the ordered x
  (Gini, 1912; Sen, On Economic Inequality, 1973): 0 where all are equal, towards 1 where one carries all;
- leave-one-out (deleted deviations; Belsley, Kuh and Welsch, Regression Diagnostics, 1980): a person is an
  outlier whose ratio differs from the mean of all others by more than k sample standard deviations of those
  others, so that nobody hides behind the spread they cause, and by more than 1 % of that mean, so that an odd
  cent among equals is none; two who stand out alike may hide each other;
- Spearman's rank correlation (1904), ties at their mean rank.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import fsum, sqrt
from statistics import median
from typing import Generic, TypeVar

from salestargets.kernel.messages import N_, Message
from salestargets.kernel.rational import Fraction, Number, ratio

Key = TypeVar("Key", bound=Hashable)

LEAST = 6  # people below which nothing is concluded
OUTLIER_DEVIATIONS = 2
NEAR = Fraction(1, 5)  # of the target, either way
MATERIAL = 0.01  # of the mean of the others: who differs less is no outlier


@dataclass(frozen=True, slots=True)
class Load(Generic[Key]):
    """What someone is asked for, and what can be expected of them: any one unit, None where not known."""

    key: Key
    name: str
    target: int
    capacity: Number | None


@dataclass(frozen=True, slots=True)
class Rated(Generic[Key]):
    """`ratio` is target over capacity, None without a capacity above zero; `others` their mean ratio."""

    key: Key
    name: str
    ratio: Fraction | None
    others: float | None
    is_outlier: bool


@dataclass(frozen=True, slots=True)
class Fairness(Generic[Key]):
    """Of `count` people with a capacity; `without` have none. None where undefined.

    `outliers` are None where there are too few others to look for any. `note` is for the reader of few.
    """

    people: tuple[Rated[Key], ...]
    count: int
    without: int
    mean: float | None
    median: float | None
    variation: float | None
    gini: float | None
    max_over_min: float | None
    outliers: tuple[Rated[Key], ...] | None
    note: Message | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of `count` people with a target above 0 and a known actual: how many reached it, or came near it.

    Shares are None where nobody counts; `without` are those who do not.
    """

    count: int
    without: int
    reached: int
    reached_share: Fraction | None
    near: int
    near_share: Fraction | None


@dataclass(frozen=True, slots=True)
class Correlation:
    """From −1 to 1; None below six points, or where all sizes or all attainments are alike."""

    count: int
    coefficient: float | None


def fairness(loads: Sequence[Load[Key]], *, deviations: float = OUTLIER_DEVIATIONS) -> Fairness[Key]:
    """How evenly targets lie on capacities, and on whom they do not. The order of `loads` is kept."""
    ratios = [_ratio(load) for load in loads]
    known = [float(found) for found in ratios if found is not None]
    spread = _Spread.of(known)
    people = tuple(
        Rated(load.key, load.name, found, *spread.judge(found, deviations))
        for load, found in zip(loads, ratios, strict=True)
    )
    return Fairness(
        people=people,
        count=len(known),
        without=len(loads) - len(known),
        mean=spread.mean if known else None,
        median=median(known) if known else None,
        variation=sqrt(spread.squares / len(known)) / spread.mean if spread.mean else None,
        gini=gini(known),
        max_over_min=max(known) / min(known) if known and min(known) > 0 else None,
        outliers=tuple(rated for rated in people if rated.is_outlier) if spread.is_enough else None,
        note=_note(len(known)),
    )


def gini(values: Sequence[float]) -> float | None:
    """Of values of zero or more; None where there are none above zero."""
    total = fsum(values)
    if not total:
        return None
    ranked = fsum(rank * value for rank, value in enumerate(sorted(values), start=1))
    return max(0.0, (2 * ranked / total - (len(values) + 1)) / len(values))


def outcome(results: Iterable[tuple[int | None, int | None]]) -> Outcome:
    """Of pairs of target and actual, in one unit: at or above 100 %, and within 20 % of the target."""
    pairs = list(results)
    known = [(target, actual) for target, actual in pairs if target and target > 0 and actual is not None]
    reached = sum(actual >= target for target, actual in known)
    near = sum(abs(actual - target) <= target * NEAR for target, actual in known)
    return Outcome(
        count=len(known),
        without=len(pairs) - len(known),
        reached=reached,
        reached_share=ratio(reached, len(known)),
        near=near,
        near_share=ratio(near, len(known)),
    )


def attainment_against_size(points: Iterable[tuple[Number | None, Number | None]]) -> Correlation:
    """Whether large territories attain more (above 0) or less: pairs of size and attainment, None not known.

    Near 0 the size made no difference. It tells of an order, not of a cause.
    """
    known = [(size, attained) for size, attained in points if size is not None and attained is not None]
    if len(known) < LEAST:
        return Correlation(len(known), None)
    sizes, attained = (_centred(_ranks(values)) for values in zip(*known, strict=True))
    norm = sum(x * x for x in sizes) * sum(y * y for y in attained)
    product = sum(x * y for x, y in zip(sizes, attained, strict=True))
    return Correlation(len(known), product / sqrt(norm) if norm else None)


@dataclass(frozen=True, slots=True)
class _Spread:
    """`squares`: the sum of squared deviations from the mean, from which those without one follow."""

    count: int
    mean: float
    squares: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "_Spread":
        mean = fsum(values) / len(values) if values else 0.0
        return cls(len(values), mean, fsum((value - mean) ** 2 for value in values))

    @property
    def is_enough(self) -> bool:
        return self.count - 1 >= LEAST

    def judge(self, found: Fraction | None, deviations: float) -> tuple[float | None, bool]:
        """The mean of the others, and whether `found` lies outside of them."""
        if found is None or self.count < 2:
            return None, False
        off, others = float(found) - self.mean, self.count - 1
        distance = off * self.count / others  # from the mean of the others
        variance = max(0.0, self.squares - off * distance) / max(others - 1, 1)
        mean = float(found) - distance
        is_outside = abs(distance) > max(deviations * sqrt(variance), MATERIAL * mean)
        return mean, self.is_enough and is_outside


def _ratio(load: Load[Key]) -> Fraction | None:
    return ratio(load.target, load.capacity) if load.capacity and load.capacity > 0 else None


def _note(count: int) -> Message | None:
    if count >= LEAST:
        return None
    return Message(
        N_("People compared: {count}. Fewer than {least} say little about fairness; look at each of them."),
        {"count": count, "least": LEAST},
    )


def _ranks(values: Sequence[Number]) -> list[int]:
    """Twice the rank of each, so that the mean rank of ties is whole."""
    ranks, before = [0] * len(values), 0
    by_value = sorted(range(len(values)), key=values.__getitem__)
    for _value, tied in groupby(by_value, key=values.__getitem__):
        positions = list(tied)
        for n in positions:
            ranks[n] = 2 * before + len(positions) + 1
        before += len(positions)
    return ranks


def _centred(ranks: Sequence[int]) -> list[int]:
    """Less their mean, which is always one more than their count."""
    return [rank - len(ranks) - 1 for rank in ranks]
