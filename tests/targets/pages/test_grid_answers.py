"""The grid and the server: what there is, what is written by whom, what is refused, what follows."""

import gzip
import json
import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from targets.models import Change, Goal
from targets.services.publishing import submit_plan
from tests.builders import NOON, a_person
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import APRIL, a_goal, a_plan, number, place, split, written
from tests.targets.pages.conftest import Company
from tests.targets.pages.grid_page import a_row

pytestmark = pytest.mark.django_db

Q3 = {"starts_on": date(2026, 7, 1), "ends_on": date(2026, 10, 1)}


@lasting(at=NOON)
def draft(company: Company) -> Goal:
    """600.00 in Q3: East and West 300.00 each, Alice and Bob 150.00, 50.00 a month."""
    goal = a_goal(a_plan(company.acme, "Q3", **Q3), "600.00")
    split(goal)
    return goal


def path(goal: Goal, rest: str = "") -> str:
    return f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/grid/{rest}"


def read(client: Client, goal: Goal) -> dict[str, Any]:
    response = client.get(path(goal))
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def post(client: Client, goal: Goal, sent: Any, rest: str = "") -> Any:
    return client.post(path(goal, rest), json.dumps(sent), content_type="application/json")


def send(client: Client, goal: Goal, sent: Any, rest: str = "", status: int = 200) -> dict[str, Any]:
    response = post(client, goal, sent, rest)
    assert response.status_code == status, response.content
    found: dict[str, Any] = response.json()
    return found


def an_edit(
    company: Company, who: str, amount: int, was: int | None, column: str = "total"
) -> dict[str, Any]:
    world = company.world
    units = {"east": world.east, "west": world.west, "north": world.north}
    people = {"alice": world.alice, "bob": world.bob, "carol": world.carol}
    holder = f"unit:{units[who].pk}" if who in units else place(people[who])
    return {"holder": holder, "column": column, "was": was, "amount": amount}


def test_all_of_the_tree_in_sight_is_told_at_once(company: Company, draft: Goal, admin: Client) -> None:
    found = read(admin, draft)
    assert [(row["name"], row["total"], row["months"]) for row in found["rows"]] == [
        ("Acme", 60_000, [20_000] * 3), ("East", 30_000, [10_000] * 3), ("North", 30_000, [10_000] * 3),
        ("Alice", 15_000, [5_000] * 3), ("Bob", 15_000, [5_000] * 3),
        ("West", 30_000, [10_000] * 3), ("Carol", 30_000, [10_000] * 3),
    ]  # fmt: skip
    assert found["rows"][0].keys() == a_row("unit:1", None, "As the browser tests have it").keys()
    assert [column["key"] for column in found["columns"]] == [
        "total",
        "2026-07-01",
        "2026-08-01",
        "2026-09-01",
    ]
    assert (found["places"], found["needs_reason"], found["is_level"]) == (2, False, False)


def test_a_manager_sees_and_writes_their_part(company: Company, draft: Goal, manager: Client) -> None:
    rows = read(manager, draft)["rows"]
    assert [(row["name"], row["parent"] is None, row["writable"]) for row in rows] == [
        ("North", True, False), ("Alice", False, True), ("Bob", False, True),
    ]  # fmt: skip
    assert post(manager, draft, {"edits": [an_edit(company, "carol", 1, 30_000)]}).status_code == 404
    assert post(manager, draft, {"edits": [an_edit(company, "north", 1, 30_000)]}).status_code == 403


def test_a_month_and_a_total_are_written_and_the_rows_come_back(
    company: Company, draft: Goal, admin: Client
) -> None:
    edits = [an_edit(company, "alice", 7_000, 5_000, "2026-08-01"), an_edit(company, "bob", 9_000, 15_000)]
    found = send(admin, draft, {"edits": edits})
    assert {row["name"]: row["months"] for row in found["rows"]} == {
        "Alice": [5_000, 7_000, 5_000],
        "Bob": [3_000, 3_000, 3_000],
    }
    with acting_for(company.acme.pk):
        assert Change.objects.filter(goal=draft, kind="paste").count() == 1


def test_a_span_of_months_keeps_their_shape(company: Company, draft: Goal, admin: Client) -> None:
    send(admin, draft, {"edits": [an_edit(company, "alice", 2_000, 10_000, "2026-07-01/2026-09-01")]})
    assert number(draft, company.world.alice) == 7_000
    assert number(draft, company.world.alice, date(2026, 9, 1)) == 5_000


