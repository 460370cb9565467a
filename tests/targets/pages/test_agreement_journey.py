"""A rep proposes on a phone, the manager offers another number, the rep takes it: in real browsers."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.models import Goal, Plan, Target
from targets.services.publishing import open_plan
from tests.browsers import signed_in
from tests.builders import World, a_member, a_world
from tests.targets.builders import a_goal, a_plan, split

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    world = a_world()
    a_member(world.acme, "mona@acme.example", Role.MANAGER, person=world.mona)
    a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice)
    return world


@pytest.fixture
def goal(world: World) -> Goal:
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    with acting_for(world.acme.pk):
        now = timezone.now()
        by = world.acme.today(now) + timedelta(days=5)
        open_plan(system_actor(world.acme), plan=Plan.objects.get(pk=goal.plan_id), answers_by=by, at=now)
    return goal


def test_a_rep_proposes_the_manager_offers_another_number_and_the_rep_takes_it(
    browser: Browser, live_server: LiveServer, world: World, goal: Goal
) -> None:
    rep = signed_in(browser, live_server, "alice", width=390, height=844)
    rep.get_by_role("link", name="Propose your number").click()
    rep.fill("#dialog [name=amount]", "250.00")
    rep.fill("#dialog [name=strategy]", "Visit the ten largest customers")
    with rep.expect_navigation():
        rep.locator("#dialog").get_by_role("button", name="Propose").click()
    expect(rep.get_by_text("$250.00")).to_be_visible()
    assert rep.evaluate("document.documentElement.scrollWidth <= innerWidth")

    manager = signed_in(browser, live_server, "mona")
    problems: list[str] = []
    manager.on("pageerror", lambda error: problems.append(str(error)))
    manager.goto(f"{live_server.url}/o/acme/plans/{goal.plan_id}/agreement/")
    expect(manager.get_by_role("row", name="Sum: the gap")).to_contain_text("50")
    manager.get_by_role("link", name="Proposal of Alice").click()
    dialog = manager.locator("#dialog")
    expect(dialog.get_by_text("Visit the ten largest customers")).to_be_visible()
    dialog.get_by_label("Offer another number").check()
    dialog.locator("[name=amount]").fill("280.00")
    dialog.locator("[name=comment]").fill("The market grows")
    dialog.get_by_role("button", name="Answer").click()
    expect(dialog).not_to_be_visible()
    expect(manager.get_by_role("table", name="Units and people").get_by_text("Countered")).to_be_visible()
    assert problems == []

    rep.reload()
    expect(rep.get_by_text("The market grows")).to_be_visible()
    rep.get_by_role("link", name="Answer the offer").click()
    with rep.expect_navigation():
        rep.locator("#dialog").get_by_role("button", name="Take the offer").click()
    expect(rep.get_by_text("Accepted")).to_be_visible()
    with acting_for(world.acme.pk):
        assert Target.objects.get(goal=goal, person=world.alice).agreed == 28_000
