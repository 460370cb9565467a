"""Who mentors whom, over REST: by integrations, administrators, and managers of both."""

from datetime import date

import pytest

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Mentorship, Person
from salestargets.tenancy.services.mentoring import begin_mentorship
from tests.api.clients import Api, an_integration
from tests.builders import NOON, START, World, a_member, a_person, a_world

pytestmark = pytest.mark.django_db

PATH = "/api/v1/mentorships/"


@pytest.fixture
def world() -> World:
    """Mona leads Alice and Bob; Carol is West's."""
    return a_world()


def a_mentorship(world: World, **how: object) -> Mentorship:
    people = {"mentor": world.carol, "mentee": world.alice}
    with acting_for(world.acme.pk):
        return begin_mentorship(system_actor(world.acme), **{**people, "starts_on": START, "at": NOON, **how})


def signed_in(world: World, person: Person, role: Role) -> Api:
    api = Api(**{"X-Organisation": "acme", "X-CSRFToken": "a" * 32})
    api.cookies["csrf"] = "a" * 32
    api.force_login(a_member(world.acme, f"{person.external_id}@acme.example", role, person=person))
    return api


def told(answer) -> list[tuple[str, str, str, str | None]]:
    return [
        (row["mentor"]["name"], row["mentee"]["name"], row["starts_on"], row["ends_on"])
        for row in answer.json()["results"]
    ]


def test_a_mentorship_begins_ends_is_corrected_and_taken_back(world: World) -> None:
    api = an_integration(world.acme)
    body = {"mentor": world.carol.pk, "mentee": world.alice.pk, "starts_on": "2026-04-01"}
    made = api.send("POST", PATH, body)
    assert (made.status_code, made.json()["ends_on"], made.json()["version"]) == (201, None, 1)
    again = api.send("POST", PATH, {**body, "mentor": world.bob.pk})
    assert (again.status_code, again.json()["code"]) == (409, "overlap")
    own = api.send("POST", PATH, {**body, "mentor": world.alice.pk})
    assert own.json()["errors"] == {"mentor": ["Nobody mentors themselves."]}
    one = f"{PATH}{made.json()['id']}/"
    ended = api.send("PATCH", one, {"ends_on": "2026-06-01"}, **{"If-Match": '"1"'})
    assert (ended.json()["ends_on"], ended.json()["version"]) == ("2026-06-01", 2)
    assert api.send("PATCH", one, {"ends_on": None}, **{"If-Match": '"1"'}).status_code == 412
    moved = api.send("PATCH", one, {"mentor": world.bob.pk, "starts_on": "2026-05-01"}, **{"If-Match": '"2"'})
    assert told(api.get(f"{PATH}?mentor={world.bob.pk}&on=2026-05-31")) == [
        ("Bob", "Alice", "2026-05-01", "2026-06-01")
    ]
    assert api.get(one).json() == moved.json()
    assert told(api.get(f"{PATH}?mentee={world.alice.pk}&on=2026-04-30")) == []
    assert api.delete(one).status_code == 204
    assert (api.get(one).status_code, told(api.get(PATH))) == (404, [])
    with acting_for(world.acme.pk):
        assert Mentorship.objects.get().version == 4


def test_a_manager_says_it_of_those_they_lead_and_of_nobody_else(world: World) -> None:
    mona = signed_in(world, world.mona, Role.MANAGER)
    theirs = a_mentorship(world, mentee=a_person(world.acme, "Dora"))
    across = a_mentorship(world, ends_on=date(2026, 4, 1))
    body = {"mentor": world.bob.pk, "mentee": world.alice.pk, "starts_on": "2026-05-01"}
    assert mona.send("POST", PATH, body).status_code == 201
    for one, status in ((theirs, 404), (across, 403)):
        answer = mona.send("PATCH", f"{PATH}{one.pk}/", {"ends_on": None}, **{"If-Match": '"1"'})
        assert answer.status_code == status
        assert mona.delete(f"{PATH}{one.pk}/").status_code == status
    assert (
        mona.send("POST", PATH, {**body, "mentor": world.mona.pk, "mentee": world.bob.pk}).status_code == 403
    )
    assert mona.send("POST", PATH, {**body, "mentor": world.carol.pk}).status_code == 404
    assert told(mona.get(PATH)) == [
        ("Carol", "Alice", "2026-01-01", "2026-04-01"),
        ("Bob", "Alice", "2026-05-01", None),
    ]


def test_who_is_mentored_reads_it_and_changes_nothing(world: World) -> None:
    made = a_mentorship(world)
    a_mentorship(world, mentee=world.bob)
    alice = signed_in(world, world.alice, Role.REP)
    assert told(alice.get(PATH)) == [("Carol", "Alice", "2026-01-01", None)]
    reads = an_integration(world.acme, Scope.READ)
    for api in (alice, reads):
        assert api.delete(f"{PATH}{made.pk}/").status_code == 403


def test_the_list_asks_as_often_for_one_row_as_for_many(world: World, django_assert_num_queries) -> None:
    api = an_integration(world.acme)
    a_mentorship(world)
    api.get(PATH)
    with django_assert_num_queries(7):
        assert len(told(api.get(PATH))) == 1
    a_mentorship(world, mentee=world.bob)
    with django_assert_num_queries(7):
        assert len(told(api.get(PATH))) == 2
