"""A quarter by three people in a browser: Mona plans it, Lena above her approves it, Alice takes it on.

Then it does not go as it was planned, and Alice's number is adjusted.
"""

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browsers import signed_in
from tests.builders import World
from tests.targets.pages.conftest import three_who_sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Signs someone in, on a screen of this width, and opens a page of Acme.
SignIn = Callable[..., Page]


@pytest.fixture
def world() -> World:
    return three_who_sign_in()


@pytest.fixture
def sign_in(world: World, browser: Browser, live_server: LiveServer) -> SignIn:
    return partial(signed_in, browser, live_server)


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
    is_adjusted(sign_in, mona, alice)


def is_adjusted(sign_in: SignIn, mona: Page, alice: Page) -> None:
    """Alice has won 200.00 of her 600.00, and is to reach 500.00 from now on."""
    mona.get_by_role("link", name="Adjustments").click()
    mona.get_by_role("link", name="Ask for an adjustment").click()
    form = mona.locator("#dialog")
    form.get_by_label("One-off").check()
    form.get_by_label("Reason").fill("A fair was called off")
    form.get_by_label("New number of Alice").fill("500.00")
    form.get_by_label("New number of Bob").click()
    effect = form.get_by_role("region", name="What it does")
    expect(effect.get_by_role("row", name="Alice")).to_contain_text("$500.00")
    expect(effect.get_by_role("row", name="Alice")).to_contain_text("40")
    form.get_by_role("button", name="Ask").click()
    expect(mona.get_by_role("heading", name="Evidence")).to_be_visible()
    expect(mona.get_by_text("One-off", exact=True)).to_be_visible()
    expect(mona.get_by_role("link", name="Approve")).to_have_count(0)

    lena = sign_in("lena", "notices/")
    lena.get_by_text("waits for your decision").click()
    expect(lena.get_by_role("region", name="Evidence")).to_contain_text("$200")
    lena.get_by_role("link", name="Approve").click()
    with lena.expect_navigation():
        lena.locator("#dialog").get_by_role("button", name="Approve").click()
    expect(lena.get_by_text("Approved", exact=True)).to_be_visible()
    lena.close()

    alice.reload()
    expect(alice.get_by_text("of $500")).to_be_visible()
    expect(alice.locator(".hero-value").first).to_have_text("40.0%")
    expect(alice.get_by_role("region", name="A number to acknowledge")).to_contain_text("$500")
    alice.get_by_role("link", name="Against the original target").click()
    expect(alice.get_by_text("of $600")).to_be_visible()
    expect(alice.locator(".hero-value").first).to_have_text("33.3%")
    alice.get_by_role("link", name="History").click()
    versions = alice.locator("#dialog").get_by_role("region", name="Versions")
    expect(versions.get_by_role("row", name="A fair was called off")).to_contain_text("$500.00")
    expect(versions.get_by_role("row", name="Published")).to_contain_text("$600.00")
    alice.goto(alice.url.split("/today/")[0] + "/notices/")
    expect(alice.get_by_text("A fair was called off").first).to_be_visible()
    assert alice.evaluate("document.documentElement.scrollWidth <= innerWidth")

    mona.go_back()
    mona.get_by_role("link", name="Numbers").click()
    expect(mona.get_by_role("row", name="Alice")).to_contain_text("500")
    expect(mona.get_by_role("gridcell", name="100 unallocated")).to_be_visible()


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
    page.get_by_role("region", name="Units and people by month").get_by_role("link", name="Divide").click()
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
