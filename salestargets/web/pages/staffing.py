"""Changes of people and of where they sit: each a form in a dialog."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salestargets.accounts.models import User
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.changes import Leaving, NewPlaces, assignment_ends, person_moves
from salestargets.tenancy.choices import AssignmentRole, Scope
from salestargets.tenancy.models import Membership, Person
from salestargets.tenancy.selectors import get_assignment, get_person, get_unit
from salestargets.tenancy.services.organisations import link_person
from salestargets.tenancy.services.people import (
    assign,
    change_person,
    create_person,
    end_assignment,
    move_person,
    unlink_person,
)
from salestargets.tenancy.services.removal import delete_record
from salestargets.web.asked import asked_id
from salestargets.web.choosing import IdField, member_choices, offer, unit_choices
from salestargets.web.dialogs import Dialog, ReasonForm, VersionedForm, answer, sent
from salestargets.web.fields import DayField, EmailField, TextField
from salestargets.web.impacts import answer_after_look
from salestargets.web.requests import TenantRequest, page


class WhoForm(forms.Form):
    name = TextField(label=_("Name"), max_length=200)
    email = EmailField(label=_("E-mail"), required=False)
    job = TextField(
        label=_("Job"), max_length=100, required=False, help_text=_("Such as Sales rep or Team lead.")
    )
    level = TextField(
        label=_("Level"), max_length=50, required=False, help_text=_("Such as junior or senior.")
    )
    hired_on = DayField(label=_("Hired on"), required=False)


class PersonForm(WhoForm):
    left_on = DayField(label=_("Left on"), required=False, help_text=_("The first day they are gone."))


class NewPersonForm(WhoForm):
    unit = IdField(label=_("Unit"), choices=[], required=False)
    starts_on = DayField(
        label=_("In the unit from"),
        required=False,
        help_text=_("Their numbers count for the unit from then on."),
    )

    def __init__(self, actor: Actor, on: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "unit", unit_choices(actor, on, empty=gettext("None yet")))


@page(Scope.ADMIN)
def person_new(request: TenantRequest) -> HttpResponse:
    initial = {"starts_on": request.today, "unit": asked_id(request, "unit")}
    form = NewPersonForm(request.actor, request.today, sent(request), initial=initial)
    dialog = Dialog(
        title=_("Add a person"),
        submit=_("Add"),
        done=_("The person was added."),
        back=reverse("people", args=[request.organisation.slug]),
    )
    return answer(request, form, lambda data: _create(request, **data), dialog)


def _create(request: TenantRequest, *, unit: int | None, starts_on: date | None, **data: Any) -> None:
    made = create_person(request.actor, **data)
    if unit is not None:
        place = get_unit(request.actor, unit, request.today)
        day = starts_on or request.today
        assign(request.actor, person=made, unit=place, role=AssignmentRole.MEMBER, starts_on=day)


class EditPersonForm(ReasonForm, VersionedForm, PersonForm):
    field_order = ["name", "email", "job", "level", "hired_on", "left_on", "reason"]


@page(Scope.ADMIN)
def person_edit(request: TenantRequest, person_id: int) -> HttpResponse:
    found = get_person(request.actor, person_id, request.today)
    initial = {name: getattr(found, name) for name in (*PersonForm.base_fields, "version")}
    dialog = _dialog(request, found, title=gettext("Edit {name}").format(name=found.name), submit=_("Save"))

    def save(data: dict[str, Any]) -> None:
        change_person(request.actor, person=found, expected_version=data.pop("version"), **data)

    def change(data: dict[str, Any]) -> Leaving | None:
        on = data["left_on"]
        return Leaving(found, on) if on and on != found.left_on else None

    return answer_after_look(request, EditPersonForm(sent(request), initial=initial), save, dialog, change)


class PlaceForm(ReasonForm):
    unit = IdField(label=_("Unit"), choices=[])
    on = DayField(label=_("From"))

    field_order = ["unit", "on", "reason"]

    def __init__(self, actor: Actor, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "unit", unit_choices(actor, today, empty=gettext("Choose")))


@page(Scope.ADMIN)
def person_move(request: TenantRequest, person_id: int) -> HttpResponse:
    found = get_person(request.actor, person_id, request.today)
    form = PlaceForm(request.actor, request.today, sent(request), initial={"on": request.today})
    dialog = _dialog(
        request,
        found,
        title=gettext("Move {name}").format(name=found.name),
        submit=_("Move"),
        note=_("From this day their numbers count for the new unit. What was before stays where it was."),
    )

    def move(data: dict[str, Any]) -> None:
        place = get_unit(request.actor, data["unit"], request.today)
        move_person(request.actor, person=found, unit=place, on=data["on"])

    def change(data: dict[str, Any]) -> NewPlaces:
        return person_moves(found, unit_id=data["unit"], on=data["on"])

    return answer_after_look(request, form, move, dialog, change)


class LeadForm(PlaceForm):
    until = DayField(label=_("Until"), required=False, help_text=_("The first day they lead it no more."))

    field_order = ["unit", "on", "until", "reason"]


@page(Scope.ADMIN)
def person_leads(request: TenantRequest, person_id: int) -> HttpResponse:
    found = get_person(request.actor, person_id, request.today)
    form = LeadForm(request.actor, request.today, sent(request), initial={"on": request.today})
    dialog = _dialog(
        request,
        found,
        title=gettext("{name} leads a unit").format(name=found.name),
        submit=_("Save"),
        note=_("A manager sees the unit and everything below it."),
    )

    def save(data: dict[str, Any]) -> None:
        assign(
            request.actor,
            person=found,
            unit=get_unit(request.actor, data["unit"], request.today),
            role=AssignmentRole.MANAGER,
            starts_on=data["on"],
            ends_on=data["until"],
        )

    return answer(request, form, save, dialog)


class EndForm(ReasonForm, VersionedForm):
    on = DayField(label=_("Ends on"), help_text=_("The first day on which it holds no more."))

    field_order = ["on", "reason"]


@page(Scope.ADMIN)
def assignment_end(request: TenantRequest, assignment_id: int) -> HttpResponse:
    row = get_assignment(request.actor, assignment_id, request.today)
    form = EndForm(sent(request), initial={"on": row.ends_on or request.today, "version": row.version})
    dialog = _dialog(
        request,
        row.person,
        title=gettext("End {name} in {unit}").format(name=row.person.name, unit=row.unit.name),
        submit=_("End"),
        is_danger=True,
    )

    def end(data: dict[str, Any]) -> None:
        end_assignment(request.actor, assignment=row, on=data["on"], expected_version=data["version"])

    return answer_after_look(request, form, end, dialog, lambda data: assignment_ends(row, on=data["on"]))


@page(Scope.ADMIN)
def assignment_remove(request: TenantRequest, assignment_id: int) -> HttpResponse:
    row = get_assignment(request.actor, assignment_id, request.today)
    dialog = _dialog(
        request,
        row.person,
        title=_("Remove an assignment"),
        submit=_("Remove"),
        note=gettext(
            "{name} was never in {unit}: the numbers of these days no longer count for it. "
            "Where someone has left, end the assignment with a date instead."
        ).format(name=row.person.name, unit=row.unit.name),
        is_danger=True,
    )

    def remove(_data: dict[str, Any]) -> None:
        delete_record(request.actor, kind="assignments", record_id=row.pk)

    form = ReasonForm(sent(request))
    return answer_after_look(request, form, remove, dialog, lambda _data: assignment_ends(row, on=None))


class SignInForm(VersionedForm):
    user = IdField(label=_("Sign-in"), choices=[], required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "user", member_choices(actor, empty=gettext("None")))


@page(Scope.ADMIN)
def person_sign_in(request: TenantRequest, person_id: int) -> HttpResponse:
    found = get_person(request.actor, person_id, request.today)
    initial = {"user": found.user_id, "version": found.version}
    dialog = _dialog(
        request,
        found,
        title=gettext("Who signs in as {name}?").format(name=found.name),
        submit=_("Save"),
        note=_("A member sees the numbers of the person they are. Invite people under Settings, Members."),
    )

    def save(data: dict[str, Any]) -> None:
        if data["user"] is None:
            unlink_person(request.actor, person=found, expected_version=data["version"])
        else:
            link_person(
                request.actor,
                user=_member(request, data["user"]),
                person_id=found.pk,
                expected_version=data["version"],
            )

    return answer(request, SignInForm(request.actor, sent(request), initial=initial), save, dialog)


def _member(request: TenantRequest, user_id: int) -> User:
    rows = Membership.objects.filter(organisation=request.organisation, user_id=user_id)
    membership = rows.select_related("user").first()
    if membership is None:
        raise NotFound(N_("There is no such member."), code="not_found")
    return membership.user


def _dialog(request: TenantRequest, person: Person, **more: Any) -> Dialog:
    back = reverse("person", args=[request.organisation.slug, person.pk])
    return Dialog(back=back, done=_("Saved."), **more)
