"""A file of people, units or assignments says what it means to plans when it is tried; it loses no target."""

from typing import Any

import pytest

from pipeline.services.imports import start_import
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Person, UnitPlacement
from targets.models import Goal, Target, TargetVersion
from targets.selectors.trees import Node
from tests.api.clients import Api, a_key, an_integration
from tests.builders import NOON, World
from tests.pipeline.test_imports import upload, worked_off
from tests.targets.builders import number, sheet
from tests.web.pages.kit import visitor

pytestmark = pytest.mark.django_db

ENDS = "external_id,person,unit,role,starts_on,ends_on\n{row},carol,{west},member,2026-01-01,2026-06-01\n"
GOES = "external_id,name,parent,placed_from\n{north},North,{west},2026-06-01\n"
LEAVES = "external_id,name,left_on\ncarol,Carol,2026-06-01\n"
SEATS = "name,external_id,unit_1,unit_2,starts_on\nCarol,carol,East,Harbour,2026-06-01\n"


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


def numbers(world: World) -> Any:
    with acting_for(world.acme.pk):
        return [list(model.objects.order_by("pk").values()) for model in (Target, TargetVersion)]


def places(world: World) -> Any:
    with acting_for(world.acme.pk):
        models = (Assignment, UnitPlacement, Person)
        return [list(model.objects.order_by("pk").values()) for model in models]


def source_of(world: World) -> str:
    return world.carol.source


def tried(world: World, kind: str, text: str) -> Any:
    run = upload(world.acme, text, kind, source=source_of(world), dry_run=True)
    return worked_off(world.acme, run)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("assignments", ENDS, "What Carol brings from Jun 1, 2026 on counts for no unit."),
        ("units", GOES, "What is sold there from Jun 1, 2026 on counts for West."),
        ("people", LEAVES, "what is left from Jun 1, 2026 on is offered to be handed over, by request."),
        ("roster", SEATS, "What Carol brings from Jun 1, 2026 on counts for Harbour."),
    ],
)
def test_what_a_file_means_to_plans_is_said_before_it_is_applied_and_no_number_is_lost(
    world: World, goal: Goal, kind: str, text: str, said: str
) -> None:
    with acting_for(world.acme.pk):
        row = Assignment.objects.get(person=world.carol).external_id
    before, were = numbers(world), places(world)
    names = {"row": row, "north": world.north.external_id, "west": world.west.external_id}
    run = tried(world, kind, text.format(**names))
    assert (run.state, run.rejected) == ("checked", 0)
    assert said in str(run.affects)
    assert "“Q2”" in run.affects[0]["text"]
    assert (numbers(world), places(world)) == (before, were)

    with acting_for(world.acme.pk):
        start_import(system_actor(world.acme), run=run, dry_run=False, at=NOON)
    run = worked_off(world.acme, run)
    assert (run.state, run.affects) == ("done", [])
    assert places(world) != were
    assert numbers(world) == before
    assert [number(goal, holder) for holder in (None, world.north)] == [1200_00, 600_00]
    assert sheet(goal).given(Node(world.west.pk, world.carol.pk)) == 600_00


def test_a_file_that_moves_nobody_affects_nothing(world: World, goal: Goal) -> None:
    assert tried(world, "people", "external_id,name\ncarol,Caroline\nzoe,Zoe\n").affects == []
    assert tried(world, "customers", "external_id,name\nc-1,A customer\n").affects == []


def test_beyond_twenty_it_is_told_how_many_more_there_are(
    world: World, goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("targets.impacts.MOST_TOLD", 1)
    leave = "external_id,name,left_on\nalice,Alice,2026-06-01\nbob,Bob,2026-06-01\ncarol,Carol,2026-06-01\n"
    affects = tried(world, "people", leave).affects
    assert [impact["text"] for impact in affects][1:] == ["2 more are concerned."]


def test_the_page_and_the_answer_tell_it_to_administrators(world: World, goal: Goal) -> None:
    run = tried(world, "people", LEAVES)
    path = f"/api/v1/imports/{run.pk}/"
    told = an_integration(world.acme).get(path).json()["affects"]
    assert told == run.affects
    assert set(told[0]) == {"text", "link", "details"}
    writer = Api(a_key(world.acme, "records:write"))  # type: ignore[arg-type]
    assert writer.get(path).json()["affects"] == []
    page = visitor(world.acme, Role.ADMIN).get(f"/o/acme/imports/{run.pk}/").content.decode()
    assert "No target is deleted or rewritten." in page
    assert "offered to be handed over" in page
