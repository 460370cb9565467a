"""Where a target stands, worked out by hand for the fourth quarter of 2017 on the morning of 15 November.

31 + 14 = 45 of 92 calendar days are complete, 22 + 10 = 32 of 65 weekdays; 33 weekdays are left.
"""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salestargets.kernel.calendars import WorkCalendar, work_calendar
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction, ratio, rounded
from salestargets.tenancy.choices import ExpectedBasis
from targets.choices import Status as StoredStatus
from targets.domain.progress import (
    MANY,
    PLACES,
    Basis,
    Gauge,
    Rules,
    Status,
    Thresholds,
    progress,
    timeline,
)

Q4 = Period(date(2017, 10, 1), date(2018, 1, 1))
PLAIN = WorkCalendar()
MID_NOVEMBER = timeline(Q4, date(2017, 11, 15), PLAIN)
BY_CALENDAR = Rules(basis="calendar")
LEVEL = Rules(is_level=True)
BUDGET = Rules(basis="calendar", direction="lower")
THREE_MILLION = 300_000_000


def on(day: date, calendar: WorkCalendar = PLAIN):
    return timeline(Q4, day, calendar)


class TestTheClock:
    def test_days_completed_count_and_the_day_itself_does_not(self):
        assert MID_NOVEMBER.calendar == Fraction(45, 92)
        assert MID_NOVEMBER.working == Fraction(32, 65)
        assert MID_NOVEMBER.working_days_left == 33

    def test_each_month_has_its_own_share(self):
        assert MID_NOVEMBER.months == Q4.months()
        assert MID_NOVEMBER.months_calendar == (1, Fraction(14, 30), 0)
        assert MID_NOVEMBER.months_working == (1, Fraction(10, 22), 0)

    @pytest.mark.parametrize("day", [date(2017, 10, 1), date(2017, 9, 1)])
    def test_nothing_has_passed_on_the_first_morning_or_before(self, day):
        assert (on(day).calendar, on(day).working, on(day).is_over) == (0, 0, False)
        assert on(day).working_days_left == 65

    @pytest.mark.parametrize("day", [date(2018, 1, 1), date(2018, 6, 1)])
    def test_all_has_passed_on_the_morning_after_the_last_day(self, day):
        assert (on(day).calendar, on(day).working, on(day).is_over) == (1, 1, True)
        assert on(day).working_days_left == 0

    def test_a_holiday_is_no_working_day(self):
        china = work_calendar(country="CN", years=range(2017, 2018))
        # October 2017: 2 to 6 free, 30 September worked instead but outside; so 17 of 60 by 31 October.
        assert on(date(2017, 11, 1), china).working == Fraction(17, 60)

    def test_a_period_without_working_days_goes_by_its_calendar_days(self):
        weekend = Period(date(2017, 11, 18), date(2017, 11, 20))
        assert timeline(weekend, date(2017, 11, 19), PLAIN).working == Fraction(1, 2)