def test_those_below_follow_in_proportion_and_the_held_stay(
    company: Company, draft: Goal, admin: Client
) -> None:
    world = company.world
    held = [{"holder": f"person:{world.alice.pk}", "column": "total"}]
    send(admin, draft, {"cells": held, "held": True}, "hold/")
    send(admin, draft, {"edits": [an_edit(company, "east", 45_000, 30_000)], "rule": "below"})
    assert [number(draft, one) for one in (world.north, world.alice, world.bob)] == [45_000, 15_000, 30_000]
    assert number(draft, world.bob, date(2026, 7, 1)) == 10_000


def test_those_beside_take_up_the_difference(company: Company, draft: Goal, admin: Client) -> None:
    world = company.world
    send(admin, draft, {"edits": [an_edit(company, "east", 40_000, 30_000)], "rule": "beside"})
    assert [number(draft, one) for one in (world.east, world.west, world.carol)] == [40_000, 20_000, 20_000]
    assert [number(draft, one) for one in (world.alice, world.bob)] == [20_000, 20_000]
    too_much = {"edits": [an_edit(company, "east", 70_000, 40_000)], "rule": "beside"}
    assert "cannot take up the difference" in send(admin, draft, too_much, status=422)["detail"]


def test_what_someone_else_changed_is_refused_and_shown(company: Company, draft: Goal, admin: Client) -> None:
    send(admin, draft, {"edits": [an_edit(company, "alice", 7_000, 15_000)]})
    before = written(company.acme)
    edits = [an_edit(company, "bob", 1, 15_000), an_edit(company, "alice", 8_000, 15_000)]
    refused = send(admin, draft, {"edits": edits}, status=409)
    [stale] = refused["stale"]
    assert (stale["column"], stale["now"], stale["by"]) == ("total", 7_000, "some-admin@acme.example")
    assert [row["total"] for row in refused["rows"]] == [7_000]
    assert written(company.acme) == before


def test_the_last_change_is_taken_back_then_the_one_before(
    company: Company, draft: Goal, admin: Client
) -> None:
    world = company.world
    send(admin, draft, {"edits": [an_edit(company, "alice", 7_000, 15_000)]})
    send(
        admin, draft, {"edits": [an_edit(company, "alice", 8_000, 7_000), an_edit(company, "bob", 1, 15_000)]}
    )
    seen = read(admin, draft)["version"]
    assert (
        "Someone else changed this"
        in send(admin, draft, {"version": seen - 1}, "undo/", status=409)["detail"]
    )
    undone = send(admin, draft, {"version": seen}, "undo/")
    assert {row["name"]: row["total"] for row in undone["rows"]} == {"Alice": 7_000, "Bob": 15_000}
    send(admin, draft, {}, "undo/")
    assert number(draft, world.alice) == 15_000
    send(admin, draft, {}, "undo/")  # the split
    assert (number(draft, world.alice), number(draft, world.east), number(draft)) == (None, None, 60_000)
    assert "no change to take back" in send(admin, draft, {}, "undo/", status=422)["detail"]


def test_months_are_held_and_stay_when_the_number_moves(company: Company, draft: Goal, admin: Client) -> None:
    world = company.world
    cells = [{"holder": f"person:{world.alice.pk}", "column": "2026-07-01"}]
    [row] = send(admin, draft, {"cells": cells, "held": True}, "hold/")["rows"]
    assert row["held_months"] == ["2026-07-01"]
    send(admin, draft, {"edits": [an_edit(company, "alice", 9_000, 15_000)]})
    assert number(draft, world.alice, date(2026, 7, 1)) == 5_000
    [row] = send(admin, draft, {"cells": cells, "held": False}, "hold/")["rows"]
    assert row["held_months"] == []


def test_cells_of_several_columns_are_held_in_one_change(
    company: Company, draft: Goal, admin: Client
) -> None:
    alice, bob = (place(person) for person in (company.world.alice, company.world.bob))
    asked = [(alice, "total"), (alice, "2026-07-01"), (alice, "2026-08-01"), (bob, "2026-07-01/2026-09-01")]
    cells = [{"holder": holder, "column": column} for holder, column in asked]
    rows = {row["key"]: row for row in send(admin, draft, {"cells": cells, "held": True}, "hold/")["rows"]}
    both = ["2026-07-01", "2026-08-01"]
    assert {key: (row["held"], row["held_months"]) for key, row in rows.items()} == {
        alice: (True, both),
        bob: (False, both),
    }
    send(admin, draft, {}, "undo/")
    assert not any(row["held"] or row["held_months"] for row in read(admin, draft)["rows"])


