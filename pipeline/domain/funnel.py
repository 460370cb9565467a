"""What a set of deals says: rates, averages, cycle, coverage. Undefined is None, never 0.

Amounts are minor units of one currency; None is a deal that counts but has no price.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Generic, TypeVar

from salestargets.kernel.rational import Fraction, ratio

Stage = TypeVar("Stage", bound=Hashable)


@dataclass(frozen=True, slots=True)
class StageSummary(Generic[Stage]):
    """The deals in one stage: how many, their amount together, and how many of them have no price."""

    stage: Stage
    count: int
    amount: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class Cycle:
    """Days from creation to close of won deals; None where there are none."""

    count: int
    mean: Fraction | None
    median: Fraction | None


def stage_summaries(
    deals: Iterable[tuple[Stage, int | None]], stages: Sequence[Stage]
) -> list[StageSummary[Stage]]:
    """One summary per stage, in the order of `stages`, from (stage, amount) of every deal."""
    amounts: dict[Stage, list[int | None]] = defaultdict(list)
    for stage, amount in deals:
        amounts[stage].append(amount)
    return [_summary(stage, amounts[stage]) for stage in stages]


def win_rate(won: int, lost: int) -> Fraction | None:
    """won / (won + lost), of deals closed in a period: by their number, or by their amounts."""
    return ratio(won, won + lost)


def average_deal(won_amount: int, won_count: int) -> Fraction | None:
    """Mean amount of the won deals."""
    return ratio(won_amount, won_count)


def cycle(deals: Mapping[int, int]) -> Cycle:
    """Length of the sales cycle, from how many won deals took how many days: {days: deals}."""
    count = sum(deals.values())
    mean = ratio(sum(days * number for days, number in deals.items()), count)
    return Cycle(count, mean, _median(deals, count) if count else None)


def open_pipeline(amounts: Iterable[int | None]) -> int:
    """Sum of the open deals' amounts, as far as they have one."""
    return sum(amount or 0 for amount in amounts)


def coverage(open_amount: int, remaining_target: int) -> Fraction | None:
    """Open pipeline / (target − actual); None where nothing remains to be won."""
    return ratio(open_amount, remaining_target) if remaining_target > 0 else None


def needed_coverage(win_rate_by_value: Fraction | None) -> Fraction | None:
    """Roughly how much pipeline each unit of remaining target needs: 1 / win rate by value."""
    return ratio(1, win_rate_by_value)


def _median(deals: Mapping[int, int], count: int) -> Fraction:
    days = sorted(deals)
    ends = list(accumulate(deals[one] for one in days))
    low, high = (days[bisect_right(ends, rank)] for rank in ((count - 1) // 2, count // 2))
    return Fraction(low + high, 2)


def _summary(stage: Stage, amounts: Sequence[int | None]) -> StageSummary[Stage]:
    priced = [amount for amount in amounts if amount is not None]
    return StageSummary(stage, len(amounts), sum(priced), len(amounts) - len(priced))
