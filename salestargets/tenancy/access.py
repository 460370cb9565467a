"""Who acts, and how far they see. Every selector and service that answers to someone takes an `Actor`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from salestargets.accounts.models import User
from salestargets.kernel.errors import Forbidden
from salestargets.kernel.messages import N_
from salestargets.tenancy.choices import AssignmentRole, Role, Scope
from salestargets.tenancy.models import Assignment, Membership, Organisation, Person, UnitClosure
from salestargets.tenancy.models.people import current_on

#: The one table of what a role may do. Which rows it may do it to is `Sight`.
SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.ADMIN: frozenset(Scope),
    Role.MANAGER: frozenset({Scope.READ, Scope.TARGETS_WRITE}),
    Role.REP: frozenset({Scope.READ}),
    Role.VIEWER: frozenset({Scope.READ}),
}


@dataclass(frozen=True)
class Actor:
    """A member, an API key, or the system itself, acting in one organisation."""

    organisation: Organisation
    scopes: frozenset[Scope]
    name: str
    user: User | None = None
    role: Role | None = None
    key_id: int | None = None
    person_id: int | None = None

    @property
    def sees_everything(self) -> bool:
        return self.role in (None, Role.ADMIN, Role.VIEWER)

    @property
    def id(self) -> str:
        """Tells actors of one organisation apart, for idempotency and audit."""
        if self.user is not None:
            return f"user:{self.user.pk}"
        return f"key:{self.key_id}" if self.key_id else "system"

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    def require(self, scope: Scope) -> None:
        if not self.may(scope):
            raise Forbidden(N_("Your role or key may not do this."), code="forbidden")


@dataclass(frozen=True)
class Sight:
    """The units and people an actor sees on a day."""

    everything: bool = False
    unit_ids: frozenset[int] = field(default_factory=frozenset)
    person_ids: frozenset[int] = field(default_factory=frozenset)

    def of_unit(self, unit_id: int) -> bool:
        return self.everything or unit_id in self.unit_ids

    def of_person(self, person_id: int) -> bool:
        return self.everything or person_id in self.person_ids

    def of_all(self, *person_ids: int) -> bool:
        return all(map(self.of_person, person_ids))


def actor_of_member(organisation: Organisation, user: User) -> Actor | None:
    """The member behind a signed-in user, or None. Call it inside `acting_for`."""
    membership = Membership.objects.filter(organisation=organisation, user=user).first()
    if membership is None:
        return None
    role = Role(membership.role)
    return Actor(
        organisation=organisation,
        scopes=SCOPES[role],
        name=str(user),
        user=user,
        role=role,
        person_id=Person.objects.filter(user=user).values_list("id", flat=True).first(),
    )


def system_actor(organisation: Organisation, *, name: str = "system") -> Actor:
    """The installation itself: commands, nightly passes, the demo."""
    return Actor(organisation=organisation, scopes=frozenset(Scope), name=name)


def sight_of(actor: Actor, on: date) -> Sight:
    """A manager sees the units they manage and all below; a rep sees themselves."""
    if actor.sees_everything:
        return Sight(everything=True)
    if actor.person_id is None:
        return Sight()
    unit_ids = managed_unit_ids(actor.person_id, on) if actor.role == Role.MANAGER else frozenset()
    members = Assignment.objects.filter(current_on(on), unit_id__in=unit_ids)
    people = frozenset(members.values_list("person_id", flat=True)) | {actor.person_id}
    return Sight(unit_ids=unit_ids, person_ids=people)


def arranges(actor: Actor, on: date) -> Sight:
    """Between whom an actor says who mentors whom: anyone, or whom a manager leads; nobody for themselves."""
    if actor.may(Scope.ADMIN) or actor.may(Scope.RECORDS_WRITE):
        return Sight(everything=True)
    if actor.role != Role.MANAGER:
        return Sight()
    return Sight(person_ids=sight_of(actor, on).person_ids - {actor.person_id})


def managed_unit_ids(person_id: int, on: date) -> frozenset[int]:
    managed = Assignment.objects.filter(
        current_on(on), person_id=person_id, role=AssignmentRole.MANAGER
    ).values("unit_id")
    below = UnitClosure.objects.filter(current_on(on), ancestor_id__in=managed)
    return frozenset(below.values_list("descendant_id", flat=True))
