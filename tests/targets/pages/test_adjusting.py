"""A number in force changes, in real browsers: a manager asks, who is above approves, the rep is told."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from salestargets.tenancy.choices import Role
from tests.browsers import signed_in
from tests.builders import a_member, a_world
from tests.targets.builders import a_goal, a_plan, lead_of, published, split

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people() -> None:
    """Mona leads North, Lena East above it, Alice sells in North and has 300.00 in the second quarter."""
    world = a_world()
    lead_of(world.acme, world.east)
    a_member(world.acme, "mona@acme.example", Role.MANAGER, person=world.mona)
    a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice)
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    published(goal.plan)


def test_a_manager_asks_who_is_above_approves_and_the_rep_is_told(
    people: None, browser: Browser, live_server: LiveServer
) -> None:
    manager = signed_in(browser, live_server, "mona")
    problems: list[str] = []
    manager.on("pageerror", lambda error: problems.append(str(error)))
    manager.goto(f"{live_server.url}/o/acme/plans/")
    manager.get_by_role("link", name="Q2").first.click()
    manager.get_by_role("link", name="Adjustments").click()

    manager.get_by_role("link", name="Ask for an adjustment").click()
    form = manager.locator("#dialog")
    form.get_by_label("Reason").fill("A competitor halved their prices")
    form.get_by_label("New number of Alice").fill("280.00")
    form.get_by_label("New number of Bob").click()
    effect = form.get_by_role("region", name="What it does")
    expect(effect.get_by_role("row", name="Alice")).to_contain_text("$280.00")
    form.get_by_role("button", name="Ask").click()
    expect(manager.get_by_role("heading", name="A competitor moved")).to_be_visible()
    expect(manager.get_by_role("link", name="Approve")).to_have_count(0)
    address = manager.url
    assert problems == []

    above = signed_in(browser, live_server, "lena")
    above.goto(f"{live_server.url}/o/acme/notices/")
    above.get_by_text("An adjustment of “Q2” waits for your decision").click()
    above.wait_for_url(address)
    above.get_by_role("link", name="Approve").click()
    with above.expect_navigation():
        above.locator("#dialog").get_by_role("button", name="Approve").click()
    expect(above.get_by_text("Approved", exact=True)).to_be_visible()

    rep = signed_in(browser, live_server, "alice", width=390, height=844)
    expect(rep.get_by_text("of $280")).to_be_visible()
    rep.goto(f"{live_server.url}/o/acme/notices/")
    expect(rep.get_by_text("A competitor halved their prices").first).to_be_visible()
    rep.goto(address)
    expect(rep.get_by_role("region", name="What it does")).to_contain_text("$280.00")
    assert rep.evaluate("document.documentElement.scrollWidth <= innerWidth")
