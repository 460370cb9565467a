"""The values of a KPI that is entered by hand: listed, entered, confirmed, rejected, withdrawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from kpis.amounts import to_stored
from kpis.choices import EntryState, Manual
from kpis.entries import Authority, authority_of, get_entry, get_manual_kpi, value_of, visible_entries
from kpis.forms.entries import ConfirmForm, EntryForm, RejectForm, WithdrawForm
from kpis.forms.kpis import NewManualKpiForm
from kpis.models import Entry, Kpi
from kpis.services.entries import confirm, create_manual_kpi, enter_value, reject, withdraw
from kpis.writing import written
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import page_of
from salestargets.web.dialogs import Dialog, VersionedForm, answer, sent
from salestargets.web.requests import TenantRequest, page

LISTED = 20


@dataclass(frozen=True)
class Line:
    """An entry as it is listed, with what the reader may do about it."""

    entry: Entry
    value: str
    decides: bool
    withdraws: bool

    @property
    def is_link(self) -> bool:
        return self.entry.evidence.startswith(("https://", "http://"))


def listed_entries(request: TenantRequest, kpi: Kpi) -> dict[str, Any]:
    """What a KPI's page shows of its entries."""
    authority = authority_of(request.actor, request.today)
    found = page_of(request, visible_entries(request.actor, request.today).filter(kpi=kpi), size=LISTED)
    found.object_list = [_line(request, entry, authority) for entry in found.object_list]
    return {"entries": found, "may_enter": authority.takes_part}


@page(Scope.ADMIN)
def manual_kpi_new(request: TenantRequest) -> HttpResponse:
    form = NewManualKpiForm(sent(request))
    dialog = Dialog(
        title=_("A KPI entered by hand"),
        submit=_("Make the KPI"),
        done=_("Made. Its first value can be entered."),
        back=reverse("kpis", args=[request.organisation.slug]),
        note=_(
            "For what no record tells, such as a market share. A value counts once somebody else confirms it."
        ),
    )

    def make(data: dict[str, Any]) -> str:
        made = create_manual_kpi(
            request.actor,
            key=data["key"],
            unit=data["unit"],
            facts=form.facts(data),
            adds_up=data["manual"] == Manual.SUM,
            at=request.now,
        )
        return _page_of(request, made)

    return answer(request, form, make, dialog)


@page()
def entry_new(request: TenantRequest, kpi_id: int) -> HttpResponse:
    kpi = get_manual_kpi(kpi_id)
    form = EntryForm(kpi, request.actor, request.today, sent(request))
    dialog = Dialog(
        title=_("Enter a value"),
        submit=_("Enter"),
        done=_("Entered. It counts once somebody else confirms it."),
        back=_page_of(request, kpi),
        note=kpi.label,
    )

    def enter(data: dict[str, Any]) -> None:
        said = {name: data[name] for name in ("holder", "dated_on", "source", "evidence", "note")}
        value = to_stored(data["value"], kpi, request.organisation.currency, field="value")
        enter_value(request.actor, kpi=kpi, value=value, at=request.now, **said)

    return answer(request, form, enter, dialog)


@page()
def entry_confirm(request: TenantRequest, entry_id: int) -> HttpResponse:
    said = {"title": _("Confirm the value"), "submit": _("Confirm"), "done": _("Confirmed. It counts now.")}
    return _decided(request, entry_id, ConfirmForm, confirm, said)


@page()
def entry_reject(request: TenantRequest, entry_id: int) -> HttpResponse:
    said = {"title": _("Reject the value"), "submit": _("Reject"), "done": _("Rejected. It does not count.")}
    return _decided(request, entry_id, RejectForm, reject, {**said, "is_danger": True})


@page()
def entry_withdraw(request: TenantRequest, entry_id: int) -> HttpResponse:
    said = {
        "title": _("Withdraw the value"),
        "submit": _("Withdraw"),
        "done": _("Withdrawn. It does not count."),
    }
    return _decided(request, entry_id, WithdrawForm, withdraw, {**said, "is_danger": True})


def _decided(
    request: TenantRequest,
    entry_id: int,
    form_class: type[VersionedForm],
    decide: Callable[..., Entry],
    said: dict[str, Any],
) -> HttpResponse:
    entry = get_entry(request.actor, entry_id, request.today)
    form = form_class(sent(request), initial={"version": entry.version})
    told = {"value": _written(request, entry), "name": entry.unit or entry.person, "source": entry.source}
    note = now("{name}: {value}, from {source}").format(**told)

    def call(data: dict[str, Any]) -> None:
        decide(
            request.actor,
            entry=entry,
            reason=data["words"],
            expected_version=data["version"],
            at=request.now,
        )

    return answer(request, form, call, Dialog(back=_page_of(request, entry.kpi), note=note, **said))


def _line(request: TenantRequest, entry: Entry, authority: Authority) -> Line:
    decides = entry.state == EntryState.ENTERED and authority.decides(entry)
    return Line(entry, _written(request, entry), decides, authority.withdraws(entry))


def _written(request: TenantRequest, entry: Entry) -> str:
    return written(value_of(entry), entry.kpi, request.organisation.currency)


def _page_of(request: TenantRequest, kpi: Kpi) -> str:
    return reverse("kpi", args=[request.organisation.slug, kpi.key])
