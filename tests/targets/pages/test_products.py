"""Product groups and files on the pages of a plan."""

import csv
import html
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pipeline.models import Product
from salestargets.tenancy.context import acting_for
from targets.models import Goal
from tests.builders import NOON
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, number, split, written
from tests.targets.pages.conftest import Company
from tests.targets.pages.test_numbers import hidden
from tests.targets.pages.test_plans import HTMX, Q3

pytestmark = pytest.mark.django_db


@lasting(at=NOON)
def draft(company: Company) -> Goal:
    """600.00 in Q3: 150.00 each for Alice and Bob, 300.00 for Carol."""
    with acting_for(company.acme.pk):
        for name, group in (("Drill", "Tools"), ("Bit", "Parts")):
            Product.objects.create(source="crm", external_id=name, name=name, group=group)
    goal = a_goal(a_plan(company.acme, "Q3", **Q3), "600.00")
    split(goal, "even")
    return goal


def words(answer: Any) -> str:
    """What is to be read on a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def path(goal: Goal, what: str) -> str:
    return f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/{what}/"


def version(goal: Goal) -> int:
    with acting_for(goal.organisation_id):
        return Goal.objects.get(pk=goal.pk).version


def choose(admin: Client, goal: Goal, **fields: Any) -> Any:
    """The groups in the order of the dialog: Parts, Tools."""
    fields = {"version": version(goal), "take-0": "on", "take-1": "on", "share-1": "60", **fields}
    return admin.post(path(goal, "products"), fields, headers=HTMX)


def divide(admin: Client, goal: Goal, **fields: Any) -> Any:
    shared = {"version": version(goal), "method": "even", "recursive": "on", **fields}
    shown = admin.post(path(goal, "products/split"), {**shared, "preview": "1"}, headers=HTMX)
    seen = hidden(shown.content.decode(), "seen")
    return admin.post(path(goal, "products/split"), {**shared, "apply": "1", "seen": seen}, headers=HTMX)


def test_groups_are_chosen_divided_and_shown_with_their_minimum(
    company: Company, draft: Goal, admin: Client
) -> None:
    assert choose(admin, draft).headers["HX-Trigger"].startswith('{"numbers"')
    assert divide(admin, draft).headers["HX-Trigger"].startswith('{"numbers"')
    page = admin.get(f"/o/acme/plans/{draft.plan_id}/goal/?goal={draft.pk}")
    shown = words(page)
    assert "Product mix" in shown
    assert "Tools Target $360" in shown
    assert "Parts Target $240" in shown


def test_without_groups_there_is_nothing_to_divide_and_the_way_to_choose_them(
    company: Company, draft: Goal, admin: Client
) -> None:
    for answer in (
        admin.get(path(draft, "products/split")),
        admin.get(path(draft, "products/split"), headers=HTMX),
    ):
        shown = words(answer)
        assert "This goal has no product groups yet" in shown
        assert "Weight or amount" not in shown
        assert f'href="{path(draft, "products")}"' in answer.content.decode()
    choose(admin, draft)
    assert "Weight or amount" in words(admin.get(path(draft, "products/split")))


def test_a_preview_shows_what_a_split_would_give_and_writes_nothing(
    company: Company, draft: Goal, admin: Client
) -> None:
    choose(admin, draft)
    before = written(company.acme)
    fields = {"version": version(draft), "method": "even", "preview": "1"}
    shown = words(admin.post(path(draft, "products/split"), fields, headers=HTMX))
    assert "Tools at its minimum Before — After $360.00" in shown
    refused = admin.post(
        path(draft, "products/split"), {**fields, "apply": "1", "seen": "other"}, headers=HTMX
    )
    assert "HX-Trigger" not in refused.headers
    assert written(company.acme) == before


def test_what_cannot_be_chosen_is_told_in_the_dialog(company: Company, draft: Goal, admin: Client) -> None:
    answer = choose(admin, draft, **{"share-0": "50"})
    assert answer.status_code == 422
    assert "more than 100 % together" in html.unescape(answer.content.decode())
    choose(admin, draft)
    answer = admin.post(
        path(draft, "products/split"), {"version": 1, "method": "history", "preview": "1"}, headers=HTMX
    )
    assert answer.status_code == 422


def test_the_numbers_are_switched_by_group(company: Company, draft: Goal, admin: Client) -> None:
    choose(admin, draft)
    divide(admin, draft)
    plan = f"/o/acme/plans/{draft.plan_id}/?goal={draft.pk}"
    page = admin.get(plan).content.decode()
    assert "All products" in page
    assert 'data-query=""' in page
    page = admin.get(f"{plan}&group=Tools").content.decode()
    assert 'data-query="?group=Tools"' in page
    rows = admin.get(f"{path(draft, 'grid')}?group=Tools").json()["rows"]
    assert {row["name"]: row["total"] for row in rows}["Alice"] == 9_000
    rows = {row["name"]: row for row in admin.get(path(draft, "grid")).json()["rows"]}
    assert (rows["Acme"]["writable"], rows["Alice"]["writable"], rows["Acme"]["may_split"]) == (
        True,
        False,
        False,
    )
    assert admin.get(f"{plan}&group=Typo").status_code == 404


def test_a_cell_of_a_group_is_written_in_the_grid(company: Company, draft: Goal, admin: Client) -> None:
    choose(admin, draft)
    divide(admin, draft)
    alice = company.world.alice
    edits = [{"holder": f"person:{alice.pk}", "column": "total", "was": 9_000, "amount": 9_900}]
    sent = admin.post(f"{path(draft, 'grid')}?group=Tools", {"edits": edits}, content_type="application/json")
    assert [row["total"] for row in sent.json()["rows"]] == [9_900]
    assert number(draft, alice) == 15_900
    edits[0] |= {"was": 15_900, "amount": 1}
    sent = admin.post(path(draft, "grid"), {"edits": edits}, content_type="application/json")
    assert (sent.status_code, number(draft, alice)) == (422, 15_900)


def downloaded(admin: Client, goal: Goal) -> list[list[str]]:
    answer: Any = admin.get(f"/o/acme/plans/{goal.plan_id}/?goal={goal.pk}&export=csv")
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline="")))


def uploaded(admin: Client, goal: Goal, table: list[list[str]]) -> Any:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    file = SimpleUploadedFile("plan.csv", text.getvalue().encode())
    return admin.post(path(goal, "upload"), {"file": file, "read": "1"}, headers=HTMX)


def test_a_file_is_shown_before_it_is_written(company: Company, draft: Goal, admin: Client) -> None:
    table = downloaded(admin, draft)
    total, alice = table[0].index("Target"), company.world.alice
    next(row for row in table if "Alice" in row)[total] = "200"
    shown = uploaded(admin, draft, table)
    assert "Alice Before $150.00 After $200.00" in words(shown)
    assert number(draft, alice) == 15_000
    seen = html.unescape(re.findall(r'name="seen" value="([^"]*)"', shown.content.decode())[0])
    done = admin.post(path(draft, "upload"), {"apply": "1", "seen": seen}, headers=HTMX)
    assert done.headers["HX-Trigger"].startswith('{"numbers"')
    assert number(draft, alice) == 20_000
    again = admin.post(path(draft, "upload"), {"apply": "1", "seen": seen}, headers=HTMX)
    assert again.status_code == 422
    assert "“Alice” has 200.00 now." in words(again)


def test_a_file_that_cannot_be_taken_names_the_cells(company: Company, draft: Goal, admin: Client) -> None:
    before = written(company.acme)
    shown = uploaded(admin, draft, [["External id", "Target"], ["alice", "many"]])
    assert shown.status_code == 422
    assert "B2: “many”" in html.unescape(shown.content.decode())
    assert admin.post(path(draft, "upload"), {"read": "1"}, headers=HTMX).status_code == 422
    assert written(company.acme) == before
