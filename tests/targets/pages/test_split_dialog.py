"""The split in a real browser: what a method needs is shown, and nothing else; with keys, and on a phone."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from salestargets.tenancy.choices import Role
from targets.models import Goal
from tests.browsers import signed_in
from tests.builders import World, a_member, a_world
from tests.targets.builders import a_goal, a_plan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    world = a_world()
    a_member(world.acme, "ada@acme.example", Role.ADMIN)
    return world


@pytest.fixture
def goal(world: World) -> Goal:
    return a_goal(a_plan(world.acme), "1000.00")


def opened(browser: Browser, server: LiveServer, goal: Goal, *, width: int = 1440, **more: Any) -> Page:
    """The split of the whole plan, on a page of its own."""
    page = signed_in(browser, server, "ada", width=width, **more)
    page.goto(
        f"{server.url}/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/unit/{goal.plan.root_unit_id}/split/"
    )
    return page


def shown(page: Page) -> list[str]:
    """What can be said of everyone."""
    headings = page.locator(".table-inputs thead th").all()
    return [heading.inner_text() for heading in headings if heading.is_visible()]


def test_a_method_shows_what_it_needs_and_nothing_else(
    browser: Browser, live_server: LiveServer, world: World, goal: Goal
) -> None:
    page = opened(browser, live_server, goal)
    assert shown(page) == ["Name", "Hold"]
    expect(page.get_by_label("History from")).to_be_visible()
    page.locator("[name=method]:checked").focus()
    page.keyboard.press("ArrowLeft")  # to the last method, and back by the first
    assert page.locator("[name=method]:checked").get_attribute("value") == "fixed"
    assert shown(page) == ["Name", "Amount", "Hold"]
    expect(page.get_by_label("All the way down to the people")).not_to_be_visible()
    page.get_by_label("By own weights").check()
    assert shown(page) == ["Name", "Weight", "Hold"]
    page.get_by_label("Evenly").check()
    page.get_by_label("With minimums and maximums").check()
    page.get_by_label("In groups that get their part first").check()
    assert shown(page) == ["Name", "Hold", "At least", "At most", "Group"]
    page.get_by_label("At least · East").fill("700")
    page.get_by_label("Group · East").fill("A")
    page.get_by_label("Group · West").fill("A")
    page.get_by_role("button", name="Preview").click()
    row = page.get_by_role("region", name="Preview").get_by_role("row", name="East")
    expect(row).to_contain_text("at its minimum")
    expect(row).to_contain_text("$700.00")


def test_it_fits_a_phone_and_works_without_script(
    browser: Browser, live_server: LiveServer, world: World, goal: Goal
) -> None:
    page = opened(browser, live_server, goal, width=390, java_script_enabled=False)
    page.get_by_label("Fixed amounts").check()
    page.get_by_label("Amount · East").fill("600")
    page.get_by_label("Amount · West").fill("300")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview")).to_contain_text("$100.00 unallocated")
    box = page.locator(".preview").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url(f"**/plans/{goal.plan_id}/?goal={goal.pk}")
    page.get_by_role("link", name="As a plain table").click()
    expect(page.get_by_role("row", name="East")).to_contain_text("600")
