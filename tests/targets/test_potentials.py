"""Potentials are noted by whoever manages a holder, seen by whoever sees it, each with its day."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from kpis.values import Holder
from salestargets.kernel.errors import DomainError
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from targets.models import Potential
from targets.selectors.potentials import visible_potentials
from targets.services.potentials import note_potential
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World, a_world
from tests.lasting import lasting
from tests.targets.builders import lead_of, member, of

pytestmark = pytest.mark.django_db

PATH = "/api/v1/potentials/"
JANUARY = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@lasting(at=NOON)
def world() -> World:
    """Charlie's potential at Other stands in no answer to Acme."""
    world = a_world()
    noted(world.other, world.charlie, 77_777)
    return world


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


def noted(
    organisation: Organisation, holder: Unit | Person, amount: int, *, by: Actor | None = None, **more: Any
) -> int:
    whose = of(holder)
    assert whose is not None
    return noted_for(organisation, whose, amount, by=by, **more)


def noted_for(
    organisation: Organisation, holder: Holder, amount: int, *, by: Actor | None = None, **more: Any
) -> int:
    with acting_for(organisation.pk):
        actor = by or system_actor(organisation)
        details = {"starts_on": JANUARY, "at": NOON, **more}
        return note_potential(actor, holder=holder, amount=amount, **details).pk


def kept(world: World) -> list[tuple[str, int, date, str, int]]:
    with acting_for(world.acme.pk):
        rows = Potential.objects.select_related("unit", "person").order_by("id")
        return [
            (str(row.unit or row.person), row.amount, row.starts_on, row.source, row.version) for row in rows
        ]


def test_one_of_the_same_day_is_replaced_another_day_stands_beside_it(world: World) -> None:
    noted(world.acme, world.alice, 100, source="a guess")
    noted(world.acme, world.alice, 200, source="a study")
    noted(world.acme, world.alice, 300, starts_on=date(2026, 7, 1))
    assert kept(world) == [
        ("Alice", 200, JANUARY, "a study", 2),
        ("Alice", 300, date(2026, 7, 1), "", 1),
    ]


def test_a_potential_below_zero_is_refused(world: World) -> None:
    with pytest.raises(DomainError) as caught:
        noted(world.acme, world.east, -1)
    assert (caught.value.code, caught.value.field, kept(world)) == ("negative", "amount", [])


def test_a_manager_notes_and_sees_what_they_manage_and_nothing_else(world: World) -> None:
    lena = lead_of(world.acme, world.east)
    noted(world.acme, world.north, 100, by=lena)
    noted(world.acme, world.bob, 50, by=lena)
    noted(world.acme, world.west, 70)
    for stranger in (world.west, world.carol, world.charlie):
        with pytest.raises(DomainError) as caught:
            noted(world.acme, stranger, 1, by=lena)
        assert caught.value.code == "not_found"
    with acting_for(world.acme.pk):
        names = {str(row.unit or row.person) for row in visible_potentials(lena, NOON.date())}
    assert names == {"North", "Bob"}
    assert len(kept(world)) == 3


def test_a_rep_sees_their_own_and_notes_none(world: World) -> None:
    noted(world.acme, world.alice, 100)
    noted(world.acme, world.bob, 100)
    rep = member(world.acme, Role.REP, world.alice)
    with acting_for(world.acme.pk):
        assert [str(row.person) for row in visible_potentials(rep, NOON.date())] == ["Alice"]
    with pytest.raises(DomainError) as caught:
        noted(world.acme, world.alice, 999, by=rep)
    assert caught.value.code == "forbidden"


def test_a_potential_over_rest(world: World, api: Api) -> None:
    sent = {"holder": f"unit:{world.east.pk}", "amount": "1200000.50", "starts_on": "2026-01-01"}
    made = api.send("POST", PATH, {**sent, "source": "a study"})
    assert made.status_code == 201
    row = made.json()
    assert row == {
        **sent, "id": row["id"], "name": "East", "currency": "USD", "source": "a study", "version": 1,
    }  # fmt: skip
    assert api.get(PATH).json() == {"results": [row], "next": None}
    assert api.get(f"{PATH}{row['id']}/").json() == row

    one = f"{PATH}{row['id']}/"
    changed = api.send("PATCH", one, {"amount": "5.00"}, **{"If-Match": '"1"'})
    assert changed.json() == {**row, "amount": "5.00", "version": 2}
    assert api.send("PATCH", one, {"amount": "6.00"}, **{"If-Match": '"1"'}).status_code == 412
    assert api.send("DELETE", one).status_code == 204
    assert api.get(one).status_code == 404
    assert kept(world) == []


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"holder": "root"}, 422),
        ({"holder": "unit:999999"}, 404),
        ({"amount": "-1.00"}, 422),
        ({"amount": "1.001"}, 422),
        ({"starts_on": "soon"}, 422),
        ({"unit": 7}, 422),
    ],
)
def test_what_cannot_be_meant_is_refused(world: World, api: Api, wrong: dict[str, Any], status: int) -> None:
    sent = {"holder": f"unit:{world.east.pk}", "amount": "1.00", "starts_on": "2026-01-01", **wrong}
    assert api.send("POST", PATH, sent).status_code == status
    assert kept(world) == []


def test_a_key_that_only_reads_notes_nothing(world: World) -> None:
    reader = an_integration(world.acme, Scope.READ)
    sent = {"holder": f"unit:{world.east.pk}", "amount": "1.00", "starts_on": "2026-01-01"}
    assert reader.send("POST", PATH, sent).status_code == 403
    assert kept(world) == []
