"""Templates over REST: read by all, written by administrators, never rewritten."""

from collections.abc import Iterator

import pytest
import time_machine

from salestargets.tenancy.choices import Role, Scope
from tests.api.clients import Api, a_browser, an_integration
from tests.builders import NOON, World, a_member, a_world

pytestmark = pytest.mark.django_db

PATH = "/api/v1/kpi-templates/"
SENT = {
    "name": "East reps",
    "jobs": ["Sales rep"],
    "items": [
        {"kpi": "won_revenue", "weight_bp": 7_000, "target": "120000.00", "cap_bp": 15_000},
        {"kpi": "sales_cycle", "weight_bp": 3_000, "target": "40", "base": "60", "is_ramped": False},
    ],
    "starts_on": "2026-04-01",
}


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


def test_a_template_is_made_read_and_gets_versions(world: World, api: Api) -> None:
    made = api.send("POST", PATH, {**SENT, "units": [world.east.pk]})
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["name"], row["version"], made["ETag"]) == ("East reps", 1, '"1"')
    assert row["current"] == row["newest"]
    assert [unit["name"] for unit in row["current"]["units"]] == ["East"]
    assert [(item["kpi"], item["weight_bp"], item["base"]) for item in row["current"]["items"]] == [
        ("won_revenue", 7_000, None),
        ("sales_cycle", 3_000, "60.0000"),
    ]
    one = f"{PATH}{row['id']}/"
    retired = api.send(
        "PATCH",
        one,
        {"is_retired": True, "starts_on": "2026-07-01", "reason": "Merged"},
        **{"If-Match": '"1"'},
    )
    assert retired.status_code == 200, retired.content
    assert retired.json()["current"] == row["current"]  # still, until its day comes
    versions = api.get(f"{one}versions/").json()["results"]
    assert [(each["number"], each["starts_on"], each["is_retired"], each["reason"]) for each in versions] == [
        (2, "2026-07-01", True, "Merged"),
        (1, "2026-04-01", False, ""),
    ]
    assert versions[0]["items"] == versions[1]["items"]


def test_the_presets_are_listed_with_whom_they_apply_to(world: World, api: Api) -> None:
    rows = {row["name"]: row for row in api.get(PATH).json()["results"]}
    assert list(rows) == ["Team lead", "New product", "New hire", "Veteran", "Unit"]
    people = api.get(f"{PATH}{rows['Veteran']['id']}/people/").json()["results"]
    assert [(row["name"], row["is_by_hand"]) for row in people] == [
        ("Alice", False), ("Bob", False), ("Carol", False), ("Mona", False),
    ]  # fmt: skip


def test_a_template_is_chosen_for_a_person_and_taken_back(world: World, api: Api) -> None:
    rows = {row["name"]: row["id"] for row in api.get(PATH).json()["results"]}
    path = f"/api/v1/people/{world.alice.pk}/kpi-template/"
    chosen = api.send("POST", path, {"template": rows["New hire"], "starts_on": "2026-04-01"}).json()
    assert (chosen["name"], chosen["is_by_hand"], len(chosen["chosen"])) == ("New hire", True, 1)
    api.send("POST", path, {"template": None, "starts_on": "2026-04-01", "reason": "A mistake"})
    back = api.get(path).json()
    assert (back["name"], back["is_by_hand"]) == ("Veteran", False)
    assert [row["template"] for row in back["chosen"]] == [None, rows["New hire"]]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"items": [{"kpi": "won_revenue", "weight_bp": 9_999}]}, 422),
        ({"items": []}, 422),
        ({"items": [{"kpi": "nothing", "weight_bp": 10_000}]}, 404),
        ({"starts_on": "2026-03-31"}, 422),
        ({"units": [999_999]}, 404),
        ({"colour": "red"}, 422),
    ],
)
def test_what_cannot_be_meant_is_refused(api: Api, change: dict[str, object], status: int) -> None:
    assert api.send("POST", PATH, {**SENT, **change}).status_code == status


def test_a_change_says_which_version_it_means(api: Api) -> None:
    one = f"{PATH}{api.get(PATH).json()['results'][0]['id']}/"
    body = {"position": 3, "starts_on": "2026-07-01"}
    assert api.send("PATCH", one, body).status_code == 428
    assert api.send("PATCH", one, body, **{"If-Match": '"7"'}).status_code == 412


def test_nobody_but_administrators_writes(world: World) -> None:
    mona = a_member(world.acme, "mona@acme.example", Role.MANAGER, person=world.mona)
    for caller in (a_browser(world.acme, mona), an_integration(world.acme, Scope.TARGETS_WRITE)):
        assert caller.send("POST", PATH, SENT).status_code == 403
    assert a_browser(world.acme, mona).get(PATH).status_code == 200