class TestAnAmount:
    """Won revenue of 1,500,000.00 against 3,000,000.00."""

    standing = progress(THREE_MILLION, 150_000_000, MID_NOVEMBER, BY_CALENDAR)

    def test_attainment_and_gap(self):
        assert self.standing.attainment == Fraction(1, 2)
        assert self.standing.gap == 150_000_000

    def test_both_expectations_are_kept_and_one_governs(self):
        assert rounded(self.standing.expectations.calendar, 0) == 146_739_130
        assert rounded(self.standing.expectations.working_day, 0) == 147_692_308
        assert self.standing.expectations.profile is None
        assert self.standing.expected == self.standing.expectations.calendar
        by_working_day = progress(THREE_MILLION, 150_000_000, MID_NOVEMBER, Rules(basis="working_day"))
        assert by_working_day.expected == by_working_day.expectations.working_day

    def test_pace_is_against_what_was_expected(self):
        assert self.standing.pace == Fraction(150 * 92, 300 * 45)  # 1.0222…
        assert rounded(self.standing.pace_gap, 0) == -3_260_870
        assert self.standing.status == Status.ON_TRACK

    def test_the_required_rate_is_per_working_day_left(self):
        assert self.standing.required_rate == Fraction(150_000_000, 33)

    def test_the_forecast_is_the_run_rate(self):
        assert rounded(self.standing.forecast, 0) == 306_666_667

    def test_months_of_the_target_replace_a_straight_line(self):
        months = [50_000_000, 100_000_000, 150_000_000]
        standing = progress(THREE_MILLION, 110_000_000, MID_NOVEMBER, BY_CALENDAR, months=months)
        assert standing.expected == 50_000_000 + Fraction(14, 30) * 100_000_000
        assert standing.expectations.working_day == 50_000_000 + Fraction(10, 22) * 100_000_000
        assert standing.forecast == 110_000_000 / (standing.expected / THREE_MILLION)

    def test_the_year_is_not_spread_evenly_when_its_months_are_known(self):
        year = timeline(Period(date(2017, 1, 1), date(2018, 1, 1)), date(2017, 2, 1), PLAIN)
        standing = progress(1200, 100, year, BY_CALENDAR, months=[10, *[100] * 10, 190])
        assert standing.expected == 10

    def test_a_profile_learnt_from_earlier_periods_may_govern(self):
        rules = Rules(basis="profile")
        standing = progress(THREE_MILLION, 150_000_000, MID_NOVEMBER, rules, profile=[1, 1, 2])
        assert standing.expected == THREE_MILLION * (1 + Fraction(10, 22)) / 4
        assert standing.expectations.profile == standing.expected

    def test_working_days_stand_in_for_a_profile_that_was_not_learnt(self):
        standing = progress(THREE_MILLION, 1, MID_NOVEMBER, Rules(basis="profile"), profile=[0, 0, 0])
        assert standing.expected == standing.expectations.working_day

    def test_once_it_is_over_everything_is_expected_and_nothing_can_be_required(self):
        standing = progress(THREE_MILLION, 280_225_600, on(date(2018, 1, 1)))
        assert standing.expected == THREE_MILLION
        assert standing.pace == standing.attainment == Fraction(2_802_256, 3_000_000)
        assert standing.required_rate is None
        assert standing.forecast == 280_225_600
        assert standing.status == Status.BEHIND


class TestWhatIsUndefined:
    def test_without_a_target_there_is_no_attainment_pace_or_gap(self):
        standing = progress(None, 5, MID_NOVEMBER)
        assert standing.status == Status.NO_TARGET
        undefined = (
            standing.attainment,
            standing.gap,
            standing.expected,
            standing.pace,
            standing.required_rate,
        )
        assert undefined == (None,) * 5
        assert standing.forecast == Fraction(5 * 65, 32)

    def test_a_target_of_zero_has_no_attainment_but_a_gap(self):
        standing = progress(0, 5, MID_NOVEMBER)
        assert (standing.status, standing.attainment, standing.pace) == (Status.NO_TARGET, None, None)
        assert (standing.gap, standing.expected) == (-5, 0)

    def test_an_actual_that_is_not_known_is_not_zero(self):
        standing = progress(THREE_MILLION, None, MID_NOVEMBER)
        assert (standing.attainment, standing.gap, standing.pace, standing.forecast) == (None,) * 4
        assert standing.expected is not None
        assert standing.status == Status.EARLY

    def test_on_the_first_morning_nothing_is_expected_and_no_pace_is_defined(self):
        standing = progress(THREE_MILLION, 0, on(date(2017, 10, 1)))
        assert (standing.expected, standing.pace, standing.forecast) == (0, None, None)
        assert standing.status == Status.EARLY
        assert standing.attainment == 0


