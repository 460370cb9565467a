"""Exchange rates: what one unit of a currency is worth in the organisation's, from which day on."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from pipeline.services.records import delete_record, upsert_records
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import MANUAL, ExchangeRate
from salestargets.web.asked import page_of, sorted_rows
from salestargets.web.dialogs import Dialog, ReasonForm, answer, sent
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.fields import DayField, NumberField, TextField
from salestargets.web.requests import TenantRequest, page

KIND = "exchange-rates"
SORTS = {"day": "valid_on", "currency": "currency", "rate": "rate"}
COLUMNS: list[Column[ExchangeRate]] = [
    Column(_("Currency"), lambda rate: rate.currency),
    Column(_("Valid from"), lambda rate: rate.valid_on, "day"),
    Column(_("Rate"), lambda rate: rate.rate.normalize(), "number"),
    Column(_("Source"), lambda rate: rate.source),
]


@require_GET
@page(Scope.ADMIN)
def rates(request: TenantRequest) -> Any:
    found = sorted_rows(request, ExchangeRate.objects.all(), SORTS, default="-day")
    if wanted := wanted_format(request):
        return export(found, columns=COLUMNS, name="exchange-rates", file_format=wanted)
    return render(request, "pipeline/rates.html", {"rates": page_of(request, found)})


class RateForm(forms.Form):
    currency = TextField(label=_("Currency"), max_length=3, help_text=_("Its ISO code, such as EUR."))
    valid_on = DayField(label=_("Valid from"))
    rate = NumberField(label=_("Rate"), max_digits=20, decimal_places=10)

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


@page(Scope.ADMIN)
def rate_new(request: TenantRequest) -> HttpResponse:
    dialog = _dialog(
        request,
        title=_("Add an exchange rate"),
        submit=_("Add"),
        note=gettext(
            "How much {currency} one unit of the other currency buys. Deals from then on are priced anew."
        ).format(currency=request.organisation.currency),
    )
    form = RateForm(sent(request), initial={"valid_on": request.today})
    return answer(request, form, lambda data: _add(request, **data), dialog)


def _add(request: TenantRequest, *, currency: str, valid_on: date, rate: Decimal) -> None:
    """A rate typed in for a day replaces the one typed in before."""
    row = {
        "external_id": f"{currency} {valid_on}",
        "currency": currency,
        "valid_on": valid_on.isoformat(),
        "rate": format(rate, "f"),
    }
    outcome = upsert_records(KIND, source=MANUAL, rows=[row], actor=request.actor, at=request.now)
    for rejection in outcome.rejected:
        errors = {name: list(texts) for name, texts in rejection.errors.items()}
        raise DomainError(N_("The rate was not accepted."), code="rejected", errors=errors)


@page(Scope.ADMIN)
def rate_remove(request: TenantRequest, rate_id: int) -> HttpResponse:
    rate = ExchangeRate.objects.filter(pk=rate_id).first()
    if rate is None:
        raise NotFound(N_("There is no such record."), code="not_found")
    dialog = _dialog(
        request,
        title=gettext("Remove the rate of {currency}?").format(currency=rate.currency),
        submit=_("Remove"),
        note=_("Deals it priced get the rate before it. Without one they count, but have no price."),
        is_danger=True,
    )

    def remove(_data: dict[str, Any]) -> None:
        delete_record(request.actor, kind=KIND, record_id=rate_id, at=request.now)

    return answer(request, ReasonForm(sent(request)), remove, dialog)


def _dialog(request: TenantRequest, **more: Any) -> Dialog:
    return Dialog(back=reverse("rates", args=[request.organisation.slug]), done=_("Saved."), **more)
