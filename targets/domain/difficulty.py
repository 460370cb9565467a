"""How hard a number is, by its holder's own past: where it stands among comparable earlier periods.

Comparable means equally long and, where there is a season, of the same season: the caller chooses. This looks
back only; the chance to reach a number is a matter of forecasts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from salestargets.kernel.rational import Fraction, ratio

LEAST_PERIODS = 3  # with fewer, a share says nothing


class Word(StrEnum):
    """Easy: reached in three of four earlier periods. Fair: in half of them. Stretching: in at least one."""

    UNKNOWN = "unknown"
    EASY = "easy"
    FAIR = "fair"
    STRETCH = "stretch"
    NEVER_REACHED = "never_reached"


@dataclass(frozen=True, slots=True)
class Difficulty:
    """`reached` of the `of` periods that are known were as good as the target; `share` is their quotient.

    `median` and `best` are of those periods, `times_median` is target over median. None where undefined,
    such as times a median that is not above zero.
    """

    reached: int
    of: int
    share: Fraction | None
    median: Fraction | None
    best: int | None
    times_median: Fraction | None
    word: Word


def difficulty(target: int, history: Sequence[int | None], *, is_lower_better: bool = False) -> Difficulty:
    """Where `target` stands in `history`, one actual for each earlier period; None is not known, and not 0.

    All amounts in one unit. As good is as much or more; where lower is better, as little or less. With fewer
    than three known periods the word is unknown; the counts say why. The order of the periods makes no
    difference.
    """
    known = [actual for actual in history if actual is not None]
    reached = sum(actual <= target if is_lower_better else actual >= target for actual in known)
    middle = median(map(Fraction, known)) if known else None
    return Difficulty(
        reached=reached,
        of=len(known),
        share=ratio(reached, len(known)),
        median=middle,
        best=min(known, default=None) if is_lower_better else max(known, default=None),
        times_median=ratio(target, middle) if middle and middle > 0 else None,
        word=word_of(reached, len(known)),
    )


def word_of(reached: int, of: int) -> Word:
    """What may be said of a target that was reached in so many of so many periods."""
    if of < LEAST_PERIODS:
        return Word.UNKNOWN
    if not reached:
        return Word.NEVER_REACHED
    if 4 * reached >= 3 * of:
        return Word.EASY
    return Word.FAIR if 2 * reached >= of else Word.STRETCH
