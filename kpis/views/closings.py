"""Settings: which months are closed, and what a KPI's page says of a closed period."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kpis.closings import Closed, get_closing, months_to_close
from kpis.closings import closings as closed_months
from kpis.forms.closings import CloseForm, DaysToCloseForm, ReopenForm
from kpis.models import Kpi
from kpis.services.closing import close_month, reopen_month
from kpis.writing import written
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.services.organisations import change_settings
from salestargets.web.asked import page_of
from salestargets.web.dialogs import Dialog, answer, sent
from salestargets.web.requests import TenantRequest, page


@dataclass(frozen=True)
class ClosedText:
    """A closed period's value in words: as closed, by how much it changed, and each day that changed it."""

    closed_on: date
    value: str
    changes: list[tuple[date, str, str]]
    since: str


def shown_closed(found: Closed, kpi: Kpi, currency: str) -> ClosedText:
    """Of a sum what each day added; of a ratio only what it was after the day."""

    def text(value: Any) -> str:
        return written(value, kpi, currency)

    def added(value: Any) -> str:
        return "" if kpi.denominator else f"{'+' if value > 0 else ''}{text(value)}"

    changes = [(one.on, added(one.change.value), text(one.after.value)) for one in found.corrections]
    since = "" if kpi.denominator else added((found.now.value or 0) - (found.value.value or 0))
    return ClosedText(found.closed_on, text(found.value.value), changes, since)


@page(Scope.ADMIN)
def closings(request: TenantRequest) -> HttpResponse:
    organisation = request.organisation
    initial = {"closes_after_days": organisation.closes_after_days, "version": organisation.version}
    form = DaysToCloseForm(sent(request), initial=initial)
    dialog = Dialog(title=_("Closed months"), submit=_("Save"), done=_("Saved."), back=_here(request))

    def save(data: dict[str, Any]) -> None:
        change_settings(request.actor, expected_version=data.pop("version"), **data)

    shown = {"months": page_of(request, closed_months()), "has_open": bool(months_to_close(request.today))}
    return answer(request, form, save, dialog, template="kpis/closings.html", shown=shown)


@page(Scope.ADMIN)
def closing_new(request: TenantRequest) -> HttpResponse:
    form = CloseForm(months_to_close(request.today), sent(request))
    dialog = Dialog(
        title=_("Close a month"),
        submit=_("Close"),
        done=_("Closed. What changes it from now on is a correction with its day."),
        back=_here(request),
        note=_("Its numbers are final. Records may still come and change: then they are told apart."),
    )

    def close(data: dict[str, Any]) -> None:
        close_month(request.actor, month=data["month"], at=request.now)

    return answer(request, form, close, dialog)


@page(Scope.ADMIN)
def closing_reopen(request: TenantRequest, closing_id: int) -> HttpResponse:
    closing = get_closing(closing_id)
    form = ReopenForm(sent(request), initial={"version": closing.version})
    dialog = Dialog(
        title=_("Open the month again"),
        submit=_("Open again"),
        done=_("The month is open. It closes again by hand only."),
        back=_here(request),
        note=_("What was corrected since it closed becomes a part of its numbers once it is closed anew."),
        is_danger=True,
    )

    def reopen(data: dict[str, Any]) -> None:
        reopen_month(
            request.actor,
            closing=closing,
            reason=data["why"],
            expected_version=data["version"],
            at=request.now,
        )

    return answer(request, form, reopen, dialog)


def _here(request: TenantRequest) -> str:
    return reverse("closings", args=[request.organisation.slug])
