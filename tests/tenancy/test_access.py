from datetime import date

import pytest

from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.tenancy.access import Actor, sight_of, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Membership, Person
from salestargets.tenancy.selectors import assignments_of, get_person, get_unit, members
from salestargets.tenancy.services.organisations import add_member, change_role, remove_member
from salestargets.tenancy.services.people import assign, create_person, move_person
from tests.builders import World, a_member, a_world, acting_as

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 12)


def someone(world: World, role: Role, person: Person | None = None) -> Actor:
    return acting_as(world.acme, a_member(world.acme, f"a.{role}@acme.example", role, person=person))


def test_a_manager_sees_what_they_manage_and_everything_below() -> None:
    world = a_world()
    actor = someone(world, Role.MANAGER, world.mona)
    with acting_for(world.acme.pk):
        sight = sight_of(actor, TODAY)
    assert sight.unit_ids == {world.north.pk}
    assert sight.person_ids == {world.alice.pk, world.bob.pk, world.mona.pk}


def test_a_rep_sees_themselves() -> None:
    world = a_world()
    actor = someone(world, Role.REP, world.alice)
    with acting_for(world.acme.pk):
        assert get_person(actor, world.alice.pk, TODAY) == world.alice
        with pytest.raises(NotFound):
            get_person(actor, world.bob.pk, TODAY)
        with pytest.raises(NotFound):
            get_unit(actor, world.north.pk, TODAY)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_viewers_and_administrators_see_all_of_their_organisation_and_none_of_another(role: Role) -> None:
    world = a_world()
    actor = someone(world, role)
    with acting_for(world.acme.pk):
        assert get_person(actor, world.carol.pk, TODAY) == world.carol
        with pytest.raises(NotFound):
            get_person(actor, world.charlie.pk, TODAY)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.REP, Role.VIEWER])
def test_only_administrators_change_people(role: Role) -> None:
    world = a_world()
    actor = someone(world, role, world.mona)
    with acting_for(world.acme.pk):
        with pytest.raises(Forbidden):
            create_person(actor, name="Dora")
        assert not Person.objects.filter(name="Dora").exists()


def test_a_person_is_a_member_of_one_unit_at_a_time() -> None:
    world = a_world()
    with acting_for(world.acme.pk), pytest.raises(DomainError) as refused:
        assign(system_actor(world.acme), person=world.alice, unit=world.west, role="member", starts_on=TODAY)
    assert refused.value.code == "overlap"


def test_a_moved_person_ends_here_and_starts_there_on_the_same_day() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        started = move_person(actor, person=world.alice, unit=world.west, on=TODAY)
        dates = [(row.unit_id, row.starts_on, row.ends_on) for row in assignments_of(world.alice).reverse()]
    assert started.unit_id == world.west.pk
    assert dates == [(world.north.pk, date(2026, 1, 1), TODAY), (world.west.pk, TODAY, None)]


def test_the_last_administrator_stays() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        admin = members(actor).get()
        for attempt in (
            lambda: remove_member(actor, membership_id=admin.pk),
            lambda: change_role(actor, membership_id=admin.pk, role=Role.REP),
        ):
            with pytest.raises(DomainError) as refused:
                attempt()
            assert refused.value.code == "last_administrator"
        add_member(actor, email="second@acme.example", role=Role.ADMIN, person_id=None)
        remove_member(actor, membership_id=admin.pk)
    assert Membership.objects.filter(organisation=world.acme).count() == 1
