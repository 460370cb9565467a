"""The columns of a sheet: the total, the plan's months, and the years, halves and quarters that they make."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language, gettext

from salestargets.kernel.fiscal import FiscalCalendar, YearLayout
from salestargets.kernel.periods import Period, month_of
from salestargets.web.formatting import format_day
from targets.models import Plan
from targets.selectors.periods import periods_of, span_of


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is total, year, half, quarter or month. `key` is what a cell is asked for by.

    `of`: the first days of the months that a column sums; none for a month itself.
    """

    key: str
    label: str
    kind: str
    of: tuple[date, ...] = ()


def columns_of(plan: Plan, calendar: FiscalCalendar) -> list[Column]:
    """The total, then every sum before what it consists of. A level has no months, but its total.

    A year, half or quarter is there where the plan's months make it whole, and it is neither one of them nor
    the whole plan: a calendar that has changed since the plan was made sums nothing that is not its own.
    """
    months, sums = periods_of(plan), _sums(plan, calendar)
    total = Column("total", gettext("Total"), "total", tuple(plan.period_starts))
    found = [total]
    for month in months:
        found += [_sum(plan, part, kind, calendar) for part, kind in sums if part.start == month.start]
        found.append(Column(month.start.isoformat(), _month(month, calendar), "month"))
    return found


def _sums(plan: Plan, calendar: FiscalCalendar) -> list[tuple[Period, str]]:
    """Wider ones first; no span twice."""
    months = periods_of(plan)
    layouts: list[YearLayout] = []
    day = plan.starts_on
    while day < plan.ends_on:
        layouts.append(calendar.layout_of(day))
        day = layouts[-1].end
    parts: dict[Period, str] = {}
    for kind, spans in (
        ("year", [layout.span for layout in layouts]),
        ("half", [half for layout in layouts for half in layout.halves]),
        ("quarter", [quarter for layout in layouts for quarter in layout.quarters]),
    ):
        for span in spans:
            parts.setdefault(span, kind)
    known = {span_of(plan), *months}
    return [(span, kind) for span, kind in parts.items() if span not in known and _is_made_of(span, months)]


def _is_made_of(span: Period, months: tuple[Period, ...]) -> bool:
    return any(month.start == span.start for month in months) and any(
        month.end == span.end for month in months
    )


def _sum(plan: Plan, span: Period, kind: str, calendar: FiscalCalendar) -> Column:
    starts = tuple(start for start in plan.period_starts if span.contains(start))
    return Column(f"{span.start}/{span.end}", calendar.name(span), kind, starts)


def _month(month: Period, calendar: FiscalCalendar) -> str:
    """A calendar month in the reader's language, any other period as the calendar calls it."""
    if month == month_of(month.start):
        return format_day(month.start, language=get_language() or "en", skeleton="yMMM")
    return calendar.name(month)
