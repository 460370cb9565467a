"""The first plan of a quarter, in a real browser: a manager makes it, a rep sees their number on a phone."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Unit
from salestargets.tenancy.selectors import root_unit_id
from tests.browsers import signed_in
from tests.builders import START, a_member, a_person, a_world
from tests.kpis.builders import a_deal, drained

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people() -> None:
    """Lena leads Acme, Alice sells in North; there are records to measure by."""
    world = a_world()
    with acting_for(world.acme.pk):
        root = Unit.objects.get(pk=root_unit_id(START))
    lena = a_person(world.acme, "Lena", unit=root, role=AssignmentRole.MANAGER)
    a_member(world.acme, "lena@acme.example", Role.MANAGER, person=lena)
    a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice)
    a_deal(world.acme, world.alice, base=20_000)
    drained(world.acme)


def test_a_manager_plans_a_quarter_and_a_rep_sees_their_number(
    people: None, browser: Browser, live_server: LiveServer
) -> None:
    manager = signed_in(browser, live_server, "lena")
    problems: list[str] = []
    manager.on("pageerror", lambda error: problems.append(str(error)))

    manager.goto(f"{live_server.url}/o/acme/plans/")
    manager.get_by_role("link", name="Make the first plan").click()
    manager.get_by_role("button", name="Make the plan").click()
    expect(manager.get_by_text("This plan has no goal yet")).to_be_visible()

    manager.get_by_role("link", name="Add the first goal").click()
    expect(manager.locator("#dialog [name=kpi]")).to_be_focused()
    manager.fill("#dialog [name=amount]", "1,200.00")
    manager.fill("#dialog [name=new_objective]", "Grow in the east")
    manager.fill("#dialog [name=why]", "It pays for the second office")
    manager.fill("#dialog [name=achievable_because]", "Two people more")
    manager.get_by_role("button", name="Add the goal").click()
    expect(manager.get_by_role("gridcell", name="1,200 unallocated")).to_be_visible()

    manager.get_by_role("rowheader", name="Acme").click()
    manager.get_by_role("region", name="Units and people by month").get_by_role("link", name="Divide").click()
    manager.check("#dialog [name=method][value=even]")
    manager.get_by_role("button", name="Preview").click()
    preview = manager.get_by_role("region", name="Preview")
    expect(preview.get_by_role("row", name="Alice")).to_contain_text("$300.00")
    manager.get_by_role("button", name="Apply").click()
    expect(manager.locator("#dialog")).not_to_be_visible()
    expect(manager.get_by_role("row", name="Alice")).to_contain_text("300")
    expect(manager.get_by_role("gridcell", name="unallocated")).to_have_count(0)

    manager.get_by_role("row", name="Bob").get_by_role("gridcell").first.click()
    manager.keyboard.type("250")
    manager.keyboard.press("Enter")
    expect(manager.get_by_role("gridcell", name="50 unallocated")).to_be_visible()
    manager.keyboard.press("Control+z")
    expect(manager.get_by_role("gridcell", name="unallocated")).to_have_count(0)

    manager.get_by_role("link", name="Publish").click()
    with manager.expect_navigation():
        manager.locator("#dialog").get_by_role("button", name="Publish").click()
    expect(manager.locator("[aria-current=step]")).to_have_text("Published")

    manager.goto(f"{live_server.url}/o/acme/team/")
    expect(manager.get_by_role("row", name="Alice")).to_be_visible()
    manager.get_by_role("button", name="Show what belongs to North").click()
    expect(manager.get_by_role("row", name="Alice")).to_have_count(0)
    assert problems == []

    rep = signed_in(browser, live_server, "alice", width=390, height=844)
    expect(rep.get_by_role("heading", name="Alice")).to_be_visible()
    expect(rep.get_by_text("of $300")).to_be_visible()
    expect(rep.locator("[data-drawn]")).to_have_count(1)
    assert rep.evaluate("document.documentElement.scrollWidth <= innerWidth")

    history = rep.get_by_role("link", name="History")
    history.click()
    expect(rep.locator("#dialog").get_by_role("region", name="Versions")).to_be_visible()
    rep.keyboard.press("Escape")
    expect(rep.locator("#dialog")).not_to_be_visible()
    expect(history).to_be_focused()
