from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict

from rest_framework.request import Request

from salestargets.api.inputs import DATE, ID, Field, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import Reference, reference
from salestargets.api.selectors import mentorship_rows
from salestargets.api.views import TenantView
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.selectors import get_mentorship, get_person
from salestargets.tenancy.services.mentoring import begin_mentorship, correct_mentorship, remove_mentorship

OF_MENTOR = Field("mentor", ID, "Only those of this mentor.").optional()
OF_MENTEE = Field("mentee", ID, "Only those of this mentee.").optional()
ON = Field("on", DATE, "Only those that hold on this day.").optional()
MENTOR = Field("mentor", ID, "The id of the person who mentors.")
MENTEE = Field("mentee", ID, "The id of the person who is mentored.")
STARTS_ON = Field("starts_on", DATE)
ENDS_ON = Field("ends_on", DATE, "The first day on which it holds no more.").nullable()
EXTERNAL_ID = Field("external_id", text(200)).optional()


class MentorshipRow(TypedDict):
    id: int
    source: str
    external_id: str
    mentor: Reference
    mentee: Reference
    starts_on: date
    ends_on: date | None
    version: int


class Mentorships(TenantView):
    @operation(Scope.READ, query=(OF_MENTOR, OF_MENTEE, ON, *PAGE), answers=Page[MentorshipRow])
    def get(self, request: Request) -> Page[MentorshipRow]:
        """Who mentors, mentored or will mentor whom."""
        rows = mentorship_rows(self.actor, on=self.today)
        if mentor_id := self.query[OF_MENTOR]:
            rows = rows.filter(mentor_id=get_person(self.actor, mentor_id, self.today).pk)
        if mentee_id := self.query[OF_MENTEE]:
            rows = rows.filter(mentee_id=get_person(self.actor, mentee_id, self.today).pk)
        if on := self.query[ON]:
            rows = rows.filter(current_on(on))
        return self.page(rows, key=Key(starts_on=DATE, id=ID), row=_row)

    @operation(
        Scope.READ, body=(MENTOR, MENTEE, STARTS_ON, ENDS_ON, EXTERNAL_ID), answers=MentorshipRow, status=201
    )
    def post(self, request: Request) -> MentorshipRow:
        """Begin a mentorship: as administrator, as integration, or as manager of both people."""
        made = begin_mentorship(
            self.actor,
            mentor=get_person(self.actor, self.body[MENTOR], self.today),
            mentee=get_person(self.actor, self.body[MENTEE], self.today),
            starts_on=self.body[STARTS_ON],
            ends_on=self.body[ENDS_ON],
            external_id=self.body[EXTERNAL_ID] or "",
            at=self.at,
        )
        return read_mentorship(self.actor, made.pk, self.today)


class OneMentorship(TenantView):
    @operation(Scope.READ, answers=MentorshipRow)
    def get(self, request: Request, mentorship_id: int) -> MentorshipRow:
        """One mentorship."""
        return read_mentorship(self.actor, mentorship_id, self.today)

    @operation(
        Scope.READ,
        body=(MENTOR.optional(), STARTS_ON.optional(), ENDS_ON),
        answers=MentorshipRow,
        versioned=True,
    )
    def patch(self, request: Request, mentorship_id: int) -> MentorshipRow:
        """End a mentorship, or correct its mentor or days."""
        found, sent = get_mentorship(self.actor, mentorship_id, self.today), self.body.sent
        mentor_id = sent.get("mentor")
        correct_mentorship(
            self.actor,
            mentorship=found,
            mentor=get_person(self.actor, mentor_id, self.today) if mentor_id else found.mentor,
            starts_on=sent.get("starts_on") or found.starts_on,
            ends_on=sent.get("ends_on", found.ends_on),
            at=self.at,
            expected_version=self.version,
        )
        return read_mentorship(self.actor, mentorship_id, self.today)

    @operation(Scope.READ, status=204)
    def delete(self, request: Request, mentorship_id: int) -> None:
        """Delete a mentorship that should never have been; to end one, give it a last day."""
        remove_mentorship(
            self.actor, mentorship=get_mentorship(self.actor, mentorship_id, self.today), at=self.at
        )


def read_mentorship(actor: Actor, mentorship_id: int, on: date) -> MentorshipRow:
    row = mentorship_rows(actor, on=on).filter(pk=mentorship_id).first()
    if row is None:
        raise NotFound(N_("There is no such mentorship."), code="not_found")
    return _row(row)


def _row(row: Mapping[str, Any]) -> MentorshipRow:
    return {
        "id": row["id"],
        "source": row["source"],
        "external_id": row["external_id"],
        "mentor": reference(row, "mentor"),
        "mentee": reference(row, "mentee"),
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "version": row["version"],
    }