class TestStatus:
    @pytest.mark.parametrize(
        ("actual", "status"),
        [
            (300, Status.REACHED),
            (299, Status.AHEAD),
            (158, Status.AHEAD),  # 158 / 150 = 1.0533
            (157, Status.ON_TRACK),
            (146, Status.ON_TRACK),  # 0.9733
            (145, Status.BEHIND),
            (128, Status.BEHIND),  # 0.8533
            (127, Status.AT_RISK),
            (0, Status.AT_RISK),
        ],
    )
    def test_the_pace_decides_at_the_levels_of_the_organisation(self, actual, status):
        halfway = on(date(2017, 11, 16))
        assert progress(300, actual, halfway, BY_CALENDAR).status == status

    def test_the_levels_themselves_are_good_enough(self):
        halfway = on(date(2017, 11, 16))
        statuses = [progress(4000, actual, halfway, BY_CALENDAR).status for actual in (2100, 1940, 1700)]
        assert statuses == [Status.AHEAD, Status.ON_TRACK, Status.BEHIND]

    def test_other_levels_may_be_chosen(self):
        strict = Rules(
            basis="calendar", thresholds=Thresholds(on_track=Decimal("1.00"), behind=Decimal("0.95"))
        )
        assert progress(300, 146, on(date(2017, 11, 16)), strict).status == Status.BEHIND
        assert progress(300, 142, on(date(2017, 11, 16)), strict).status == Status.AT_RISK

    def test_nothing_is_called_bad_before_a_tenth_of_the_period_has_passed(self):
        assert progress(300, 0, on(date(2017, 10, 10)), BY_CALENDAR).status == Status.EARLY  # 9 of 92
        assert progress(300, 0, on(date(2017, 10, 11)), BY_CALENDAR).status == Status.AT_RISK  # 10 of 92

    def test_good_news_may_come_early(self):
        assert progress(300, 60, on(date(2017, 10, 3)), BY_CALENDAR).status == Status.AHEAD
        assert progress(300, 300, on(date(2017, 10, 3)), BY_CALENDAR).status == Status.REACHED
        assert progress(300, 300, on(date(2017, 10, 1)), BY_CALENDAR).status == Status.REACHED

    def test_the_stored_choices_are_the_statuses_and_bases(self):
        assert {choice.value for choice in StoredStatus} == {status.value for status in Status}
        assert {choice.value for choice in ExpectedBasis} <= {basis.value for basis in Basis}


class TestALevel:
    """A ratio or a score does not add up over the period: all of it is due at once."""

    def test_a_win_rate_is_held_against_the_whole_target(self):
        standing = progress(Decimal("0.40"), Fraction(36, 100), MID_NOVEMBER, LEVEL)
        assert standing.expected == Fraction(2, 5)
        assert standing.pace == standing.attainment == Fraction(9, 10)
        assert standing.forecast == Fraction(36, 100)
        assert standing.required_rate is None
        assert standing.status == Status.BEHIND

    def test_a_level_that_starts_from_a_base_is_due_on_the_way(self):
        standing = progress(40, 34, MID_NOVEMBER, Rules(basis="calendar", is_level=True), base=30)
        assert standing.attainment == Fraction(4, 10)
        assert standing.expected == 30 + 10 * Fraction(45, 92)
        assert standing.pace == Fraction(4 * 92, 10 * 45)
        assert standing.forecast == 30 + Fraction(4 * 92, 45)


class TestLowerIsBetter:
    def test_a_budget_has_a_middle(self):
        standing = progress(92_000, 36_000, MID_NOVEMBER, BUDGET)
        assert standing.expected == 45_000
        assert standing.pace == 2 - Fraction(36, 45)  # 1.2: a fifth less than expected is a fifth better
        assert standing.pace_gap == 9_000
        assert standing.status == Status.AHEAD
        assert progress(92_000, 54_000, MID_NOVEMBER, BUDGET).pace == Fraction(8, 10)
        assert progress(92_000, 54_000, MID_NOVEMBER, BUDGET).status == Status.AT_RISK

    def test_a_budget_is_reached_only_when_the_period_is_over(self):
        assert progress(92_000, 92_000, on(date(2017, 12, 31)), BUDGET).status != Status.REACHED
        assert progress(92_000, 92_000, on(date(2018, 1, 1)), BUDGET).status == Status.REACHED
        assert progress(92_000, 92_001, on(date(2018, 1, 1)), BUDGET).status == Status.ON_TRACK

    def test_a_cycle_shorter_than_its_target_is_reached(self):
        shorter = Rules(direction="lower", is_level=True)
        assert progress(30, 28, MID_NOVEMBER, shorter).status == Status.REACHED
        assert progress(30, 33, MID_NOVEMBER, shorter).attainment == Fraction(9, 10)
        assert progress(30, 33, MID_NOVEMBER, shorter).status == Status.BEHIND

    def test_a_decrease_is_measured_from_its_base(self):
        rules = Rules(basis="calendar", direction="lower", is_level=True)
        standing = progress(30, 40, MID_NOVEMBER, rules, base=50)
        assert standing.attainment == Fraction(1, 2)
        assert standing.expected == 50 - 20 * Fraction(45, 92)
        assert standing.status == Status.ON_TRACK  # 10 of 9.78 expected


