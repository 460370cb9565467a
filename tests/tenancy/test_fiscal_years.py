"""An organisation's fiscal calendar: by its settings, or year by year as it lists them."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from salestargets.kernel.errors import Conflict, DomainError, Forbidden
from salestargets.kernel.fiscal import CalendarMonths, FiscalCalendar
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.changes import NewCalendar
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import FiscalYear, Organisation
from salestargets.tenancy.registry import Impact, impacts_of, register_impact
from salestargets.tenancy.selectors import fiscal_calendar_of, fiscal_years
from salestargets.tenancy.services.fiscal import remove_fiscal_year, set_fiscal_year
from salestargets.tenancy.services.organisations import change_settings, with_settings
from tests.builders import World, a_member, a_world, acting_as
from tests.lasting import lasting

pytestmark = pytest.mark.django_db
START = date(2025, 12, 29)


@lasting
def world() -> World:
    return a_world()


@pytest.fixture
def actor(world: World) -> Iterator[Actor]:
    with acting_for(world.acme.pk):
        yield system_actor(world.acme)


def four_weeks(count: int = 13, *, start: date = START) -> list[date]:
    return [start + timedelta(weeks=4 * n) for n in range(count)]


def thirteen(actor: Actor, number: int = 2026, *, start: date = START) -> FiscalYear:
    """A year of thirteen periods of four weeks."""
    *starts, end = four_weeks(14, start=start)
    return set_fiscal_year(actor, number=number, period_starts=starts, ends_on=end)


def calendar_of(world: World) -> FiscalCalendar:
    return fiscal_calendar_of(Organisation.objects.get(pk=world.acme.pk))


def test_an_organisation_counts_by_calendar_months_until_it_says_otherwise(
    world: World, actor: Actor
) -> None:
    assert calendar_of(world) == CalendarMonths(1, "end")


def test_settings_make_the_calendar_of_retail(world: World, actor: Actor) -> None:
    change_settings(
        actor,
        fiscal_pattern="454",
        fiscal_year_start_month=2,
        fiscal_year_named_after="start",
        fiscal_week_starts_on=6,
    )
    calendar = calendar_of(world)
    assert calendar.year(2023) == Period(date(2023, 1, 29), date(2024, 2, 4))
    assert calendar.name(calendar.period_of(date(2026, 5, 12))) == "FY2026-P04"
    change_settings(actor, fiscal_year_end_rule="last")
    assert calendar_of(world).year(2023) == Period(date(2023, 1, 29), date(2024, 1, 28))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"fiscal_pattern": "555"}, "fiscal_pattern"),
        ({"fiscal_week_starts_on": 7}, "fiscal_week_starts_on"),
        ({"fiscal_year_end_rule": "first"}, "fiscal_year_end_rule"),
        ({"fiscal_year_named_after": "middle"}, "fiscal_year_named_after"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused_and_nothing_changes(
    world: World, actor: Actor, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        change_settings(actor, **wrong)
    assert refused.value.field == field
    assert calendar_of(world) == CalendarMonths()


def test_a_listed_year_counts_once_the_pattern_says_so(world: World, actor: Actor) -> None:
    thirteen(actor)
    assert calendar_of(world).year(2026) == Period(date(2026, 1, 1), date(2027, 1, 1))
    change_settings(actor, fiscal_pattern="custom")
    calendar = calendar_of(world)
    assert calendar.year(2026) == Period(START, date(2026, 12, 28))
    assert calendar.name(calendar.period_of(date(2026, 12, 27))) == "2026-P13"
    assert calendar.year(2027).start == date(2026, 12, 28)


def test_a_listed_year_is_changed_by_its_version(world: World, actor: Actor) -> None:
    year = thirteen(actor)
    starts, quarters = year.period_starts, [year.period_starts[n] for n in (0, 4, 7, 10)]
    changed = set_fiscal_year(
        actor,
        number=2026,
        period_starts=starts,
        ends_on=year.ends_on,
        quarter_starts=quarters,
        expected_version=1,
    )
    assert (changed.version, changed.pk) == (2, year.pk)
    assert changed.layout().quarters[0].days == 4 * 28
    with pytest.raises(Conflict) as stale:
        set_fiscal_year(actor, number=2026, period_starts=starts, ends_on=year.ends_on, expected_version=1)
    assert stale.value.code == "stale"
    assert FiscalYear.objects.get().quarter_starts == quarters


def test_a_year_is_listed_once(world: World, actor: Actor) -> None:
    thirteen(actor)
    with pytest.raises(Conflict) as refused:
        thirteen(actor)
    assert (refused.value.code, refused.value.field) == ("exists", "number")


@pytest.mark.parametrize("start", [date(2026, 12, 21), date(2027, 1, 4)])
def test_the_next_listed_year_leaves_no_day_out_and_takes_none_twice(
    world: World, actor: Actor, start: date
) -> None:
    thirteen(actor)
    with pytest.raises(DomainError) as refused:
        thirteen(actor, 2027, start=start)
    assert refused.value.code == "years_apart"
    assert [year.number for year in fiscal_years()] == [2026]


def test_another_first_month_must_fit_the_listed_years(world: World, actor: Actor) -> None:
    change_settings(actor, fiscal_pattern="custom", fiscal_year_start_month=7)
    thirteen(actor, start=date(2025, 6, 30))
    with pytest.raises(DomainError) as refused:
        change_settings(actor, fiscal_year_start_month=8, fiscal_year_named_after="start")
    assert refused.value.code == "misnumbered_year"
    assert calendar_of(world).start_month == 7


def test_a_removed_year_has_months_again(world: World, actor: Actor) -> None:
    year = thirteen(actor)
    change_settings(actor, fiscal_pattern="custom")
    remove_fiscal_year(actor, year=year)
    assert calendar_of(world).year(2026) == Period(date(2026, 1, 1), date(2027, 1, 1))


def test_a_year_stays_on_the_list_where_no_day_would_be_left_for_it(world: World, actor: Actor) -> None:
    after = [date(2028, 1, 1), date(2028, 7, 1)]
    short = set_fiscal_year(actor, number=2027, period_starts=after[:1], ends_on=after[1])
    set_fiscal_year(actor, number=2026, period_starts=[date(2026, 1, 1)], ends_on=after[0])
    with pytest.raises(DomainError) as refused:
        remove_fiscal_year(actor, year=short)
    assert "No day would be left for fiscal year 2027." in str(refused.value)
    assert [year.number for year in fiscal_years()] == [2026, 2027]


def test_the_database_itself_refuses_two_years_for_one_day(world: World, actor: Actor) -> None:
    thirteen(actor)
    late = {"starts_on": date(2026, 12, 1), "ends_on": date(2027, 12, 1)}
    with pytest.raises(IntegrityError, match="one_fiscal_year_a_day"), transaction.atomic():
        FiscalYear.objects.create(number=2027, period_starts=[late["starts_on"]], **late)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"ends_on": START}, "fiscal_year_ends_after_start"),
        ({"period_starts": [date(2026, 1, 5)]}, "fiscal_year_starts_with_a_period"),
        ({"period_starts": []}, "fiscal_year_starts_with_a_period"),
        ({"quarter_starts": [date(2026, 1, 5)]}, "fiscal_quarters_start_with_periods"),
        ({"quarter_starts": [START, date(2026, 1, 5)]}, "fiscal_quarters_start_with_periods"),
    ],
)
def test_the_database_itself_refuses_a_year_without_its_first_period(
    world: World, actor: Actor, wrong: dict[str, object], rule: str
) -> None:
    year = {"number": 2026, "starts_on": START, "ends_on": date(2026, 12, 28), "period_starts": [START]}
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        FiscalYear.objects.create(**(year | wrong))


def test_only_an_administrator_lists_years(world: World) -> None:
    user = a_member(world.acme, "mona@acme.example", Role.MANAGER, person=world.mona)
    manager = acting_as(world.acme, user)
    with acting_for(world.acme.pk):
        with pytest.raises(Forbidden):
            thirteen(manager)
        assert not FiscalYear.objects.exists()


def test_the_years_of_another_organisation_are_its_own(world: World, actor: Actor) -> None:
    thirteen(actor)
    acme = Organisation.objects.get(pk=world.acme.pk)
    assert fiscal_years().count() == 1
    assert acme.fiscal_pattern == "months"


def test_who_follows_the_calendar_says_what_another_one_would_mean(
    world: World, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salestargets.tenancy.registry.IMPACTS", [])

    def quarter_ends(organisation: Organisation, change: NewCalendar) -> list[Impact]:
        end = change.calendar.quarter_of(date(2026, 5, 12)).last_day
        return [Impact(f"{organisation.name}: the quarter ends on {end}.", "/o/acme/")]

    register_impact(NewCalendar, quarter_ends)
    candidate = fiscal_calendar_of(with_settings(world.acme, {"fiscal_year_start_month": 2}))
    assert impacts_of(world.acme, NewCalendar(candidate)) == [
        Impact("Acme: the quarter ends on 2026-07-31.", "/o/acme/")
    ]
    assert calendar_of(world) == CalendarMonths()
