"""People and units: listed as they stand on a day, changed with a date, a reason and a version."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Person, Unit
from salestargets.tenancy.selectors import assignments_of, tree
from tests.builders import a_member, a_person, a_unit, acting_as
from tests.web.pages.kit import HTMX, Scene, hidden, sent, text_of

pytestmark = pytest.mark.django_db

PEOPLE, UNITS = "/o/acme/people/", "/o/acme/people/units/"


def seats(scene: Scene, person: Person) -> list[tuple[str, str, date, date | None]]:
    """(unit, role, from, until), the newest first."""
    with acting_for(scene.acme.pk):
        return [(row.unit.name, row.role, row.starts_on, row.ends_on) for row in assignments_of(person)]


def person_named(scene: Scene, name: str) -> Person:
    with acting_for(scene.acme.pk):
        return Person.objects.get(name=name)


def test_people_are_found_by_a_part_of_their_name_or_of_their_unit(scene: Scene, admin: Client) -> None:
    page = text_of(admin, PEOPLE)
    assert [name in page for name in ("Alice", "Bob", "Carol", "Mona", "Charlie")] == [True] * 4 + [False]
    assert "Alice" not in text_of(admin, f"{PEOPLE}?q=CARO")
    assert "Nobody is like that" in text_of(admin, f"{PEOPLE}?q=xyz")
    assert "Alice" in text_of(admin, f"{PEOPLE}?unit={scene.world.east.pk}")
    assert "Carol" not in text_of(admin, f"{PEOPLE}?unit={scene.world.east.pk}").partition("<tbody")[2]


def test_nonsense_in_the_address_is_as_good_as_nothing(scene: Scene, admin: Client) -> None:
    page = text_of(admin, f"{PEOPLE}?q=%00&unit=x&on=31.12.&sort=password&page=-7")
    assert "Alice" in page


def test_the_list_stands_as_it_did_on_a_day(scene: Scene, admin: Client) -> None:
    with acting_for(scene.acme.pk):
        Assignment.objects.filter(person=scene.world.bob).update(ends_on=date(2026, 3, 1))
    assert "North" in text_of(admin, f"{PEOPLE}?q=bob&on=2026-02-28").partition("<tbody")[2]
    assert "North" not in text_of(admin, f"{PEOPLE}?q=bob&on=2026-03-01").partition("<tbody")[2]


def test_the_list_leaves_as_a_file(scene: Scene, admin: Client) -> None:
    answer = admin.get(f"{PEOPLE}?q=ali&export=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    heads = "Name,E-mail,Job,Level,Unit,Manages,Hired on,Left on,External id"
    assert lines == [heads, "Alice,,,,North,,,,alice"]


def test_a_person_is_added_and_put_into_a_unit(scene: Scene, admin: Client) -> None:
    data = {
        "name": "Dora",
        "email": "Dora@Acme.example",
        "job": "Sales rep",
        "level": "junior",
        "unit": scene.world.west.pk,
        "starts_on": "2026-06-01",
    }
    sent(admin, f"{PEOPLE}new/", data)
    dora = person_named(scene, "Dora")
    assert (dora.email, dora.job, dora.level) == ("dora@acme.example", "Sales rep", "junior")
    assert seats(scene, dora) == [("West", "member", date(2026, 6, 1), None)]


def test_a_second_click_adds_nobody_twice(scene: Scene, admin: Client) -> None:
    data = {"name": "Dora", **hidden(admin, f"{PEOPLE}new/")}
    for _ in range(2):
        sent(admin, f"{PEOPLE}new/", data)
    with acting_for(scene.acme.pk):
        assert Person.objects.filter(name="Dora").count() == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "Do\u202era"}, "invisible"),
        ({"email": "dora at home"}, "Enter an e-mail address"),
        ({"hired_on": "1999-12-31"}, "2000"),
        ({"unit": "999999"}, "Select a valid choice"),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_written(
    scene: Scene, admin: Client, wrong: dict[str, str], told: str
) -> None:
    data = {"name": "Dora", "email": "dora@acme.example", **wrong}
    for headers in ({}, HTMX):
        page = sent(admin, f"{PEOPLE}new/", data, 422, **headers)
        assert told in page
        assert f'value="{data["email"]}"' in page
    with acting_for(scene.acme.pk):
        assert not Person.objects.filter(email="dora@acme.example").exists()


def test_an_edit_on_old_values_is_refused_and_the_new_ones_are_offered(scene: Scene, admin: Client) -> None:
    path = f"{PEOPLE}{scene.world.bob.pk}/edit/"
    data = {"name": "Robert", **hidden(admin, path)}
    sent(admin, path, {"name": "Bobby", **hidden(admin, path)})
    page = sent(admin, path, data, 422)
    assert "Someone else changed this in the meantime" in page
    assert "Show the new values" in page
    assert 'value="Robert"' in page
    assert person_named(scene, "Bobby").version == 2


def test_the_reason_of_an_edit_stands_in_what_changed(scene: Scene, admin: Client) -> None:
    path = f"{PEOPLE}{scene.world.bob.pk}/"
    sent(admin, f"{path}edit/", {"name": "Bobby", "reason": "He asked", **hidden(admin, f"{path}edit/")})
    page = text_of(admin, path)
    assert '<span class="quiet">Name:</span> Bob <span class="quiet">→</span> Bobby' in page
    assert "He asked" in page


def test_a_move_ends_one_place_and_begins_the_other_on_its_day(scene: Scene, admin: Client) -> None:
    path = f"{PEOPLE}{scene.world.bob.pk}/move/"
    sent(admin, path, {"unit": scene.world.west.pk, "on": "2026-06-01", "reason": "Closer to home"})
    day = date(2026, 6, 1)
    assert seats(scene, scene.world.bob) == [
        ("West", "member", day, None),
        ("North", "member", date(2026, 1, 1), day),
    ]


def test_someone_leads_a_unit_from_a_day_on(scene: Scene, admin: Client) -> None:
    path = f"{PEOPLE}{scene.world.carol.pk}/leads/"
    sent(admin, path, {"unit": scene.world.west.pk, "on": "2026-05-01", "until": "2026-07-01"})
    assert ("West", "manager", date(2026, 5, 1), date(2026, 7, 1)) in seats(scene, scene.world.carol)
    assert "Carol" in text_of(admin, UNITS)


def test_an_assignment_ends_or_is_taken_back(scene: Scene, admin: Client) -> None:
    with acting_for(scene.acme.pk):
        bob = Assignment.objects.get(person=scene.world.bob)
        carol = Assignment.objects.get(person=scene.world.carol)
    end = f"/o/acme/people/assignments/{bob.pk}/end/"
    assert "The end must be after the start" in sent(
        admin, end, {"on": "2026-01-01", **hidden(admin, end)}, 422
    )
    sent(admin, end, {"on": "2026-05-01", **hidden(admin, end)})
    sent(admin, f"/o/acme/people/assignments/{carol.pk}/remove/", {})
    assert seats(scene, scene.world.bob) == [("North", "member", date(2026, 1, 1), date(2026, 5, 1))]
    assert seats(scene, scene.world.carol) == []


def test_a_member_becomes_a_person_and_is_none_again(scene: Scene, admin: Client) -> None:
    user = a_member(scene.acme, "bob@acme.example")
    path = f"{PEOPLE}{scene.world.bob.pk}/sign-in/"
    sent(admin, path, {"user": user.pk, **hidden(admin, path)})
    assert "bob@acme.example" in text_of(admin, f"{PEOPLE}{scene.world.bob.pk}/")
    sent(admin, path, {"user": "", **hidden(admin, path)})
    assert person_named(scene, "Bob").user_id is None


def test_a_member_of_another_organisation_cannot_be_linked(scene: Scene, admin: Client) -> None:
    stranger = a_member(scene.world.other, "stranger@other.example")
    path = f"{PEOPLE}{scene.world.bob.pk}/sign-in/"
    sent(admin, path, {"user": stranger.pk, **hidden(admin, path)}, 422)
    assert person_named(scene, "Bob").user_id is None


def test_the_tree_shows_managers_and_counts_people_upwards(scene: Scene, admin: Client) -> None:
    page = text_of(admin, UNITS)
    rows = page.split("<tr data-node=")[1:]
    counts = [row.partition('<td class="num">')[2].partition("<")[0] for row in rows]
    assert counts == ["3", "2", "2", "1"]  # Acme, East, North, West
    assert "Mona" in rows[2]


def test_a_unit_is_added_renamed_and_moved(scene: Scene, admin: Client) -> None:
    sent(admin, f"{UNITS}new/", {"name": "South", "parent": scene.world.west.pk, "starts_on": "2026-01-01"})
    with acting_for(scene.acme.pk):
        south = Unit.objects.get(name="South")
    edit = f"{UNITS}{south.pk}/edit/"
    sent(admin, edit, {"name": "Deep South", "kind": "team", **hidden(admin, edit)})
    sent(admin, f"{UNITS}{south.pk}/move/", {"parent": scene.world.east.pk, "on": "2026-06-01"})
    actor = acting_as(scene.acme, a_member(scene.acme, "second@acme.example", "admin"))
    with acting_for(scene.acme.pk):
        before = {unit.name: unit.parent_id for unit in tree(actor, date(2026, 5, 31))}
        after = {unit.name: unit.parent_id for unit in tree(actor, date(2026, 6, 1))}
    assert (before["Deep South"], after["Deep South"]) == (scene.world.west.pk, scene.world.east.pk)


def test_a_circle_is_refused_and_nothing_of_it_stays(scene: Scene, admin: Client) -> None:
    path = f"{UNITS}{scene.world.east.pk}/move/"
    page = sent(admin, path, {"parent": scene.world.north.pk, "on": "2026-06-01"}, 422)
    assert "A unit cannot be below itself" in page
    assert "East" in text_of(admin, f"{UNITS}?on=2026-06-02")


def test_a_list_of_three_asks_no_more_than_a_list_of_one(
    scene: Scene, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    admin.get(PEOPLE)
    with django_assert_num_queries(16):
        admin.get(f"{PEOPLE}?q=alice")
    for name in ("Alice 2", "Alice 3"):
        a_person(scene.acme, name, unit=scene.world.north, role=AssignmentRole.MANAGER)
    with django_assert_num_queries(16):
        assert "Alice 3" in admin.get(f"{PEOPLE}?q=alice").content.decode()


def test_a_tree_of_seven_asks_no_more_than_a_tree_of_four(
    scene: Scene, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    admin.get(UNITS)
    with django_assert_num_queries(14):
        admin.get(UNITS)
    for name in ("Far West", "Mid West", "Near West"):
        a_unit(scene.acme, name, below=scene.world.west)
    with django_assert_num_queries(14):
        admin.get(UNITS)
