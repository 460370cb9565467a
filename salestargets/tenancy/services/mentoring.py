"""Who mentors whom: dated, one mentor at a time. By administrators, and by managers over both."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from salestargets.ingest.deletion import bury
from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, arranges
from salestargets.tenancy.kinds import MENTORSHIPS
from salestargets.tenancy.models import MANUAL, Mentorship, Person
from salestargets.tenancy.services.external_ids import new_external_id
from salestargets.tenancy.services.people import check_span
from salestargets.tenancy.services.versions import lock, save_changes


def begin_mentorship(
    actor: Actor,
    *,
    mentor: Person,
    mentee: Person,
    starts_on: date,
    ends_on: date | None = None,
    at: datetime,
    external_id: str = "",
) -> Mentorship:
    _require(actor, at, mentor.pk, mentee.pk)
    _check(mentor, mentee, starts_on, ends_on)
    try:
        with transaction.atomic():
            return Mentorship.objects.create(
                source=MANUAL,
                external_id=external_id or new_external_id(),
                mentor=mentor,
                mentee=mentee,
                starts_on=starts_on,
                ends_on=ends_on,
                changed_at=at,
            )
    except IntegrityError as error:
        raise _another_mentor(mentee) from error


def correct_mentorship(
    actor: Actor,
    *,
    mentorship: Mentorship,
    mentor: Person,
    starts_on: date,
    ends_on: date | None,
    at: datetime,
    expected_version: int | None,
) -> Mentorship:
    """What it should have said from the beginning. To end one, only its end is given anew."""
    row = _locked(mentorship, expected_version)
    _require(actor, at, row.mentor_id, row.mentee_id, mentor.pk)
    _check(mentor, row.mentee, starts_on, ends_on)
    if (row.mentor_id, row.starts_on, row.ends_on) == (mentor.pk, starts_on, ends_on):
        return row
    try:
        with transaction.atomic():
            changes = {"mentor": mentor, "starts_on": starts_on, "ends_on": ends_on, "changed_at": at}
            save_changes(row, changes)
    except IntegrityError as error:
        raise _another_mentor(row.mentee) from error
    return row


def remove_mentorship(
    actor: Actor, *, mentorship: Mentorship, at: datetime, expected_version: int | None = None
) -> None:
    """It never was; a tombstone stays."""
    row = _locked(mentorship, expected_version)
    _require(actor, at, row.mentor_id, row.mentee_id)
    bury(MENTORSHIPS, row.pk, organisation_id=actor.organisation.pk, at=at)


def _locked(mentorship: Mentorship, expected_version: int | None) -> Mentorship:
    row = lock(mentorship, expected_version=expected_version)
    if row.deleted_at is not None:
        raise NotFound(N_("There is no such mentorship."), code="not_found")
    return row


def _require(actor: Actor, at: datetime, *people: int) -> None:
    if not arranges(actor, actor.organisation.today(at)).of_all(*people):
        raise Forbidden(
            N_("Only administrators, and whoever leads both people, may say who mentors whom."),
            code="forbidden",
        )


def _check(mentor: Person, mentee: Person, starts_on: date, ends_on: date | None) -> None:
    if mentor == mentee:
        raise DomainError(N_("Nobody mentors themselves."), code="invalid", field="mentor")
    check_span(starts_on, ends_on, field="ends_on")


def _another_mentor(mentee: Person) -> Conflict:
    return Conflict(
        N_("{name} has another mentor on some of these days. End that mentorship first."),
        code="overlap",
        params={"name": mentee.name},
    )
