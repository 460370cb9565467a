from datetime import date

import pytest

from salestargets.kernel.errors import DomainError
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Unit, UnitClosure
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.selectors import tree
from salestargets.tenancy.services.structure import create_unit, move_unit
from tests.builders import a_world

pytestmark = pytest.mark.django_db
BEFORE, MOVE, AFTER = date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2)


def names_above(organisation: Organisation, unit: Unit, on: date) -> list[str]:
    with acting_for(organisation.pk):
        rows = UnitClosure.objects.filter(current_on(on), descendant=unit).order_by("depth")
        return list(rows.values_list("ancestor__name", flat=True))


def test_a_moved_unit_hangs_where_it_hung_on_each_day() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        move_unit(system_actor(world.acme), unit=world.north, parent_id=world.west.pk, on=MOVE)
    assert names_above(world.acme, world.north, BEFORE) == ["North", "East", "Acme"]
    assert names_above(world.acme, world.north, MOVE) == ["North", "West", "Acme"]


def test_what_hangs_below_moves_along() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        inner = create_unit(actor, name="Inner", parent_id=world.north.pk, starts_on=date(2026, 1, 1))
        move_unit(actor, unit=world.north, parent_id=world.west.pk, on=MOVE)
    assert names_above(world.acme, inner, BEFORE) == ["Inner", "North", "East", "Acme"]
    assert names_above(world.acme, inner, AFTER) == ["Inner", "North", "West", "Acme"]


def test_a_unit_moved_back_has_three_places_in_time() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        move_unit(actor, unit=world.north, parent_id=world.west.pk, on=MOVE)
        move_unit(actor, unit=world.north, parent_id=world.east.pk, on=date(2026, 7, 1))
    assert names_above(world.acme, world.north, AFTER)[1] == "West"
    assert names_above(world.acme, world.north, date(2026, 7, 1))[1] == "East"


def test_a_circle_is_refused_and_nothing_moves() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        with pytest.raises(DomainError) as refused, acting_for(world.acme.pk):
            move_unit(system_actor(world.acme), unit=world.east, parent_id=world.north.pk, on=MOVE)
        assert refused.value.code == "circle"
    assert names_above(world.acme, world.east, AFTER) == ["East", "Acme"]


def test_a_second_root_is_refused() -> None:
    world = a_world()
    with acting_for(world.acme.pk), pytest.raises(DomainError) as refused:
        create_unit(system_actor(world.acme), name="Rival", parent_id=None, starts_on=MOVE)
    assert refused.value.field == "parent"


def test_the_tree_lists_units_depth_first_with_managers_and_headcounts() -> None:
    world = a_world()
    with acting_for(world.acme.pk):
        nodes = tree(system_actor(world.acme), AFTER)
    assert [(node.name, node.depth, node.managers, node.headcount) for node in nodes] == [
        ("Acme", 0, (), 0),
        ("East", 1, (), 0),
        ("North", 2, ("Mona",), 2),
        ("West", 1, (), 1),
    ]
