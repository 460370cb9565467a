"""A wrong number does not stay: it is found every night or by command, said, and mended."""

from datetime import date
from io import StringIO

import pytest
import structlog
from django.core.management import CommandError, call_command

from kpis import tasks
from kpis.models import LeafCell, UnitCell
from kpis.services import rebuild, verify
from salestargets.tenancy.context import acting_for
from tests.builders import NOON, World, a_world
from tests.kpis.builders import a_deal, drained

pytestmark = pytest.mark.django_db

MAY = date(2026, 5, 1)


@pytest.fixture
def world() -> World:
    world = a_world()
    a_deal(world.other, world.charlie, base=77_777)
    a_deal(world.acme, world.alice, base=500)
    drained(world.acme)
    drained(world.other)
    return world


def spoil(world: World) -> None:
    with acting_for(world.acme.pk):
        LeafCell.objects.filter(measure="won_amount").update(value=501)


def test_a_wrong_a_missing_and_an_unknown_cell_are_found_and_a_rebuild_mends_them(world: World) -> None:
    spoil(world)
    with acting_for(world.acme.pk):
        UnitCell.objects.filter(unit_id=world.east.pk, measure="won_count").delete()
        LeafCell.objects.create(
            person=world.bob, month=MAY, measure="nobody_knows", starts_on=MAY, unit=world.north, value=1
        )
    differences = verify(world.acme.pk, at=NOON)
    found = {(row.kind, row.id, row.measure): (row.stored, row.expected) for row in differences}
    assert found["person", world.alice.pk, "won_amount"] == (501, 500)
    assert found["person", world.bob.pk, "nobody_knows"] == (1, None)
    assert found["unit", world.east.pk, "won_count"] == (None, 1)
    rebuild(world.acme.pk, at=NOON)
    assert verify(world.acme.pk, at=NOON) == []
    with acting_for(world.acme.pk):
        assert LeafCell.objects.get(measure="won_amount").value == 500


def test_the_command_names_what_is_wrong_and_fails(world: World) -> None:
    spoil(world)
    out = StringIO()
    with pytest.raises(CommandError, match="rebuild_actuals"):
        call_command("verify_actuals", stdout=out)
    assert f"person:{world.alice.pk} won_amount 2026-05: stored 501, should be 500" in out.getvalue()
    assert "other: equal to the records" in out.getvalue()


def test_the_rebuild_command_mends_one_organisation(world: World) -> None:
    spoil(world)
    call_command("rebuild_actuals", organisation="acme", stdout=StringIO())
    out = StringIO()
    call_command("verify_actuals", organisation="acme", stdout=out)
    assert out.getvalue() == "acme: equal to the records\n"


def test_a_command_for_an_unknown_organisation_says_so() -> None:
    with pytest.raises(CommandError, match="no organisation nowhere"):
        call_command("verify_actuals", organisation="nowhere")


def test_the_night_says_loudly_what_was_wrong_and_mends_it(world: World) -> None:
    spoil(world)
    with structlog.testing.capture_logs() as logged:
        tasks.verify(world.acme.pk)
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["actuals_differ"]
    assert verify(world.acme.pk, at=NOON) == []


def test_the_night_asks_for_every_organisation(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks.verify, "delay", asked.append)
    tasks.verify_all()
    assert asked == [world.acme.pk, world.other.pk]
