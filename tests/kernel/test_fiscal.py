"""Every day has one period in every calendar, and the weeks agree with the calendars that others publish."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.errors import DomainError
from salestargets.kernel.fiscal import (
    PATTERNS,
    CalendarMonths,
    CustomYears,
    FiscalCalendar,
    WeekPattern,
    YearLayout,
)
from salestargets.kernel.periods import Period, month_of

SUNDAY = 6
NRF = WeekPattern(start_month=2, named_after="start", pattern="454", week_starts_on=SUNDAY)
ISO = WeekPattern()


def four_weeks(number: int, start: date, *, count: int = 13, quarters: tuple[int, ...] = ()) -> YearLayout:
    """A year of four-week periods; `quarters` are the places of those that begin one."""
    starts = [start + timedelta(weeks=4 * n) for n in range(count + 1)]
    return YearLayout(number, tuple(starts[:-1]), starts[-1], tuple(starts[n] for n in quarters))


THIRTEEN = CustomYears(
    years=(four_weeks(2026, date(2025, 12, 29)), four_weeks(2027, date(2026, 12, 28))),
)

days = st.dates(date(2001, 1, 1), date(2099, 12, 31))
months = st.builds(CalendarMonths, st.integers(1, 12), st.sampled_from(["start", "end"]))
weeks = st.builds(
    WeekPattern,
    st.integers(1, 12),
    st.sampled_from(["start", "end"]),
    st.sampled_from(sorted(PATTERNS)),
    st.integers(0, 6),
    st.sampled_from(["nearest", "last"]),
)


@st.composite
def customs(draw: st.DrawFn) -> CustomYears:
    """One to three years of periods of any lengths, from near where the first should begin."""
    base = draw(months)
    first = draw(st.integers(2010, 2080))
    day = base.nominal_start(first) + timedelta(days=draw(st.integers(-150, 150)))
    years = []
    for number in range(first, first + draw(st.integers(1, 3))):
        lengths = draw(st.lists(st.integers(1, 60), min_size=1, max_size=13).filter(lambda a: sum(a) > 300))
        *starts, end = itertools.accumulate(map(timedelta, lengths), initial=day)  # type: ignore[call-overload]
        years.append(YearLayout(number, tuple(starts), end))
        day = end
    try:
        return CustomYears(base.start_month, base.named_after, tuple(years))
    except DomainError:
        return CustomYears(base.start_month, base.named_after, tuple(years[:1]))


calendars = st.one_of(months, weeks)


def parts_of(layout: YearLayout) -> list[tuple[Period, ...]]:
    return [layout.periods, layout.quarters, layout.halves]


@given(calendars, st.integers(2000, 2099))
def test_the_parts_of_a_year_make_it_up_without_gaps(calendar: FiscalCalendar, number: int) -> None:
    layout = calendar.layout(number)
    for parts in parts_of(layout):
        assert (parts[0].start, parts[-1].end) == (layout.start, layout.end)
        assert all(one.end == following.start for one, following in itertools.pairwise(parts))
    assert layout.end == calendar.layout(number + 1).start
    assert (len(layout.halves), len(layout.quarters), len(layout.periods)) == (2, 4, 12)


@given(calendars, days)
def test_every_day_is_in_its_period_quarter_half_and_year(calendar: FiscalCalendar, day: date) -> None:
    period, quarter = calendar.period_of(day), calendar.quarter_of(day)
    half, year = calendar.half_of(day), calendar.year_of(day)
    assert period.contains(day)
    assert quarter.intersect(period) == period
    assert half.intersect(quarter) == quarter
    assert year.intersect(half) == half
    assert calendar.year(calendar.year_number(day)) == year


@given(calendars, days)
def test_a_name_is_read_back(calendar: FiscalCalendar, day: date) -> None:
    for span in (
        calendar.year_of(day),
        calendar.half_of(day),
        calendar.quarter_of(day),
        calendar.period_of(day),
        month_of(day),
    ):
        assert calendar.parse(calendar.name(span)) == span


@given(calendars, days, st.integers(1, 800))
def test_the_periods_of_a_span_make_it_up(calendar: FiscalCalendar, start: date, length: int) -> None:
    span = Period(start, start + timedelta(length))
    parts = calendar.periods(span)
    assert (parts[0].start, parts[-1].end) == (span.start, span.end)
    assert all(one.end == following.start for one, following in itertools.pairwise(parts))
    assert all(calendar.period_of(part.start).intersect(part) == part for part in parts)


@given(customs(), st.integers(-800, 2000))
def test_listed_years_and_those_around_them_share_no_day_and_miss_none(
    calendar: CustomYears, offset: int
) -> None:
    day = calendar.years[0].start + timedelta(days=offset)
    layout = calendar.layout_of(day)
    assert layout.span.contains(day)
    assert calendar.layout(layout.number - 1).end == layout.start
    assert calendar.layout(layout.number + 1).start == layout.end
    assert sum(period.contains(day) for period in layout.periods) == 1
    for span in (layout.span, *layout.periods, *layout.quarters, *layout.halves):
        assert calendar.parse(calendar.name(span)) == span


@given(weeks, st.integers(2000, 2099))
def test_a_year_of_weeks_has_52_or_53_of_them_and_the_last_period_takes_the_53rd(
    calendar: WeekPattern, number: int
) -> None:
    layout = calendar.layout(number)
    lengths = [period.days // 7 for period in layout.periods]
    assert lengths[:11] == [*PATTERNS[calendar.pattern] * 4][:11]
    assert lengths[11] - PATTERNS[calendar.pattern][2] in (0, 1)
    assert all(period.days % 7 == 0 for period in layout.periods)
    assert layout.start.weekday() == calendar.week_starts_on


@given(weeks, st.integers(2000, 2099))
def test_a_year_of_weeks_ends_as_near_to_the_month_as_its_rule_says(
    calendar: WeekPattern, number: int
) -> None:
    before = (calendar.nominal_start(number) - calendar.layout(number).start).days
    assert -3 <= before <= 3 if calendar.end_rule == "nearest" else 0 <= before <= 6


@pytest.mark.parametrize(
    ("number", "start", "weeks"),
    [
        (2006, date(2006, 1, 29), 53),
        (2012, date(2012, 1, 29), 53),
        (2017, date(2017, 1, 29), 53),
        (2022, date(2022, 1, 30), 52),
        (2023, date(2023, 1, 29), 53),
        (2024, date(2024, 2, 4), 52),
        (2025, date(2025, 2, 2), 52),
    ],
)
def test_the_years_are_those_of_the_national_retail_federation(number: int, start: date, weeks: int) -> None:
    """https://nrf.com/resources/4-5-4-calendar: fiscal 2006, 2012, 2017 and 2023 have 53 weeks."""
    year = NRF.year(number)
    assert (year.start, year.days) == (start, 7 * weeks)
    assert NRF.name(year) == f"FY{number}"


