"""The fiscal calendar: another one is shown, with what it affects, before it can be saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salestargets.kernel.errors import DomainError
from salestargets.kernel.fiscal import FIRST_NUMBER, LAST_NUMBER, FiscalCalendar, YearLayout
from salestargets.kernel.periods import Period
from salestargets.tenancy.changes import NewCalendar
from salestargets.tenancy.choices import FiscalPattern, NamedAfter, Scope, YearEndRule
from salestargets.tenancy.registry import impacts_of
from salestargets.tenancy.selectors import (
    fiscal_calendar_of,
    fiscal_years,
    get_fiscal_year,
    listed_calendar,
)
from salestargets.tenancy.services.fiscal import remove_fiscal_year, set_fiscal_year
from salestargets.tenancy.services.organisations import FISCAL_SETTINGS, change_settings, with_settings
from salestargets.web.dialogs import Dialog, ReasonForm, RemovalForm, VersionedForm, answer, sent
from salestargets.web.fields import DayField, DaysField, IntegerField
from salestargets.web.formatting import format_day
from salestargets.web.requests import TenantRequest, page
from salestargets.web.templatetags.formats import language

PREVIEW = "web/settings/calendar_preview.html"
DAYS_A_WEEK, FOUR_WEEKS, PERIODS_OF_FOUR_WEEKS = 7, timedelta(weeks=4), 13


class CalendarForm(forms.Form):
    fiscal_pattern = forms.ChoiceField(label=_("Fiscal periods"), choices=FiscalPattern.choices)
    fiscal_year_start_month = forms.TypedChoiceField(
        label=_("Fiscal year starts in"),
        choices=list(MONTHS.items()),
        coerce=int,
        help_text=_("A year of weeks starts near the first day of this month."),
    )
    fiscal_year_named_after = forms.ChoiceField(
        label=_("Fiscal year named after"), choices=NamedAfter.choices
    )
    fiscal_week_starts_on = forms.TypedChoiceField(
        label=_("A week starts on"), choices=list(WEEKDAYS.items()), coerce=int
    )
    fiscal_year_end_rule = forms.ChoiceField(
        label=_("A year of weeks ends with the week whose last day is"), choices=YearEndRule.choices
    )


class SaveCalendarForm(CalendarForm, ReasonForm, VersionedForm):
    """What was previewed, unseen, and why."""


class YearForm(forms.Form):
    """A listed year, as people write it: with its last day."""

    number = IntegerField(label=_("Number"), minimum=FIRST_NUMBER, maximum=LAST_NUMBER)
    period_starts = DaysField(label=_("First days of the periods"), help_text=_("One a line, in order."))
    last_day = DayField(label=_("Last day of the year"))
    quarter_starts = DaysField(
        label=_("First days of the quarters"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "num"}),
        help_text=_("One to four of the days above. Left empty, every third period begins a quarter."),
    )

    def layout(self) -> YearLayout:
        return YearLayout(**told(self.cleaned_data, end="end"))


class SaveYearForm(YearForm, ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)


@dataclass(frozen=True)
class Year:
    """A fiscal year as the preview shows it: its quarters, each with its periods, by name."""

    name: str
    span: Period
    quarters: list[tuple[str, list[tuple[str, Period]]]]
    is_in_weeks: bool


@page(Scope.ADMIN)
def calendar(request: TenantRequest) -> HttpResponse:
    organisation = request.organisation
    saved = {name: getattr(organisation, name) for name in FISCAL_SETTINGS}
    asked = CalendarForm(request.POST or request.GET)
    wanted = saved | (asked.cleaned_data if asked.is_valid() else {})
    shown = {
        "chooser": CalendarForm(initial=wanted),
        "here": reverse("calendar", args=[organisation.slug]),
        "can_save": wanted != saved,
        "listed": [(year, year.layout()) for year in fiscal_years()],
        "is_listed": wanted["fiscal_pattern"] == FiscalPattern.CUSTOM,
        **preview(request, lambda: fiscal_calendar_of(with_settings(organisation, wanted))),
    }
    form = SaveCalendarForm(
        sent(request), initial={**wanted, "version": organisation.version}, auto_id="save_%s"
    )

    def save(data: dict[str, Any]) -> None:
        change_settings(request.actor, expected_version=data.pop("version"), **data)

    return _answer(request, form, save, _dialog(request), "web/settings/calendar.html", shown)


@page(Scope.ADMIN)
def fiscal_year_new(request: TenantRequest) -> HttpResponse:
    initial = told_of(next_layout(request))
    return _year(request, _dialog(request, title=_("Add a fiscal year"), submit=_("Save this year")), initial)


@page(Scope.ADMIN)
def fiscal_year_edit(request: TenantRequest, year_id: int) -> HttpResponse:
    year = get_fiscal_year(year_id)
    initial = {**told_of(year.layout()), "version": year.version}
    dialog = _dialog(request, title=_("Change a fiscal year"), submit=_("Save this year"))
    return _year(request, dialog, initial, number=year.number)


@page(Scope.ADMIN)
def fiscal_year_remove(request: TenantRequest, year_id: int) -> HttpResponse:
    year = get_fiscal_year(year_id)
    dialog = _dialog(request, title=_("Remove a fiscal year"), submit=_("Remove"), is_danger=True)

    def without() -> FiscalCalendar:
        return listed_calendar(request.organisation, without=year.number)

    shown = {"can_save": True, **preview(request, without, number=year.number)}

    def remove(data: dict[str, Any]) -> None:
        remove_fiscal_year(request.actor, year=year, expected_version=data["version"])

    form = RemovalForm(sent(request), initial={"version": year.version}, auto_id="save_%s")
    return _answer(request, form, remove, dialog, "web/settings/fiscal_year.html", shown)


def _year(
    request: TenantRequest, dialog: Dialog, initial: dict[str, Any], *, number: int | None = None
) -> HttpResponse:
    """The form of a listed year, previewed as it is filled; an edit keeps its `number`."""
    asked = YearForm(request.POST or (request.GET if "period_starts" in request.GET else initial))
    if number is not None:
        asked.fields["number"].disabled, asked.initial["number"] = True, number
    shown: dict[str, Any] = {"chooser": asked, "here": request.path, "can_save": asked.is_valid()}
    if asked.is_valid():
        shown |= preview(
            request,
            lambda: listed_calendar(request.organisation, plus=asked.layout()),
            number=asked.cleaned_data["number"],
        )
    unseen = initial | asked.cleaned_data
    form = SaveYearForm(sent(request), initial=unseen, auto_id="save_%s")

    def save(data: dict[str, Any]) -> None:
        said = told(data, end="ends_on") | {"number": number or data["number"]}
        set_fiscal_year(request.actor, expected_version=data["version"], **said)

    return _answer(request, form, save, dialog, "web/settings/fiscal_year.html", shown)


def told(data: Mapping[str, Any], *, end: str) -> dict[str, Any]:
    """The days of a year as the calendar wants them: the first day after it is its end."""
    return {
        "number": data["number"],
        "period_starts": tuple(data["period_starts"]),
        end: data["last_day"] + timedelta(days=1),
        "quarter_starts": tuple(data["quarter_starts"]),
    }


def told_of(layout: YearLayout) -> dict[str, Any]:
    """The other way round, as it is typed; quarters of three periods go without saying."""
    plain = YearLayout(layout.number, layout.period_starts, layout.end)
    quarters = () if layout == plain else layout.quarter_starts
    return {
        "number": str(layout.number),
        "period_starts": "\n".join(map(str, layout.period_starts)),
        "last_day": str(layout.span.last_day),
        "quarter_starts": "\n".join(map(str, quarters)),
    }


def next_layout(request: TenantRequest) -> YearLayout:
    """What a new year is filled with: the shape of the last one listed, or periods of four weeks."""
    last = fiscal_years().last()
    now = fiscal_calendar_of(request.organisation)
    layout = last.layout().following() if last else now.layout(now.year_number(request.today))
    return four_weeks(layout) if request.GET.get("shape") == "weeks" else layout


def four_weeks(layout: YearLayout) -> YearLayout:
    """Thirteen periods of four weeks from the same first day."""
    starts = tuple(layout.start + n * FOUR_WEEKS for n in range(PERIODS_OF_FOUR_WEEKS))
    return YearLayout(layout.number, starts, starts[-1] + FOUR_WEEKS)


def preview(
    request: TenantRequest, make: Callable[[], FiscalCalendar], *, number: int | None = None
) -> dict[str, Any]:
    """A calendar as it would be: this year and the next, or a listed one; what it affects, or why not."""
    try:
        new = make()
        first = number or new.year_number(request.today)
        years = [year_of(new, new.layout(each)) for each in (first, first + 1)]
    except DomainError as error:
        return {"refused": error.render(gettext), "can_save": False}
    old = fiscal_calendar_of(request.organisation)
    counts = number is None or request.organisation.fiscal_pattern == FiscalPattern.CUSTOM
    return {
        "years": years,
        "counts": counts,
        "moves": moved(old, new, request.today) if counts else "",
        "impacts": impacts_of(request.organisation, NewCalendar(new)) if counts and new != old else [],
    }


def moved(old: FiscalCalendar, new: FiscalCalendar, today: date) -> str:
    """Where today was and would be, if that is not the same."""
    before, after = old.quarter_of(today), new.quarter_of(today)
    if (old.name(before), before) == (new.name(after), after):
        return ""
    return gettext(
        "Today is in {old_quarter} ({old_days}) and would be in {new_quarter} ({new_days})."
    ).format(
        old_quarter=old.name(before),
        old_days=days_of(before),
        new_quarter=new.name(after),
        new_days=days_of(after),
    )


def days_of(span: Period) -> str:
    ends = (format_day(day, language=language(), skeleton="yMMMd") for day in (span.start, span.last_day))
    return " – ".join(ends)


def year_of(new: FiscalCalendar, layout: YearLayout) -> Year:
    quarters = [
        (new.name(quarter), [(new.name(period), period) for period in new.periods(quarter)])
        for quarter in layout.quarters
    ]
    is_in_weeks = all(period.days % DAYS_A_WEEK == 0 for period in layout.periods)
    return Year(new.name(layout.span), layout.span, quarters, is_in_weeks)


def _answer(
    request: TenantRequest,
    form: forms.Form,
    call: Callable[[dict[str, Any]], None],
    dialog: Dialog,
    template: str,
    shown: dict[str, Any],
) -> HttpResponse:
    """The page, or its preview alone where only that is asked for."""
    if request.htmx and request.method == "GET":
        return render(request, PREVIEW, {**shown, "form": form, "dialog": dialog})
    return answer(request, form, call, dialog, template=template, shown=shown)


def _dialog(request: TenantRequest, **more: Any) -> Dialog:
    said = {"title": _("Calendar"), "submit": _("Save this calendar"), **more}
    return Dialog(back=reverse("calendar", args=[request.organisation.slug]), done=_("Saved."), **said)
