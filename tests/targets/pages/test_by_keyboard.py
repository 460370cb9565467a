"""A quarter by three people who have no mouse: given, proposed, agreed, approved, taken on and adjusted."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect
from pytest_django.live_server_helper import LiveServer

from targets.models import Goal
from tests.builders import PASSWORD, World
from tests.targets.builders import a_goal, a_plan, number
from tests.targets.pages.conftest import three_who_sign_in
from tests.targets.test_proposals import propose

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Keeps what live regions were told after the page stood.
LISTEN = """addEventListener("DOMContentLoaded", () => {
    const LIVE = "[role=status], [role=alert], [aria-live]"
    const isLive = (node) => node.closest?.(LIVE) || node.querySelector?.(LIVE)
    const hear = ({ addedNodes, target }) => addedNodes.forEach((node) => {
        if (isLive(node) || target.closest?.(LIVE)) heard.push(node.textContent)
    })
    const all = { childList: true, subtree: true }
    window.heard = []
    new MutationObserver((changes) => changes.forEach(hear)).observe(document.body, all)
})"""


@pytest.fixture
def world() -> World:
    return three_who_sign_in()


@pytest.fixture
def goal(world: World) -> Goal:
    """1,200.00 for North, with nothing given to anyone yet."""
    return a_goal(a_plan(world.acme, root=world.north), "1200.00")


@pytest.fixture
def sign_in(world: World, browser: Browser, live_server: LiveServer) -> Callable[..., Page]:
    return partial(signed_in, browser, live_server)


def signed_in(browser: Browser, server: LiveServer, name: str, path: str, *, width: int = 1440) -> Page:
    context = browser.new_context(locale="en-US", viewport={"width": width, "height": 844})
    page = context.new_page()
    page.add_init_script(LISTEN)
    page.goto(f"{server.url}/o/acme/{path}")
    to(page, page.locator("[name=login]"))
    page.keyboard.type(f"{name}@acme.example")
    page.keyboard.press("Tab")
    to(page, page.locator("[name=password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/o/acme/{path}")
    return page


def to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Tab by tab, to where one wants to be."""
    expect(wanted).to_be_visible()
    for _stop in range(150):
        if wanted.evaluate("wanted => wanted === wanted.getRootNode().activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the focus does not come to {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    to(page, wanted)
    page.keyboard.press(key)


def heard(page: Page, text: str) -> None:
    said = "text => window.heard.some((each) => each.includes(text))"
    with suppress(TimeoutError):
        page.wait_for_function(said, arg=text, timeout=5000)
    assert page.evaluate(said, text), page.evaluate("window.heard")


def changed(page: Page, link: str, confirm: str, **fields: str) -> None:
    """By a dialog that leads to a page: the focus is in it at once, and its outcome is heard."""
    press(page, page.locator("main").get_by_role("link", name=link, exact=True).first)
    dialog = page.locator("#dialog")
    expect(dialog.locator(":focus")).to_have_count(1)
    for label, text in fields.items():
        to(page, dialog.locator(f"[name={label}]"))
        page.keyboard.press("Control+a")
        page.keyboard.type(text)
    with page.expect_navigation():
        press(page, dialog.get_by_role("button", name=confirm, exact=True))


def test_a_quarter_without_a_mouse(sign_in: Callable[..., Page], goal: Goal, world: World) -> None:
    mona = sign_in("mona", "plans/")
    press(mona, mona.get_by_role("link", name="Q2"))
    is_divided(mona)
    is_written(mona, goal, world)
    changed(mona, "Open for proposals", "Open")
    heard(mona, "The plan is open")

    alice = sign_in("alice", "today/", width=390)
    changed(alice, "Propose your number", "Propose", amount="550.00")
    heard(alice, "propos")
    propose(goal, world.bob, "600.00")
    press(mona, mona.get_by_role("link", name="Agreement"))
    is_answered(mona)
    alice.reload()
    changed(alice, "Answer the offer", "Take the offer")
    expect(alice.get_by_text("Accepted")).to_be_visible()

    mona.reload()
    changed(mona, "Submit", "Submit")
    heard(mona, "The plan is submitted")
    lena = sign_in("lena", "notices/")
    press(lena, lena.get_by_role("link", name="waits for your approval"))
    changed(lena, "Approve", "Approve")
    mona.reload()
    changed(mona, "Publish", "Publish")
    heard(mona, "in force")

    alice.reload()
    with alice.expect_navigation():
        press(alice, alice.get_by_role("button", name="I acknowledge it"))
    heard(alice, "Thank you.")
    press(mona, mona.get_by_role("link", name="Adjustments"))
    is_adjusted(mona)
    lena.goto(mona.url)
    changed(lena, "Approve", "Approve")
    expect(lena.get_by_text("Approved", exact=True)).to_be_visible()


def is_divided(mona: Page) -> None:
    """From the grid, by a dialog over it."""
    to(mona, mona.get_by_role("treegrid").locator("[tabindex='0']"))
    mona.keyboard.press("Control+Home")
    mona.keyboard.press("d")
    dialog = mona.locator("#dialog")
    expect(dialog.locator("[name=method]:checked")).to_be_focused()
    while dialog.locator("[name=method]:checked").get_attribute("value") != "even":
        mona.keyboard.press("ArrowDown")
    press(mona, dialog.get_by_role("button", name="Preview"))
    expect(dialog.get_by_role("heading", name="This is what it would give")).to_be_focused()
    press(mona, dialog.get_by_role("button", name="Apply"))
    expect(dialog).not_to_be_visible()
    heard(mona, "The number is divided")
    expect(mona.get_by_role("row", name="Alice")).to_contain_text("600")
    expect(mona.get_by_role("rowheader", name="North")).to_be_focused()


def is_written(mona: Page, goal: Goal, world: World) -> None:
    for key in ("ArrowDown", "ArrowRight", "5", "0", "0", "Enter"):
        mona.keyboard.press(key)
    expect(mona.get_by_role("row", name="Alice")).to_contain_text("500")
    expect(mona.get_by_role("status").filter(has_text="All saved")).to_be_visible()
    mona.keyboard.press("Control+z")
    expect(mona.get_by_role("row", name="Alice")).to_contain_text("600")
    assert number(goal, world.alice) == 60_000
    mona.keyboard.press("?")
    expect(mona.get_by_role("dialog", name="Keys").locator(":focus")).to_have_count(1)
    mona.keyboard.press("Escape")
    expect(mona.get_by_role("treegrid").locator(":focus")).to_have_count(1)
    mona.keyboard.press("Control+ArrowUp")


def is_answered(mona: Page) -> None:
    """What is answered stays where it is, and so does who answers."""
    accept = mona.get_by_role("button", name="Accept the proposal of Bob")
    press(mona, accept)
    expect(accept).to_have_count(0)
    heard(mona, "It is agreed.")
    expect(mona.get_by_role("row", name="Bob").locator(":focus")).to_have_count(1)
    opener = mona.get_by_role("link", name="Proposal of Alice")
    press(mona, opener)
    dialog = mona.locator("#dialog")
    to(mona, dialog.get_by_role("radio", checked=True))
    while not dialog.get_by_label("Offer another number").is_checked():
        mona.keyboard.press("ArrowDown")
    to(mona, dialog.locator("[name=amount]"))
    mona.keyboard.press("Control+a")
    mona.keyboard.type("580.00")
    press(mona, dialog.get_by_role("button", name="Answer"))
    expect(dialog.locator("[name=comment][aria-invalid=true]")).to_be_focused()
    mona.keyboard.type("The market grows")
    press(mona, dialog.get_by_role("button", name="Answer"))
    expect(dialog).not_to_be_visible()
    expect(mona.get_by_role("row", name="Alice").get_by_text("Countered").first).to_be_visible()
    expect(opener).to_be_focused()


def is_adjusted(mona: Page) -> None:
    press(mona, mona.get_by_role("link", name="Ask for an adjustment"))
    dialog = mona.locator("#dialog")
    for label, text in {"Reason": "A fair was called off", "New number of Alice": "500.00"}.items():
        to(mona, dialog.get_by_label(label))
        mona.keyboard.type(text)
    with mona.expect_navigation():
        press(mona, dialog.get_by_role("button", name="Ask"))
    expect(mona.get_by_role("heading", name="Evidence")).to_be_visible()