def test_the_53rd_week_of_retail_is_in_january() -> None:
    assert NRF.period(2023, 12) == Period(date(2023, 12, 31), date(2024, 2, 4))
    assert NRF.quarter(2024, 1) == Period(date(2024, 2, 4), date(2024, 5, 5))
    assert NRF.name(NRF.period(2026, 1)) == "FY2026-P01"  # although it is February to the day
    assert NRF.period(2026, 1) == month_of(date(2026, 2, 1))


@given(st.integers(2000, 2099))
def test_nearest_and_monday_make_the_week_numbering_years_of_iso_8601(number: int) -> None:
    assert ISO.year(number).start == date.fromisocalendar(number, 1, 1)


def test_the_last_saturday_of_august_ends_a_year_of_weeks() -> None:
    calendar = WeekPattern(start_month=9, week_starts_on=SUNDAY, end_rule="last")
    assert calendar.year(2026) == Period(date(2025, 8, 31), date(2026, 8, 30))
    assert calendar.name(calendar.year_of(date(2026, 8, 29))) == "FY2026"
    assert calendar.name(calendar.period_of(date(2026, 8, 29))) == "FY2026-P12"


def test_a_quarter_of_4_4_5_is_four_four_and_five_weeks() -> None:
    assert [period.days // 7 for period in ISO.periods(ISO.quarter(2026, 2))] == [4, 4, 5]
    assert ISO.name(ISO.period(2026, 7)) == "2026-P07"
    assert ISO.name(month_of(date(2026, 7, 1))) == "2026-07"


def test_thirteen_periods_of_four_weeks_make_a_year_whose_last_quarter_has_four() -> None:
    layout = THIRTEEN.layout(2026)
    assert len(layout.periods) == 13
    assert [quarter.days // 28 for quarter in layout.quarters] == [3, 3, 3, 4]
    assert THIRTEEN.name(layout.periods[12]) == "2026-P13"
    assert THIRTEEN.year(2026).end == THIRTEEN.year(2027).start


def test_a_year_that_is_not_listed_has_months_and_reaches_up_to_its_neighbour() -> None:
    assert THIRTEEN.year(2025) == Period(date(2025, 1, 1), date(2025, 12, 29))
    assert THIRTEEN.period(2028, 1) == Period(date(2027, 12, 27), date(2028, 2, 1))
    assert THIRTEEN.name(THIRTEEN.period(2028, 1)) == "2028-P01"
    assert THIRTEEN.name(THIRTEEN.period(2029, 1)) == "2029-01"


def test_the_next_year_has_the_same_shape() -> None:
    assert THIRTEEN.layout(2026).following() == THIRTEEN.layout(2027)
    assert CalendarMonths(4).layout(2027).following() == CalendarMonths(4).layout(2028)
    assert CalendarMonths().layout(2027).following().end == date(2029, 1, 1)  # a leap year is longer


def test_halves_of_seven_and_five_months_follow_from_the_quarters() -> None:
    starts = CalendarMonths().layout(2026).period_starts
    listed = YearLayout(2026, starts, date(2027, 1, 1), tuple(starts[n] for n in (0, 4, 7, 10)))
    calendar = CustomYears(years=(listed,))
    assert calendar.half(2026, 1) == Period(date(2026, 1, 1), date(2026, 8, 1))
    assert calendar.half_of(date(2026, 8, 1)) == Period(date(2026, 8, 1), date(2027, 1, 1))
    assert calendar.name(calendar.period_of(date(2026, 8, 1))) == "2026-08"


def test_a_short_year_leads_from_one_start_to_another() -> None:
    starts = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
    before = CalendarMonths().layout(2025)
    calendar = CustomYears(4, years=(before, YearLayout(2026, starts, date(2026, 4, 1))))
    assert calendar.quarter_of(date(2026, 2, 14)) == Period(date(2026, 1, 1), date(2026, 4, 1))
    assert calendar.name(calendar.year_of(date(2026, 2, 14))) == "FY2026"
    assert calendar.year(2027) == Period(date(2026, 4, 1), date(2027, 4, 1))
    with pytest.raises(DomainError) as caught:
        calendar.quarter(2026, 2)
    assert caught.value.code == "invalid_part"


@pytest.mark.parametrize(
    ("years", "code"),
    [
        ((four_weeks(2026, date(2026, 1, 1)), four_weeks(2027, date(2027, 1, 1))), "years_apart"),
        ((four_weeks(2026, date(2026, 1, 1)), four_weeks(2027, date(2026, 12, 1))), "years_apart"),
        ((four_weeks(2026, date(2026, 1, 1), count=30),), "years_apart"),
        ((four_weeks(2026, date(2024, 12, 28)),), "misnumbered_year"),
        ((four_weeks(2026, date(2027, 1, 3)),), "misnumbered_year"),
    ],
)
def test_years_that_do_not_follow_each_other_are_refused(years: tuple[YearLayout, ...], code: str) -> None:
    with pytest.raises(DomainError) as caught:
        CustomYears(years=years)
    assert caught.value.code == code


DAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("starts", "end", "quarters", "field"),
    [
        ((), DAY, (), "period_starts"),
        ((DAY,), DAY, (), "period_starts"),
        ((DAY, DAY), date(2027, 1, 1), (), "period_starts"),
        (tuple(DAY + timedelta(n) for n in range(61)), date(2027, 1, 1), (), "period_starts"),
        ((DAY, date(2026, 2, 1)), date(2027, 1, 1), (date(2026, 2, 1),), "quarter_starts"),
        ((DAY, date(2026, 2, 1)), date(2027, 1, 1), (DAY, date(2026, 2, 2)), "quarter_starts"),
        ((DAY, date(2026, 2, 1)), date(2027, 1, 1), (DAY, DAY), "quarter_starts"),
        (
            tuple(DAY + timedelta(n) for n in range(5)),
            date(2027, 1, 1),
            tuple(DAY + timedelta(n) for n in range(5)),
            "quarter_starts",
        ),
    ],
)
def test_a_year_whose_parts_make_no_sense_is_refused(
    starts: tuple[date, ...], end: date, quarters: tuple[date, ...], field: str
) -> None:
    with pytest.raises(DomainError) as caught:
        YearLayout(2026, starts, end, quarters)
    assert (caught.value.code, caught.value.field) == ("invalid_year", field)


def test_a_calendar_year_is_named_plainly() -> None:
    calendar = CalendarMonths()
    assert calendar.name(calendar.year_of(date(2026, 5, 9))) == "2026"
    assert calendar.name(calendar.half_of(date(2026, 7, 1))) == "2026-H2"
    assert calendar.name(calendar.quarter_of(date(2026, 5, 9))) == "2026-Q2"
    assert calendar.name(calendar.period_of(date(2026, 5, 9))) == "2026-05"


def test_a_fiscal_year_from_april_is_named_after_the_year_it_ends_in() -> None:
    calendar = CalendarMonths(4)
    assert calendar.year(2026) == Period(date(2025, 4, 1), date(2026, 4, 1))
    assert calendar.year_of(date(2026, 3, 31)) == calendar.year(2026)
    assert calendar.year_of(date(2026, 4, 1)) == calendar.year(2027)
    assert calendar.quarter_of(date(2026, 2, 14)) == Period(date(2026, 1, 1), date(2026, 4, 1))
    assert calendar.name(calendar.quarter_of(date(2026, 2, 14))) == "FY2026-Q4"
    assert calendar.name(calendar.half_of(date(2026, 2, 14))) == "FY2026-H2"
    assert calendar.name(calendar.year(2026)) == "FY2026"
    assert calendar.name(month_of(date(2026, 2, 14))) == "2026-02"


def test_or_after_the_year_it_starts_in() -> None:
    calendar = CalendarMonths(4, "start")
    assert calendar.year(2026) == Period(date(2026, 4, 1), date(2027, 4, 1))
    assert calendar.name(calendar.quarter_of(date(2026, 2, 14))) == "FY2025-Q4"


def test_another_span_is_named_by_its_first_and_last_day() -> None:
    assert CalendarMonths().name(Period(date(2026, 5, 9), date(2026, 6, 1))) == "2026-05-09 – 2026-05-31"


@pytest.mark.parametrize(
    "text", ["", "26", "1999", "2101-Q1", "2026-M3", "2026-13", "2026-07-01", "２０２６"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as caught:
        CalendarMonths().parse(text)
    assert caught.value.code == "invalid_period"


@pytest.mark.parametrize("text", ["2026-Q5", "2026-H3", "2026-P13", "2026-P0"])
def test_a_part_that_the_year_has_not_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as caught:
        CalendarMonths().parse(text)
    assert caught.value.code == "invalid_part"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"start_month": 13}, "invalid_start_month"),
        ({"named_after": "middle"}, "invalid_name"),
        ({"pattern": "555"}, "invalid_pattern"),
        ({"end_rule": "first"}, "invalid_pattern"),
        ({"week_starts_on": 7}, "invalid_weekday"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused(wrong: dict[str, object], code: str) -> None:
    with pytest.raises(DomainError) as caught:
        WeekPattern(**wrong)  # type: ignore[arg-type]
    assert caught.value.code == code
