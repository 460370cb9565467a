from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypedDict, cast

from rest_framework.request import Request

from salestargets.api.endpoints.organisation import FISCAL
from salestargets.api.inputs import DATE, Field, list_of, whole
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import Affected, ImpactRow, affects
from salestargets.api.views import TenantView
from salestargets.kernel.fiscal import (
    FIRST_NUMBER,
    LAST_NUMBER,
    MOST_PERIODS,
    MOST_QUARTERS,
    FiscalCalendar,
    YearLayout,
)
from salestargets.kernel.periods import Period
from salestargets.tenancy.changes import NewCalendar
from salestargets.tenancy.choices import FiscalPattern, Scope
from salestargets.tenancy.models import FiscalYear, Organisation
from salestargets.tenancy.selectors import fiscal_calendar_of, fiscal_years, get_fiscal_year, listed_calendar
from salestargets.tenancy.services.fiscal import remove_fiscal_year, set_fiscal_year
from salestargets.tenancy.services.organisations import with_settings

YEAR = Field("year", whole(FIRST_NUMBER, LAST_NUMBER), "Its number; the current one if left out.").optional()
NUMBER = Field("number", whole(FIRST_NUMBER, LAST_NUMBER))
PERIOD_STARTS = Field(
    "period_starts",
    list_of(DATE, at_least=1, at_most=MOST_PERIODS),
    "The first days of its periods; the first of them begins the year.",
)
ENDS_ON = Field("ends_on", DATE, "The first day after the year.")
QUARTER_STARTS = Field(
    "quarter_starts",
    list_of(DATE, at_most=MOST_QUARTERS),
    "Those of the period starts that begin a quarter; if empty, every third does.",
).optional()
NEW_STARTS, NEW_END = PERIOD_STARTS.optional(), ENDS_ON.optional()


class SpanRow(TypedDict):
    name: str
    starts_on: date
    ends_on: date


class CalendarRow(TypedDict):
    """A fiscal year with its parts; and for administrators what the settings in the query would mean."""

    number: int
    year: SpanRow
    halves: list[SpanRow]
    quarters: list[SpanRow]
    periods: list[SpanRow]
    affects: list[ImpactRow]


class FiscalYearRow(TypedDict):
    id: int
    number: int
    starts_on: date
    ends_on: date
    period_starts: list[date]
    quarter_starts: list[date]
    version: int


class FiscalCalendarOfOrganisation(TenantView):
    @operation(Scope.READ, query=(YEAR, *FISCAL), answers=CalendarRow)
    def get(self, request: Request) -> CalendarRow:
        """A fiscal year as it is, or as it would be with other settings: nothing is changed."""
        changes = self.query.only(*FISCAL)
        organisation = self.actor.organisation
        calendar = fiscal_calendar_of(with_settings(organisation, changes))
        tells = bool(changes) and self.actor.may(Scope.ADMIN)  # a plan may be a draft that few know of
        number = self.query[YEAR] or calendar.year_number(self.today)
        told = affects(organisation, NewCalendar(calendar)) if tells else []
        return _calendar_row(calendar, number, told)


class FiscalYears(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[FiscalYearRow])
    def get(self, request: Request) -> Page[FiscalYearRow]:
        """The fiscal years that are listed one by one."""
        rows = fiscal_years().values(*FiscalYearRow.__annotations__)
        return self.page(rows, key=Key(number=whole(FIRST_NUMBER, LAST_NUMBER)), row=_row)

    @operation(
        Scope.ADMIN, body=(NUMBER, PERIOD_STARTS, ENDS_ON, QUARTER_STARTS), answers=FiscalYearRow, status=201
    )
    def post(self, request: Request) -> FiscalYearRow:
        """List a fiscal year. It counts while `fiscal_pattern` is `custom`."""
        return _row_of(set_fiscal_year(self.actor, **self.body.sent))


class FiscalYearPreview(TenantView):
    @operation(Scope.ADMIN, body=(NUMBER, PERIOD_STARTS, ENDS_ON, QUARTER_STARTS), answers=CalendarRow)
    def post(self, request: Request) -> CalendarRow:
        """A listed year as it would be, new or changed, and what it would mean for plans."""
        organisation = self.actor.organisation
        starts, quarters = self.body[PERIOD_STARTS], self.body[QUARTER_STARTS] or ()
        year = YearLayout(self.body[NUMBER], tuple(starts), self.body[ENDS_ON], tuple(quarters))
        calendar = listed_calendar(organisation, plus=year)
        return _calendar_row(calendar, year.number, _of_listed(organisation, calendar))


class FiscalYearRemoval(TenantView):
    @operation(Scope.ADMIN, answers=Affected)
    def get(self, request: Request, year_id: int) -> Affected:
        """What taking a year off the list would mean for plans; nothing is changed."""
        organisation, year = self.actor.organisation, get_fiscal_year(year_id)
        return {"affects": _of_listed(organisation, listed_calendar(organisation, without=year.number))}


class OneFiscalYear(TenantView):
    @operation(Scope.READ, answers=FiscalYearRow)
    def get(self, request: Request, year_id: int) -> FiscalYearRow:
        """One listed fiscal year."""
        return _row_of(get_fiscal_year(year_id))

    @operation(Scope.ADMIN, body=(NEW_STARTS, NEW_END, QUARTER_STARTS), answers=FiscalYearRow, versioned=True)
    def patch(self, request: Request, year_id: int) -> FiscalYearRow:
        """Change the days of a listed fiscal year. No plan is changed by it."""
        year = get_fiscal_year(year_id)
        names = ("number", "period_starts", "ends_on", "quarter_starts")
        said = {name: getattr(year, name) for name in names} | dict(self.body.sent)
        return _row_of(set_fiscal_year(self.actor, expected_version=self.version, **said))

    @operation(Scope.ADMIN, status=204, versioned=True)
    def delete(self, request: Request, year_id: int) -> None:
        """Take a year off the list: it has calendar months again. No plan is changed by it."""
        remove_fiscal_year(self.actor, year=get_fiscal_year(year_id), expected_version=self.version)


def _calendar_row(calendar: FiscalCalendar, number: int, told: list[ImpactRow]) -> CalendarRow:
    layout = calendar.layout(number)
    return {
        "number": layout.number,
        "year": _span(calendar, layout.span),
        "halves": _spans(calendar, layout.halves),
        "quarters": _spans(calendar, layout.quarters),
        "periods": _spans(calendar, layout.periods),
        "affects": told,
    }


def _of_listed(organisation: Organisation, calendar: FiscalCalendar) -> list[ImpactRow]:
    """Listed years mean nothing to anyone while another pattern is counted by."""
    counts = organisation.fiscal_pattern == FiscalPattern.CUSTOM
    return affects(organisation, NewCalendar(calendar)) if counts else []


def _spans(calendar: FiscalCalendar, spans: Iterable[Period]) -> list[SpanRow]:
    return [_span(calendar, span) for span in spans]


def _span(calendar: FiscalCalendar, span: Period) -> SpanRow:
    return {"name": calendar.name(span), "starts_on": span.start, "ends_on": span.end}


def _row(row: Mapping[str, Any]) -> FiscalYearRow:
    return cast(FiscalYearRow, dict(row))


def _row_of(year: FiscalYear) -> FiscalYearRow:
    return _row({name: getattr(year, name) for name in FiscalYearRow.__annotations__})
