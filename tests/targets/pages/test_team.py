"""The team's page: whoever is in sight, how they stand, who needs help first."""

import csv
import re
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from django.test import Client

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.services.people import move_person
from targets.selectors import arranging, team
from targets.services.progress import refresh_progress
from tests.builders import NOON, a_person, an_organisation
from tests.targets.builders import a_goal, a_plan
from tests.targets.pages.conftest import Company, visitor
from tests.targets.pages.test_today import more_goals, text_of

pytestmark = pytest.mark.django_db

TEAM = "/o/acme/team/"


def rows(page: str) -> list[str]:
    """Who stands in the table, in order."""
    table = page[page.index('id="team-rows"') :]
    return re.findall(r'<th scope="row">.*?<a href="/o/acme/team/[^"]+">([^<]+)</a>', table)


def test_everyone_in_sight_stands_in_the_tree(company: Company, admin: Client, manager: Client) -> None:
    assert rows(text_of(admin, TEAM)) == ["Acme", "East", "North", "Alice", "Bob", "West", "Carol"]
    assert rows(text_of(manager, TEAM)) == ["North", "Alice", "Bob"]


def test_a_rep_has_no_team_and_a_viewer_looks_on(company: Company, rep: Client, viewer: Client) -> None:
    assert rep.get(TEAM).status_code == 403
    assert viewer.get(TEAM).status_code == 200
    assert Client().get(TEAM).status_code == 302
    assert viewer.get("/o/other/team/").status_code == 404


def test_a_manager_of_nothing_is_told_so(company: Company) -> None:
    nobody = visitor(company.acme, Role.MANAGER, a_person(company.acme, "Nora"))
    assert "No plan is in force yet" in text_of(nobody, TEAM)


def test_without_a_plan_it_says_what_to_do(company: Company) -> None:
    admin = visitor(an_organisation("empty"), Role.ADMIN)
    assert "No plan is in force yet" in text_of(admin, "/o/empty/team/")


def test_units_open_and_close_by_the_address(company: Company, admin: Client) -> None:
    east = company.world.east
    assert rows(text_of(admin, f"{TEAM}?open=")) == ["Acme"]
    assert rows(text_of(admin, f"{TEAM}?open=all"))[-1] == "Carol"
    root = company.goal.plan.root_unit_id
    page = text_of(admin, f"{TEAM}?open={root}", **{"HX-Request": "true"})
    assert rows(page) == ["Acme", "East", "West"]
    assert f"?open={','.join(map(str, sorted([root, east.pk])))}" in page
    assert "<html" not in page
    assert rows(text_of(admin, f"{TEAM}?open={root},{company.world.charlie.pk},-1,x")) == [
        "Acme",
        "East",
        "West",
    ]


def test_columns_sort_among_the_children_of_a_unit(company: Company, admin: Client) -> None:
    by_name = ["Acme", "West", "Carol", "East", "North", "Bob", "Alice"]
    assert rows(text_of(admin, f"{TEAM}?sort=-name")) == by_name
    by_won = ["Acme", "West", "Carol", "East", "North", "Bob", "Alice"]
    assert rows(text_of(admin, f"{TEAM}?sort=attainment")) == by_won
    assert rows(text_of(admin, f"{TEAM}?sort=nonsense"))[0] == "Acme"


def test_filters_find_people_wherever_they_are(company: Company, admin: Client) -> None:
    assert rows(text_of(admin, f"{TEAM}?q=ca")) == ["Carol"]
    assert rows(text_of(admin, f"{TEAM}?status=ahead")) == ["Alice"]
    assert rows(text_of(admin, f"{TEAM}?status=at_risk")) == ["Acme", "West", "Carol", "Bob", "East", "North"]
    assert "Nobody matches" in text_of(admin, f"{TEAM}?q=zz")


def test_who_is_furthest_behind_comes_first_and_it_says_why(company: Company, admin: Client) -> None:
    page = text_of(admin, TEAM)
    help_list = page[page.index("Who needs help first") : page.index("Filter the table")]
    assert help_list.index("Carol") < help_list.index("Bob")
    assert "At 0% of what is expected by now" in help_list
    assert "Open deals cover 0% of the gap: too few." in help_list
    assert "Alice" not in help_list


