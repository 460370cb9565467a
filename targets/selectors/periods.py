"""A plan's span and its periods: calendar months, or what its fiscal calendar has in their place."""

from collections.abc import Collection
from datetime import date, timedelta
from itertools import pairwise

from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.periods import Period, add_months, month_of
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.selectors import calendar_of
from targets.models import Goal, Plan


def span_of(plan: Plan) -> Period:
    return Period(plan.starts_on, plan.ends_on)


def periods_of(plan: Plan) -> tuple[Period, ...]:
    """In order; they tile the span."""
    return tuple(Period(start, end) for start, end in pairwise([*plan.period_starts, plan.ends_on]))


def year_before(period: Period) -> Period:
    """The same calendar months a year earlier; other periods 52 weeks earlier, on the same weekdays."""
    if period.start.day == period.end.day == 1:
        return Period(add_months(period.start, -12), add_months(period.end, -12))
    return Period(period.start - timedelta(weeks=52), period.end - timedelta(weeks=52))


def just_before(period: Period) -> Period:
    """As many calendar months before it; other periods as many days."""
    if period.start.day == period.end.day == 1:
        return Period(add_months(period.start, -len(period.months())), period.start)
    return Period(period.start - timedelta(days=period.days), period.start)


def twelve_months_before(day: date) -> Period:
    """What history is taken from where nobody says otherwise."""
    first = month_of(day).start
    return Period(add_months(first, -12), first)


def calendar_for(goals: Collection[Goal], organisation: Organisation) -> WorkCalendar:
    """The organisation's working days, good for the plans of all these goals. One query."""
    spans = [span_of(goal.plan) for goal in goals]
    whole = Period(min(span.start for span in spans), max(span.end for span in spans))
    return calendar_of(organisation, whole)
