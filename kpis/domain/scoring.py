"""What a result scores on a scorecard: attainment, the score of one item, and the weighted total.

Shares are exact fractions of one: 1 is 100 %. `None` is undefined and stays so: an item without a target or
without a result has no score, which is not a score of 0. Actual, target and base are in one and the same
unit, whichever it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.rational import Fraction, Number, ratio

WHOLE = Fraction(1)


def attainment(
    actual: Number | None,
    target: Number | None,
    *,
    lower_is_better: bool = False,
    base: Number | None = None,
) -> Fraction | None:
    """How far a result has come: 0 where it began, 1 at the target, more beyond it, below 0 behind the base.

    From a base `B`, which is worse than the target, the share of the way from there (progress from a
    baseline, as key results are graded):

        higher is better  (A − B) / (T − B)        lower is better  (B − A) / (B − T)

    A base that is no worse than the target says nothing about the way, and is left out. Without a base:

        higher is better  A / T                    lower is better  1 − (A − T) / T

    The last is the formula for decreasing measures of Infor's Strategy Management ("Rules for decreasing
    value types"), and the one above it with the base at twice the target. It falls evenly: 2 at nothing, 1
    at the target, ½ at one and a half times the target, 0 at twice the target. The inverse `T / A` has no
    value at 0, where the result is best.

    None where the actual or the target is missing, and without a base where the target is not above 0.
    """
    if actual is None or target is None:
        return None
    if base is not None and (target < base if lower_is_better else base < target):
        return ratio(Fraction(actual) - Fraction(base), Fraction(target) - Fraction(base))
    if target <= 0:
        return None
    reached = Fraction(actual) / Fraction(target)
    return 2 - reached if lower_is_better else reached


@dataclass(frozen=True, slots=True)
class Bounds:
    """What becomes of an attainment: below `threshold` it scores 0, else from `floor` to `cap`.

    Shares of one. No threshold: nothing is too little. No cap: the score has no end.
    """

    threshold: Fraction | None = None
    floor: Fraction = Fraction(0)
    cap: Fraction | None = None

    def __post_init__(self) -> None:
        if self.floor < 0 or (self.cap is not None and self.cap < self.floor):
            raise DomainError(
                N_("The floor is 0 or more, and not above the cap."), code="invalid_bounds", field="floor"
            )


def score(attained: Fraction | None, bounds: Bounds) -> Fraction | None:
    """The score of an attainment, a share of one; it never falls while the attainment rises. None: none."""
    if attained is None:
        return None
    if bounds.threshold is not None and attained < bounds.threshold:
        return Fraction(0)
    most = attained if bounds.cap is None else min(attained, bounds.cap)
    return max(most, bounds.floor)


@dataclass(frozen=True, slots=True)
class Total:
    """Scores put together. `value`: over the weight that has a score, None where none has; `points`: what
    was scored out of all; `scored` and `unscored`: the weights with and without a score.
    """

    value: Fraction | None
    points: Fraction
    scored: Fraction
    unscored: Fraction


def total(parts: Iterable[tuple[Number, Fraction | None]]) -> Total:
    """The weighted mean of the scores that there are: Σ wᵢ·sᵢ / Σ wᵢ over them.

    `parts` are (weight, score). Weights are in any unit, and those without a score are told in it; `points`
    too is in that unit: Σ wᵢ·sᵢ. DomainError `negative_weight`.
    """
    points = scored = unscored = Fraction(0)
    for weight, scores in parts:
        if weight < 0:
            raise DomainError(
                N_("A weight is below zero. Weights must be zero or more."), code="negative_weight"
            )
        if scores is None:
            unscored += Fraction(weight)
        else:
            points += Fraction(weight) * scores
            scored += Fraction(weight)
    return Total(ratio(points, scored), points, scored, unscored)