def test_another_day_and_another_goal_can_be_asked_for(company: Company, admin: Client) -> None:
    assert "66.7%" not in text_of(admin, f"{TEAM}?as_of=2026-05-04")
    draft = a_goal(a_plan(company.acme, "H2"), "99.00")
    assert "2026" in text_of(admin, f"{TEAM}?goal={draft.pk}")
    assert admin.get(f"{TEAM}?goal={company.theirs.pk}").status_code == 404
    assert admin.get(f"{TEAM}?goal={company.theirs.pk + 1000}").status_code == 404
    assert admin.get(f"{TEAM}?goal=nonsense").status_code == 422


def test_the_file_holds_what_the_page_shows(company: Company, admin: Client) -> None:
    file = b"".join(admin.get(f"{TEAM}?export=csv").streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(file.splitlines()))
    assert [line["Name"] for line in lines] == ["Acme", "East", "North", "Alice", "Bob", "West", "Carol"]
    alice = lines[3]
    assert alice["Target"] == "300.00"
    assert alice["Actual"] == "200.00"
    assert alice["Gap"] == "100.00"
    assert alice["Status"] == "Ahead"
    assert alice["Unit above"] == "North"
    with closing(admin.get(f"{TEAM}?export=xlsx")) as sheet:
        assert sheet.headers["Content-Type"].startswith("application/vnd.openxmlformats")


@pytest.mark.parametrize("count", [3, 30])
def test_more_people_and_goals_need_no_more_queries(
    company: Company, admin: Client, django_assert_num_queries: Any, count: int
) -> None:
    more_goals(company, count)
    for number in range(count):
        a_person(company.acme, f"Person {number}", unit=company.world.west)
    admin.get(TEAM)
    with django_assert_num_queries(21):
        page = admin.get(f"{TEAM}?open=all").content.decode()
    assert page.count(">Person ") == count


def test_a_large_tree_says_of_its_people_at_first_what_reading_all_of_them_says(
    company: Company, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arranging, "ROWS_AT_FIRST", 3)
    world, system = company.world, system_actor(company.acme)
    a_person(company.acme, "Nora", unit=world.west)
    with acting_for(company.acme.pk):
        move_person(system, person=world.carol, unit=world.north, on=date(2026, 5, 2))
        move_person(system, person=world.bob, unit=world.west, on=date(2026, 6, 1))
        refresh_progress(at=NOON)
    told = main_of(admin)
    assert rows(told) == ["Acme", "East", "West"]
    assert "<strong>Bob (North)</strong>" in told
    assert "<strong>Carol (West)</strong>" not in told  # she has left it
    monkeypatch.setattr(team, "is_kept", lambda *_goal, **_asked: False)
    assert main_of(admin) == told


def main_of(client: Client) -> str:
    page = text_of(client, TEAM)
    return page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize("count", [1, 30])
def test_a_large_tree_needs_the_same_queries_at_first_for_any_number_of_people(
    company: Company,
    admin: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
    count: int,
) -> None:
    monkeypatch.setattr(arranging, "ROWS_AT_FIRST", 3)
    for number in range(count):
        a_person(company.acme, f"Person {number}", unit=company.world.west)
    admin.get(TEAM)
    with django_assert_num_queries(20):
        page = admin.get(TEAM).content.decode()
    assert page.count('<tr data-node="unit:') == 3
    assert '<tr data-node="person:' not in page


def test_the_way_so_far_is_read_once_the_page_stands(
    company: Company, admin: Client, manager: Client
) -> None:
    root, west = company.goal.plan.root_unit_id, company.world.west.pk
    address = f"{TEAM}unit/{root}/curve/?goal={company.goal.pk}"
    assert f'hx-get="{address}"' in text_of(admin, TEAM)
    assert "Won revenue: the way so far" in text_of(admin, address)
    assert "<html" not in text_of(admin, address, **{"HX-Request": "true"})
    assert manager.get(f"{TEAM}unit/{west}/curve/?goal={company.goal.pk}").status_code == 404
    assert admin.get(f"{TEAM}unit/{root}/curve/?goal={company.theirs.pk}").status_code == 404
    assert admin.get(f"{TEAM}unit/{root}/curve/").status_code == 200
