"""Two organisations that have everything, committed for real; the other's texts and amounts are canaries."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from salestargets.accounts.models import User
from salestargets.api.models import ApiKey
from salestargets.api.services import create_key
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import AssignmentRole, Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Membership, Organisation, Person, Unit
from salestargets.tenancy.selectors import root_unit_id
from tests.builders import START, a_member, a_person, a_unit, an_organisation

#: Stands in every text of the other organisation, and in none of ours.
CANARY = "kanarienvogel"
#: Every amount of the other organisation, in its smallest unit and as it is shown.
CANARY_MINOR, CANARY_AMOUNT = 73_570_913, "735709.13"

_numbers = itertools.count(1)


@dataclass
class Side:
    """An organisation, its administrator and one or more objects of every kind."""

    organisation: Organisation
    mark: str
    admin: User
    key: str
    unit: Unit
    person: Person
    amount_minor: int
    made: dict[str, int] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        return system_actor(self.organisation)

    def id_of(self, kind: str) -> int:
        """An object of a kind. `fresh …`: one that nothing was done to yet."""
        if kind.startswith("fresh "):
            return MAKERS[kind.removeprefix("fresh ")](self)
        if kind not in self.made:
            self.made[kind] = MAKERS[kind](self)
        return self.made[kind]

    def name_of(self, kind: str) -> str:
        with acting_for(self.organisation.pk):
            return NAMES[kind](self.id_of(kind))

    @property
    def as_found(self) -> "AsFound":
        return AsFound(self)

    def text(self, what: str) -> str:
        return f"{self.mark} {what} {next(_numbers)}"


@dataclass(frozen=True)
class AsFound:
    """A side to which nothing is added while it is asked for."""

    side: Side

    def id_of(self, kind: str) -> int:
        return self.side.id_of(kind.removeprefix("fresh "))

    def name_of(self, kind: str) -> str:
        return self.side.name_of(kind.removeprefix("fresh "))


def a_side(slug: str, mark: str, amount_minor: int) -> Side:
    organisation = an_organisation(slug)
    organisation.name = f"{mark} {slug}"
    with acting_for(organisation.pk):
        organisation.save(update_fields=["name"])
        Unit.objects.update(name=f"{mark} root")
    unit = a_unit(organisation, f"{mark} region")
    person = a_person(organisation, f"{mark} person", unit=unit)
    admin = a_member(organisation, f"boss@{mark}.example", Role.ADMIN)
    with acting_for(organisation.pk):
        actor = system_actor(organisation)
        _key, plain = create_key(actor=actor, name=f"{mark} key", scopes=list(Scope), at=timezone.now())
    return Side(organisation, mark, admin, plain, unit, person, amount_minor)


Maker = Callable[[Side], int]
MAKERS: dict[str, Maker] = {}
NAMES: dict[str, Callable[[int], str]] = {}


def makes(kind: str) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        MAKERS[kind] = maker
        return maker

    return register


@makes("unit")
def unit(side: Side) -> int:
    return a_unit(side.organisation, side.text("unit"), below=side.unit).pk


@makes("root")
def root(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return root_unit_id(date(2026, 6, 1))


@makes("region")
def region(side: Side) -> int:
    return side.unit.pk


@makes("person")
def person(side: Side) -> int:
    return a_person(side.organisation, side.text("person"), unit=side.unit).pk


@makes("manager")
def manager(side: Side) -> int:
    return a_person(side.organisation, side.text("manager"), unit=side.unit, role=AssignmentRole.MANAGER).pk


@makes("assignment")
def assignment(side: Side) -> int:
    someone = a_person(side.organisation, side.text("person"), unit=side.unit, since=START)
    with acting_for(side.organisation.pk):
        return Assignment.objects.get(person=someone).pk


@makes("member")
def member(side: Side) -> int:
    user = a_member(side.organisation, f"member{next(_numbers)}@{side.mark}.example", Role.REP)
    return Membership.objects.get(user=user).pk


@makes("key")
def key(side: Side) -> int:
    with acting_for(side.organisation.pk):
        made, _plain = create_key(
            actor=side.actor, name=side.text("key"), scopes=[Scope.READ], at=timezone.now()
        )
    return made.pk


NAMES |= {
    "unit": lambda pk: Unit.objects.get(pk=pk).external_id,
    "person": lambda pk: Person.objects.get(pk=pk).external_id,
    "key": lambda pk: ApiKey.objects.get(pk=pk).name,
}
