"""Records of every kind but deals: one list and one page, made from what the kind says of itself."""

import csv

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pipeline.models import Activity, Invoice
from pipeline.views.records import SHOWN
from salestargets.tenancy.context import acting_for
from tests.builders import NOON
from tests.lasting import lasting
from tests.pipeline.builders import send
from tests.web.pages.kit import Scene, text_of

pytestmark = pytest.mark.django_db

RECORDS = "/o/acme/records/"
VISIT = {"kind": "visit", "person": "bob", "happened_at": "2026-05-04T10:00:00Z"}


@lasting(at=NOON)
def records(scene: Scene) -> Scene:
    send(scene.acme, "customers", {"external_id": "c1", "name": "Blue Fern", "owner": "bob"})
    send(
        scene.acme,
        "activities",
        {"external_id": "V1", "name": "Pumps", "customer": "c1", "minutes": 45, **VISIT},
        {"external_id": "V2", "name": "Valves", **VISIT, "kind": "call", "person": "carol"},
    )
    send(
        scene.acme,
        "invoices",
        {"external_id": "I1", "name": "Spring", "owner": "bob", "customer": "c1", "amount": "70.50",
         "dated_on": "2026-04-02", "shares": [{"person": "bob", "percent": "60"},
                                              {"person": "alice", "percent": "40"}]},
        {"external_id": "I2", "name": "Summer", "owner": "bob", "amount": "9", "currency": "GBP"},
    )  # fmt: skip
    return scene


def names(page: str) -> list[str]:
    rows = page.partition("<tbody")[2].partition("</tbody")[0].split('<th scope="row">')[1:]
    return [row.partition(">")[2].partition("<")[0] for row in rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("activities/", ["Valves", "Pumps"]),
        ("activities/?sort=name", ["Pumps", "Valves"]),
        ("activities/?sort=-figure", ["Pumps", "Valves"]),
        ("activities/?choice=call", ["Valves"]),
        ("activities/?q=FERN", ["Pumps"]),
        ("activities/?q=V2", ["Valves"]),
        ("activities/?from=2026-05-05", []),
        ("activities/?to=2026-05-04&choice=nonsense&person=x&sort=password", ["Valves", "Pumps"]),
        ("invoices/", ["Spring", "Summer"]),
        ("invoices/?sort=figure", ["Spring", "Summer"]),
        ("customers/", ["Blue Fern"]),
    ],
)
def test_the_address_says_which_records(records: Scene, admin: Client, query: str, found: list[str]) -> None:
    assert sorted(names(text_of(admin, f"{RECORDS}{query}"))) == sorted(found)
    if "sort=n" in query or "sort=-f" in query:
        assert names(text_of(admin, f"{RECORDS}{query}")) == found


@pytest.mark.parametrize("kind", SHOWN)
def test_every_kind_has_a_tab_and_says_how_it_is_filled(scene: Scene, admin: Client, kind: str) -> None:
    page = text_of(admin, f"{RECORDS}{kind}/?person={scene.world.mona.pk}")
    assert "Take a filter away" in page
    assert f'{RECORDS}{kind}/" aria-current="page"' in page
    assert f"?kind={kind}" in text_of(admin, f"{RECORDS}{kind}/")


def test_amounts_are_summed_and_what_has_no_price_says_so(records: Scene, admin: Client) -> None:
    page = text_of(admin, f"{RECORDS}invoices/")
    assert "2 records" in page
    assert "$70.50 (1 not priced)" in page
    assert "£9.00" in page


def test_records_leave_as_a_file_with_the_filter(records: Scene, admin: Client) -> None:
    answer = admin.get(f"{RECORDS}activities/?choice=visit&export=csv")
    (told,) = csv.DictReader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines())  # type: ignore[arg-type]
    assert (told["Kind"], told["Person"], told["Minutes"]) == ("Visit", "Bob", "45")
    assert (told["Customer"], told["Happened on"], told["Source"]) == ("Blue Fern", "2026-05-04", "crm")


def test_a_record_shows_what_it_refers_to_its_shares_and_its_changes(records: Scene, admin: Client) -> None:
    send(records.acme, "invoices", {"external_id": "I1", "amount": "80.50"})
    with acting_for(records.acme.pk):
        invoice = Invoice.objects.get(external_id="I1")
    page = text_of(admin, f"{RECORDS}invoices/{invoice.pk}/")
    assert "60.0%" in page
    assert f'<a href="{RECORDS}customers/{invoice.customer_id}/">Blue Fern</a>' in page
    assert 'Amount:</span> $70.50 <span class="quiet">→</span> $80.50' in page
    assert "crm · I1" in page


def test_a_rep_sees_their_own_records_only_and_the_catalogue(records: Scene) -> None:
    rep = records.browser("rep")
    with acting_for(records.acme.pk):
        visit = Activity.objects.get(external_id="V1").pk
    assert names(text_of(rep, f"{RECORDS}activities/")) == []
    assert names(text_of(rep, f"{RECORDS}invoices/")) == ["Spring"]
    assert names(text_of(rep, f"{RECORDS}customers/")) == ["Blue Fern"]
    assert rep.get(f"{RECORDS}activities/{visit}/").status_code == 404
    assert rep.get(f"{RECORDS}deals/").status_code == 404
    assert rep.get(f"{RECORDS}nonsense/").status_code == 404


def test_two_records_ask_no_more_than_one(
    records: Scene, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    admin.get(f"{RECORDS}activities/")
    with django_assert_num_queries(15):
        admin.get(f"{RECORDS}activities/?choice=call")
    with django_assert_num_queries(15):
        admin.get(f"{RECORDS}activities/")
