"""Cells follow the records: up, down, to nothing, with the people and with the tree."""

from datetime import date

import pytest

from kpis.models import DirtyKey, LeafCell, UnitCell
from kpis.selectors import actual, get_kpi
from kpis.values import Holder
from pipeline.models import Deal
from salestargets.kernel.periods import month_of
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from salestargets.tenancy.services.people import move_person
from salestargets.tenancy.services.structure import move_unit
from tests.builders import World, a_world
from tests.kpis.builders import a_deal, drained

pytestmark = pytest.mark.django_db

MAY = month_of(date(2026, 5, 1))
TODAY = date(2026, 5, 12)


@pytest.fixture
def world() -> World:
    world = a_world()
    a_deal(world.other, world.charlie, base=77_777)
    drained(world.acme)
    drained(world.other)
    return world


def won(organisation: Organisation, holder: Unit | Person, kpi: str = "won_revenue") -> int:
    kind = "unit" if isinstance(holder, Unit) else "person"
    with acting_for(organisation.pk):
        return actual(Holder(kind, holder.pk), get_kpi(kpi), MAY, on=TODAY).numerator


def test_a_won_deal_counts_for_its_owner_and_every_unit_above(world: World) -> None:
    a_deal(world.acme, world.alice, base=10_050)
    drained(world.acme)
    assert won(world.acme, world.alice) == 10_050
    assert won(world.acme, world.north) == 10_050
    assert won(world.acme, world.east) == 10_050
    assert won(world.acme, world.west) == 0
    assert won(world.acme, world.bob) == 0


def test_a_deleted_deal_takes_the_number_back_to_nothing(world: World) -> None:
    deal = a_deal(world.acme, world.alice)
    drained(world.acme)
    with acting_for(world.acme.pk):
        Deal.objects.filter(pk=deal.pk).update(deleted_at="2026-05-05T00:00:00Z")
    drained(world.acme)
    assert won(world.acme, world.alice) == won(world.acme, world.east) == 0
    with acting_for(world.acme.pk):
        assert not LeafCell.objects.exists()
        assert not UnitCell.objects.exists()
        assert not DirtyKey.objects.exists()
    assert won(world.other, world.charlie) == 77_777


def test_a_person_who_moved_in_mid_month_leaves_each_unit_its_part(world: World) -> None:
    a_deal(world.acme, world.alice, base=100, closed_on=date(2026, 5, 9))
    a_deal(world.acme, world.alice, base=20, closed_on=date(2026, 5, 10))
    with acting_for(world.acme.pk):
        move_person(system_actor(world.acme), person=world.alice, unit=world.west, on=date(2026, 5, 10))
    drained(world.acme)
    assert (won(world.acme, world.north), won(world.acme, world.west)) == (100, 20)
    assert won(world.acme, world.alice) == 120
    with acting_for(world.acme.pk):
        cells = LeafCell.objects.filter(measure="won_amount").order_by("starts_on")
        assert list(cells.values_list("starts_on", "unit_id", "value")) == [
            (date(2026, 5, 1), world.north.pk, 100),
            (date(2026, 5, 10), world.west.pk, 20),
        ]


def test_a_unit_that_moved_in_mid_month_counts_for_each_parent_in_its_time(world: World) -> None:
    a_deal(world.acme, world.alice, base=100, closed_on=date(2026, 5, 9))
    a_deal(world.acme, world.alice, base=20, closed_on=date(2026, 5, 10))
    drained(world.acme)
    with acting_for(world.acme.pk):
        move_unit(system_actor(world.acme), unit=world.north, parent_id=world.west.pk, on=date(2026, 5, 10))
    drained(world.acme)
    assert (won(world.acme, world.east), won(world.acme, world.west)) == (100, 20)
    assert won(world.acme, world.north) == 120
