"""What units and people could bring in a year: listed, noted, changed, removed."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from salestargets.kernel.money import from_minor
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import page_of, sorted_rows
from salestargets.web.dialogs import Dialog, ReasonForm, answer, sent
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.requests import TenantRequest, page
from targets.forms.potentials import PotentialEditForm, PotentialForm
from targets.models import Potential
from targets.selectors.potentials import get_potential, visible_potentials
from targets.services.potentials import change_potential, note_potential, remove_potential
from targets.views.addresses import address_of
from targets.views.folds import check_steers

SORTS = {"name": "name", "day": "starts_on", "amount": "amount", "source": "source"}


@require_GET
@page()
def potentials(request: TenantRequest) -> HttpResponseBase:
    check_steers(request)
    rows = visible_potentials(request.actor, request.today)
    found = sorted_rows(request, rows, SORTS, default="name")
    if wanted := wanted_format(request):
        return export(
            found, columns=columns(request.organisation.currency), name="potentials", file_format=wanted
        )
    shown = {"potentials": page_of(request, found), "may_note": request.actor.may(Scope.TARGETS_WRITE)}
    return render(request, "targets/potentials.html", shown)


@page(Scope.TARGETS_WRITE)
def potential_new(request: TenantRequest) -> HttpResponse:
    form = PotentialForm(request.actor, request.today, sent(request))
    dialog = _dialog(
        request,
        title=_("Note a potential"),
        submit=_("Save"),
        note=_("For a unit or for a person. One that was noted for the same day is replaced."),
    )

    def note(data: dict[str, Any]) -> None:
        note_potential(
            request.actor,
            holder=data["holder"],
            amount=form.stored(data["amount"]),
            starts_on=data["starts_on"],
            source=data["source"],
            at=request.now,
        )

    return answer(request, form, note, dialog)


@page(Scope.TARGETS_WRITE)
def potential_edit(request: TenantRequest, potential_id: int) -> HttpResponse:
    potential = get_potential(request.actor, potential_id, request.today)
    form = PotentialEditForm(potential, request.organisation.currency, sent(request))
    dialog = _dialog(
        request,
        title=_("Change the potential of %(name)s") % {"name": potential.unit or potential.person},
        submit=_("Save"),
    )

    def change(data: dict[str, Any]) -> None:
        change_potential(
            request.actor,
            potential=potential,
            amount=form.stored(data["amount"]),
            source=data["source"],
            expected_version=data["version"],
            at=request.now,
        )

    return answer(request, form, change, dialog)


@page(Scope.TARGETS_WRITE)
def potential_remove(request: TenantRequest, potential_id: int) -> HttpResponse:
    potential = get_potential(request.actor, potential_id, request.today)
    dialog = _dialog(
        request,
        title=_("Remove the potential of %(name)s?") % {"name": potential.unit or potential.person},
        submit=_("Remove"),
        note=_("The one before it is in force again. Numbers that were divided by it stay."),
        is_danger=True,
    )

    def remove(_data: dict[str, Any]) -> None:
        remove_potential(request.actor, potential=potential)

    return answer(request, ReasonForm(sent(request)), remove, dialog)


def columns(currency: str) -> list[Column[Potential]]:
    return [
        Column(_("Unit"), lambda row: row.unit.name if row.unit else None),
        Column(_("Person"), lambda row: row.person.name if row.person else None),
        Column(_("External id"), lambda row: (row.unit or row.person).external_id),
        Column(_("Potential a year"), lambda row: from_minor(row.amount, currency), "money"),
        Column(_("From"), lambda row: row.starts_on, "day"),
        Column(_("Source"), lambda row: row.source),
    ]


def _dialog(request: TenantRequest, **more: Any) -> Dialog:
    return Dialog(back=address_of(request, "potentials"), done=_("Saved."), **more)
