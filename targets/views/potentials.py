"""What units and people could bring in a year: listed, noted, changed, removed; from a file."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from salestargets.kernel.errors import DomainError
from salestargets.kernel.money import from_minor
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import page_of, sorted_rows
from salestargets.web.dialogs import Dialog, RemovalForm, answer, is_first, leave, sent
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.requests import TenantRequest, accepted, page
from targets.forms.potentials import PotentialEditForm, PotentialFileForm, PotentialForm
from targets.models import Potential
from targets.selectors.potentials import get_potential, visible_potentials
from targets.services.potential_files import (
    AMOUNT,
    EXTERNAL_ID,
    PERSON,
    SOURCE,
    STARTS_ON,
    UNIT,
    PotentialDiff,
    apply_potentials,
    read_potentials,
)
from targets.services.potentials import change_potential, note_potential, remove_potential
from targets.views.addresses import address_of
from targets.views.folds import check_steers
from targets.views.places import in_place

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

    def remove(data: dict[str, Any]) -> None:
        remove_potential(request.actor, potential=potential, expected_version=data["version"])

    form = RemovalForm(sent(request), initial={"version": potential.version})
    return answer(request, form, remove, dialog)


@page(Scope.TARGETS_WRITE)
def potentials_upload(request: TenantRequest) -> HttpResponse:
    """The file is read and shown; what was shown is what is written."""
    form = PotentialFileForm(sent(request), request.FILES or None)
    if "apply" in request.POST and accepted(form, lambda data: _apply(request, data["seen"])):
        return in_place(request, leave(request, address_of(request, "potentials")))
    found = _read(request, form)
    shown = {
        "form": form,
        "found": found,
        "currency": request.organisation.currency,
        "once": secrets.token_urlsafe(16),
        "back": address_of(request, "potentials"),
    }
    template = "targets/potentials_upload.html"
    place = f"{template}#dialog" if request.htmx else template
    return render(request, place, shown, status=422 if form.errors else 200)


def _read(request: TenantRequest, form: PotentialFileForm) -> PotentialDiff | None:
    if not form.is_bound or "apply" in request.POST or not form.is_valid():
        return None
    if form.cleaned_data["file"] is None:
        form.add_error("file", gettext("Choose a file."))
        return None
    try:
        return read_potentials(request.actor, content=form.cleaned_data["file"], at=request.now)
    except DomainError as error:
        form.add_error(None, error.render(gettext))
        for cell, texts in error.errors.items():
            form.add_error(None, [f"{cell}: {text}" for text in texts])
        return None


def _apply(request: TenantRequest, seen: str) -> None:
    if is_first(request):
        count = apply_potentials(request.actor, seen=seen, at=request.now)
        messages.success(
            request,
            ngettext("%(count)s potential is written.", "%(count)s potentials are written.", count)
            % {"count": count},
        )


def columns(currency: str) -> list[Column[Potential]]:
    return [
        Column(UNIT, lambda row: row.unit.name if row.unit else None),
        Column(PERSON, lambda row: row.person.name if row.person else None),
        Column(EXTERNAL_ID, lambda row: (row.unit or row.person).external_id),
        Column(AMOUNT, lambda row: from_minor(row.amount, currency), "money"),
        Column(STARTS_ON, lambda row: row.starts_on, "day"),
        Column(SOURCE, lambda row: row.source),
    ]


def _dialog(request: TenantRequest, **more: Any) -> Dialog:
    return Dialog(back=address_of(request, "potentials"), done=_("Saved."), **more)
