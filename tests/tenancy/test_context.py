import pytest
from django.db import DataError, ProgrammingError, connection, transaction

from salestargets.tenancy.context import NoOrganisationError, acting_for
from salestargets.tenancy.models import Person
from tests.builders import a_world

pytestmark = pytest.mark.django_db


def raw_people() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM tenancy_person ORDER BY name")
        return [name for (name,) in cursor.fetchall()]


def test_without_a_context_every_use_of_a_manager_is_an_error() -> None:
    world = a_world()
    for use in (
        lambda: list(Person.objects.all()),
        Person.objects.exists,
        lambda: Person.objects.create(name="X", external_id="x"),
        lambda: Person.objects.bulk_create([Person(organisation=world.acme, name="X", external_id="x")]),
        lambda: Person.objects.filter(name="Alice").update(name="X"),
        world.alice.save,
        world.alice.refresh_from_db,
    ):
        with pytest.raises(NoOrganisationError):
            use()


def test_without_a_context_the_database_answers_with_an_error_not_an_empty_page() -> None:
    a_world()
    with pytest.raises((DataError, ProgrammingError)), transaction.atomic():
        raw_people()


def test_plain_sql_sees_one_organisation_only() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        assert raw_people() == ["Alice", "Bob", "Carol", "Mona"]
    with acting_for(world.other.pk):
        assert raw_people() == ["Charlie"]


def test_a_row_of_another_organisation_cannot_be_written_through_either_wall() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Person.objects.bulk_create([Person(organisation=world.other, name="X", external_id="x")])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE tenancy_person SET name = 'X' WHERE id = %s", [world.charlie.pk])
            assert cursor.rowcount == 0
    with acting_for(world.other.pk):
        assert raw_people() == ["Charlie"]


def test_the_context_ends_with_its_block_also_inside_another_transaction() -> None:
    world = a_world()
    with transaction.atomic():
        with acting_for(world.acme.pk):
            assert raw_people()
        with pytest.raises((DataError, ProgrammingError)), transaction.atomic():
            raw_people()


def test_a_second_organisation_inside_the_first_is_refused() -> None:
    world = a_world()
    with acting_for(world.acme.pk), pytest.raises(NoOrganisationError), acting_for(world.other.pk):
        pass


def test_the_same_organisation_may_be_entered_again() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        with acting_for(world.acme.pk):
            assert raw_people()
        assert raw_people()
