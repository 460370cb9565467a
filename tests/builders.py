"""Worlds for tests: the organisation is always spelled out, and there is always a second one beside it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from django.contrib.auth.hashers import make_password

from salestargets.accounts.models import User
from salestargets.tenancy.access import Actor, actor_of_member, system_actor
from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from salestargets.tenancy.selectors import root_unit_id
from salestargets.tenancy.services.organisations import add_member, create_organisation
from salestargets.tenancy.services.people import assign, create_person
from salestargets.tenancy.services.structure import create_unit
from targets.models import PlanningRules

START = date(2026, 1, 1)
NOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"


def an_organisation(slug: str = "acme", *, currency: str = "USD", time_zone: str = "UTC") -> Organisation:
    """An organisation with its root unit, KPIs, rules and the administrator admin@<slug>.example.

    Its plans need no approval.
    """
    organisation, _admin = create_organisation(
        slug=slug,
        name=slug.title(),
        currency=currency,
        time_zone=time_zone,
        admin_email=f"admin@{slug}.example",
        at=NOON,
    )
    with acting_for(organisation.pk):  # tests of approvals turn them on
        PlanningRules.objects.update(needs_approval=False)
    return organisation


def a_unit(organisation: Organisation, name: str, *, below: Unit | None = None, since: date = START) -> Unit:
    with acting_for(organisation.pk):
        return create_unit(
            system_actor(organisation),
            name=name,
            parent_id=below.pk if below else root_unit_id(since),
            starts_on=since,
        )


def a_person(
    organisation: Organisation,
    name: str,
    *,
    unit: Unit | None = None,
    role: str = AssignmentRole.MEMBER,
    since: date = START,
) -> Person:
    """A person known by their name in lower case, in a unit where one is given."""
    with acting_for(organisation.pk):
        actor = system_actor(organisation)
        person = create_person(actor, name=name, external_id=name.lower())
        if unit is not None:
            assign(actor, person=person, unit=unit, role=role, starts_on=since)
        return person


def a_member(
    organisation: Organisation, email: str, role: Role = Role.REP, *, person: Person | None = None
) -> User:
    """A sign-in with PASSWORD and a role, linked to a person where one is given."""
    with acting_for(organisation.pk):
        user = add_member(
            system_actor(organisation), email=email, role=role, person_id=person.pk if person else None
        )
    user.password = _hashed(PASSWORD)
    user.save(update_fields=["password"])
    return user


@cache
def _hashed(password: str) -> str:
    """Made to be slow, and once is enough: half the time of a page's test went there."""
    return make_password(password)


def acting_as(organisation: Organisation, user: User) -> Actor:
    with acting_for(organisation.pk):
        actor = actor_of_member(organisation, user)
    assert actor is not None
    return actor


@dataclass(frozen=True)
class World:
    """Acme: East (team North: Alice, Bob; led by Mona) and West (Carol). Charlie works at Other."""

    acme: Organisation
    east: Unit
    north: Unit
    west: Unit
    alice: Person
    bob: Person
    carol: Person
    mona: Person
    other: Organisation
    charlie: Person


def a_world() -> World:
    acme, other = an_organisation("acme"), an_organisation("other")
    east, west = a_unit(acme, "East"), a_unit(acme, "West")
    north = a_unit(acme, "North", below=east)
    return World(
        acme=acme,
        east=east,
        north=north,
        west=west,
        alice=a_person(acme, "Alice", unit=north),
        bob=a_person(acme, "Bob", unit=north),
        carol=a_person(acme, "Carol", unit=west),
        mona=a_person(acme, "Mona", unit=north, role=AssignmentRole.MANAGER),
        other=other,
        charlie=a_person(other, "Charlie", unit=a_unit(other, "Elsewhere")),
    )
