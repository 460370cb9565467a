"""Who mentors whom, from the page of either: begun, ended, corrected and taken back in dialogs."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salestargets.kernel.errors import Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, arranges
from salestargets.tenancy.models import Mentorship, Person
from salestargets.tenancy.selectors import get_person, mentorships_of, visible_people
from salestargets.tenancy.services.mentoring import begin_mentorship, correct_mentorship, remove_mentorship
from salestargets.web.choosing import IdField, offer
from salestargets.web.dialogs import Dialog, ReasonForm, RemovalForm, VersionedForm, answer, sent
from salestargets.web.fields import DayField
from salestargets.web.requests import TenantRequest, page


class DaysForm(ReasonForm):
    starts_on = DayField(label=_("From"))
    ends_on = DayField(
        label=_("Until"), required=False, help_text=_("The first day on which it holds no more.")
    )


class WhoForm(forms.Form):
    """One of the people that an actor may arrange mentorships of; `but` for the other one."""

    who = ""

    def __init__(self, actor: Actor, today: date, but: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        arranged = arranges(actor, today)
        people = visible_people(actor, today).exclude(pk=but.pk).values_list("id", "name")
        offer(
            self, self.who, [("", gettext("Choose")), *(one for one in people if arranged.of_person(one[0]))]
        )


class MentorForm(DaysForm, WhoForm):
    mentor = IdField(label=_("Mentor"), choices=[])

    who = "mentor"
    field_order = ["mentor", "starts_on", "ends_on", "reason"]


class MenteeForm(DaysForm, WhoForm):
    mentee = IdField(label=_("Mentee"), choices=[])

    who = "mentee"
    field_order = ["mentee", "starts_on", "ends_on", "reason"]


class EditForm(VersionedForm, MentorForm):
    pass


class EndForm(ReasonForm, VersionedForm):
    ends_on = DayField(label=_("Ends on"), help_text=_("The first day on which it holds no more."))

    field_order = ["ends_on", "reason"]


@page()
def mentor_new(request: TenantRequest, person_id: int) -> HttpResponse:
    found = _person(request, person_id)
    title = gettext("A mentor for {name}").format(name=found.name)
    return _begin(request, found, MentorForm, title)


@page()
def mentee_new(request: TenantRequest, person_id: int) -> HttpResponse:
    found = _person(request, person_id)
    title = gettext("{name} mentors somebody").format(name=found.name)
    return _begin(request, found, MenteeForm, title)


def _begin(
    request: TenantRequest, person: Person, kind: type[MentorForm | MenteeForm], title: str
) -> HttpResponse:
    initial = {"starts_on": request.today}
    form = kind(request.actor, request.today, person, sent(request), initial=initial)
    dialog = _dialog(
        request,
        person,
        title=title,
        submit=_("Begin"),
        note=_("The deals that the mentee closes on these days count for the mentor’s win rate of mentees."),
    )
    fixed = {"mentor": "mentee", "mentee": "mentor"}[kind.who]

    def begin(data: dict[str, Any]) -> None:
        other = get_person(request.actor, data.pop(kind.who), request.today)
        people: dict[str, Any] = {fixed: person, kind.who: other}
        begin_mentorship(request.actor, **people, **data, at=request.now)

    return answer(request, form, begin, dialog)


@page()
def mentorship_edit(request: TenantRequest, person_id: int, mentorship_id: int) -> HttpResponse:
    person, row = _found(request, person_id, mentorship_id)
    initial = {"mentor": row.mentor_id, "starts_on": row.starts_on, "ends_on": row.ends_on}
    form = EditForm(
        request.actor,
        request.today,
        row.mentee,
        sent(request),
        initial={**initial, "version": row.version},
    )
    dialog = _dialog(
        request,
        person,
        title=gettext("Correct the mentorship of {name}").format(name=row.mentee.name),
        submit=_("Save"),
        note=_("As it should have been from the beginning. For another mentor from now on, end it first."),
    )

    def save(data: dict[str, Any]) -> None:
        mentor = get_person(request.actor, data.pop("mentor"), request.today)
        _correct(request, row, mentor=mentor, **data)

    return answer(request, form, save, dialog)


@page()
def mentorship_end(request: TenantRequest, person_id: int, mentorship_id: int) -> HttpResponse:
    person, row = _found(request, person_id, mentorship_id)
    initial = {"ends_on": row.ends_on or request.today, "version": row.version}
    dialog = _dialog(
        request,
        person,
        title=gettext("{mentor} no longer mentors {mentee}").format(
            mentor=row.mentor.name, mentee=row.mentee.name
        ),
        submit=_("End"),
        is_danger=True,
    )

    def end(data: dict[str, Any]) -> None:
        _correct(request, row, mentor=row.mentor, starts_on=row.starts_on, **data)

    return answer(request, EndForm(sent(request), initial=initial), end, dialog)


@page()
def mentorship_remove(request: TenantRequest, person_id: int, mentorship_id: int) -> HttpResponse:
    person, row = _found(request, person_id, mentorship_id)
    dialog = _dialog(
        request,
        person,
        title=_("Remove a mentorship"),
        submit=_("Remove"),
        note=gettext(
            "{mentor} never mentored {mentee}: the deals of these days no longer count for them. "
            "Where it is over, end it with a date instead."
        ).format(mentor=row.mentor.name, mentee=row.mentee.name),
        is_danger=True,
    )

    def remove(data: dict[str, Any]) -> None:
        remove_mentorship(request.actor, mentorship=row, at=request.now, expected_version=data["version"])

    return answer(request, RemovalForm(sent(request), initial={"version": row.version}), remove, dialog)


def _correct(request: TenantRequest, row: Mentorship, *, version: int, **data: Any) -> None:
    correct_mentorship(request.actor, mentorship=row, **data, at=request.now, expected_version=version)


def _person(request: TenantRequest, person_id: int) -> Person:
    person = get_person(request.actor, person_id, request.today)
    _require(request, person.pk)
    return person


def _found(request: TenantRequest, person_id: int, mentorship_id: int) -> tuple[Person, Mentorship]:
    """A mentorship on the page of one of its two people."""
    person = get_person(request.actor, person_id, request.today)
    row = mentorships_of(person).filter(pk=mentorship_id).first()
    if row is None:
        raise NotFound(N_("There is no such mentorship."), code="not_found")
    _require(request, row.mentor_id, row.mentee_id)
    return person, row


def _require(request: TenantRequest, *people: int) -> None:
    if not arranges(request.actor, request.today).of_all(*people):
        raise Forbidden(N_("Your role or key may not do this."), code="forbidden")


def _dialog(request: TenantRequest, person: Person, **more: Any) -> Dialog:
    back = reverse("person", args=[request.organisation.slug, person.pk])
    return Dialog(back=back, done=_("Saved."), **more)
