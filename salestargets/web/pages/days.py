"""Special days of a year, and how many working days its months have with them."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import WorkingDayException
from salestargets.tenancy.selectors import calendar_of, special_days
from salestargets.tenancy.services.calendar import mark_day, unmark_day
from salestargets.web.asked import asked_choice
from salestargets.web.dialogs import Dialog, ReasonForm, answer, sent
from salestargets.web.fields import DayField, TextField
from salestargets.web.requests import TenantRequest, page

FIRST_YEAR, LAST_YEAR = 2000, 2099


@require_GET
@page(Scope.ADMIN)
def days(request: TenantRequest) -> HttpResponse:
    years = [str(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)]
    year = int(asked_choice(request, "year", years) or request.today.year)
    span = Period(date(year, 1, 1), date(year + 1, 1, 1))
    calendar = calendar_of(request.organisation, span)
    months = [(month.start, calendar.working_days(month)) for month in span.months()]
    shown = {
        "year": year,
        "before": year - 1 if year > FIRST_YEAR else None,
        "after": year + 1 if year < LAST_YEAR else None,
        "days": special_days(request.actor, span),
        "months": months,
        "all": sum(count for _, count in months),
    }
    return render(request, "web/settings/days.html", shown)


class DayForm(ReasonForm):
    day = DayField(label=_("Day"))
    is_working = forms.TypedChoiceField(
        label=_("It is"),
        choices=[("0", _("a day off")), ("1", _("a working day"))],
        coerce=lambda value: value == "1",
    )
    name = TextField(label=_("Name"), max_length=100, required=False)

    field_order = ["day", "is_working", "name", "reason"]


@page(Scope.ADMIN)
def day_new(request: TenantRequest) -> HttpResponse:
    dialog = _dialog(
        request,
        title=_("Add a special day"),
        submit=_("Add"),
        note=_("It has the last word over week and public holidays. A day that is listed already changes."),
    )

    def mark(data: dict[str, Any]) -> None:
        mark_day(request.actor, **data)

    return answer(request, DayForm(sent(request)), mark, dialog)


@page(Scope.ADMIN)
def day_remove(request: TenantRequest, day_id: int) -> HttpResponse:
    found = WorkingDayException.objects.filter(pk=day_id).first()
    if found is None:
        raise NotFound(N_("There is no such day."), code="not_found")
    dialog = _dialog(
        request,
        title=_("Remove a special day"),
        submit=_("Remove"),
        note=gettext("{day} is again as the calendar has it.").format(day=found.day.isoformat()),
        is_danger=True,
    )

    def remove(_data: dict[str, Any]) -> None:
        unmark_day(request.actor, day_id=day_id)

    return answer(request, ReasonForm(sent(request)), remove, dialog)


def _dialog(request: TenantRequest, **more: Any) -> Dialog:
    return Dialog(back=reverse("days", args=[request.organisation.slug]), done=_("Saved."), **more)
