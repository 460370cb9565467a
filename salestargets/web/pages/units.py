"""The tree of units on a day, and its changes: each a form in a dialog."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from salestargets.tenancy.access import Actor
from salestargets.tenancy.changes import NewPlaces, unit_moves
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Unit
from salestargets.tenancy.selectors import UnitNode, get_unit, tree
from salestargets.tenancy.services.structure import change_unit, create_unit, move_unit
from salestargets.web.asked import asked_day, asked_id
from salestargets.web.choosing import IdField, offer, unit_choices
from salestargets.web.dialogs import Dialog, ReasonForm, VersionedForm, answer, sent
from salestargets.web.fields import DayField, TextField
from salestargets.web.impacts import answer_after_look
from salestargets.web.requests import TenantRequest, page


@dataclass(frozen=True)
class Branch:
    """A unit as the table shows it, with the people of all units below it."""

    unit: UnitNode
    people: int
    has_children: bool


@require_GET
@page()
def units(request: TenantRequest) -> HttpResponse:
    on = asked_day(request, "on") or request.today
    shown = {
        "branches": branches(tree(request.actor, on)),
        "on": on,
        "may_edit": request.actor.may(Scope.ADMIN),
    }
    return render(request, "web/people/units.html", shown)


def branches(units: Sequence[UnitNode]) -> list[Branch]:
    """Counts people upwards; children stand after their parents."""
    people = {unit.id: unit.headcount for unit in units}
    for unit in reversed(units):
        if unit.parent_id in people:
            people[unit.parent_id] += people[unit.id]
    parents = {unit.parent_id for unit in units}
    return [Branch(unit, people[unit.id], unit.id in parents) for unit in units]


class UnitForm(forms.Form):
    name = TextField(label=_("Name"), max_length=200)
    kind = TextField(
        label=_("Kind"), max_length=50, required=False, help_text=_("What it is, such as region or team.")
    )


class NewUnitForm(UnitForm):
    parent = IdField(label=_("Unit above"), choices=[])
    starts_on = DayField(label=_("From"), help_text=_("Units of the past need a day in the past."))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "parent", unit_choices(actor, kwargs["initial"]["starts_on"]))


@page(Scope.ADMIN)
def unit_new(request: TenantRequest) -> HttpResponse:
    initial = {"parent": asked_id(request, "below"), "starts_on": request.today}
    dialog = _dialog(request, title=_("Add a unit"), submit=_("Add"))

    def create(data: dict[str, Any]) -> None:
        create_unit(
            request.actor,
            name=data["name"],
            kind=data["kind"],
            parent_id=data["parent"],
            starts_on=data["starts_on"],
        )

    return answer(request, NewUnitForm(request.actor, sent(request), initial=initial), create, dialog)


class EditUnitForm(ReasonForm, VersionedForm, UnitForm):
    field_order = ["name", "kind", "reason"]


@page(Scope.ADMIN)
def unit_edit(request: TenantRequest, unit_id: int) -> HttpResponse:
    unit = get_unit(request.actor, unit_id, request.today)
    initial = {"name": unit.name, "kind": unit.kind, "version": unit.version}
    dialog = _dialog(request, title=gettext("Edit {name}").format(name=unit.name), submit=_("Save"))

    def save(data: dict[str, Any]) -> None:
        change_unit(request.actor, unit=unit, expected_version=data.pop("version"), **data)

    return answer(request, EditUnitForm(sent(request), initial=initial), save, dialog)


class MoveUnitForm(ReasonForm):
    parent = IdField(label=_("New unit above"), choices=[])
    on = DayField(label=_("From"))

    field_order = ["parent", "on", "reason"]

    def __init__(self, actor: Actor, unit: Unit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = unit_choices(actor, kwargs["initial"]["on"], empty=gettext("Choose"))
        offer(self, "parent", [choice for choice in others if choice[0] != unit.pk])


@page(Scope.ADMIN)
def unit_move(request: TenantRequest, unit_id: int) -> HttpResponse:
    unit = get_unit(request.actor, unit_id, request.today)
    form = MoveUnitForm(request.actor, unit, sent(request), initial={"on": request.today})
    dialog = _dialog(
        request,
        title=gettext("Move {name}").format(name=unit.name),
        submit=_("Move"),
        note=_("From this day it belongs there, with everything below it. What was before stays as it was."),
    )

    def move(data: dict[str, Any]) -> None:
        move_unit(request.actor, unit=unit, parent_id=data["parent"], on=data["on"])

    def change(data: dict[str, Any]) -> NewPlaces:
        return unit_moves(unit, parent_id=data["parent"], on=data["on"])

    return answer_after_look(request, form, move, dialog, change)


def _dialog(request: TenantRequest, **more: Any) -> Dialog:
    return Dialog(back=reverse("units", args=[request.organisation.slug]), done=_("Saved."), **more)
