"""The planning grid in a real browser, under the real policy: written in, pasted into, cut off, overtaken."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browsers import chromium
from tests.targets.pages.grid_page import MONTHS, Server, a_context, a_page, a_row, acme, many

pytestmark = pytest.mark.browser

JULY, AUGUST, SEPTEMBER = MONTHS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all: its pages are made of what the test says, and no database is asked."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """Shown and without a complaint, of the policy or any other."""
    context = a_context(browser, server)
    page = a_page(context)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Content Security" in said.text else None)
    yield page
    assert problems == []
    context.close()


def cell(page: Page, name: str, column: str) -> Locator:
    heads = [text.strip() for text in page.get_by_role("columnheader").all_inner_texts()]
    return page.get_by_role("row", name=name).locator(f"[aria-colindex='{heads.index(column) + 1}']")


def write(page: Page, name: str, column: str, text: str, end: str = "Enter") -> None:
    cell(page, name, column).click()
    page.keyboard.type(text)
    page.keyboard.press(end)


def state(page: Page) -> Locator:
    return page.locator("[data-state]")


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def test_a_number_is_typed_and_its_sums_and_what_is_left_follow(page: Page, server: Server) -> None:
    expect(cell(page, "East", "Left to give")).to_have_text("100 unallocated")
    write(page, "Alice", "2026-07", "250.50")
    expect(cell(page, "Alice", "2026-07")).to_have_text("251")
    expect(cell(page, "Alice", "Total")).to_have_text("651")
    expect(cell(page, "Alice", "Q3")).to_have_text("651")
    expect(cell(page, "East", "Left to give")).to_have_text("50 unallocated")
    expect(state(page)).to_have_text("All saved")
    sent = {"holder": "person:1", "column": JULY, "was": 20_000, "amount": 25_050}
    assert server.asked == [("", {"edits": [sent], "rule": "shape"})]


def test_a_number_is_shown_before_it_is_saved_and_spread_exactly(page: Page, server: Server) -> None:
    waiting: list[Route] = []
    server.before = lambda route: waiting.append(route) is None
    write(page, "Alice", "Q3", "1,000")
    expect(state(page)).to_have_text("Saving…")
    expect(cell(page, "Alice", "Total")).to_have_text("1,000")
    shown = [cell(page, "Alice", month[:7]).inner_text() for month in MONTHS]
    assert shown == ["333", "333", "333"]
    cell(page, "Alice", "2026-07").click()
    expect(page.locator("[data-where]")).to_contain_text("333.34")
    assert len(waiting) == 1


def test_amounts_are_read_to_the_last_cent(page: Page) -> None:
    exactly = {
        "1,200.50": 120_050,
        "1200.5": 120_050,
        "$1,200": 120_000,
        "USD 7": 700,
        "1.2m": 120_000_000,
        "350k": 35_000_000,
        "3万": 3_000_000,
        "1.5亿": 15_000_000_000,
        "\uff11\uff0c\uff12\uff10\uff10\uff0e\uff15": 120_050,  # full width
        "1 200": 120_000,
        "1.23456789m": 123_456_789,
        "0": 0,
        "": None,
    }
    assert {text: _read(page, text) for text in exactly} == {
        text: {"amount": cents} for text, cents in exactly.items()
    }


def test_what_cannot_be_meant_is_refused_and_never_rounded(page: Page) -> None:
    refused = {
        "abc": "not_a_number",
        "1,5": "not_a_number",
        "1.234,50": "not_a_number",
        "1e5": "not_a_number",
        "€5": "not_a_number",
        "12 34": "not_a_number",
        "-5": "negative",
        "(1,234)": "negative",
        "1.005": "too_fine",
        "1.23456789123m": "too_fine",
        "99999999999999999": "too_large",
    }
    assert {text: _read(page, text) for text in refused} == {
        text: {"refused": why} for text, why in refused.items()
    }


def _read(page: Page, text: str) -> Any:
    script = """async (text) => {
        const { Scale } = await import("/static/js/grid/amounts.js")
        return new Scale({ unit: "money", currency: "USD", places: 2 }, "en").read(text)
    }"""
    return page.evaluate(script, text)


def test_rubbish_stays_in_its_cell_with_what_is_wrong(page: Page, server: Server) -> None:
    write(page, "Alice", "2026-07", "1.2.3")
    alert = page.locator("[data-error]")
    expect(alert).to_have_text("“1.2.3” is not a number. Write it like 1,200.50, 1.2m or 3万.")
    field = page.get_by_role("textbox", name="Alice, 2026-07")
    expect(field).to_be_focused()
    page.mouse.click(*_middle(cell(page, "Bob", "Total")))
    expect(field).to_have_value("1.2.3")
    field.press("Escape")
    expect(alert).to_be_hidden()
    expect(cell(page, "Alice", "2026-07")).to_have_text("200")
    assert server.asked == []


def _middle(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_keyboard_goes_everywhere_and_out_again(page: Page) -> None:
    press = page.keyboard.press
    cell(page, "Acme", "Total").focus()
    for key, name, column in [
        ("ArrowDown", "East", "Total"),
        ("ArrowRight", "East", "2026-07"),
        ("End", "East", "Left to give"),
        ("Home", "East", "Name"),
        ("Control+End", "Carol", "Left to give"),
        ("Control+Home", "Acme", "Name"),
        ("PageDown", "Carol", "Name"),
        ("Control+ArrowUp", "Acme", "Name"),
    ]:
        press(key)
        expect(cell(page, name, column)).to_be_focused()
    for _column in range(7):
        press("Tab")
    expect(cell(page, "Acme", "Left to give")).to_be_focused()
    press("Tab")
    expect(page.get_by_role("link", name="Divide")).to_be_focused()
    press("Shift+Tab")
    expect(cell(page, "Acme", "Left to give")).to_be_focused()


def test_a_unit_is_folded_and_opened_on_its_name(page: Page) -> None:
    cell(page, "East", "Name").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("row", name="Alice")).to_have_count(0)
    expect(page.get_by_role("row", name="East")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("row", name="Alice")).to_have_attribute("aria-level", "3")
    cell(page, "Alice", "2026-07").focus()
    page.get_by_role("button", name="Close all").click()
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "4")


def test_writing_ends_with_the_next_cell(page: Page) -> None:
    write(page, "Alice", "2026-07", "1", end="Tab")
    expect(cell(page, "Alice", "2026-08")).to_be_focused()
    page.keyboard.press("F2")
    expect(page.get_by_role("textbox")).to_have_value("200")
    page.keyboard.press("Shift+Enter")
    expect(cell(page, "East", "2026-08")).to_be_focused()


def test_what_is_not_theirs_to_change_says_so(page: Page, server: Server) -> None:
    write(page, "Acme", "Total", "5")
    expect(state(page)).to_have_text("This cannot be changed here.")
    expect(cell(page, "Acme", "Total")).to_have_attribute("aria-readonly", "true")
    assert server.asked == []


def test_a_key_holds_what_is_chosen_and_lets_go_again(page: Page, server: Server) -> None:
    cell(page, "Alice", "2026-07").click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("h")
    expect(cell(page, "Bob", "2026-07")).to_have_attribute("title", "held")
    page.keyboard.press("Control+h")
    expect(cell(page, "Bob", "2026-07")).not_to_have_attribute("title", "held")
    cells = [{"holder": f"person:{n}", "column": JULY} for n in (1, 2)]
    assert server.asked == [("hold/", {"cells": cells, "held": held}) for held in (True, False)]


def test_a_name_is_held_as_its_total(page: Page, server: Server) -> None:
    cell(page, "Bob", "Name").click()
    page.keyboard.press("h")
    expect(cell(page, "Bob", "2026-08")).to_have_attribute("title", "held")
    assert server.asked == [("hold/", {"cells": [{"holder": "person:2", "column": "total"}], "held": True})]


def test_cells_go_to_a_spreadsheet_to_the_last_cent(page: Page) -> None:
    cell(page, "Alice", "2026-07").click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-where]")).to_have_text("4 cells chosen, together 1,000")
    page.keyboard.press("Control+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "200.00\t200.00\n300.00\t300.00"


def test_what_is_pasted_is_shown_first_and_sent_as_one(page: Page, server: Server) -> None:
    cell(page, "Alice", "2026-07").click()
    paste(page, "250\t\r\n\t1,000.50\r\n")
    dialog = page.get_by_role("dialog", name="Paste these numbers?")
    said = dict(
        zip(dialog.locator("dt").all_inner_texts(), dialog.locator("dd").all_inner_texts(), strict=True)
    )
    assert said == {
        "Cells that change": "2",
        "Their sum now": "500",
        "Their sum then": "1,250.50",
        "Difference": "750.50",
    }
    assert server.asked == []
    dialog.get_by_role("button", name="Paste").click()
    expect(cell(page, "Bob", "2026-08")).to_have_text("1,001")
    expect(state(page)).to_have_text("All saved")
    edits = server.asked[0][1]["edits"]
    assert [(edit["holder"], edit["column"], edit["amount"]) for edit in edits] == [
        ("person:1", JULY, 25_000),
        ("person:2", AUGUST, 100_050),
    ]


def test_a_paste_with_one_cell_that_cannot_be_read_changes_nothing(page: Page, server: Server) -> None:
    cell(page, "Alice", "2026-07").click()
    paste(page, "1\t(1,234)\n2\tx")
    expect(page.locator("[data-notes]")).to_contain_text(
        "Nothing was pasted: 2 cells cannot be read. Alice, 2026-08: “(1,234)” is below zero."
    )
    assert server.asked == []


def test_a_total_pasted_with_its_months_follows_from_them(page: Page, server: Server) -> None:
    cell(page, "Alice", "Total").click()
    paste(page, "6\t1\t2\t3")
    dialog = page.get_by_role("dialog", name="Paste these numbers?")
    expect(dialog).to_contain_text("1 sum follows from its months.")
    dialog.get_by_role("button", name="Paste").click()
    expect(state(page)).to_have_text("All saved")
    assert [edit["column"] for edit in server.asked[0][1]["edits"]] == list(MONTHS)


def test_a_pasted_cell_fills_what_is_chosen(page: Page, server: Server) -> None:
    cell(page, "Alice", "2026-07").click()
    page.keyboard.press("Shift+ArrowDown")
    paste(page, "7")
    page.get_by_role("dialog").get_by_role("button", name="Paste").click()
    expect(state(page)).to_have_text("All saved")
    assert [edit["amount"] for edit in server.asked[0][1]["edits"]] == [700, 700]


def test_two_people_never_overwrite_each_other(page: Page, server: Server) -> None:
    server.put("person:1", 0, 11_100)
    write(page, "Alice", "2026-07", "222")
    notes = page.locator("[data-notes]")
    expect(notes).to_contain_text("Alice, 2026-07: Mona wrote 111")
    expect(notes).to_contain_text("while you wrote 222.")
    expect(cell(page, "Alice", "2026-07")).to_have_text("111")
    expect(state(page)).to_have_text("Not saved: someone else was faster. Decide above.")
    notes.get_by_role("button", name="Take theirs").click()
    expect(state(page)).to_have_text("All saved")
    assert server.value("person:1", JULY) == 11_100
    expect(notes).to_be_empty()


def test_mine_is_written_over_theirs_only_when_i_say_so(page: Page, server: Server) -> None:
    server.put("person:1", 0, 11_100)
    write(page, "Alice", "2026-07", "222")
    page.get_by_role("button", name="Write mine").click()
    expect(state(page)).to_have_text("All saved")
    expect(cell(page, "Alice", "2026-07")).to_have_text("222")
    assert server.asked[-1][1]["edits"][0]["was"] == 11_100


def test_the_rest_of_a_paste_waits_for_the_answer(page: Page, server: Server) -> None:
    server.put("person:2", 0, 11_100)
    cell(page, "Alice", "2026-07").click()
    paste(page, "1\n2")
    page.get_by_role("dialog").get_by_role("button", name="Paste").click()
    page.get_by_role("button", name="Take theirs").click()
    expect(state(page)).to_have_text("All saved")
    assert (server.value("person:1", JULY), server.value("person:2", JULY)) == (100, 11_100)


def test_many_conflicts_are_one_question(page: Page, server: Server) -> None:
    for month in range(3):
        server.put("person:1", month, 11_100)
        server.put("person:2", month, 11_100)
    cell(page, "Alice", "2026-07").click()
    paste(page, "1\t2\t3\n4\t5\t6")
    page.get_by_role("dialog").get_by_role("button", name="Paste").click()
    expect(page.locator("[data-notes]")).to_contain_text(
        "6 of these numbers were changed by others meanwhile"
    )
    write(page, "Alice", "2026-07", "9")  # this one is decided by that
    page.get_by_role("button", name="Write mine").click()
    expect(cell(page, "Bob", "2026-09")).to_have_text("6")
    expect(state(page)).to_have_text("All saved")
    assert (server.row("person:1")["months"], server.row("person:2")["months"]) == (
        [900, 200, 300],
        [400, 500, 600],
    )


def test_a_lost_answer_is_no_conflict_with_oneself(page: Page, server: Server) -> None:
    def lose(route: Route) -> bool:
        server.before = lambda _route: False
        server.put("person:1", 0, 22_200)  # written, but the answer does not arrive
        route.abort()
        return True

    server.before = lose
    write(page, "Alice", "2026-07", "222")
    expect(state(page)).to_have_text("Offline: 1 change waits and is sent later.")
    expect(state(page)).to_have_text("All saved")
    expect(page.locator("[data-notes]")).to_be_empty()
    expect(cell(page, "Alice", "2026-07")).to_have_text("222")


def test_without_a_line_changes_wait_and_are_sent_later(page: Page, server: Server) -> None:
    page.context.set_offline(True)
    server.before = _cut
    write(page, "Alice", "2026-07", "1", end="Tab")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(state(page)).to_have_text("Offline: 2 changes wait and are sent later.")
    expect(cell(page, "Alice", "2026-08")).to_have_text("2")
    left: list[str] = []
    page.once("dialog", lambda dialog: (left.append(dialog.type), dialog.dismiss()))
    page.evaluate("location.hash = ''; setTimeout(() => location.assign('/elsewhere'))")
    page.wait_for_timeout(300)
    assert left == ["beforeunload"]
    server.before = lambda _route: False
    page.context.set_offline(False)
    expect(state(page)).to_have_text("All saved")
    assert (server.value("person:1", JULY), server.value("person:1", AUGUST)) == (100, 200)
    assert len(server.asked) == 2


def _cut(route: Route) -> bool:
    route.abort()
    return True


def test_what_the_server_refuses_is_taken_back_and_said(page: Page, server: Server) -> None:
    def refuse(route: Route) -> bool:
        route.fulfill(
            status=422,
            content_type="application/json",
            body='{"detail": "Held above its unit.", "errors": {}}',
        )
        return True

    server.before = refuse
    write(page, "Alice", "2026-07", "222")
    expect(page.locator("[data-notes]")).to_contain_text("Held above its unit.")
    expect(cell(page, "Alice", "2026-07")).to_have_text("200")
    expect(cell(page, "Alice", "2026-07")).to_have_attribute("title", "Held above its unit.")


def test_undo_is_asked_of_the_server(page: Page, server: Server) -> None:
    cell(page, "Alice", "2026-07").click()
    page.keyboard.press("Control+z")
    expect(page.locator("[data-notes]")).to_contain_text("Later changes stand on it.")
    assert server.asked == [("undo/", {"version": 1, "reason": ""})]


def test_a_plan_in_force_asks_for_the_reason_once(browser: Browser) -> None:
    server = Server(more={"needs_reason": True, "state": "published"})
    page = a_page(a_context(browser, server))
    write(page, "Alice", "2026-07", "1")
    dialog = page.get_by_role("dialog", name="Why do these numbers change?")
    dialog.get_by_label("Reason").fill("Two people more")
    dialog.get_by_role("button", name="Continue").click()
    expect(state(page)).to_have_text("All saved")
    write(page, "Alice", "2026-08", "2")
    expect(cell(page, "Alice", "2026-08")).to_have_text("2")
    expect(state(page)).to_have_text("All saved")
    said = [(body["reason"], body["effective_on"]) for _what, body in server.asked]
    assert said == [("Two people more", None)] * 2


def test_a_reason_that_is_not_given_changes_nothing(browser: Browser) -> None:
    server = Server(more={"needs_reason": True, "state": "published"})
    page = a_page(a_context(browser, server))
    write(page, "Alice", "2026-07", "1")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(cell(page, "Alice", "2026-07")).to_have_text("200")
    assert server.asked == []


def test_marks_tell_what_was_set_by_hand_who_joined_and_who_left(browser: Browser) -> None:
    rows = [
        *acme(),
        a_row("person:4", "unit:3", "Dan", None, None, None, joined_on="2026-08-15"),
        a_row("person:5", "unit:3", "Eve", 100, 100, 100, is_stray=True, computed=99_900),
        a_row("person:6@3", "unit:3", "Fay", None, None, None, last_day="2026-08-14"),
    ]
    page = a_page(a_context(browser, Server(rows=rows)))
    expect(cell(page, "Dan", "Name")).to_contain_text("since Aug 15")
    expect(cell(page, "Fay", "Name")).to_contain_text("until Aug 14")
    expect(cell(page, "Dan", "Total")).to_have_text("—")
    expect(cell(page, "Eve", "Name")).to_contain_text("left the tree")
    expect(cell(page, "Eve", "Total")).to_have_attribute("title", "set by hand; the split gave 999")
    expect(cell(page, "West", "Left to give")).to_have_text("53 over-assigned")


def test_a_unit_tells_what_its_people_carry_together(browser: Browser) -> None:
    page = a_page(a_context(browser, Server()))
    for name, told in (("Acme", "98.1%"), ("East", "93.3%"), ("West", "104.2%")):
        expect(cell(page, name, "Total")).to_have_attribute("title", re.compile(f"people carry {told}"))
    cell(page, "West", "Total").focus()
    expect(page.locator("[data-where]")).to_contain_text("people carry 104.2%")


def test_ten_thousand_rows_are_drawn_as_far_as_they_are_seen(browser: Browser) -> None:
    page = a_page(a_context(browser, Server(rows=many(10_000))))
    page.get_by_role("button", name="Open all").click()
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "10012")
    assert page.get_by_role("row").count() < 60
    cell(page, "Acme", "Total").focus()
    page.keyboard.press("Control+End")
    last = page.locator("[role=row][aria-rowindex='10012']")
    expect(last.get_by_role("rowheader")).to_have_text("Rep 999")
    expect(last.locator(":focus")).to_be_in_viewport()


def test_months_that_are_held_stay_when_a_total_is_spread(browser: Browser) -> None:
    held = a_row("person:4", "unit:3", "Dan", 10_000, 10_000, 20_000, held_months=[JULY])
    server = Server(rows=[*acme(), held], before=lambda _route: True)  # it never answers
    page = a_page(a_context(browser, server))
    write(page, "Dan", "Total", "700")
    shown = [cell(page, "Dan", month[:7]).inner_text() for month in MONTHS]
    assert shown == ["100", "200", "400"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_aloud_and_seen(browser: Browser, scheme: str) -> None:
    page = a_page(a_context(browser, Server(), color_scheme=scheme))
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.response["violations"] == [], found.generate_report()


def test_on_a_phone_a_touch_chooses_and_a_second_writes(browser: Browser) -> None:
    server = Server()
    context = a_context(
        browser, server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = a_page(context)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cell(page, "Alice", "2026-07").tap()
    cell(page, "Alice", "2026-07").tap()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(state(page)).to_have_text("All saved")
    page.keyboard.press("End")
    expect(cell(page, "Alice", "Name")).to_be_in_viewport()
    expect(page.locator("[data-where]")).to_contain_text("Bob")


def test_it_speaks_chinese(browser: Browser) -> None:
    page = a_page(a_context(browser, Server(), language="zh-hans"))
    expect(cell(page, "East", "分配情况")).to_have_text("未分配 100")
    write(page, "Alice", "2026-07", "3万")
    expect(cell(page, "Alice", "2026-07")).to_have_text("30,000")
    expect(state(page)).to_have_text("已全部保存")


def test_a_number_says_how_hard_it_is_while_it_is_written(browser: Browser) -> None:
    context = a_context(browser, Server(past={"person:1": [50_000, 60_000, 70_000, 80_000]}))
    page = a_page(context)
    expect(cell(page, "Alice", "Difficulty")).to_have_text("easy 3/4")
    write(page, "Alice", "2026-07", "400")
    expect(cell(page, "Alice", "Difficulty")).to_have_text("stretch 1/4")
    cell(page, "Alice", "Difficulty").click()
    said = "Reached or beaten in 1 of the last 4 periods of this length"
    expect(cell(page, "Alice", "Difficulty")).to_have_attribute("title", said)
    expect(page.locator("[data-where]")).to_contain_text(said)
    expect(cell(page, "Bob", "Difficulty")).to_have_text("—")
    expect(cell(page, "Bob", "Difficulty")).to_have_attribute("title", re.compile("Three are needed"))
    context.close()
