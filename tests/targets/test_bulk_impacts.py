"""Records of people, units or assignments say over REST what they mean to plans, tried or taken."""

from typing import Any

import pytest

from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment
from targets.models import Goal
from tests.api.clients import Api, a_key, an_integration
from tests.builders import NOON, World
from tests.targets.builders import number
from tests.targets.test_import_impacts import numbers, places
from tests.targets.test_three_people_api import body

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


def bulk(api: Api, world: World, kind: str, record: Any, query: str = "") -> Any:
    sent = {"source": world.carol.source, "records": [record]}
    return body(api.send("POST", f"/api/v1/{kind}/bulk/{query}", sent))


def moved(world: World, kind: str) -> Any:
    with acting_for(world.acme.pk):
        row = Assignment.objects.get(person=world.carol)
    return {
        "assignments": {
            "external_id": row.external_id,
            "person": world.carol.external_id,
            "unit": world.west.external_id,
            "starts_on": "2026-01-01",
            "ends_on": "2026-06-01",
        },
        "units": {
            "external_id": world.north.external_id,
            "parent": world.west.external_id,
            "placed_from": "2026-06-01",
        },
        "people": {"external_id": world.carol.external_id, "left_on": "2026-06-01"},
    }[kind]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("assignments", "What Carol brings from Jun 1, 2026 on counts for no unit."),
        ("units", "What is sold there from Jun 1, 2026 on counts for West."),
        ("people", "what is left from Jun 1, 2026 on is offered to be handed over, by request."),
    ],
)
def test_a_dry_run_says_what_it_means_to_plans_and_what_is_done_says_the_same(
    world: World, goal: Goal, api: Api, kind: str, said: str
) -> None:
    before, were, record = numbers(world), places(world), moved(world, kind)
    tried = bulk(api, world, kind, record, "?dry_run=true")
    assert (tried["updated"], tried["rejected"]) == (1, [])
    assert said in str(tried["affects"])
    assert "“Q2”" in tried["affects"][0]["text"]
    assert (numbers(world), places(world)) == (before, were)

    assert bulk(api, world, kind, record) == tried
    assert places(world) != were
    assert numbers(world) == before
    assert [number(goal, holder) for holder in (None, world.north, world.carol)] == [1200_00, 600_00, 600_00]
    again = bulk(api, world, kind, record)
    assert (again["unchanged"], again["affects"]) == (1, [])


def test_what_is_refused_as_a_whole_or_moves_nobody_affects_nothing(
    world: World, goal: Goal, api: Api
) -> None:
    leaves = moved(world, "people")
    sent = {"source": world.carol.source, "records": [leaves, {"external_id": "x", "colour": "red"}]}
    were = places(world)
    assert api.send("POST", "/api/v1/people/bulk/?atomic=true", sent).status_code == 422
    assert places(world) == were
    renamed = {"external_id": world.carol.external_id, "name": "Caroline"}
    assert bulk(api, world, "people", renamed)["affects"] == []
    assert bulk(api, world, "customers", {"external_id": "c-1"})["affects"] == []


def test_a_key_that_only_writes_records_is_told_of_no_plan(world: World, goal: Goal) -> None:
    writer = Api(a_key(world.acme, Scope.RECORDS_WRITE))
    assert bulk(writer, world, "people", moved(world, "people"), "?dry_run=true")["affects"] == []
