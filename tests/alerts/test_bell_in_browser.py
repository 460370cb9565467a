"""The bells of a page that stays open, in a real browser."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from salestargets.tenancy.choices import Role
from tests.alerts.builders import facts, tell
from tests.browsers import signed_in
from tests.builders import World, a_member, a_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

HALF_A_MINUTE = 31_000


@pytest.fixture
def world() -> World:
    world = a_world()
    a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice)
    return world


def test_the_bell_of_an_open_page_counts_on_and_is_silent_where_it_cannot(
    world: World, browser: Browser, live_server: LiveServer
) -> None:
    page = signed_in(browser, live_server, "alice", "notices/", width=390, height=844)
    page.clock.install()
    page.reload()
    count = page.locator("#bell-notices .bell-count")
    expect(page.locator("#bell-notices")).to_be_visible()
    expect(count).to_have_count(0)
    tell(world.acme, people={world.alice.pk: facts()}, path="kpis/")
    page.clock.run_for(HALF_A_MINUTE)
    expect(count).to_have_text("1")
    with page.expect_request_finished(lambda asked: "/bells/" in asked.url):
        page.clock.run_for(HALF_A_MINUTE)
    expect(count).to_have_text("1")
    page.route("**/bells/**", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.clock.run_for(HALF_A_MINUTE)
    expect(page.locator(".toast-item")).to_have_count(0)
    page.unroute("**/bells/**")
    page.click("#bell-notices")
    page.click("text=Target: Q2")
    page.wait_for_url("**/o/acme/kpis/")
    expect(page.locator("#bell-notices")).to_be_visible()
    expect(count).to_have_count(0)
