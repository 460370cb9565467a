import pghistory
import pytest
from django.db import InternalError, connection, transaction

from salestargets.audit.selectors import entries
from salestargets.kernel.errors import Forbidden
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from salestargets.tenancy.services.people import change_person
from tests.builders import World, a_member, a_world, acting_as

pytestmark = pytest.mark.django_db


def rename(world: World, name: str, reason: str) -> None:
    with acting_for(world.acme.pk), pghistory.context(actor_name="Mona", reason=reason):
        change_person(
            system_actor(world.acme),
            person=world.alice,
            name=name,
            email="",
            job="",
            level="",
            hired_on=None,
            left_on=None,
            expected_version=None,
        )


def test_a_change_tells_who_changed_what_from_what_to_what_and_why() -> None:
    world = a_world()
    rename(world, "Alicia", "married")
    rename(world, "Alicia B.", "twice")
    with acting_for(world.acme.pk):
        second, first = entries(system_actor(world.acme), kind="person", object_id=world.alice.pk)[:2]
    assert [(change.field, change.before, change.after) for change in first.changes] == [
        ("name", "Alice", "Alicia")
    ]
    assert [(change.before, change.after) for change in second.changes] == [("Alicia", "Alicia B.")]
    assert (first.actor, first.reason, first.action) == ("Mona", "married", "update")


def test_bulk_sql_is_seen_too() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE tenancy_person SET name = name || '!'")
        found = entries(system_actor(world.acme), kind="person")
    assert sorted(entry.changes[0].after for entry in found if entry.changes) == [
        "Alice!",
        "Bob!",
        "Carol!",
        "Mona!",
    ]


def test_the_log_cannot_be_changed() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        for statement in ("UPDATE tenancy_personevent SET name = 'X'", "DELETE FROM tenancy_personevent"):
            with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_another_organisations_changes_are_not_in_it() -> None:
    world = a_world()
    with acting_for(world.other.pk):
        Person.objects.filter(pk=world.charlie.pk).update(name="Chuck")
    with acting_for(world.acme.pk):
        found = entries(system_actor(world.acme), limit=1000)
    assert not {"Charlie", "Chuck", "Other", "Elsewhere"} & {entry.title for entry in found}


def test_it_is_for_administrators() -> None:
    world = a_world()
    actor = acting_as(world.acme, a_member(world.acme, "m@acme.example", Role.MANAGER))
    with acting_for(world.acme.pk), pytest.raises(Forbidden):
        entries(actor)
