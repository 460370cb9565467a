from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict

from rest_framework.request import Request

from salestargets.api.inputs import DATE, ID, Field, choice, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import Affected, Reference, affects, reference
from salestargets.api.selectors import assignment_rows
from salestargets.api.views import TenantView
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.changes import assignment_ends
from salestargets.tenancy.choices import AssignmentRole, Scope
from salestargets.tenancy.models import Assignment
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.selectors import get_assignment, get_person, get_unit
from salestargets.tenancy.services.people import assign, end_assignment
from salestargets.tenancy.services.removal import delete_record

OF_PERSON = Field("person", ID, "Only those of this person.").optional()
OF_UNIT = Field("unit", ID, "Only those in this unit.").optional()
OF_ROLE = Field("role", choice(AssignmentRole)).optional()
ON = Field("on", DATE, "Only those that hold on this day.").optional()
PERSON = Field("person", ID, "The id of the person.")
UNIT = Field("unit", ID, "The id of the unit.")
ROLE = Field("role", choice(AssignmentRole)).otherwise(AssignmentRole.MEMBER)
STARTS_ON = Field("starts_on", DATE)
ENDS_ON = Field("ends_on", DATE, "The first day on which it no longer holds.").nullable()
EXTERNAL_ID = Field("external_id", text(200)).optional()
LAST = Field("on", DATE, "The first day on which it no longer holds.")


class AssignmentRow(TypedDict):
    id: int
    source: str
    external_id: str
    person: Reference
    unit: Reference
    role: str
    starts_on: date
    ends_on: date | None
    version: int


class Assignments(TenantView):
    @operation(Scope.READ, query=(OF_PERSON, OF_UNIT, OF_ROLE, ON, *PAGE), answers=Page[AssignmentRow])
    def get(self, request: Request) -> Page[AssignmentRow]:
        """Who is or was where, as member or manager."""
        rows = assignment_rows(self.actor, on=self.today)
        if person_id := self.query[OF_PERSON]:
            rows = rows.filter(person_id=get_person(self.actor, person_id, self.today).pk)
        if unit_id := self.query[OF_UNIT]:
            rows = rows.filter(unit_id=get_unit(self.actor, unit_id, self.today).pk)
        if role := self.query[OF_ROLE]:
            rows = rows.filter(role=role)
        if on := self.query[ON]:
            rows = rows.filter(current_on(on))
        return self.page(rows, key=Key(starts_on=DATE, id=ID), row=_row)

    @operation(
        Scope.ADMIN,
        body=(PERSON, UNIT, ROLE, STARTS_ON, ENDS_ON, EXTERNAL_ID),
        answers=AssignmentRow,
        status=201,
    )
    def post(self, request: Request) -> AssignmentRow:
        """Put a person into a unit, as member or as manager."""
        made = assign(
            self.actor,
            person=get_person(self.actor, self.body[PERSON], self.today),
            unit=get_unit(self.actor, self.body[UNIT], self.today),
            role=self.body[ROLE],
            starts_on=self.body[STARTS_ON],
            ends_on=self.body[ENDS_ON],
            external_id=self.body[EXTERNAL_ID] or "",
        )
        return read_assignment(self.actor, made.pk, self.today)


class OneAssignment(TenantView):
    @operation(Scope.READ, answers=AssignmentRow)
    def get(self, request: Request, assignment_id: int) -> AssignmentRow:
        """One assignment."""
        return read_assignment(self.actor, assignment_id, self.today)

    @operation(Scope.RECORDS_WRITE, status=204)
    def delete(self, request: Request, assignment_id: int) -> None:
        """Delete an assignment that should never have been; to end one, give it a last day."""
        read_assignment(self.actor, assignment_id, self.today)
        delete_record(self.actor, kind="assignments", record_id=assignment_id)


class AssignmentRemoval(TenantView):
    @operation(Scope.ADMIN, answers=Affected)
    def get(self, request: Request, assignment_id: int) -> Affected:
        """What deleting an assignment would mean for plans and their numbers; nothing is deleted."""
        found = get_assignment(self.actor, assignment_id, self.today)
        return {"affects": affects(self.actor.organisation, assignment_ends(found, on=None))}


class AssignmentEnd(TenantView):
    @operation(Scope.ADMIN, query=(LAST,), answers=Affected)
    def get(self, request: Request, assignment_id: int) -> Affected:
        """What the end of an assignment would mean for plans and their numbers; nothing is ended."""
        found = get_assignment(self.actor, assignment_id, self.today)
        return {"affects": affects(self.actor.organisation, assignment_ends(found, on=self.query[LAST]))}

    @operation(Scope.ADMIN, body=(LAST,), answers=AssignmentRow, versioned=True)
    def post(self, request: Request, assignment_id: int) -> AssignmentRow:
        """Let an assignment end on a day."""
        found = read_assignment(self.actor, assignment_id, self.today)
        end_assignment(
            self.actor,
            assignment=Assignment.objects.get(pk=found["id"]),
            on=self.body[LAST],
            expected_version=self.version,
        )
        return read_assignment(self.actor, assignment_id, self.today)


def read_assignment(actor: Actor, assignment_id: int, on: date) -> AssignmentRow:
    row = assignment_rows(actor, on=on).filter(pk=assignment_id).first()
    if row is None:
        raise NotFound(N_("There is no such assignment."), code="not_found")
    return _row(row)


def _row(row: Mapping[str, Any]) -> AssignmentRow:
    return {
        "id": row["id"],
        "source": row["source"],
        "external_id": row["external_id"],
        "person": reference(row, "person"),
        "unit": reference(row, "unit"),
        "role": row["role"],
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "version": row["version"],
    }
