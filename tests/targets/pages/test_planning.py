"""A quarter planned in the grid, in a browser and against the real server: alone, two at once, published."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from salestargets.tenancy.choices import Role
from targets.models import Goal
from tests.browsers import signed_in
from tests.builders import World, a_member, a_world
from tests.targets.builders import a_goal, a_plan, number, published, split

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """Two administrators of Acme, who may both set every number."""
    world = a_world()
    for name in ("ada", "ben"):
        a_member(world.acme, f"{name}@acme.example", Role.ADMIN)
    return world


@pytest.fixture
def goal(world: World) -> Goal:
    """1,200.00 in the second quarter: 300.00 for Alice, for Bob, 600.00 for Carol."""
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    return goal


def plan_of(browser: Browser, server: LiveServer, name: str, goal: Goal) -> Page:
    page = signed_in(browser, server, name, f"plans/{goal.plan_id}/")
    page.get_by_role("row", name="Carol").wait_for()
    return page


def cell(page: Page, name: str, column: str) -> Locator:
    heads = [text.strip() for text in page.get_by_role("columnheader").all_inner_texts()]
    return page.get_by_role("row", name=name).locator(f"[aria-colindex='{heads.index(column) + 1}']")


def write(page: Page, name: str, column: str, text: str) -> None:
    cell(page, name, column).click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def saved(page: Page) -> None:
    expect(page.locator("[data-state]")).to_have_text("All saved")


def test_numbers_are_written_held_and_taken_back(
    browser: Browser, live_server: LiveServer, goal: Goal, world: World
) -> None:
    page = plan_of(browser, live_server, "ada", goal)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)

    write(page, "Alice", "Apr 2026", "150.50")
    saved(page)
    expect(cell(page, "Alice", "Total")).to_have_text("351")
    expect(cell(page, "North", "Left to give")).to_have_text("51 over-assigned")
    assert number(goal, world.alice) == 35_050

    cell(page, "Bob", "Total").click()
    page.keyboard.press("h")
    expect(cell(page, "Bob", "Total")).to_have_attribute("title", "held")
    saved(page)

    page.get_by_label("When a number changes").select_option(label="Those below follow")
    write(page, "North", "Total", "900")
    saved(page)
    expect(cell(page, "Bob", "Total")).to_have_text("300")
    assert number(goal, world.bob) == 30_000
    assert number(goal, world.north) == 90_000

    page.keyboard.press("Control+z")
    expect(cell(page, "North", "Total")).to_have_text("600")
    assert number(goal, world.alice) == 35_050
    assert problems == []


def test_a_number_someone_else_wrote_meanwhile_stands(
    browser: Browser, live_server: LiveServer, goal: Goal, world: World
) -> None:
    ada, ben = (plan_of(browser, live_server, name, goal) for name in ("ada", "ben"))
    write(ada, "Alice", "Total", "400")
    saved(ada)
    write(ben, "Alice", "Total", "500")
    notes = ben.locator("[data-notes]")
    expect(notes).to_contain_text("Alice, Total: ada@acme.example wrote 400")
    assert number(goal, world.alice) == 40_000
    expect(cell(ben, "Alice", "Total")).to_have_text("400")
    notes.get_by_role("button", name="Write mine").click()
    saved(ben)
    assert number(goal, world.alice) == 50_000


def test_a_block_is_pasted_from_a_spreadsheet(
    browser: Browser, live_server: LiveServer, goal: Goal, world: World
) -> None:
    page = plan_of(browser, live_server, "ada", goal)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('10\\t20\\t30\\r\\n1\\t\\t3\\r\\n')")
    cell(page, "Alice", "Apr 2026").click()
    page.keyboard.press("Control+v")
    page.get_by_role("dialog", name="Paste these numbers?").get_by_role("button", name="Paste").click()
    saved(page)
    assert (number(goal, world.alice), number(goal, world.bob)) == (6_000, 10_400)


def test_a_cut_line_loses_nothing(
    browser: Browser, live_server: LiveServer, goal: Goal, world: World
) -> None:
    page = plan_of(browser, live_server, "ada", goal)
    page.context.set_offline(True)
    write(page, "Alice", "Total", "444")
    expect(page.locator("[data-state]")).to_have_text("Offline: 1 change waits and is sent later.")
    page.context.set_offline(False)
    saved(page)
    assert number(goal, world.alice) == 44_400


def test_a_published_number_changes_with_its_reason(
    browser: Browser, live_server: LiveServer, goal: Goal, world: World
) -> None:
    published(goal.plan)
    page = plan_of(browser, live_server, "ada", goal)
    write(page, "Alice", "Total", "310")
    dialog = page.get_by_role("dialog", name="Why do these numbers change?")
    dialog.get_by_label("Reason").fill("A customer moved")
    dialog.get_by_role("button", name="Continue").click()
    saved(page)
    cell(page, "Alice", "Total").click()
    page.keyboard.press("i")
    expect(page.locator("#dialog")).to_contain_text("A customer moved")


def test_dividing_a_number_leaves_the_grid_where_it_was(
    browser: Browser, live_server: LiveServer, goal: Goal, world: World
) -> None:
    page = plan_of(browser, live_server, "ada", goal)
    cell(page, "West", "Name").click()
    page.keyboard.press("ArrowLeft")
    cell(page, "East", "Total").click()
    page.keyboard.press("d")
    page.check("#dialog [name=method][value=even]")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#dialog")).not_to_be_visible()
    expect(page.get_by_role("row", name="West")).to_have_attribute("aria-expanded", "false")
    assert number(goal, world.alice) == 30_000
