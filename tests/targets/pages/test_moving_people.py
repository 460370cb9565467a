"""In real browsers: a move says what it affects before it is made, and a number is handed over by choice."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from salestargets.tenancy.choices import Role
from tests.browsers import signed_in
from tests.builders import World, a_member, a_world
from tests.targets.builders import a_goal, a_plan, published, split

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people() -> World:
    """Ada administers; Mona leads North, where Alice and Bob have 300.00 each; Carol sells in West."""
    world = a_world()
    a_member(world.acme, "mona@acme.example", Role.MANAGER, person=world.mona)
    a_member(world.acme, "ada@acme.example", Role.ADMIN)
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    published(goal.plan)
    return world


def test_who_moves_a_person_sees_what_it_affects_and_confirms_with_one_click(
    people: World, browser: Browser, live_server: LiveServer
) -> None:
    admin = signed_in(browser, live_server, "ada")
    admin.goto(f"{live_server.url}/o/acme/people/{people.carol.pk}/")
    admin.get_by_role("link", name="Move", exact=True).click()
    form = admin.locator("#dialog")
    expect(form.get_by_text("What it affects")).to_have_count(0)
    form.get_by_label("Unit").select_option(str(people.north.pk))
    form.get_by_label("From").fill("2026-06-01")
    form.get_by_label("Reason").click()
    expect(form.get_by_text("What Carol brings from Jun 1, 2026 on counts for North.")).to_be_visible()
    expect(form.get_by_text("Won revenue: $600.00")).to_be_visible()
    with admin.expect_navigation():
        form.get_by_role("button", name="Move").click()
    expect(admin.get_by_text("Saved.")).to_be_visible()


def test_a_manager_hands_a_number_over_on_a_phone(
    people: World, browser: Browser, live_server: LiveServer
) -> None:
    manager = signed_in(browser, live_server, "mona", width=390, height=844)
    manager.goto(f"{live_server.url}/o/acme/plans/")
    manager.get_by_role("link", name="Q2").first.click()
    manager.get_by_role("link", name="Adjustments").click()
    manager.get_by_role("link", name="Hand over").click()
    form = manager.locator("#dialog")
    form.get_by_label("Who leaves").select_option("Alice")
    form.get_by_label("First day they are gone").fill("2026-06-01")
    form.get_by_label("One successor").check()
    form.get_by_label("Successor", exact=False).last.select_option("Bob")
    form.get_by_label("Reason").fill("Bob takes her customers")
    form.get_by_label("Reason").blur()
    expect(form.get_by_role("row", name="Bob")).to_contain_text("$400.00")
    form.get_by_role("button", name="Ask").click()
    expect(manager.get_by_role("heading", name="A key person left or joined")).to_be_visible()
