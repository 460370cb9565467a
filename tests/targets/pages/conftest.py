from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from targets.models import Goal, Target
from targets.services.progress import refresh_progress
from tests.builders import NOON, World, a_member, a_person, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, published, split, with_approvals


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    """Noon of 12 May 2026, when the second quarter runs."""
    with time_machine.travel(NOON, tick=False):
        yield


@dataclass(frozen=True)
class Company:
    """A world whose plan is in force: 1,200.00 in Q2 2026, 300.00 each for Alice and Bob, 600.00 for Carol.

    Alice has won 200.00; Charlie at Other holds a number of his own.
    """

    world: World
    goal: Goal
    theirs: Goal

    @property
    def acme(self) -> Organisation:
        return self.world.acme

    def target_of(self, holder: Unit | Person, goal: Goal | None = None) -> Target:
        goal = goal or self.goal
        whose = {"person": holder} if isinstance(holder, Person) else {"unit": holder, "person": None}
        with acting_for(goal.organisation_id):
            return Target.objects.get(goal=goal, **whose)


@lasting(at=NOON)
def company() -> Company:
    world = a_world()
    theirs = a_goal(a_plan(world.other), "777.77")
    split(theirs)
    published(theirs.plan)
    a_deal(world.other, world.charlie, base=55_555)
    drained(world.other)
    goal = a_goal(a_plan(world.acme, expected_basis="calendar"), "1200.00")
    split(goal, "even")
    published(goal.plan)
    a_deal(world.acme, world.alice, base=20_000, name="Blue Fern 7")
    drained(world.acme)
    with acting_for(world.acme.pk):
        refresh_progress(at=NOON)  # the night passes
    return Company(world, goal, theirs)


def visitor(organisation: Organisation, role: Role, person: Person | None = None) -> Client:
    """A signed-in browser."""
    name = person.name.lower() if person else f"some-{role}"
    client = Client()
    client.force_login(
        a_member(organisation, f"{name}@{organisation.slug}.example", role, person=person),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


@pytest.fixture
def rep(company: Company) -> Client:
    """Alice."""
    return visitor(company.acme, Role.REP, company.world.alice)


@pytest.fixture
def manager(company: Company) -> Client:
    """Mona, who leads North below East."""
    return visitor(company.acme, Role.MANAGER, company.world.mona)


@pytest.fixture
def viewer(company: Company) -> Client:
    return visitor(company.acme, Role.VIEWER)


@pytest.fixture
def admin(company: Company) -> Client:
    return visitor(company.acme, Role.ADMIN)


def three_who_sign_in() -> World:
    """Mona leads North, below East, which Lena leads. Plans need an approval."""
    world = a_world()
    lena = a_person(world.acme, "Lena", unit=world.east, role=AssignmentRole.MANAGER)
    for person, role in ((world.mona, Role.MANAGER), (lena, Role.MANAGER), (world.alice, Role.REP)):
        a_member(world.acme, f"{person.external_id}@acme.example", role, person=person)
    a_deal(world.acme, world.alice, base=20_000, closed_on=timezone.localdate())
    drained(world.acme)
    with_approvals(world.acme)
    return world
