"""Deals: filtered in the address, sorted, exported, opened."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pipeline.models import Deal
from salestargets.tenancy.context import acting_for
from tests.builders import NOON
from tests.kpis.builders import a_deal
from tests.lasting import lasting
from tests.pipeline.builders import send
from tests.web.pages.kit import Scene, text_of

pytestmark = pytest.mark.django_db

DEALS = "/o/acme/deals/"


@lasting(at=NOON)
def deals(scene: Scene) -> Scene:
    """Beside Alice's of 200.00: Bob's open one, Carol's lost one, one in pounds that has no price."""
    send(scene.acme, "customers", {"external_id": "c1", "name": "Blue Fern"})
    send(scene.acme, "stages", {"external_id": "quote", "name": "Quote", "position": 2})
    send(
        scene.acme,
        "deals",
        {"external_id": "B1", "name": "Pumps", "owner": "bob", "amount": "70.50", "customer": "c1",
         "stage": "quote", "created_on": "2026-03-01", "expected_close_on": "2026-06-30",
         "stage_history": [{"stage": "quote", "entered_at": "2026-04-01T08:00:00Z"}]},
        {"external_id": "C1", "name": "Valves", "owner": "carol", "amount": "10", "status": "lost",
         "closed_on": "2026-04-30", "lost_reason": "Price"},
        {"external_id": "G1", "name": "Gauges", "owner": "bob", "amount": "99", "currency": "GBP"},
    )  # fmt: skip
    with acting_for(scene.acme.pk):
        Deal.objects.filter(pk=scene.ours.deal_id).update(name="Filters", external_id="A1")
    return scene


def names(page: str) -> list[str]:
    rows = page.partition("<tbody")[2].partition("</tbody")[0].split('<th scope="row">')[1:]
    return [row.partition(">")[2].partition("<")[0] for row in rows]


def deal_named(scene: Scene, name: str) -> Deal:
    with acting_for(scene.acme.pk):
        return Deal.objects.get(name=name)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Pumps", "Filters", "Valves", "Gauges"]),
        ("sort=name", ["Filters", "Gauges", "Pumps", "Valves"]),
        ("sort=-amount", ["Filters", "Pumps", "Valves", "Gauges"]),
        ("sort=expected", ["Pumps"]),
        ("q=pump", ["Pumps"]),
        ("q=FERN", ["Pumps"]),
        ("q=C1", ["Valves"]),
        ("status=open", ["Pumps", "Gauges"]),
        ("status=won&q=", ["Filters"]),
        ("from=2026-04-30&to=2026-04-30", ["Valves"]),
        ("by=created&from=2026-03-01&to=2026-03-01", ["Pumps"]),
        ("status=nonsense&owner=x&stage=-1&from=yesterday&sort=password", None),
    ],
)
def test_the_address_says_which_deals(
    deals: Scene, admin: Client, query: str, found: list[str] | None
) -> None:
    page = names(text_of(admin, f"{DEALS}?{query}"))
    assert page[: len(found)] == found if found else len(page) == 4


def test_the_sum_below_is_of_all_that_is_filtered(deals: Scene, admin: Client) -> None:
    page = text_of(admin, f"{DEALS}?status=open")
    assert "2 deals" in page
    assert "1 not priced" in page
    assert '<td class="num">$70.50</td>' in page.partition("<tfoot")[2]


def test_deals_are_filtered_by_owner_and_by_stage(deals: Scene, admin: Client) -> None:
    bob, quote = deals.world.bob.pk, deal_named(deals, "Pumps").stage_id
    assert sorted(names(text_of(admin, f"{DEALS}?owner={bob}"))) == ["Gauges", "Pumps"]
    assert names(text_of(admin, f"{DEALS}?stage={quote}")) == ["Pumps"]


def test_deals_leave_as_a_file_with_the_filter(deals: Scene, admin: Client) -> None:
    answer = admin.get(f"{DEALS}?q=pump&export=csv")
    head, row = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    told = dict(zip(head.split(","), row.split(","), strict=True))
    assert (told["Amount"], told["Currency"], told["Owner"]) == ("70.50", "USD", "Bob")
    assert (told["Created on"], told["Closed on"]) == ("2026-03-01", "")


def test_a_deal_shows_its_way_its_shares_and_its_changes(deals: Scene, admin: Client) -> None:
    send(deals.acme, "deals", {"external_id": "B1", "amount": "80.50"},
         at=datetime(2026, 5, 12, 13, tzinfo=UTC))  # fmt: skip
    page = text_of(admin, f"{DEALS}{deal_named(deals, 'Pumps').pk}/")
    assert "Apr 1, 2026 08:00" in page
    assert "Bob, with the whole amount." in page
    assert 'Amount:</span> $70.50 <span class="quiet">→</span> $80.50' in page
    shared = a_deal(deals.acme, deals.world.alice, shares={deals.world.alice: 4_000, deals.world.bob: 6_000})
    page = text_of(admin, f"{DEALS}{shared.pk}/")
    assert "50.0%" in page
    assert "$60.00" in page


def test_a_deal_in_another_currency_without_a_rate_says_so(deals: Scene, admin: Client) -> None:
    page = text_of(admin, f"{DEALS}{deal_named(deals, 'Gauges').pk}/")
    assert "£99.00" in page
    assert "not priced: there is no exchange rate" in page


def test_a_manager_and_a_rep_see_the_deals_of_their_own(deals: Scene) -> None:
    assert sorted(names(text_of(deals.browser("manager"), DEALS))) == ["Filters", "Gauges", "Pumps"]
    assert names(text_of(deals.browser("rep"), DEALS)) == ["Filters"]
    assert deals.browser("rep").get(f"{DEALS}{deal_named(deals, 'Pumps').pk}/").status_code == 404


def test_an_empty_list_says_what_to_do(deals: Scene, admin: Client) -> None:
    assert "Take a filter away" in text_of(admin, f"{DEALS}?q=nothing")
    with acting_for(deals.acme.pk):
        Deal.objects.update(deleted_at=datetime(2026, 5, 1, tzinfo=UTC))
    assert "Import a file from your CRM" in text_of(admin, DEALS)
    assert "Deals that you own" in text_of(deals.browser("rep"), DEALS)


def test_four_deals_ask_no_more_than_one(
    deals: Scene, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    admin.get(DEALS)
    with django_assert_num_queries(17):
        admin.get(f"{DEALS}?q=pump")
    with django_assert_num_queries(17):
        admin.get(DEALS)
