"""On a person's page: who mentors them, who did, and whom they mentor."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Mentorship, Person
from salestargets.tenancy.services.mentoring import begin_mentorship
from tests.builders import NOON, START
from tests.web.pages.kit import Scene, hidden, sent, text_of

pytestmark = pytest.mark.django_db


def page_of(person: Person) -> str:
    return f"/o/acme/people/{person.pk}/"


def held(scene: Scene) -> list[tuple[str, str, str, str]]:
    with acting_for(scene.acme.pk):
        rows = Mentorship.objects.filter(deleted_at=None).order_by("starts_on")
        return [
            (row.mentor.name, row.mentee.name, str(row.starts_on), str(row.ends_on or ""))
            for row in rows.select_related("mentor", "mentee")
        ]


def mentoring(client: Client, person: Person) -> str:
    """What the card says, from its heading to the next one."""
    return text_of(client, page_of(person)).partition("Mentorships")[2].partition("</table>")[0]


def test_a_mentorship_is_begun_by_a_manager_ended_and_another_begun(scene: Scene) -> None:
    mona, alice, bob = scene.browser("manager"), scene.world.alice, scene.world.bob
    sent(mona, f"{page_of(alice)}mentor/", {"mentor": bob.pk, "starts_on": "2026-04-01"})
    sent(mona, f"{page_of(bob)}mentee/", {"mentee": alice.pk, "starts_on": "2026-06-01"}, 422)
    for person, other, other_is in ((alice, "Bob", "Mentor"), (bob, "Alice", "Mentee")):
        card = mentoring(mona, person)
        assert [word in card for word in (other, other_is, "Now", "Coming")] == [True, True, True, False]
    with acting_for(scene.acme.pk):
        end = f"{page_of(bob)}mentorships/{Mentorship.objects.get().pk}/end/"
    refused = sent(mona, end, {"ends_on": "2026-04-01", **hidden(mona, end)}, 422)
    assert "The end must be after the start" in refused
    sent(mona, end, {"ends_on": "2026-05-01", **hidden(mona, end)})
    sent(mona, f"{page_of(bob)}mentee/", {"mentee": alice.pk, "starts_on": "2026-06-01"})
    assert held(scene) == [
        ("Bob", "Alice", "2026-04-01", "2026-05-01"),
        ("Bob", "Alice", "2026-06-01", ""),
    ]
    card = mentoring(scene.browser("rep"), alice)
    assert [word in card for word in ("Bob", "Coming", 'class="quiet"', "Now", "/end/")] == [
        *(True, True, True, False, False)
    ]


def test_it_is_corrected_and_taken_back(scene: Scene, admin: Client) -> None:
    alice, bob, carol = scene.world.alice, scene.world.bob, scene.world.carol
    sent(admin, f"{page_of(alice)}mentor/", {"mentor": bob.pk, "starts_on": "2026-04-01"})
    with acting_for(scene.acme.pk):
        one = f"{page_of(alice)}mentorships/{Mentorship.objects.get().pk}/"
    assert "Select a valid choice" in sent(
        admin,
        f"{one}edit/",
        {"mentor": alice.pk, "starts_on": "2026-04-01", **hidden(admin, f"{one}edit/")},
        422,
    )
    changed = {"mentor": carol.pk, "starts_on": "2026-03-01", "reason": "A slip"}
    sent(admin, f"{one}edit/", {**changed, **hidden(admin, f"{one}edit/")})
    assert held(scene) == [("Carol", "Alice", "2026-03-01", "")]
    assert "A slip" in text_of(admin, "/o/acme/audit/?kind=mentorship")
    assert admin.get(one.replace(f"/{alice.pk}/", f"/{bob.pk}/") + "remove/").status_code == 404
    sent(admin, f"{one}remove/", hidden(admin, f"{one}remove/"))
    assert held(scene) == []
    assert "No mentor, no mentees" in text_of(admin, page_of(alice))


def test_the_page_asks_as_often_with_two_mentees_as_with_one(
    scene: Scene, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mona, bob = scene.browser("manager"), scene.world.bob
    for mentee, queries in ((scene.world.alice, 26), (scene.world.carol, 26)):
        with acting_for(scene.acme.pk):
            actor = system_actor(scene.acme)
            begin_mentorship(actor, mentor=bob, mentee=mentee, starts_on=START, at=NOON)
        mona.get(page_of(bob))
        with django_assert_num_queries(queries):
            assert mentee.name in mona.get(page_of(bob)).content.decode()
