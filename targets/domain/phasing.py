"""A number spread over the months of its period, and over months and children at once.

Months are periods that share no day; a plan that begins in mid-month has a cut first one.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from salestargets.kernel.apportion import Weight, apportion
from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period, month_of
from salestargets.kernel.rational import Fraction
from salestargets.kernel.two_way import apportion_two_way

T = TypeVar("T")


class Phasing(StrEnum):
    """Where the weights of the months come from."""

    EVEN = "even"
    WORKING_DAYS = "working_days"
    HISTORY = "history"
    WEIGHTS = "weights"


def even_weights(months: Sequence[Period]) -> list[Weight]:
    """Every whole month weighs 1, a cut one its share of days."""
    return [Fraction(month.days, month_of(month.start).days) for month in months]


def working_day_weights(months: Sequence[Period], calendar: WorkCalendar) -> list[Weight]:
    """Every month weighs its working days."""
    return [calendar.working_days(month) for month in months]


def history_weights(history: Sequence[int | None]) -> list[Weight]:
    """Every month weighs what its counterparts brought; None is no record. Below zero: `negative_history`."""
    if any(value is not None and value < 0 for value in history):
        raise DomainError(
            N_("A month's history is below zero. Choose another way to spread the months."),
            code="negative_history",
        )
    if not any(history):
        raise DomainError(
            N_("The months have no history. Choose another way to spread them."), code="no_history"
        )
    return [value or 0 for value in history]


def month_weights(
    months: Sequence[Period],
    phasing: str,
    *,
    calendar: WorkCalendar | None = None,
    history: Sequence[int | None] | None = None,
    weights: Sequence[Weight] | None = None,
) -> list[Weight]:
    """One weight per month. `calendar`, `history` or `weights` must be given for the phasing that needs it.

    DomainError codes: `unknown_phasing`, `wrong_count`, `no_history`, `negative_history`.
    """
    if phasing == Phasing.EVEN:
        return even_weights(months)
    if phasing == Phasing.WORKING_DAYS and calendar:
        return working_day_weights(months, calendar)
    if phasing == Phasing.HISTORY and history is not None:
        return history_weights(_one_per_month(history, months))
    if phasing == Phasing.WEIGHTS and weights is not None:
        return _one_per_month(weights, months)
    raise DomainError(N_("Choose how to spread the months, and give what it needs."), code="unknown_phasing")


def phase_children(
    child_totals: Sequence[int],
    parent_months: Sequence[int],
    *,
    weights: Sequence[Sequence[Weight]] | None = None,
) -> list[list[int]]:
    """Months of every child: a row per child that sums to its total, a column per month of the parent.

    Where the children's totals sum to the parent's, so do their months, every month exactly. What the parent
    has not allocated keeps months of its own; what it has over-assigned raises all months in proportion.
    `weights[child][month]` shapes the rows, by default everyone's like the parent's. No amount is below zero.
    Errors are those of `apportion_two_way`.
    """
    shapes = [list(parent_months)] * len(child_totals) if weights is None else [list(row) for row in weights]
    left = sum(parent_months) - sum(child_totals)
    if left < 0:
        return apportion_two_way(child_totals, apportion(sum(child_totals), parent_months), shapes)
    table = apportion_two_way([*child_totals, left], parent_months, [*shapes, list(parent_months)])
    return table[:-1]


def day_amounts(
    months: Sequence[Period], amounts: Sequence[int], calendar: WorkCalendar | None
) -> dict[date, int]:
    """The amounts of the months over their days, exactly: every working day of a month weighs the same.

    Without a calendar, or in a month in which nobody works, every day does. Largest remainder; a unit left
    over goes to an earlier day first.
    """
    days: dict[date, int] = {}
    for month, amount in zip(months, amounts, strict=True):
        dates = list(month.dates())
        working = [calendar.is_working_day(day) for day in dates] if calendar else []
        weights: list[Weight] = [int(works) for works in working] if any(working) else [1] * len(dates)
        days |= zip(dates, apportion(amount, weights), strict=True)
    return days


def by_week(days: Mapping[date, int], *, starts_on: int = 0) -> list[tuple[Period, int]]:
    """Days summed to weeks that begin on a weekday (Monday is 0); the first and the last may be cut."""
    weeks: dict[date, list[date]] = {}
    for day in sorted(days):
        weeks.setdefault(day - timedelta(days=(day.weekday() - starts_on) % 7), []).append(day)
    return [
        (Period(found[0], found[-1] + timedelta(days=1)), sum(days[day] for day in found))
        for found in weeks.values()
    ]


def _one_per_month(values: Sequence[T], months: Sequence[Period]) -> list[T]:
    if len(values) != len(months):
        raise DomainError(
            N_("Give one value for each of the {count} months."),
            code="wrong_count",
            params={"count": len(months)},
        )
    return list(values)
