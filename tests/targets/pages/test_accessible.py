"""Every page and dialog of planning, for who sees little, listens, or has no mouse; wide and on a phone.

The routes themselves are looked at: a new one is looked at too, or LEADS_ON says why it shows nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve, reverse
from playwright.sync_api import Locator, Page, ViewportSize, expect
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from kpis.values import Holder
from reviews.urls import urlpatterns as of_reviews
from salestargets.alerts.urls import urlpatterns as of_alerts
from targets.urls import urlpatterns as of_targets
from tests.browsers import chromium, sign_in
from tests.conftest import renew
from tests.databases import Copy
from tests.isolation.sides import Side, a_side

pytestmark = pytest.mark.browser

#: When the review has been held.
LATER = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
LEVELS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
NOTICES = ("notices", "notice_preference")
ROUTES = {
    route.name: route
    for route in (*of_targets, *of_reviews, *of_alerts)
    if route.name and (route not in of_alerts or route.name in NOTICES)
}
#: What shows nothing of its own, and why.
LEADS_ON = {
    "grid": "numbers for the grid",
    "grid_past": "numbers for the grid",
    "grid_hold": "is sent by the grid",
    "grid_undo": "is sent by the grid",
    "today_deals": "a part of Today",
    "today_way": "a part of Today",
    "holder_deals": "a part of the page of a holder",
    "holder_way": "a part of the page of a holder",
    "team_curve": "a part of Team",
    "goal_smart": "a line of the plan's page",
    "hold": "is sent by a button",
    "milestone_done": "is sent by a button",
    "plan_remind": "is sent by a button",
    "proposal_accept": "is sent by a button",
    "proposal_withdraw": "is sent by a button",
    "proposals_accept": "is sent by a button",
}
#: Which object a part of an address names, where a look says nothing else.
KINDS = {
    "plan_id": "plan",
    "goal_id": "goal",
    "target_id": "published target",
    "milestone_id": "milestone",
    "adjustment_id": "adjustment",
    "objective_id": "objective",
    "potential_id": "potential",
    "proposal_id": "proposal",
    "trigger_id": "trigger",
    "review_id": "review",
}
OPEN = """path => {
    const dialog = document.getElementById("dialog")
    dialog.close()
    dialog.firstElementChild.replaceChildren()
    return htmx.ajax("GET", path, "#dialog-content")
}"""
UNIT, PERSON = "planned unit", "planned person"


@dataclass(frozen=True)
class Look:
    """A route with objects and what it is asked with; what becomes of its dialog once a button is pressed."""

    name: str
    query: str = ""
    press: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join(
            part for part in (self.name, self.query, self.press, *list(self.kinds.values())[:1]) if part
        )

    def path(self, side: Side) -> str:
        parts = {part: self._part(part, side) for part in ROUTES[self.name].pattern.converters}
        return reverse(self.name, kwargs={"slug": side.organisation.slug, **parts}) + self.query

    def _part(self, part: str, side: Side) -> Any:
        kind = self.kinds.get(part, KINDS.get(part, UNIT))
        if part != "holder":
            return side.id_of(kind)
        return Holder("person" if kind == PERSON else "unit", side.id_of(kind))


def of(plan: str, goal: str = "", holder: str = UNIT) -> dict[str, str]:
    return {"plan_id": plan, "goal_id": goal or plan.replace("plan", "goal"), "holder": holder}


#: Where one look with the usual objects is not enough, or not the right one.
LOOKS = {
    "holder": [Look("holder"), Look("holder", kinds={"holder": PERSON})],
    "plan": [
        Look("plan"),
        Look("plan", "?view=table"),
        Look("plan", kinds=of("published plan")),
        Look("plan", "?view=table&as_of=2026-05-01", kinds=of("published plan")),
        Look("plan", kinds=of("bare plan")),
    ],
    "goal": [Look("goal"), Look("goal", kinds=of("part")), Look("goal", kinds=of("mixed plan"))],
    "agreement": [Look("agreement"), Look("agreement", kinds=of("proposed plan"))],
    "course": [Look("course"), Look("course", kinds=of("published plan"))],
    "plan_adjustments": [Look("plan_adjustments", kinds=of("published plan"))],
    "split": [Look("split"), Look("split", press="Preview")],
    "spread": [Look("spread"), Look("spread", press="Preview")],
    "goal_new": [Look("goal_new"), Look("goal_new", press="Add the goal")],
    "product_groups": [Look("product_groups", kinds=of("mixed plan"))],
    "product_split": [Look("product_split", kinds=of("mixed plan"), press="Preview")],
    "propose": [Look("propose", kinds=of("open plan", holder=PERSON))],
    "goal_follow": [Look("goal_follow", kinds=of("part", "part goal"))],
    "goal_drift": [Look("goal_drift", kinds=of("part", "part goal"))],
    "handover": [Look("handover", kinds=of("published plan"))],
    "adjust": [Look("adjust", kinds=of("published plan"))],
    "override_withdraw": [Look("override_withdraw", kinds={"target_id": "overridden target"})],
    "target_acknowledge": [Look("target_acknowledge", kinds={"target_id": "asked target"})],
    "target_contest": [Look("target_contest", kinds={"target_id": "asked target"})],
    "plan_open": [Look("plan_open", kinds=of("plan to open"))],
    "plan_submit": [
        Look("plan_submit", kinds=of("plan to submit")),
        Look("plan_submit", kinds=of("bare plan")),
    ],
    "plan_take_back": [Look("plan_take_back", kinds=of("submitted plan"))],
    "plan_approve": [Look("plan_approve", kinds=of("submitted plan"))],
    "plan_publish": [Look("plan_publish", kinds=of("smart plan"))],
    "plan_close": [Look("plan_close", kinds=of("published plan"))],
    "acknowledgements_remind": [Look("acknowledgements_remind", kinds=of("published plan"))],
    "adjustment_withdraw": [Look("adjustment_withdraw", kinds={"adjustment_id": "own adjustment"})],
}
EVERY = [look for name in ROUTES if name not in LEADS_ON for look in LOOKS.get(name, [Look(name)])]


@pytest.fixture(scope="module")
def side(django_db_setup: None, django_db_blocker: DjangoDbBlocker, database_copy: Copy) -> Iterator[Side]:
    """Committed for real, outside any test's transaction, and gone after the module."""
    with django_db_blocker.unblock(), time_machine.travel(LATER, tick=False):
        side = a_side("acme", "acorn", 120_000)
        for kind in ("asked target", "notice", "published target"):
            side.id_of(kind)
        for look in EVERY:
            look.path(side)
        yield side
        renew(database_copy)


