"""The curve of what is expected is what progress expects, day by day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.periods import Period, add_months
from salestargets.kernel.rational import Fraction
from targets.domain.curves import expected_curve
from targets.domain.progress import Basis, Rules, progress, timeline

OCTOBER_OFF = WorkCalendar(holidays=frozenset(date(2026, 10, day) for day in range(1, 32)))


def test_within_a_month_every_working_day_adds_the_same() -> None:
    november = Period(date(2026, 11, 1), date(2026, 12, 1))  # it begins on a Sunday and has 21 working days
    curve = dict(expected_curve(november.months(), [2_100], WorkCalendar(), Basis.WORKING_DAY))
    assert [curve[date(2026, 11, day)] for day in (1, 2, 6, 7, 8, 9, 30)] == [
        0,
        100,
        500,
        500,
        500,
        600,
        2_100,
    ]


def test_a_month_in_which_nobody_works_goes_by_calendar_days() -> None:
    october = Period(date(2026, 10, 1), date(2026, 11, 1))
    curve = dict(expected_curve(october.months(), [3_100], OCTOBER_OFF, Basis.WORKING_DAY))
    assert (curve[date(2026, 10, 1)], curve[date(2026, 10, 31)]) == (100, 3_100)


@given(
    months=st.lists(st.integers(0, 10**12), min_size=1, max_size=6),
    basis=st.sampled_from([Basis.CALENDAR, Basis.WORKING_DAY]),
    calendar=st.sampled_from([WorkCalendar(), OCTOBER_OFF]),
    data=st.data(),
)
def test_the_end_of_a_day_is_the_start_of_the_next(
    months: list[int], basis: Basis, calendar: WorkCalendar, data: st.DataObject
) -> None:
    start = date(2026, 8, 1)
    period = Period(start, add_months(start, len(months)))
    day = data.draw(st.dates(period.start, period.last_day))
    clock = timeline(period, day + timedelta(days=1), calendar)
    total = sum(months)
    found = progress(total, 0, clock, Rules(basis=basis), months=months)
    curve = dict(expected_curve(period.months(), months, calendar, basis))
    if total:
        assert curve[day] == found.expected
    assert curve[period.last_day] == Fraction(total)
    assert list(curve.values()) == sorted(curve.values())
