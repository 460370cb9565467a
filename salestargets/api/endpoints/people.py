from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict, cast

from rest_framework.request import Request

from salestargets.api.inputs import DATE, EMAIL, ID, Field, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import Affected, Reference, affects
from salestargets.api.selectors import people_rows
from salestargets.api.views import TenantView
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.changes import Leaving, Removal, person_moves
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.selectors import get_person, get_unit, members_of
from salestargets.tenancy.services.people import change_person, create_person, move_person
from salestargets.tenancy.services.removal import delete_record

ON = Field("on", DATE, "As of this day; today if left out.").optional()
OF_UNIT = Field("unit", ID, "Only members of this unit on that day.").optional()
EXTERNAL_ID = Field("external_id", text(200)).optional()
NAME = Field("name", text(200))
DETAILS = (
    Field("email", EMAIL).nullable(),
    Field("job", text(100), "What they do, such as Sales rep or Team lead.").nullable(),
    Field("level", text(50), "How senior they are, such as junior or senior.").nullable(),
    Field("hired_on", DATE).nullable(),
    Field("left_on", DATE).nullable(),
)
#: Empty text, where they are cleared.
WORDS = ("email", "job", "level")
NEW_NAME = NAME.optional()
UNIT = Field("unit", ID, "The id of the unit.")
MOVES_ON = Field("on", DATE, "The first day in the new unit.")
LEAVES_ON = Field("on", DATE, "The first day they are gone.")


class PersonRow(TypedDict):
    id: int
    source: str
    external_id: str
    name: str
    email: str | None
    job: str
    level: str
    hired_on: date | None
    left_on: date | None
    unit: Reference | None
    version: int


class People(TenantView):
    @operation(Scope.READ, query=(ON, OF_UNIT, EXTERNAL_ID, *PAGE), answers=Page[PersonRow])
    def get(self, request: Request) -> Page[PersonRow]:
        """The people you see, with the unit they are a member of on a day."""
        on = self.query[ON] or self.today
        rows = people_rows(self.actor, on=on)
        if unit_id := self.query[OF_UNIT]:
            members = members_of([get_unit(self.actor, unit_id, on).pk], on).get(unit_id, [])
            rows = rows.filter(pk__in=[person.pk for person in members])
        if external_id := self.query[EXTERNAL_ID]:
            rows = rows.filter(external_id=external_id)
        return self.page(rows, key=Key(name=text(200), id=ID), row=_row)

    @operation(Scope.ADMIN, body=(NAME, EXTERNAL_ID, *DETAILS), answers=PersonRow, status=201)
    def post(self, request: Request) -> PersonRow:
        """Add a person; an assignment puts them into a unit."""
        given = {name: value for name, value in self.body.sent.items() if value is not None}
        return read_person(self.actor, create_person(self.actor, **given).pk, self.today)


class OnePerson(TenantView):
    @operation(Scope.READ, query=(ON,), answers=PersonRow)
    def get(self, request: Request, person_id: int) -> PersonRow:
        """One person."""
        return read_person(self.actor, person_id, self.query[ON] or self.today)

    @operation(Scope.ADMIN, body=(NEW_NAME, *DETAILS), answers=PersonRow, versioned=True)
    def patch(self, request: Request, person_id: int) -> PersonRow:
        """Change what is known of a person."""
        person = get_person(self.actor, person_id, self.today)
        names = ("name", *WORDS, "hired_on", "left_on")
        changes = {name: getattr(person, name) for name in names} | dict(self.body.sent)
        changes |= {name: changes[name] or "" for name in WORDS}
        change_person(self.actor, person=person, expected_version=self.version, **changes)
        return read_person(self.actor, person_id, self.today)

    @operation(Scope.RECORDS_WRITE, status=204)
    def delete(self, request: Request, person_id: int) -> None:
        """Delete a person whom nothing refers to."""
        get_person(self.actor, person_id, self.today)
        delete_record(self.actor, kind="people", record_id=person_id)


class PersonLeaving(TenantView):
    @operation(Scope.ADMIN, query=(LEAVES_ON,), answers=Affected)
    def get(self, request: Request, person_id: int) -> Affected:
        """What it would mean for plans and their numbers if a person left; nothing is changed."""
        person = get_person(self.actor, person_id, self.today)
        return {"affects": affects(self.actor.organisation, Leaving(person, self.query[LEAVES_ON]))}


class PersonRemoval(TenantView):
    @operation(Scope.ADMIN, answers=Affected)
    def get(self, request: Request, person_id: int) -> Affected:
        """What refers to a person, so that they cannot be deleted."""
        person = get_person(self.actor, person_id, self.today)
        return {"affects": affects(self.actor.organisation, Removal(person))}


class PersonMove(TenantView):
    @operation(Scope.ADMIN, query=(UNIT, MOVES_ON), answers=Affected)
    def get(self, request: Request, person_id: int) -> Affected:
        """What a move would mean for plans and their numbers; nobody is moved."""
        on = self.query[MOVES_ON]
        person = get_person(self.actor, person_id, self.today)
        move = person_moves(person, unit_id=get_unit(self.actor, self.query[UNIT], on).pk, on=on)
        return {"affects": affects(self.actor.organisation, move)}

    @operation(Scope.ADMIN, body=(UNIT, MOVES_ON), answers=PersonRow)
    def post(self, request: Request, person_id: int) -> PersonRow:
        """Make a person a member of another unit from a day on; the old assignment ends there."""
        on = self.body[MOVES_ON]
        person = get_person(self.actor, person_id, self.today)
        move_person(self.actor, person=person, unit=get_unit(self.actor, self.body[UNIT], on), on=on)
        return read_person(self.actor, person_id, on)


def read_person(actor: Actor, person_id: int, on: date) -> PersonRow:
    row = people_rows(actor, on=on).filter(pk=person_id).first()
    if row is None:
        raise NotFound(N_("There is no such person."), code="not_found")
    return _row(row)


def _row(row: Mapping[str, Any]) -> PersonRow:
    return cast(PersonRow, {**row, "email": row["email"] or None})
