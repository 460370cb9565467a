"""People and where they sit: dated, never deleted."""

from datetime import date

from django.db import IntegrityError, transaction

from salestargets.kernel.errors import Conflict, DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text, strict_email
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import AssignmentRole, Scope
from salestargets.tenancy.models import MANUAL, Assignment, Person, Unit
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.services.external_ids import new_external_id
from salestargets.tenancy.services.versions import lock, save_changes


def create_person(
    actor: Actor,
    *,
    name: str,
    email: str = "",
    job: str = "",
    level: str = "",
    hired_on: date | None = None,
    left_on: date | None = None,
    external_id: str = "",
    source: str = MANUAL,
) -> Person:
    actor.require(Scope.ADMIN)
    check_span(hired_on, left_on, field="left_on")
    return Person.objects.create(
        source=source,
        external_id=external_id or new_external_id(),
        name=clean_text(name, max_length=200, min_length=1),
        email=strict_email(email) if email else "",
        **_words(job, level),
        hired_on=hired_on,
        left_on=left_on,
    )


def change_person(
    actor: Actor,
    *,
    person: Person,
    name: str,
    email: str,
    job: str,
    level: str,
    hired_on: date | None,
    left_on: date | None,
    expected_version: int | None,
) -> Person:
    actor.require(Scope.ADMIN)
    check_span(hired_on, left_on, field="left_on")
    person = lock(person, expected_version=expected_version)
    changes = {
        "name": clean_text(name, max_length=200, min_length=1),
        "email": strict_email(email) if email else "",
        **_words(job, level),
        "hired_on": hired_on,
        "left_on": left_on,
    }
    save_changes(person, changes)
    return person


def _words(job: str, level: str) -> dict[str, str]:
    return {"job": clean_text(job, max_length=100), "level": clean_text(level, max_length=50)}


def assign(
    actor: Actor,
    *,
    person: Person,
    unit: Unit,
    role: str,
    starts_on: date,
    ends_on: date | None = None,
    external_id: str = "",
    source: str = MANUAL,
) -> Assignment:
    """Put a person into a unit. As member only where they are in no other on any of these days."""
    actor.require(Scope.ADMIN)
    check_span(starts_on, ends_on, field="ends_on")
    try:
        with transaction.atomic():
            return Assignment.objects.create(
                source=source,
                external_id=external_id or new_external_id(),
                person=person,
                unit=unit,
                role=AssignmentRole(role),
                starts_on=starts_on,
                ends_on=ends_on,
            )
    except IntegrityError as error:
        raise Conflict(
            N_("{name} is a member of another unit on some of these days. Move them with a date instead."),
            code="overlap",
            params={"name": person.name},
        ) from error


def move_person(actor: Actor, *, person: Person, unit: Unit, on: date) -> Assignment:
    """A member changes units on a day: the old assignment ends, the new one starts, in one transaction."""
    actor.require(Scope.ADMIN)
    held = Assignment.objects.filter(current_on(on), person=person, role=AssignmentRole.MEMBER)
    current = held.select_for_update(of=("self",), no_key=True).first()
    ends_on = current.ends_on if current else None
    if current is not None:
        if current.unit_id == unit.pk:
            return current
        if current.starts_on == on:
            save_changes(current, {"unit": unit})
            return current
        save_changes(current, {"ends_on": on})
    return assign(actor, person=person, unit=unit, role=AssignmentRole.MEMBER, starts_on=on, ends_on=ends_on)


def end_assignment(
    actor: Actor, *, assignment: Assignment, on: date, expected_version: int | None
) -> Assignment:
    actor.require(Scope.ADMIN)
    assignment = lock(assignment, expected_version=expected_version)
    check_span(assignment.starts_on, on, field="ends_on")
    save_changes(assignment, {"ends_on": on})
    return assignment


def check_span(starts_on: date | None, ends_on: date | None, *, field: str) -> None:
    if starts_on and ends_on and ends_on <= starts_on:
        raise DomainError(N_("The end must be after the start."), code="invalid", field=field)


def unlink_person(actor: Actor, *, person: Person, expected_version: int | None) -> Person:
    """The person stays, and whoever signs in as them is no longer that person."""
    actor.require(Scope.ADMIN)
    person = lock(person, expected_version=expected_version)
    save_changes(person, {"user": None})
    return person
