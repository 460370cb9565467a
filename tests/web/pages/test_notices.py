"""One's own notices: the list, the bell, opening and reading them, and whether they come by e-mail too."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from salestargets.accounts.models import User
from salestargets.alerts.models import Notice
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from tests.alerts.builders import facts, tell
from tests.builders import NOON
from tests.web.pages.kit import HTMX, Scene, sent, text_of

pytestmark = pytest.mark.django_db

NOTICES = "/o/acme/notices/"
LATER = NOON + timedelta(hours=2)


@pytest.fixture
def rep(scene: Scene) -> Client:
    return scene.browser("rep")


def told(scene: Scene, subject: str = "plan:1", *, person: Person | None = None, **more: Any) -> int:
    """Alice (or someone else) is told of a plan; which notice that is."""
    whom = person or scene.world.alice
    tell(scene.acme, subject, people={whom.pk: facts(subject)}, **more)
    with acting_for(scene.acme.pk):
        return Notice.objects.get(subject=subject).pk


def read_at(scene: Scene, notice_id: int) -> Any:
    with acting_for(scene.acme.pk):
        return Notice.objects.get(pk=notice_id).read_at


def test_an_empty_inbox_says_what_will_come(rep: Client) -> None:
    page = text_of(rep, NOTICES)
    assert "You have not been told anything yet" in page
    assert "Mark all as read" not in page
    assert "You have read everything" in text_of(rep, f"{NOTICES}?state=unread")


def test_a_notice_says_what_in_whose_words_and_when(scene: Scene, rep: Client) -> None:
    told(scene)
    page = text_of(rep, NOTICES)
    for part in ("Target: plan:1</a>", "<dt>Amount</dt><dd>300.00</dd>", "Plans · ", "May 12, 2026 12:00"):
        assert part in page
    rep.cookies["django_language"] = "zh-hans"
    page = text_of(rep, NOTICES)
    for part in ("目标: plan:1</a>", "<dt>金额</dt>", "全部标为已读"):
        assert part in page


def test_the_newest_is_first_and_unread_ones_stand_apart(scene: Scene, rep: Client) -> None:
    first = told(scene, "plan:1")
    told(scene, "plan:2", at=LATER)
    sent(rep, f"{NOTICES}{first}/read/", {})
    page = text_of(rep, NOTICES)
    assert re.findall(r"Target: (plan:\d)", page) == ["plan:2", "plan:1"]
    assert page.count('class="is-unread"') == 1
    page = text_of(rep, f"{NOTICES}?state=unread")
    assert re.findall(r"Target: (plan:\d)", page) == ["plan:2"]


def test_opening_leads_to_what_it_is_about_and_reads_it(scene: Scene, rep: Client) -> None:
    notice_id = told(scene, path="plans/?state=draft")
    answer = rep.get(f"{NOTICES}{notice_id}/")
    assert (answer.status_code, answer.url) == (302, "/o/acme/plans/?state=draft")
    assert read_at(scene, notice_id) == NOON


def test_all_are_read_at_once_and_nobody_elses(scene: Scene, rep: Client) -> None:
    mine, other = told(scene), told(scene, "plan:2", person=scene.world.mona)
    assert rep.post(f"{NOTICES}read/", {"next": "/o/acme/kpis/"}).url == "/o/acme/kpis/"
    assert rep.post(f"{NOTICES}read/", {"next": "https://evil.example/"}).url == NOTICES
    assert (read_at(scene, mine), read_at(scene, other)) == (NOON, None)


def test_anothers_notice_is_as_good_as_none_for_an_administrator_too(scene: Scene) -> None:
    notice_id = told(scene)
    for role in ("admin", "manager", "viewer"):
        browser = scene.browser(role)
        assert "plan:1" not in text_of(browser, NOTICES)
        for answer in (
            browser.get(f"{NOTICES}{notice_id}/"),
            browser.post(f"{NOTICES}{notice_id}/read/"),
            browser.post(f"{NOTICES}{10**9}/read/"),
        ):
            assert answer.status_code == 404
        sent(browser, f"{NOTICES}read/", {})
    assert read_at(scene, notice_id) is None


def bell(page: str) -> str:
    return re.findall(r'<a [^>]*id="bell-notices"[^>]*aria-label="([^"]*)"', page)[0]


def test_the_bell_counts_ones_own_unread_notices(scene: Scene, rep: Client) -> None:
    assert bell(text_of(rep, "/o/acme/kpis/")) == "Unread notices"
    notice_id = told(scene)
    told(scene, "plan:2")
    assert bell(text_of(rep, "/o/acme/kpis/")) == "Unread notices (2)"
    rep.get(f"{NOTICES}{notice_id}/")
    assert bell(text_of(rep, "/o/acme/kpis/")) == "Unread notices (1)"
    assert bell(text_of(scene.browser("admin"), "/o/acme/kpis/")) == "Unread notices"


def test_more_than_the_bell_can_say_is_a_plus(scene: Scene, rep: Client) -> None:
    for n in range(100):
        told(scene, f"plan:{n}")
    assert bell(text_of(rep, "/o/acme/kpis/")) == "Unread notices (99+)"


def test_an_open_page_asks_for_the_bells_and_is_left_alone_until_they_change(
    scene: Scene, rep: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = text_of(rep, NOTICES)
    address = re.findall(r'id="bells"[^>]*hx-get="([^"]+)"', page)[0]
    with django_assert_num_queries(12):  # two of its own; the others let a member in
        assert text_of(rep, address, status=204, **HTMX) == ""
    told(scene)
    assert bell(text_of(rep, address, **HTMX)) == "Unread notices (1)"


def test_a_member_switches_the_e_mails_off_and_on(scene: Scene, rep: Client) -> None:
    form = f"{NOTICES}by-mail/"
    assert f'href="{form}"' in text_of(rep, "/o/acme/kpis/")
    for data, box in (({}, False), ({"by_mail": "on"}, True), ({}, False)):
        sent(rep, form, data)
        assert bool(re.search(r'name="by_mail"[^>]* checked', text_of(rep, form))) is box
    assert re.search(r'name="by_mail"[^>]* checked', text_of(scene.browser("manager"), form))


def test_the_language_one_chooses_is_that_of_ones_e_mails(scene: Scene, rep: Client) -> None:
    def chosen() -> str:
        return User.objects.get(email="alice@acme.example").language

    assert chosen() == ""
    for sent_language, kept in (("zh-hans", "zh-hans"), ("xx", "zh-hans"), ("en", "en")):
        assert rep.post("/language/", {"language": sent_language, "next": "/"}).status_code == 302
        assert chosen() == kept
    assert Client().post("/language/", {"language": "zh-hans", "next": "/"}).status_code == 302
    assert chosen() == "en"


def test_three_notices_ask_no_more_than_one(
    scene: Scene, rep: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    told(scene)
    rep.get(NOTICES)
    with django_assert_num_queries(14):
        rep.get(NOTICES)
    told(scene, "plan:2")
    told(scene, "plan:3")
    with django_assert_num_queries(14):
        rep.get(NOTICES)
