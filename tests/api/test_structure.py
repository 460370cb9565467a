"""Units, people and assignments over REST."""

from datetime import date

import pytest

from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Person, Unit, UnitPlacement
from salestargets.tenancy.selectors import root_unit_id
from tests.api.clients import Api, a_browser, an_integration
from tests.builders import START, World, a_member, a_world
from tests.lasting import lasting

pytestmark = pytest.mark.django_db


@lasting
def world() -> World:
    return a_world()


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def test_units_tell_where_they_stand(world, api):
    answer = api.get("/api/v1/units/")
    assert names(answer) == ["Acme", "East", "North", "West"]
    parents = {row["name"]: row["parent"] and row["parent"]["name"] for row in answer.json()["results"]}
    assert parents == {"Acme": None, "East": "Acme", "North": "East", "West": "Acme"}
    assert names(api.get(f"/api/v1/units/?parent={world.east.pk}")) == ["North"]
    assert names(api.get(f"/api/v1/units/?external_id={world.west.external_id}")) == ["West"]


def test_a_unit_is_added_and_renamed_by_its_version(world, api):
    made = api.send("POST", "/api/v1/units/", {
        "name": "South", "kind": "region", "parent": world.east.pk, "starts_on": "2026-02-01",
    })  # fmt: skip
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert made.json()["parent"] == {
        "id": world.east.pk, "external_id": world.east.external_id, "name": "East",
    }  # fmt: skip
    path = f"/api/v1/units/{made.json()['id']}/"
    renamed = api.send("PATCH", path, {"name": "Deep South"}, **{"If-Match": '"1"'})
    assert (renamed.json()["name"], renamed.json()["kind"], renamed.headers["ETag"]) == (
        "Deep South",
        "region",
        '"2"',
    )
    stale = api.send("PATCH", path, {"name": "North"}, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert api.get(path).json()["name"] == "Deep South"


def test_a_unit_moves_with_a_date(world, api):
    path = f"/api/v1/units/{world.north.pk}/"
    moved = api.send("POST", f"{path}move/", {"parent": world.west.pk, "on": "2026-04-01"})
    assert moved.json()["parent"]["name"] == "West"
    assert api.get(f"{path}?on=2026-03-31").json()["parent"]["name"] == "East"
    assert api.get(f"{path}?on=2026-04-01").json()["parent"]["name"] == "West"


def test_a_unit_cannot_hang_below_itself(world, api):
    answer = api.send(
        "POST", f"/api/v1/units/{world.east.pk}/move/", {"parent": world.north.pk, "on": "2026-04-01"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "circle")
    with acting_for(world.acme.pk):
        assert UnitPlacement.objects.get(unit=world.east).ends_on is None


def test_another_unit_with_the_same_external_id_is_a_conflict(world, api):
    with acting_for(world.acme.pk):
        parent = root_unit_id(START)
    body = {
        "name": "Again",
        "parent": parent,
        "starts_on": "2026-02-01",
        "external_id": world.east.external_id,
    }
    answer = api.send("POST", "/api/v1/units/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
    with acting_for(world.acme.pk):
        assert not Unit.objects.filter(name="Again").exists()


def test_people_tell_their_unit_on_a_day(world, api):
    answer = api.get("/api/v1/people/")
    assert names(answer) == ["Alice", "Bob", "Carol", "Mona"]
    units = {row["name"]: row["unit"] and row["unit"]["name"] for row in answer.json()["results"]}
    assert units == {"Alice": "North", "Bob": "North", "Carol": "West", "Mona": None}
    assert names(api.get(f"/api/v1/people/?unit={world.north.pk}")) == ["Alice", "Bob"]
    assert names(api.get(f"/api/v1/people/?unit={world.north.pk}&on=2025-12-31")) == []
    assert names(api.get("/api/v1/people/?external_id=carol")) == ["Carol"]


def test_a_person_is_added_changed_and_moved(world, api):
    made = api.send("POST", "/api/v1/people/", {
        "name": "Dora", "email": "Dora@Example.com", "job": "Team lead", "level": "senior",
        "hired_on": "2026-03-01", "left_on": None,
    })  # fmt: skip
    assert made.status_code == 201
    row = made.json()
    assert (row["email"], row["hired_on"], row["left_on"], row["unit"]) == (
        "dora@example.com", "2026-03-01", None, None,
    )  # fmt: skip
    assert (row["job"], row["level"]) == ("Team lead", "senior")
    path = f"/api/v1/people/{row['id']}/"
    changed = api.send(
        "PATCH", path, {"email": None, "level": None, "left_on": "2026-12-31"}, **{"If-Match": '"1"'}
    )
    assert (changed.json()["job"], changed.json()["level"]) == ("Team lead", "")
    assert (changed.json()["email"], changed.json()["left_on"], changed.json()["hired_on"]) == (
        None, "2026-12-31", "2026-03-01",
    )  # fmt: skip
    moved = api.send("POST", f"{path}move/", {"unit": world.west.pk, "on": "2026-03-01"})
    assert moved.json()["unit"]["name"] == "West"


def test_a_person_moves_and_the_old_assignment_ends_there(world, api):
    api.send("POST", f"/api/v1/people/{world.alice.pk}/move/", {"unit": world.west.pk, "on": "2026-04-01"})
    rows = api.get(f"/api/v1/assignments/?person={world.alice.pk}").json()["results"]
    assert [(row["unit"]["name"], row["starts_on"], row["ends_on"]) for row in rows] == [
        ("North", "2026-01-01", "2026-04-01"),
        ("West", "2026-04-01", None),
    ]


def test_assignments_are_listed_made_and_ended(world, api):
    assert [
        (row["person"]["name"], row["unit"]["name"], row["role"])
        for row in api.get(f"/api/v1/assignments/?unit={world.north.pk}&on=2026-05-01").json()["results"]
    ] == [("Alice", "North", "member"), ("Bob", "North", "member"), ("Mona", "North", "manager")]
    made = api.send("POST", "/api/v1/assignments/", {
        "person": world.mona.pk, "unit": world.east.pk, "role": "manager", "starts_on": "2026-05-01",
    })  # fmt: skip
    assert (made.status_code, made.json()["ends_on"]) == (201, None)
    path = f"/api/v1/assignments/{made.json()['id']}/"
    ended = api.send("POST", f"{path}end/", {"on": "2026-06-01"}, **{"If-Match": '"1"'})
    assert ended.json()["ends_on"] == "2026-06-01"
    assert api.get(path).json() == ended.json()


def test_a_member_of_two_units_at_once_is_a_conflict(world, api):
    body = {"person": world.alice.pk, "unit": world.west.pk, "starts_on": "2026-05-01"}
    answer = api.send("POST", "/api/v1/assignments/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "overlap")
    assert "Alice" in answer.json()["detail"]
    with acting_for(world.acme.pk):
        assert Assignment.objects.filter(person=world.alice).count() == 1


def test_an_assignment_that_ends_before_it_starts_is_refused(world, api):
    body = {
        "person": world.mona.pk,
        "unit": world.west.pk,
        "starts_on": "2026-05-01",
        "ends_on": "2026-05-01",
    }
    answer = api.send("POST", "/api/v1/assignments/", body)
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        {"ends_on": ["The end must be after the start."]},
    )


def test_a_manager_sees_the_units_and_people_below(world):
    user = a_member(world.acme, "mona@acme.example", Role.MANAGER, person=world.mona)
    api = a_browser(world.acme, user)
    answer = api.get("/api/v1/units/")
    assert names(answer) == ["North"]
    assert answer.json()["results"][0]["parent"] is None
    assert names(api.get("/api/v1/people/")) == ["Alice", "Bob", "Mona"]
    people = [row["person"]["name"] for row in api.get("/api/v1/assignments/").json()["results"]]
    assert people == ["Alice", "Bob", "Mona"]
    for path in (f"units/{world.west.pk}", f"people/{world.carol.pk}"):
        hidden, absent = api.get(f"/api/v1/{path}/"), api.get(f"/api/v1/{path.split('/')[0]}/999999/")
        assert (hidden.status_code, hidden.content) == (404, absent.content)


def test_a_rep_sees_only_themselves(world):
    user = a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice)
    api = a_browser(world.acme, user)
    assert names(api.get("/api/v1/people/")) == ["Alice"]
    assert names(api.get("/api/v1/units/")) == []
    assert api.get("/api/v1/me/").json() == {
        "name": "alice@acme.example",
        "email": "alice@acme.example",
        "role": "rep",
        "scopes": ["read"],
        "organisation": {"slug": "acme", "name": "Acme"},
        "person": {"id": world.alice.pk, "external_id": "alice", "name": "Alice"},
    }


@pytest.mark.parametrize(("path", "rows"), [("units", 4), ("people", 4), ("assignments", 4)])
def test_a_list_asks_as_often_for_one_row_as_for_many(world, api, path, rows, django_assert_num_queries):
    api.get(f"/api/v1/{path}/")
    with django_assert_num_queries(7) as one:
        assert len(api.get(f"/api/v1/{path}/?limit=1").json()["results"]) == 1
    with django_assert_num_queries(len(one.captured_queries)):
        assert len(api.get(f"/api/v1/{path}/").json()["results"]) == rows


def test_what_changed_says_who_and_when(world, api):
    api.send("PATCH", f"/api/v1/units/{world.north.pk}/", {"name": "Far North"}, **{"If-Match": '"1"'})
    entry = api.get(f"/api/v1/audit/?kind=unit&object_id={world.north.pk}").json()["results"][0]
    assert (entry["actor"], entry["action"], entry["changes"]) == (
        "Integration", "update", [{"field": "name", "before": "North", "after": "Far North"}],
    )  # fmt: skip


def test_the_audit_log_skips_nothing_where_many_events_share_a_moment(world, api):
    with acting_for(world.acme.pk):
        Person.objects.update(email="all@example.com")
    whole = api.get("/api/v1/audit/?limit=1000").json()
    assert whole["next"] is None
    seen, url = [], "/api/v1/audit/?limit=3"
    while url:
        page = api.get(url).json()
        seen += page["results"]
        url = page["next"]
    assert seen == whole["results"]
    assert len(seen) > 12


def test_only_administrators_read_the_audit_log(world):
    browser = a_browser(world.acme, a_member(world.acme, "vera@acme.example", Role.VIEWER))
    assert browser.get("/api/v1/audit/").status_code == 403


def test_the_root_stays_where_it_is(world, api):
    with acting_for(world.acme.pk):
        root = root_unit_id(date(2026, 5, 1))
    answer = api.send("POST", f"/api/v1/units/{root}/move/", {"parent": world.west.pk, "on": "2026-04-01"})
    assert (answer.status_code, answer.json()["code"]) == (422, "root")