amounts = st.integers(1, 10**12)
days = st.dates(date(2017, 9, 1), date(2018, 2, 1))
bases = st.sampled_from(["calendar", "working_day"])


@given(amounts, days, bases)
def test_exactly_what_was_expected_is_a_pace_of_one_and_forecasts_the_target(target, day, basis):
    clock, rules = on(day), Rules(basis=basis)
    expected = progress(target, 0, clock, rules).expected
    standing = progress(target, expected, clock, rules)
    assert standing.pace_gap == 0
    if expected:
        assert (standing.pace, standing.forecast) == (1, target)


@given(st.lists(amounts, min_size=3, max_size=3), days, bases)
def test_expectations_grow_from_nothing_to_the_target_and_never_shrink(months, day, basis):
    target, rules = sum(months), Rules(basis=basis)
    today = progress(target, 0, on(day), rules, months=months).expected
    tomorrow = progress(target, 0, on(date.fromordinal(day.toordinal() + 1)), rules, months=months).expected
    assert 0 <= today <= tomorrow <= target


@given(st.lists(amounts, min_size=2, max_size=5), days)
def test_the_expectations_of_the_parts_sum_to_that_of_the_whole(targets, day):
    clock = on(day)
    parts = [progress(target, 0, clock).expected for target in targets]
    assert sum(parts) == progress(sum(targets), 0, clock).expected


numbers = st.integers(-(10**13), 10**13)
exact = st.one_of(numbers, st.fractions(-100, 100, max_denominator=1000))
any_rules = st.builds(
    Rules,
    basis=st.sampled_from(list(Basis)),
    direction=st.sampled_from(["higher", "lower"]),
    is_level=st.booleans(),
)
thirds = st.lists(numbers, min_size=3, max_size=3)


def share_of(clock, rules, basis, months, base):
    """F: the share of the way that should be behind us."""
    if rules.is_level and base is None:
        return Fraction(1)
    of_months = clock.months_calendar if basis == "calendar" else clock.months_working
    if months is None or not sum(months):
        return clock.calendar if basis == "calendar" else clock.working
    return sum(month * share for month, share in zip(months, of_months, strict=True)) / Fraction(sum(months))


@given(exact, exact, days, any_rules, st.none() | thirds, st.none() | thirds, st.none() | exact)
def test_every_number_is_that_of_its_formula(target, actual, day, rules, months, profile, base):
    clock, start = on(day), base or 0
    standing = progress(target, actual, clock, rules, months=months, profile=profile, base=base)

    by_calendar = share_of(clock, rules, "calendar", months, base)
    by_working_day = share_of(clock, rules, "working_day", months, base)
    is_learnt = profile is not None and sum(profile) and not (rules.is_level and base is None)
    by_profile = share_of(clock, rules, "profile", profile, base) if is_learnt else None
    shares = {"calendar": by_calendar, "working_day": by_working_day, "profile": by_profile}
    governing = shares[rules.basis] if shares[rules.basis] is not None else by_working_day
    expected = start + (target - start) * Fraction(governing)

    def index(against):
        if base is not None:
            return ratio(actual - start, against - start)
        quotient = ratio(actual, against)
        return quotient if quotient is None or rules.direction == "higher" else 2 - quotient

    expectations = standing.expectations
    assert (expectations.calendar, expectations.working_day, expectations.profile) == tuple(
        None if share is None else start + (target - start) * share for share in shares.values()
    )
    assert (standing.expected, standing.pace_gap) == (expected, expected - actual)
    assert (standing.target, standing.actual, standing.gap) == (target, actual, target - actual)
    assert (standing.attainment, standing.pace) == (index(target), index(expected))
    assert standing.forecast == (start + (actual - start) / governing if governing else None)


