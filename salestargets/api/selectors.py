"""Reads of the organisation's structure, shaped for lists: what the caller sees, as rows."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from salestargets.api.models import ApiKey, ApiKeyUse
from salestargets.api.rows import reference_columns
from salestargets.tenancy.access import Actor, Sight, sight_of
from salestargets.tenancy.choices import AssignmentRole, Scope
from salestargets.tenancy.models import Assignment, Membership, Person, UnitPlacement
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.selectors import visible_mentorships, visible_people

Rows: TypeAlias = QuerySet[Any, Mapping[str, Any]]


def unit_rows(sight: Sight, *, on: date) -> Rows:
    """The visible units with their place on a day."""
    placed = UnitPlacement.objects.filter(current_on(on))
    if not sight.everything:
        placed = placed.filter(unit_id__in=sight.unit_ids)
    rows: Rows = placed.values(
        *reference_columns("unit"),
        *reference_columns("parent"),
        "unit__source",
        "unit__kind",
        "unit__version",
    )
    return rows


def people_rows(actor: Actor, *, on: date) -> Rows:
    """The visible people with the unit they are a member of on a day."""
    member = Assignment.objects.filter(current_on(on), person=OuterRef("pk"), role=AssignmentRole.MEMBER)
    unit = JSONObject(id="unit_id", external_id="unit__external_id", name="unit__name")
    return visible_people(actor, on).values(
        "id", "source", "external_id", "name", "email", "job", "level", "hired_on", "left_on",
        "version",
        unit=Subquery(member.values(row=unit)[:1]),
    )  # fmt: skip


def assignment_rows(actor: Actor, *, on: date) -> Rows:
    """The assignments of the visible people, past and coming ones included."""
    rows = Assignment.objects.all()
    sight = sight_of(actor, on)
    if not sight.everything:
        rows = rows.filter(Q(person_id__in=sight.person_ids))
    answer: Rows = rows.values(
        "id", "source", "external_id", "role", "starts_on", "ends_on", "version",
        *reference_columns("person"),
        *reference_columns("unit"),
    )  # fmt: skip
    return answer


def mentorship_rows(actor: Actor, *, on: date) -> Rows:
    """The mentorships of the visible people, past and coming ones included."""
    rows: Rows = visible_mentorships(actor, on).values(
        "id", "source", "external_id", "starts_on", "ends_on", "version",
        *reference_columns("mentor"),
        *reference_columns("mentee"),
    )  # fmt: skip
    return rows


def member_rows(actor: Actor) -> Rows:
    """Who may sign in, and the person they are."""
    actor.require(Scope.ADMIN)
    person = Person.objects.filter(user=OuterRef("user_id"))
    who = JSONObject(id="id", external_id="external_id", name="name")
    return Membership.objects.filter(organisation=actor.organisation).values(
        "id", "role", "version", "user__email", person=Subquery(person.values(who=who)[:1])
    )


def is_same_hand(actor: Actor, acted: str) -> bool:
    """Whether what was done under `acted` (an `Actor.id`) was the actor's own: a key acts for who made it."""
    if acted == actor.id:
        return True
    hand = _hand_behind(actor.id)
    return hand is not None and hand == _hand_behind(acted)


def _hand_behind(actor_id: str) -> int | None:
    kind, _colon, number = actor_id.partition(":")
    if kind == "key":
        return ApiKey.objects.filter(pk=int(number)).values_list("created_by_id", flat=True).first()
    return int(number) if kind == "user" else None


def key_rows(actor: Actor) -> Rows:
    """Keys, without their secrets."""
    actor.require(Scope.ADMIN)
    use = ApiKeyUse.objects.filter(api_key_id=OuterRef("pk"))
    return ApiKey.objects.values(
        "id", "name", "scopes", "created_at", "expires_at", "revoked_at",
        last_used_at=Subquery(use.values("last_used_at")[:1]),
    )  # fmt: skip
