"""A plan's months with the quarters, halves and years that they make."""

from datetime import date, timedelta

from django.utils import translation

from salestargets.kernel.fiscal import CalendarMonths, FiscalCalendar, WeekPattern
from salestargets.kernel.periods import Period
from targets.models import Plan
from targets.selectors.columns import Column, columns_of


def a_plan_over(span: Period, calendar: FiscalCalendar) -> Plan:
    starts = [period.start for period in calendar.periods(span)]
    return Plan(starts_on=span.start, ends_on=span.end, period_starts=starts)


def shown(columns: list[Column]) -> list[tuple[str, str]]:
    return [(column.kind, column.label) for column in columns]


def test_a_quarter_has_its_total_and_its_months() -> None:
    calendar = CalendarMonths()
    columns = columns_of(a_plan_over(calendar.quarter(2026, 3), calendar), calendar)
    assert shown(columns) == [
        ("total", "Total"),
        ("month", "Jul 2026"),
        ("month", "Aug 2026"),
        ("month", "Sep 2026"),
    ]
    assert [column.key for column in columns] == ["total", "2026-07-01", "2026-08-01", "2026-09-01"]
    assert columns[0].of == (date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1))
    assert columns[1].of == ()


def test_a_year_has_every_half_and_quarter_before_its_months() -> None:
    calendar = CalendarMonths()
    columns = columns_of(a_plan_over(calendar.year(2026), calendar), calendar)
    assert [column.label for column in columns if column.kind != "month"] == [
        "Total",
        "2026-H1",
        "2026-Q1",
        "2026-Q2",
        "2026-H2",
        "2026-Q3",
        "2026-Q4",
    ]
    assert [column.kind for column in columns[:6]] == ["total", "half", "quarter", "month", "month", "month"]
    second = next(column for column in columns if column.label == "2026-Q2")
    assert second.key == "2026-04-01/2026-07-01"
    assert second.of == (date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1))


def test_two_years_are_summed_each() -> None:
    calendar = CalendarMonths(4)
    plan = a_plan_over(Period(date(2026, 4, 1), date(2028, 4, 1)), calendar)
    years = [column.label for column in columns_of(plan, calendar) if column.kind == "year"]
    assert years == ["FY2027", "FY2028"]


def test_a_quarter_that_the_plan_only_begins_is_not_summed() -> None:
    calendar = CalendarMonths()
    plan = a_plan_over(Period(date(2026, 1, 1), date(2026, 6, 1)), calendar)
    assert [column.label for column in columns_of(plan, calendar) if column.of][1:] == ["2026-Q1"]


def test_weeks_are_named_by_the_calendar_and_summed_by_its_quarters() -> None:
    calendar = WeekPattern(2, "start", "454", 6)
    columns = columns_of(a_plan_over(calendar.year(2024), calendar), calendar)
    assert shown(columns)[:4] == [
        ("total", "Total"),
        ("half", "FY2024-H1"),
        ("quarter", "FY2024-Q1"),
        ("month", "FY2024-P01"),
    ]
    lengths = [len(column.of) for column in columns if column.kind == "quarter"]
    assert lengths == [3, 3, 3, 3]


def test_another_calendar_sums_nothing_that_the_months_do_not_make() -> None:
    months = CalendarMonths()
    plan = a_plan_over(months.year(2026), months)
    columns = columns_of(plan, WeekPattern(1, "end", "445", 0))
    assert {column.kind for column in columns} == {"total", "month"}


def test_every_month_is_in_one_quarter_of_a_whole_year() -> None:
    calendar = WeekPattern(7, "end", "544", 3, "last")
    plan = a_plan_over(calendar.year(2031), calendar)
    quarters = [column.of for column in columns_of(plan, calendar) if column.kind == "quarter"]
    assert [start for quarter in quarters for start in quarter] == plan.period_starts
    assert plan.ends_on - plan.starts_on >= timedelta(weeks=52)


def test_months_are_written_in_the_readers_language() -> None:
    calendar = CalendarMonths()
    with translation.override("zh-hans"):
        columns = columns_of(a_plan_over(calendar.quarter(2026, 3), calendar), calendar)
    assert shown(columns)[:2] == [("total", "合计"), ("month", "2026年7月")]
