"""Working days as the official notices give them, with the organisation's own exceptions on top."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.calendars import WorkCalendar, known_countries, work_calendar
from salestargets.kernel.errors import DomainError
from salestargets.kernel.periods import Period

# State Council notices 国办发明电〔2024〕12号 and 国办发明电〔2025〕7号. Days off (from, to); weekends worked
CHINA = {
    2025: (
        [
            ("2025-01-01", "2025-01-01"),
            ("2025-01-28", "2025-02-04"),
            ("2025-04-04", "2025-04-06"),
            ("2025-05-01", "2025-05-05"),
            ("2025-05-31", "2025-06-02"),
            ("2025-10-01", "2025-10-08"),
        ],
        ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"],
    ),
    2026: (
        [
            ("2026-01-01", "2026-01-03"),
            ("2026-02-15", "2026-02-23"),
            ("2026-04-04", "2026-04-06"),
            ("2026-05-01", "2026-05-05"),
            ("2026-06-19", "2026-06-21"),
            ("2026-09-25", "2026-09-27"),
            ("2026-10-01", "2026-10-07"),
        ],
        ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"],
    ),
}


def officially_worked(day: date) -> bool:
    off, made_up = CHINA[day.year]
    if day.isoformat() in made_up:
        return True
    return day.weekday() < 5 and not any(first <= day.isoformat() <= last for first, last in off)


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_day_in_china_is_worked_or_free_as_the_state_council_says(year):
    calendar = work_calendar(country="CN", years=range(year, year + 1))
    whole_year = Period(date(year, 1, 1), date(year + 1, 1, 1))
    differing = [d for d in whole_year.dates() if calendar.is_working_day(d) != officially_worked(d)]
    assert differing == []
    assert calendar.working_days(whole_year) == 248


def test_a_make_up_day_in_the_old_year_for_the_new_years_holiday_is_worked():
    calendar = work_calendar(country="CN", years=range(2011, 2012))
    assert calendar.is_working_day(date(2011, 12, 31))  # a Saturday


def test_a_plain_week_has_five_working_days():
    assert WorkCalendar().working_days(Period(date(2026, 11, 16), date(2026, 11, 23))) == 5
    assert WorkCalendar().working_days(None) == 0


def test_a_week_may_begin_on_sunday():
    calendar = work_calendar(country=None, years=range(2026, 2027), weekdays=frozenset({6, 0, 1, 2, 3}))
    assert calendar.is_working_day(date(2026, 11, 15))
    assert not calendar.is_working_day(date(2026, 11, 20))


def test_a_country_without_make_up_days_has_none():
    calendar = work_calendar(country="US", years=range(2026, 2027))
    assert calendar.workdays == frozenset()
    assert not calendar.is_working_day(date(2026, 7, 3))  # the 4th is a Saturday
    assert calendar.working_days(Period(date(2026, 11, 1), date(2026, 12, 1))) == 19


def test_the_organisation_has_the_last_word():
    calendar = work_calendar(
        country="CN",
        years=range(2026, 2027),
        exceptions={date(2026, 10, 1): True, date(2026, 10, 10): False, date(2026, 10, 12): False},
    )
    assert calendar.is_working_day(date(2026, 10, 1))  # National Day
    assert not calendar.is_working_day(date(2026, 10, 10))  # a make-up Saturday
    assert not calendar.is_working_day(date(2026, 10, 12))  # an ordinary Monday


@pytest.mark.parametrize("country", ["XX", "cn", "China"])
def test_a_country_without_a_calendar_is_refused(country):
    with pytest.raises(DomainError) as caught:
        work_calendar(country=country, years=range(2026, 2027))
    assert caught.value.code == "unknown_country"


def test_the_known_countries_can_be_listed():
    assert {"CN", "DE", "US"} <= set(known_countries())
    assert list(known_countries()) == sorted(known_countries())


def test_each_country_is_known_once_by_its_code_of_two_letters():
    assert {len(code) for code in known_countries()} == {2}
    assert "GB" in known_countries()
    assert "UK" not in known_countries()


@given(st.dates(date(2025, 1, 1), date(2026, 6, 1)), st.integers(1, 200), st.integers(0, 200))
def test_working_days_of_the_parts_sum_to_those_of_the_whole(start, length, cut):
    calendar = work_calendar(country="CN", years=range(2025, 2027))
    period, day = Period(start, start + timedelta(length)), start + timedelta(cut)
    whole = calendar.working_days(period)
    assert whole == calendar.working_days(period.before(day)) + calendar.working_days(period.after(day))


@given(
    start=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    length=st.integers(1, 400),
    weekdays=st.frozensets(st.integers(0, 6)),
    off=st.frozensets(st.integers(-5, 410), max_size=20),
    worked=st.frozensets(st.integers(-5, 410), max_size=20),
)
def test_working_days_are_as_many_as_counted_one_by_one(start, length, weekdays, off, worked):
    def days(numbers):
        return frozenset(start + timedelta(days=n) for n in numbers)

    calendar = WorkCalendar(weekdays, days(off), days(worked))
    period = Period(start, start + timedelta(days=length))
    assert calendar.working_days(period) == sum(map(calendar.is_working_day, period.dates()))
