"""The company's people as they act: each with a sign-in of their own, none of which has a password yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q, QuerySet

from salestargets.alerts.services.notices import choose_mail
from salestargets.demo.generator import company
from salestargets.tenancy.access import SCOPES, Actor
from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.models import Assignment, Person
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.selectors import root_unit_id
from salestargets.tenancy.services.organisations import add_member


@dataclass(frozen=True)
class Cast:
    """Who works in the company on a day."""

    actor: Actor
    on: date

    def sign_in(self) -> None:
        """Whoever has no sign-in gets one; their addresses are invented, so nothing is mailed there."""
        for person in self._people.filter(user=None).order_by("id"):
            role = Role.MANAGER if person.pk in self._managers else Role.REP
            user = add_member(self.actor, email=person.email, role=role, person_id=person.pk)
            user.name = person.name
            user.save(update_fields=["name"])
            person.user = user
            choose_mail(self._actor_of(person), by_mail=False)

    def find(self, person_id: int) -> Actor | None:
        """None who has left."""
        return self._actors.get(person_id)

    def manager_of(self, unit_id: int) -> Actor:
        person_id = next(person for person, unit in self._managers.items() if unit == unit_id)
        return self._actors[person_id]

    @property
    def director(self) -> Actor:
        """Leads the company, and so its plans."""
        return self.manager_of(root_unit_id(self.on))

    @cached_property
    def _managers(self) -> Mapping[int, int]:
        """Person → the unit that they lead."""
        rows = Assignment.objects.filter(current_on(self.on), role=AssignmentRole.MANAGER)
        return dict(rows.values_list("person_id", "unit_id"))

    @cached_property
    def _actors(self) -> Mapping[int, Actor]:
        return {person.pk: self._actor_of(person) for person in self._people.select_related("user")}

    @property
    def _people(self) -> QuerySet[Person]:
        here = Person.objects.filter(source=company.SOURCE)
        return here.filter(Q(left_on=None) | Q(left_on__gt=self.on))

    def _actor_of(self, person: Person) -> Actor:
        role = Role.MANAGER if person.pk in self._managers else Role.REP
        return Actor(
            organisation=self.actor.organisation,
            scopes=SCOPES[role],
            name=person.name,
            user=person.user,
            role=role,
            person_id=person.pk,
        )