@given(numbers, st.none() | numbers, days, any_rules, st.none() | thirds, st.none() | numbers)
def test_a_gauge_reads_the_same_of_any_number_of_targets(target, actual, day, rules, months, base):
    clock = on(day)
    standing = progress(target, actual, clock, rules, months=months, base=base)
    gauge = Gauge(clock, rules, base)
    for _ in range(2):
        found = gauge.read(target, actual, months)
        quotients = (
            found.expected,
            found.calendar,
            found.working_day,
            found.attainment,
            found.pace,
            found.forecast,
        )
        assert all(pair is None or pair[1] > 0 for pair in quotients)
        assert [None if pair is None else Fraction(*pair) for pair in quotients] == [
            standing.expected,
            standing.expectations.calendar,
            standing.expectations.working_day,
            standing.attainment,
            standing.pace,
            standing.forecast,
        ]
        assert found.status == standing.status


def test_months_that_are_not_those_of_the_clock_are_refused():
    with pytest.raises(ValueError, match="2 amounts for 3 months"):
        progress(300, 1, MID_NOVEMBER, months=[100, 200])


#: Also those at and beyond what columns hold, and quotients on the edge of two whole numbers.
columns = st.one_of(
    st.integers(-5, 5), st.integers(0, 10**6), numbers, st.integers(-(2**63) // 40, 2**63 // 40)
)
asked = st.tuples(columns, columns, st.lists(columns, min_size=3, max_size=3)).flatmap(
    lambda each: st.sampled_from([each, (sum(each[2]), *each[1:]), (each[0], None, None), (None, *each[1:])])
)


@settings(max_examples=300)
@given(st.lists(asked, min_size=1, max_size=4), days, any_rules, st.none() | columns)
def test_many_targets_are_kept_as_each_is_by_itself(lines, day, rules, base):
    gauge = Gauge(on(day), rules, base)
    assert gauge.kept(lines * MANY) == [gauge.kept([line])[0] for line in lines] * MANY


@given(st.lists(asked, min_size=1, max_size=3), days, any_rules, st.none() | columns)
def test_what_is_kept_is_rounded_once(lines, day, rules, base):
    clock = on(day)
    for kept, (target, actual, months) in zip(Gauge(clock, rules, base).kept(lines), lines, strict=True):
        found = progress(target, actual, clock, rules, months=months, base=base)
        forms = found.expectations
        exact = (
            found.expected,
            forms and forms.calendar,
            forms and forms.working_day,
            None if found.attainment is None else found.attainment * 10**PLACES,
            None if found.pace is None else found.pace * 10**PLACES,
            found.forecast,
        )
        assert kept == (*(None if value is None else round(value) for value in exact), found.status)


@pytest.mark.parametrize("basis", ["calendar", "working_day"])
@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_many_on_the_edge_between_two_whole_numbers_go_to_the_even_one(basis, direction):
    gauge = Gauge(on(date(2017, 11, 16)), Rules(basis=basis, direction=direction))
    lines = [
        (months * 3, actual, [months] * 3)
        for months in (1, 2, 5, 11, 10**9 + 1, 10**14 + 7)
        for actual in (-3, 0, 1, 3, 5, 7, 15, 10**12 + 1, 10**15 - 1)
    ]
    assert len(lines) >= MANY
    assert gauge.kept(lines) == [gauge.kept([line])[0] for line in lines]


def test_among_many_those_without_months_go_by_the_clock_and_wrong_months_are_refused():
    gauge, known = Gauge(MID_NOVEMBER), (300, 100, [100, 100, 100])
    clockwise = [(300, 100, []), (300, 100, None), (0, 100, [0, 0])]
    assert gauge.kept([known] * MANY + clockwise)[MANY:] == gauge.kept(clockwise)
    with pytest.raises(ValueError, match="2 amounts for 3 months"):
        gauge.kept([known] * MANY + [(200, 1, [100, 100])])
