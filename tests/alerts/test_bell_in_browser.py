"""The bells of a page that stays open, in a real browser."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from salestargets.tenancy.choices import Role
from tests.alerts.builders import facts, tell
from tests.builders import PASSWORD, World, a_member, a_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

HALF_A_MINUTE = 31_000


@pytest.fixture
def world() -> World:
    world = a_world()
    a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice)
    return world


@pytest.fixture
def browser(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    # Playwright's loop runs in this thread, in which the live server then renews its database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=sandbox)
        yield browser
        browser.close()


def signed_in(browser: Browser, server: LiveServer) -> Page:
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="en-US")
    page.clock.install()
    page.goto(f"{server.url}/o/acme/notices/")
    page.fill("[name=login]", "alice@acme.example")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_url("**/o/acme/notices/")
    return page


def test_the_bell_of_an_open_page_counts_on_and_is_silent_where_it_cannot(
    world: World, browser: Browser, live_server: LiveServer
) -> None:
    page = signed_in(browser, live_server)
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
