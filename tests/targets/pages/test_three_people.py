"""A quarter by three people in a browser: Mona plans it, Lena above her approves it, Alice takes it on."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from django.utils import translation
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from salestargets.tenancy.choices import AssignmentRole, Role
from tests.builders import PASSWORD, World, a_member, a_person, a_world
from tests.kpis.builders import a_deal, drained
from tests.targets.builders import with_approvals

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Signs someone in, on a screen of this width, and opens a page of Acme.
SignIn = Callable[..., Page]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A browser keeps the real time."""
    with translation.override("en"):
        yield


@pytest.fixture
def world() -> World:
    """Mona leads North, below East, which Lena leads. Plans need an approval."""
    world = a_world()
    lena = a_person(world.acme, "Lena", unit=world.east, role=AssignmentRole.MANAGER)
    for person, role in ((world.mona, Role.MANAGER), (lena, Role.MANAGER), (world.alice, Role.REP)):
        a_member(world.acme, f"{person.external_id}@acme.example", role, person=person)
    a_deal(world.acme, world.alice, base=20_000)
    drained(world.acme)
    with_approvals(world.acme)
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
        connections.close_all()  # those opened while its loop ran, which nobody else can close


@pytest.fixture
def sign_in(browser: Browser, live_server: LiveServer) -> SignIn:
    def sign_in(name: str, path: str, width: int = 1440) -> Page:
        page = browser.new_context(locale="en-US", viewport={"width": width, "height": 900}).new_page()
        page.goto(f"{live_server.url}/o/acme/{path}")
        page.fill("[name=login]", f"{name}@acme.example")
        page.fill("[name=password]", PASSWORD)
        page.click("main [type=submit]")
        page.wait_for_url(f"**/o/acme/{path}")
        return page

    return sign_in


def test_a_quarter_from_nothing_to_an_acknowledged_number(sign_in: SignIn) -> None:
    mona, lena = sign_in("mona", "plans/"), sign_in("lena", "notices/")
    make_a_plan(mona)
    move(mona, "Open for proposals", "Open")
    expect_state(mona, "Open for proposals")
    move(mona, "Submit", "Submit")
    expect_state(mona, "Submitted")

    lena.reload()
    lena.get_by_role("link", name="waits for your approval").click()
    move(lena, "Take back", "Take back", why="Say what Alice gets first")
    lena.close()
    mona.reload()
    expect_state(mona, "Open for proposals")
    move(mona, "Submit", "Submit")

    lena = sign_in("lena", "plans/")
    lena.get_by_role("link", name="Q").first.click()
    move(lena, "Approve", "Approve")
    expect_state(lena, "Approved")

    mona.reload()
    move(mona, "Publish", "Publish")
    expect_state(mona, "Published")
    expect(mona.get_by_text("0 of 2 acknowledged")).to_be_visible()  # Mona gave North's number herself

    alice = sign_in("alice", "today/", width=390)
    expect(alice.get_by_role("region", name="A number to acknowledge")).to_contain_text("$600")
    assert alice.evaluate("document.documentElement.scrollWidth <= innerWidth")
    alice.get_by_role("button", name="I acknowledge it").click()
    expect(alice.get_by_text("Thank you.")).to_be_visible()
    expect(alice.get_by_role("region", name="A number to acknowledge")).to_have_count(0)

    mona.get_by_role("link", name="Course").click()
    expect(mona.get_by_role("row", name="Alice")).to_contain_text("Acknowledged")
    expect(mona.get_by_text("Say what Alice gets first")).to_be_visible()
    mona.get_by_role("link", name="Fairness").click()
    expect(mona.locator("[data-drawn]")).to_have_count(1)


def make_a_plan(page: Page) -> None:
    """Won revenue of 1,200.00 for North, evenly: 600.00 each for Alice and Bob."""
    page.get_by_role("link", name="Make the first plan").click()
    page.get_by_role("button", name="Make the plan").click()
    page.get_by_role("link", name="Add the first goal").click()
    page.fill("#dialog [name=amount]", "1,200.00")
    page.fill("#dialog [name=new_objective]", "Grow in the east")
    page.fill("#dialog [name=achievable_because]", "Two people more")
    page.get_by_role("button", name="Add the goal").click()
    page.get_by_role("rowheader", name="North").click()
    page.get_by_role("link", name="Divide", exact=True).click()
    page.check("#dialog [name=method][value=even]")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#dialog")).not_to_be_visible()
    expect(page.get_by_role("row", name="Alice")).to_contain_text("600")


def move(page: Page, button: str, confirm: str, **fields: str) -> None:
    """Open the dialog of a move, fill it in, and confirm."""
    page.wait_for_load_state()
    page.locator(".page-actions").get_by_role("link", name=button, exact=True).click()
    for name, text in fields.items():
        page.fill(f"#dialog [name={name}]", text)
    with page.expect_navigation():
        page.locator("#dialog").get_by_role("button", name=confirm, exact=True).click()


def expect_state(page: Page, state: str) -> None:
    expect(page.locator("[aria-current=step]")).to_have_text(state)
