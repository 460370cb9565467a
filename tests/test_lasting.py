"""What lasts beneath the tests is for each of them as if it had just been built."""

import pytest
from django.db import connection

from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person
from tests.builders import NOON, World, a_person, a_world
from tests.lasting import lasting

pytestmark = pytest.mark.django_db


@lasting(at=NOON)
def world() -> World:
    return a_world()


@lasting
def dora(world: World) -> Person:
    return a_person(world.acme, "Dora", unit=world.west)


def names(world: World) -> set[str]:
    with acting_for(world.acme.pk):
        return set(Person.objects.values_list("name", flat=True))


@pytest.mark.parametrize("time", ["one time", "another time"])
def test_a_change_ends_with_its_test(world: World, time: str) -> None:
    assert (world.alice.name, names(world)) == ("Alice", {"Alice", "Bob", "Carol", "Mona"})
    world.alice.name = time
    with acting_for(world.acme.pk):
        world.alice.save()
    assert names(world) == {time, "Bob", "Carol", "Mona"}


@pytest.mark.parametrize("time", ["one time", "another time"])
def test_what_is_built_upon_it_is_there_for_who_asks(world: World, dora: Person, time: str) -> None:
    assert names(world) == {"Alice", "Bob", "Carol", "Mona", "Dora"}
    dora.name = time
    assert dora.organisation == world.acme


@pytest.mark.parametrize("time", ["one time", "another time"])
def test_it_is_built_anew_where_the_connection_was_lost(world: World, time: str) -> None:
    assert names(world) == {"Alice", "Bob", "Carol", "Mona"}
    connection.close()


def test_who_begins_with_nothing_finds_nothing() -> None:
    assert not Organisation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_commits_gets_it_anew(world: World) -> None:
    assert names(world) == {"Alice", "Bob", "Carol", "Mona"}
