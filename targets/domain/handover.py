"""What somebody leaves behind of a number, and who takes it over: exactly, month by month.

Months that are over stay. The running month is parted by working days: the share of those before the day of
leaving stays (rounded down, to the smallest unit), the rest goes with the months to come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from salestargets.kernel.apportion import Weight, apportion
from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from targets.domain.phasing import phase_children

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Parting:
    """A number's months, as what stays and what is left to others; the two sum to the number's."""

    stays: tuple[int, ...]
    left: tuple[int, ...]


def part(
    months: Sequence[int], periods: Sequence[Period], leaves_on: date, calendar: WorkCalendar
) -> Parting:
    """`leaves_on` is the first day they are gone. A period without working days goes by calendar days."""
    stays = tuple(
        _stays(amount, period, leaves_on, calendar) for amount, period in zip(months, periods, strict=True)
    )
    return Parting(stays, tuple(amount - kept for amount, kept in zip(months, stays, strict=True)))


def take_over(
    left: Sequence[int], takers: Mapping[K, Sequence[int]], weights: Mapping[K, Weight]
) -> dict[K, tuple[int, ...]]:
    """The months of those who take over, each with their part of what is left: in proportion to the weights.

    Nothing is lost: what they gain sums to what is left, in every month.
    DomainError `nobody` without takers, `zero_weights` where nobody weighs anything.
    """
    if not takers:
        raise DomainError(
            N_("There is nobody to take over. Choose another rule, or a successor."), code="nobody"
        )
    gains = phase_children(apportion(sum(left), [weights[key] for key in takers]), left)
    return {
        key: tuple(own + more for own, more in zip(months, gain, strict=True))
        for (key, months), gain in zip(takers.items(), gains, strict=True)
    }


def _stays(amount: int, period: Period, leaves_on: date, calendar: WorkCalendar) -> int:
    present = period.before(leaves_on)
    if present is None:
        return 0
    if present == period:
        return amount
    days, all_days = calendar.working_days(present), calendar.working_days(period)
    if not all_days:
        days, all_days = present.days, period.days
    return amount * days // all_days