def test_a_published_number_is_written_with_a_reason_and_holds_need_none(
    company: Company, admin: Client
) -> None:
    goal = company.goal
    edits = [an_edit(company, "alice", 31_000, 30_000)]
    assert "say why" in send(admin, goal, {"edits": edits}, status=422)["detail"]
    send(admin, goal, {"edits": edits, "reason": "A new account", "effective_on": None})
    assert number(goal, company.world.alice) == 31_000
    assert not any(row["agreed"] for row in read(admin, goal)["rows"])  # whoever wrote it agreed with nobody
    send(admin, goal, {"cells": [{"holder": edits[0]["holder"], "column": "total"}], "held": True}, "hold/")
    send(admin, goal, {}, "undo/")
    assert "say why" in send(admin, goal, {}, "undo/", status=422)["detail"]


@pytest.mark.parametrize(
    "sent",
    [
        [], {}, {"edits": []}, {"edits": [{"holder": "unit:1"}]}, {"edits": "all"},
        {"edits": [{"holder": "team:1", "column": "total", "amount": 1}]},
        {"edits": [{"holder": "root", "column": "luck", "amount": 1}]},
        {"edits": [{"holder": "root", "column": "2026-12-01", "amount": 1}]},
        {"edits": [{"holder": "root", "column": "total", "amount": 1.5}]},
        {"edits": [{"holder": "root", "column": "total", "amount": -1}]},
        {"edits": [{"holder": "root", "column": "total", "amount": 1, "was": "x"}]},
        {"edits": [{"holder": "root", "column": "total", "amount": 1}], "rule": "magic"},
    ],
)  # fmt: skip
def test_rubbish_is_refused_and_nothing_is_written(
    company: Company, draft: Goal, admin: Client, sent: Any
) -> None:
    before = written(company.acme)
    assert send(admin, draft, sent, status=422)["detail"]
    assert written(company.acme) == before


def test_a_plan_that_waits_for_approval_stands_still(company: Company, draft: Goal, admin: Client) -> None:
    with acting_for(company.acme.pk):
        submit_plan(system_actor(company.acme), plan=draft.plan, at=APRIL)
    assert not any(row["writable"] for row in read(admin, draft)["rows"])
    edits = [an_edit(company, "alice", 1, 15_000)]
    assert "waits for its approval" in send(admin, draft, {"edits": edits}, status=422)["detail"]


def test_many_numbers_travel_small(company: Company, draft: Goal, admin: Client) -> None:
    plain, packed = (
        admin.get(path(draft), headers=headers).content for headers in ({}, {"accept-encoding": "gzip"})
    )
    assert json.loads(gzip.decompress(packed)) == json.loads(plain)
    assert len(packed) < len(plain) / 2


def test_the_grid_asks_as_much_for_many_as_for_few(
    company: Company, draft: Goal, admin: Client, django_assert_num_queries: Any
) -> None:
    for number_of in range(3):
        a_person(company.acme, f"Dora {number_of}", unit=company.world.west)
        read(admin, draft)
        with django_assert_num_queries(15):
            read(admin, draft)


def test_what_everyone_reached_before_comes_after_the_numbers(
    company: Company, draft: Goal, admin: Client, manager: Client, django_assert_num_queries: Any
) -> None:
    world = company.world
    alice, bob, west = place(world.alice), place(world.bob), world.west
    for n, day in enumerate((date(2025, 8, 5), date(2025, 11, 5), date(2026, 2, 5)), 1):
        a_deal(company.acme, world.alice, base=10_000 * n, closed_on=day)
    drained(company.acme)
    admin.get(path(draft, "past/"))
    for number_of in range(2):
        a_person(company.acme, f"Dora {number_of}", unit=west)
        with django_assert_num_queries(15):
            found = admin.get(path(draft, "past/")).json()
    # The second quarter runs until July and says nothing yet.
    assert (found["past"][alice], found["past"][bob]) == ([10_000, 20_000, 30_000], [])
    assert found["is_lower_better"] is False
    assert found["words"][2] == ["unknown"] * 3
    assert found["words"][3] == ["never_reached", "stretch", "fair", "easy"]
    assert f"unit:{west.pk}" not in manager.get(path(draft, "past/")).json()["past"]
    assert admin.get(path(company.theirs, "past/")).status_code == 404
    assert admin.post(path(draft, "past/")).status_code == 405


def test_nobody_elses_grid_exists(company: Company, admin: Client, rep: Client, viewer: Client) -> None:
    theirs = company.theirs
    assert admin.get(path(theirs)).status_code == 404
    assert [row["name"] for row in read(rep, company.goal)["rows"]] == ["Alice"]
    body = {"edits": [an_edit(company, "alice", 1, 30_000)]}
    for client in (rep, viewer):
        assert post(client, company.goal, body).status_code == 403


def test_no_word_of_the_grid_is_there_twice() -> None:
    page = (settings.BASE_DIR / "templates/targets/includes/grid.html").read_text()
    words = re.findall(r'data-word="(\w+)"', page)
    assert len(words) == len(set(words))
