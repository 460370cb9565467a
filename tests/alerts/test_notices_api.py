"""One's own notices over REST: for members who are signed in."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from pytest_django import DjangoAssertNumQueries

from salestargets.alerts.models import Notice
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from tests.alerts.builders import facts, tell
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World, a_member, a_world
from tests.lasting import lasting

pytestmark = pytest.mark.django_db

NOTICES = "/api/v1/notices/"
LATER = NOON + timedelta(hours=1)


@lasting
def world() -> World:
    world = a_world()
    a_member(world.acme, "alice@acme.example", person=world.alice)
    a_member(world.acme, "boss@acme.example", Role.ADMIN)
    tell(world.acme, "plan:1", people={world.alice.pk: facts("Q2")}, path="plans/1/")
    tell(world.acme, "plan:2", people={world.alice.pk: facts("Q3")}, path="plans/2/", at=LATER)
    return world


def signed_in(email: str) -> Api:
    browser = Api(**{"X-Organisation": "acme", "X-CSRFToken": "a" * 32})
    browser.cookies["csrf"] = "a" * 32
    browser.force_login(get_user_model().objects.get(email=email))
    return browser


@pytest.fixture
def alice(world: World) -> Api:
    return signed_in("alice@acme.example")


def listed(client: Api, query: str = "") -> list[dict[str, Any]]:
    return client.get(f"{NOTICES}{query}").json()["results"]


def test_a_list_says_in_words_what_the_facts_hold_the_newest_first(alice: Api) -> None:
    later, first = listed(alice)
    assert later["headline"] == "Target: Q3"
    del first["id"]
    assert first == {
        "kind": "published",
        "headline": "Target: Q2",
        "lines": [{"label": "Amount", "text": "300.00"}],
        "facts": {"plan": "Q2", "amount": "300.00"},
        "path": "/o/acme/plans/1/",
        "made_at": "2026-05-12T12:00:00+00:00",
        "read_at": None,
    }


def test_the_words_are_in_the_language_of_the_reader(alice: Api) -> None:
    answer = alice.get(NOTICES, headers={"Accept-Language": "zh-hans"})
    assert answer.json()["results"][0]["headline"] == "目标: Q3"


def test_reading_one_leaves_the_others_unread(alice: Api) -> None:
    later, first = listed(alice)
    assert alice.get(f"{NOTICES}{first['id']}/").json() == first
    read = alice.send("POST", f"{NOTICES}{first['id']}/read/", {}).json()
    assert read["read_at"] is not None
    assert listed(alice, "?unread=true") == [later]
    assert listed(alice, "?unread=false") == [read]
    assert [alice.send("POST", f"{NOTICES}read/", {}).json() for _twice in range(2)] == [
        {"read": 1},
        {"read": 0},
    ]


def test_anothers_notice_is_as_good_as_none_for_an_administrator_too(world: World, alice: Api) -> None:
    notice_id, boss = listed(alice)[0]["id"], signed_in("boss@acme.example")
    assert listed(boss) == []
    for path in (f"{NOTICES}{notice_id}/", f"{NOTICES}{10**9}/"):
        assert (boss.get(path).status_code, boss.send("POST", f"{path}read/", {}).status_code) == (404, 404)
    assert boss.send("POST", f"{NOTICES}read/", {}).json() == {"read": 0}
    with acting_for(world.acme.pk):
        assert not Notice.objects.filter(read_at__isnull=False).exists()


def test_a_key_is_told_that_it_has_no_notices(world: World) -> None:
    key = an_integration(world.acme)
    for answer in (key.get(NOTICES), key.send("POST", f"{NOTICES}read/", {})):
        assert answer.status_code == 403
        assert answer.json()["detail"] == "Notices are for members who are signed in; a key has none."


def test_a_member_chooses_whether_they_come_by_e_mail(alice: Api) -> None:
    path = "/api/v1/notice-preference/"
    assert alice.get(path).json() == {"by_mail": True}
    assert alice.send("PATCH", path, {"by_mail": False}).json() == {"by_mail": False}
    assert alice.get(path).json() == {"by_mail": False}
    assert signed_in("boss@acme.example").get(path).json() == {"by_mail": True}


def test_more_notices_need_no_more_queries(
    world: World, alice: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in (3, 4):
        listed(alice)
        with django_assert_num_queries(11):
            assert len(listed(alice)) == n - 1
        tell(world.acme, f"plan:{n}", people={world.alice.pk: facts()})
