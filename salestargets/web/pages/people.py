"""People: the list, and one of them with where they sat and sit."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from salestargets.audit.selectors import history_of
from salestargets.tenancy.access import arranges, sight_of
from salestargets.tenancy.choices import AssignmentRole, Scope
from salestargets.tenancy.models import Assignment, Membership, Mentorship, Person
from salestargets.tenancy.selectors import assignments_of, directory, get_person, mentorships_of
from salestargets.web.asked import asked_day, asked_id, asked_text, page_of, sorted_rows
from salestargets.web.choosing import unit_choices
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.history import told
from salestargets.web.registry import Text
from salestargets.web.requests import TenantRequest, page

SORTS = {"name": "name", "unit": "unit_name", "hired": "hired_on", "left": "left_on"}
COLUMNS: list[Column[Any]] = [
    Column(_("Name"), lambda person: person.name),
    Column(_("E-mail"), lambda person: person.email),
    Column(_("Job"), lambda person: person.job),
    Column(_("Level"), lambda person: person.level),
    Column(_("Unit"), lambda person: person.unit_name),
    Column(_("Manages"), lambda person: ", ".join(person.manages)),
    Column(_("Hired on"), lambda person: person.hired_on, "day"),
    Column(_("Left on"), lambda person: person.left_on, "day"),
    Column(_("External id"), lambda person: person.external_id),
]


@require_GET
@page()
def people(request: TenantRequest) -> HttpResponse | FileResponse:
    on = asked_day(request, "on") or request.today
    chosen = {"search": asked_text(request), "unit_id": asked_id(request, "unit")}
    found = sorted_rows(request, directory(request.actor, on, **chosen), SORTS, default="name")  # type: ignore[arg-type]
    if wanted := wanted_format(request):
        return export(found, columns=COLUMNS, name="people", file_format=wanted)
    shown = {
        "people": page_of(request, found),
        "units": unit_choices(request.actor, on),
        "on": on,
        "chosen": chosen,
        "may_edit": request.actor.may(Scope.ADMIN),
    }
    return render(request, "web/people/people.html", shown)


@require_GET
@page()
def person(request: TenantRequest, person_id: int) -> HttpResponse:
    found = get_person(request.actor, person_id, request.today)
    return render(request, "web/people/person.html", _about(request, found))


@dataclass(frozen=True)
class MentorshipLine:
    """A mentorship as the page of one of its two people tells it: who the other is."""

    row: Mentorship
    other: Person
    other_is: Text
    when: str
    #: Whether the viewer may open the other's page, and change the mentorship.
    is_seen: bool
    may_change: bool


def _mentoring(request: TenantRequest, person: Person) -> dict[str, Any]:
    sight, arranged = sight_of(request.actor, request.today), arranges(request.actor, request.today)
    lines = []
    for row in mentorships_of(person):
        is_mentee = row.mentee_id == person.pk
        other = row.mentor if is_mentee else row.mentee
        lines.append(
            MentorshipLine(
                row=row,
                other=other,
                other_is=_("Mentor") if is_mentee else _("Mentee"),
                when=_when(row, request.today),
                is_seen=sight.of_person(other.pk),
                may_change=arranged.of_all(row.mentor_id, row.mentee_id),
            )
        )
    return {"mentoring": lines, "may_mentor": arranged.of_person(person.pk)}


def _about(request: TenantRequest, person: Person) -> dict[str, Any]:
    today = request.today
    held = list(assignments_of(person))
    now = (row.unit for row in held if row.role == AssignmentRole.MEMBER and _when(row, today) == "now")
    members = Membership.objects.filter(organisation=request.organisation, user=person.user)
    history = history_of(request.actor, "person", person.pk)
    return {
        "person": person,
        "assignments": [(row, _when(row, today)) for row in held],
        "member_of": next(now, None),
        "membership": members.select_related("user").first() if person.user else None,
        **_mentoring(request, person),
        "history": told(history, currency=request.organisation.currency),
        "may_edit": request.actor.may(Scope.ADMIN),
    }


def _when(row: Assignment | Mentorship, today: date) -> str:
    if row.starts_on > today:
        return "coming"
    return "past" if row.ends_on and row.ends_on <= today else "now"
