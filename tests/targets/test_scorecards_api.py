"""Scorecards over REST: part by part, and a unit's people by their totals."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from salestargets.tenancy.choices import Role, Scope
from tests.api.clients import Api, a_browser, an_integration
from tests.builders import NOON, World, a_member, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, published, split

pytestmark = pytest.mark.django_db

Q2 = "from=2026-04-01&to=2026-07-01"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@lasting(at=NOON)
def world() -> World:
    world = a_world()
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal, "even")
    published(goal.plan)
    a_deal(world.acme, world.alice, base=20_000)
    drained(world.acme)
    return world


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme, Scope.READ)


def get(api: Api, path: str, status: int = 200) -> Any:
    answer = api.get(f"/api/v1/scorecards/{path}")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_scorecard_tells_every_part_and_the_weight_that_has_no_score(world: World, api: Api) -> None:
    card = get(api, f"?holder=person:{world.alice.pk}&{Q2}")
    assert (card["name"], card["template_name"], card["measured"]) == (
        "Alice", "Veteran", f"person:{world.alice.pk}",
    )  # fmt: skip
    revenue, collected, key_products, rate, repeated = card["parts"]
    assert (revenue["target"], revenue["target_from"], revenue["actual"]) == ("300.00", "plan", "200.00")
    assert (revenue["attainment"], revenue["weighted"]) == ("0.666667", "0.266667")
    assert (collected["target"], collected["target_from"], collected["score"]) == (None, "none", None)
    assert (key_products["target"], key_products["target_from"], key_products["score"]) == (
        "30.0000",
        "template",
        "0.000000",
    )
    assert (rate["actual"], rate["score"]) == ("100.0000", "1.500000")  # at most
    assert (repeated["actual"], repeated["score"]) == (None, None)
    assert (card["total"], card["points"], card["without_score"]) == ("0.702381", "0.491667", "0.300000")


def test_a_units_people_come_by_name_with_their_totals(world: World, api: Api) -> None:
    page = get(api, f"people/?unit={world.north.pk}&{Q2}&limit=2")
    assert [row["name"] for row in page["results"]] == ["Alice", "Bob"]
    assert "parts" not in page["results"][0]
    rest = api.get(page["next"]).json()
    assert [row["name"] for row in rest["results"]] == ["Mona"]


def test_only_fiscal_periods_are_answered_and_only_whom_one_sees(world: World, api: Api) -> None:
    get(api, f"?holder=person:{world.alice.pk}&from=2026-04-02&to=2026-07-01", 422)
    get(api, f"?holder=person:{world.charlie.pk}&{Q2}", 404)
    alice = a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice)
    rep = a_browser(world.acme, alice)
    assert get(rep, f"?holder=person:{world.alice.pk}&{Q2}")["name"] == "Alice"
    get(rep, f"?holder=person:{world.bob.pk}&{Q2}", 404)
    get(rep, f"people/?unit={world.north.pk}&{Q2}", 404)
