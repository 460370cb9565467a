from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext

from salestargets.tenancy.compiled import compiled_once
from salestargets.tenancy.context import NoOrganisationError, acting_for
from salestargets.tenancy.models import Assignment, Person
from tests.builders import a_world

pytestmark = pytest.mark.django_db


@compiled_once
def everyone() -> QuerySet[Person]:
    return Person.objects.order_by("name")


@compiled_once
def named(name: str) -> QuerySet[Person]:
    return Person.objects.filter(name=name)


@compiled_once
def names_of(people: tuple[int, ...]) -> QuerySet[Person, str]:
    return Person.objects.filter(pk__in=people).order_by("name").values_list("name", flat=True)


@compiled_once
def since(day: date, unit: int) -> QuerySet[Assignment]:
    return Assignment.objects.filter(starts_on__lte=day, unit=unit).select_related("person").order_by("id")


def test_the_organisation_is_the_one_in_context_each_time() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        assert [person.name for person in everyone()] == ["Alice", "Bob", "Carol", "Mona"]
    with acting_for(world.other.pk):
        assert [person.name for person in everyone()] == ["Charlie"]
        with CaptureQueriesContext(connection) as ran:
            everyone()
    assert [f'"organisation_id" = {world.other.pk} ' in query["sql"] for query in ran] == [True]


def test_without_a_context_it_is_refused_as_by_every_manager() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        everyone()
    with pytest.raises(NoOrganisationError):
        everyone()


def test_its_rows_are_those_of_the_same_query_compiled_anew() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        unit = Assignment.objects.order_by("id")[0].unit_id
        for day in (date(1990, 1, 1), date(2100, 1, 1)):
            anew = Assignment.objects.filter(starts_on__lte=day, unit=unit).select_related("person")
            found = since(day, unit=unit)
            assert found == list(anew.order_by("id"))
            assert [row.person.name for row in found] == [row.person.name for row in anew.order_by("id")]
        assert since(date(2100, 1, 1), unit) != []


def test_what_is_told_is_a_value_and_never_sql() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        assert named("' OR 1=1 --") == []
        assert [person.pk for person in named("Alice")] == [world.alice.pk]


def test_several_are_a_tuple_which_may_be_empty() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        assert names_of((world.bob.pk, world.alice.pk)) == ["Alice", "Bob"]
        assert names_of((world.bob.pk,)) == ["Bob"]
        assert names_of(()) == []


def test_no_value_is_refused_because_nothing_would_be_found() -> None:
    world = a_world()
    with acting_for(world.acme.pk), pytest.raises(ValueError, match="NULL"):
        named(None)  # type: ignore[arg-type]


def test_it_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        named("Alice")
        monkeypatch.delattr(SQLCompiler, "as_sql")
        assert [person.name for person in named("Bob")] == ["Bob"]


def test_a_function_that_reads_while_it_builds_is_an_error() -> None:
    @compiled_once
    def reads(name: str) -> QuerySet[Person]:
        return Person.objects.filter(pk__in=list(Person.objects.filter(name=name)))

    world = a_world()
    with acting_for(world.acme.pk), pytest.raises(ProgrammingError), transaction.atomic():
        reads("Alice")