@pytest.fixture(scope="module")
def page(side: Side) -> Iterator[Page]:
    """The administrator's, at no page in particular."""
    server = LiveServer("localhost")
    with chromium() as browser:
        context = browser.new_context(
            locale="en-US", base_url=server.url, viewport=WIDE, reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(f"/o/{side.organisation.slug}/plans/")
        sign_in(page, side.admin.email)
        page.wait_for_url("**/plans/")
        yield page
    server.stop()


def shown(page: Page, look: Look, side: Side) -> str:
    """Open it, as a dialog or as a page; return where it is on the page."""
    path = look.path(side)
    part = page.request.get(path, headers={"HX-Request": "true"}).text()
    is_dialog = part.lstrip().startswith('<div class="dialog-head"')  # the grid brings dialogs of its own
    if is_dialog:
        page.evaluate(OPEN, path)
        expect(page.locator("#dialog[open] h2").first).to_be_visible()
    else:
        opened = page.goto(path)
        assert opened is not None
        assert opened.status == 200
        expect(page.locator("[data-loading]:visible, .later-card[aria-busy]")).to_have_count(0)
    if look.press:
        press(page.locator("#dialog"), look.press)
    page.evaluate("document.querySelectorAll('details.fold').forEach((each) => { each.open = true })")
    return "#dialog" if is_dialog else "html"


def press(dialog: Locator, button: str) -> None:
    """What is divided is divided evenly, and what the form lacks is said by the server."""
    dialog.locator("form").evaluate("form => { form.noValidate = true }")
    for method in dialog.locator("[name=method][value=even]").all():
        method.check()
    dialog.get_by_role("button", name=button).click()
    dialog.locator(".preview, [aria-invalid=true]").first.wait_for()


def found(page: Page, place: str, run_only: object = LEVELS) -> list[str]:
    response = Axe().run(page, place, options={"runOnly": run_only, "resultTypes": ["violations"]}).response
    return [
        f"{each['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for each in response["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("look", EVERY, ids=str)
def test_it_can_be_read_aloud_and_seen(page: Page, side: Side, look: Look) -> None:
    """In the dark only colours differ; what a dialog shows, it shows on a phone too."""
    place = shown(page, look, side)
    light = found(page, place)
    page.emulate_media(color_scheme="dark")
    dark = found(page, place, COLOURS) if place == "html" else []
    page.set_viewport_size(PHONE)
    phone = found(page, place)
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    assert {"light": light, "dark": dark, "phone": phone} == {"light": [], "dark": [], "phone": []}


@pytest.mark.parametrize("dialog", ["[data-keys]", "[data-ask-reason]", "[data-ask-paste]"])
def test_what_the_grid_asks_can_be_read_aloud_and_seen(page: Page, side: Side, dialog: str) -> None:
    shown(page, Look("plan"), side)
    page.evaluate("dialog => document.querySelector(dialog).showModal()", dialog)
    assert found(page, dialog) == []
    page.emulate_media(color_scheme="dark")
    assert found(page, dialog) == []
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("name", LEADS_ON)
def test_what_leads_on_shows_no_page_and_no_dialog(page: Page, side: Side, name: str) -> None:
    # Unpacked: the driver's node has failed to inflate what the browser reads.
    headers = {"HX-Request": "true", "Accept-Encoding": "identity"}
    answer = page.request.get(Look(name).path(side), headers=headers, max_redirects=0)
    assert answer.status in (200, 302)
    assert "<html" not in answer.text()
    assert 'class="dialog-head"' not in answer.text()


#: Where the focus is, whether it can be seen there, and whether it is marked.
STOP = """() => {
    let at = document.activeElement
    while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
    const box = at.getBoundingClientRect(), tree = at.getRootNode()
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const inset = ([across, down]) => [x + across * (box.width / 2 - 2), y + down * (box.height / 2 - 2)]
    const points = [[0, 0], [-1, -1], [1, -1], [-1, 1], [1, 1]].map(inset)
    const isAt = ([left, top]) => {
        const found = tree.elementFromPoint(left, top)
        return found && (at.contains(found) || found.contains(at) && found.closest("label, [role=row]"))
    }
    const isMarked = (each) => each && (getComputedStyle(each).outlineStyle !== "none")
    return {
        what: at.outerHTML.slice(0, 160),
        inside: Boolean(document.activeElement.closest("main, dialog")),
        seen: points.some(isAt),
        marked: isMarked(at) || isMarked(at.closest("label")),
    }
}"""
MANY = 150  # stops, where a page has no end
KEYED = [
    Look("holder", kinds={"holder": PERSON}),
    Look("team"),
    Look("plan"),
    Look("plan", "?view=table"),
    Look("goal"),
    Look("worksheet"),
    Look("agreement", kinds=of("proposed plan")),
    Look("course", kinds=of("published plan")),
    Look("plan_adjustments", kinds=of("published plan")),
    Look("adjustment"),
    Look("planning"),
]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("look", KEYED, ids=str)
def test_keys_go_through_a_page_and_its_dialogs(
    page: Page, side: Side, look: Look, size: ViewportSize
) -> None:
    page.set_viewport_size(size)
    shown(page, look, side)
    page.evaluate("document.querySelectorAll('details.fold').forEach((each) => { each.open = false })")
    skip = page.locator("a:visible, button:visible, summary:visible").first  # where Tab comes to first
    expect(skip).to_have_attribute("href", "#main")
    skip.focus()
    page.keyboard.press("Enter")
    stops = list(walked(page))
    dialogs = list(opened_by_keys(page))
    page.set_viewport_size(WIDE)
    assert [stop["what"] for stop in stops if not stop["marked"]] == [], "no ring"
    assert [stop["what"] for stop in stops if not stop["seen"]] == [], "hidden"
    assert len(stops) < MANY
    assert [dialog for dialog in dialogs if not all(dialog.values())] == []


def walked(page: Page) -> Iterator[dict[str, Any]]:
    for _stop in range(MANY):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if not stop["inside"]:
            return
        yield stop


def opened_by_keys(page: Page) -> Iterator[dict[str, Any]]:
    """One of each sort of dialog: the focus goes into it, is marked there, and comes back."""
    tried = set()
    for opener in page.locator("main [hx-target='#dialog-content']:visible").all():
        name = resolve(urlsplit(opener.get_attribute("href") or "").path).url_name
        if name in tried:
            continue
        tried.add(name)
        opener.focus()
        page.keyboard.press("Enter")
        page.locator("#dialog[open] h2").first.wait_for()
        stop, is_inside = page.evaluate(STOP), page.locator("#dialog :focus").count() == 1
        page.keyboard.press("Escape")
        back = opener.evaluate("opener => opener === document.activeElement")
        yield {"name": name, "inside": is_inside, "marked": stop["marked"], "back": back}


def test_a_menu_closes_behind_who_leaves_it(page: Page, side: Side) -> None:
    shown(page, Look("plans"), side)
    menu = page.locator("details.menu:has(.avatar-button)")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Organisations")).to_be_visible()
    assert found(page, ".menu[open]") == []
    menu.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Tab")
    expect(menu).not_to_have_attribute("open", "")


def test_what_a_page_refuses_is_gone_on_with_where_it_is_wrong(page: Page, side: Side) -> None:
    shown(page, Look("planning"), side)
    form = page.locator("main form:has([name=ramp])")
    form.locator("[name=ramp]").fill("many")
    form.locator("[name=ramp]").press("Enter")
    expect(page.locator("[name=ramp][aria-invalid=true]")).to_be_focused()


def test_who_holds_a_number_in_the_table_stays_in_its_row(page: Page, side: Side) -> None:
    shown(page, Look("plan", "?view=table"), side)
    button = page.get_by_role("button", name=re.compile("^Hold the number of .* person")).first
    whose = (button.get_attribute("aria-label") or "").removeprefix("Hold ")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Release {whose}")).to_be_visible()
    expect(page.locator("tr", has_text=whose.removeprefix("the number of ")).locator(":focus")).to_have_count(
        1
    )
