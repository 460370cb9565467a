"""A holder's number by week and by day: nothing that is stored, the months by working days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from salestargets.kernel.periods import Period
from salestargets.tenancy.choices import ExpectedBasis
from salestargets.tenancy.models import Organisation
from targets.domain.phasing import by_week, day_amounts
from targets.models import Target
from targets.selectors.periods import calendar_for, periods_of

ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Phase:
    """What is to be reached in a day or a week, and by its end in all."""

    period: Period
    amount: int
    cumulative: int


def by_days(target: Target, organisation: Organisation, *, weeks: bool) -> list[Phase]:
    """Days, or weeks that begin with the organisation's first working weekday. A level has none.

    The same days count as for what is expected by now.
    """
    months = target.months if target.agreed is None else target.agreed_months
    if months is None:
        return []
    plan = target.goal.plan
    is_calendar = plan.expected_basis == ExpectedBasis.CALENDAR
    calendar = None if is_calendar else calendar_for([target.goal], organisation)
    days = day_amounts(periods_of(plan), months, calendar)
    if weeks:
        first = min(organisation.working_weekdays, default=0)
        return _with_sums(by_week(days, starts_on=first))
    return _with_sums([(Period(day, day + ONE), amount) for day, amount in days.items()])


def _with_sums(found: Sequence[tuple[Period, int]]) -> list[Phase]:
    sums = accumulate(amount for _period, amount in found)
    return [Phase(period, amount, total) for (period, amount), total in zip(found, sums, strict=True)]
