"""Orders, invoices and payments: priced by their day, taken back by what credits them, shared as agreed."""

import io
from collections.abc import Mapping
from datetime import date

import pytest

from pipeline.choices import ImportState
from pipeline.listing import visible
from pipeline.models import ImportRun, Invoice, Order, Payment, UnresolvedReference
from pipeline.services.imports import import_file
from pipeline.services.matching import accept_match
from pipeline.services.records import delete_record
from pipeline.services.undo import undo_import
from salestargets.ingest.kinds import get_kind
from salestargets.jobs.services import work_one_step
from tests.builders import NOON, World, a_member, a_world, acting_as
from tests.lasting import lasting
from tests.pipeline.builders import counts, rows_of, send, within

pytestmark = pytest.mark.django_db

MODELS = {"orders": Order, "invoices": Invoice, "payments": Payment}
EVERY_KIND = pytest.mark.parametrize("kind", MODELS)


@lasting
def world() -> World:
    made = a_world()
    send(made.acme, "exchange-rates", rate("2026-01-01", "1.1"), rate("2026-05-01", "1.2"))
    return made


def rate(day: str, value: str) -> dict[str, str]:
    return {"external_id": f"EUR {day}", "currency": "EUR", "valid_on": day, "rate": value}


def bases(world: World, kind: str) -> dict[str, int | None]:
    with within(world.acme):
        found = MODELS[kind].objects.filter(deleted_at=None)
        return dict(found.order_by("external_id").values_list("external_id", "base_minor"))


def credited(world: World, kind: str, external_id: str = "A1") -> dict[str, int | None]:
    record = kind.removesuffix("s")
    rows = rows_of(
        world.acme,
        f"SELECT p.external_id, c.base_minor FROM pipeline_{record}credit c"
        f" JOIN pipeline_{record} r ON r.id = c.{record}_id JOIN tenancy_person p ON p.id = c.person_id"
        " WHERE r.external_id = %s",
        [external_id],
    )
    return dict(rows)


def shares(**percents: str) -> list[Mapping[str, str]]:
    return [{"person": person, "percent": percent} for person, percent in percents.items()]


@EVERY_KIND
def test_sent_twice_the_second_is_unchanged_and_an_older_one_changes_nothing(world, kind):
    row = {"external_id": "A1", "owner": "alice", "amount": "100.00", "currency": "EUR"}
    row |= {"dated_on": "2026-04-30", "updated_at": "2026-05-02T10:00:00Z"}
    assert counts(send(world.acme, kind, row)) == (1, 0, 0, 0)
    assert counts(send(world.acme, kind, row)) == (0, 0, 1, 0)
    older = {**row, "amount": "1.00", "updated_at": "2026-05-01T10:00:00Z"}
    assert counts(send(world.acme, kind, older)) == (0, 0, 1, 0)
    assert bases(world, kind) == {"A1": 11000}


@EVERY_KIND
def test_the_rate_is_that_of_its_day_and_new_rates_price_it_anew(world, kind):
    send(
        world.acme, kind, {"external_id": "A1", "amount": "100", "currency": "EUR", "dated_on": "2026-05-02"}
    )
    send(world.acme, kind, {"external_id": "A2", "amount": "100", "currency": "EUR"})
    send(world.acme, kind, {"external_id": "A3", "amount": "100", "currency": "GBP"})
    assert bases(world, kind) == {"A1": 12000, "A2": 12000, "A3": None}
    send(world.acme, kind, {"external_id": "A1", "dated_on": "2026-04-30"})
    assert bases(world, kind)["A1"] == 11000
    send(world.acme, "exchange-rates", rate("2026-04-01", "1.5"))
    assert bases(world, kind)["A1"] == 15000


@EVERY_KIND
def test_what_credits_another_counts_negatively_and_keeps_its_amount_as_written(world, kind):
    send(
        world.acme,
        kind,
        {"external_id": "A1", "amount": "100"},
        {"external_id": "C1", "amount": "30", "credits": "A1"},
        {"external_id": "C2", "amount": "-20", "credits": "A1"},
        {"external_id": "C3", "amount": "-5"},
    )
    assert bases(world, kind) == {"A1": 10000, "C1": -3000, "C2": -2000, "C3": -500}
    with within(world.acme):
        written = MODELS[kind].objects.order_by("external_id").values_list("amount_minor", "is_credit")
        assert list(written) == [(10000, False), (3000, True), (-2000, True), (-500, False)]


@EVERY_KIND
def test_a_credit_stays_one_when_a_row_does_not_speak_of_it(world, kind):
    send(world.acme, kind, {"external_id": "C1", "amount": "30", "credits": "A1"})
    assert counts(send(world.acme, kind, {"external_id": "C1", "amount": "30"})) == (0, 0, 1, 0)
    send(world.acme, kind, {"external_id": "C1", "amount": "40"})
    assert bases(world, kind) == {"C1": -4000}
    send(world.acme, kind, {"external_id": "C1", "credits": None})
    assert bases(world, kind) == {"C1": 4000}


def test_a_credit_waits_for_what_it_takes_back(world):
    outcome = send(world.acme, "invoices", {"external_id": "C1", "amount": "30", "credits": "A1"})
    assert outcome.remarks["unresolved_credits"] == 1
    send(world.acme, "invoices", {"external_id": "A1", "amount": "100"})
    outcome = send(
        world.acme,
        "invoices",
        {"external_id": "C2", "amount": "30", "credits": "A2"},
        {"external_id": "A2", "amount": "100"},
    )
    assert outcome.remarks["unresolved_credits"] == 0
    with within(world.acme):
        taken_back = Invoice.objects.exclude(credits=None).values_list("external_id", "credits__external_id")
        assert dict(taken_back) == {"C1": "A1", "C2": "A2"}
        assert not UnresolvedReference.objects.exists()


def test_a_record_cannot_credit_itself(world):
    outcome = send(world.acme, "payments", {"external_id": "A1", "amount": "1", "credits": "A1"})
    assert [dict(one.errors) for one in outcome.rejected] == [
        {"credits": ["A record cannot credit itself. Name the one that it takes back."]}
    ]


@EVERY_KIND
def test_deleting_leaves_a_tombstone_that_sending_it_again_lifts(world, kind):
    row = {"external_id": "A1", "amount": "100"}
    send(world.acme, kind, row)
    with within(world.acme) as actor:
        record = MODELS[kind].objects.get()
        delete_record(actor, kind=kind, record_id=record.pk, at=NOON)
    assert bases(world, kind) == {}
    assert counts(send(world.acme, kind, row)) == (0, 1, 0, 0)
    with within(world.acme):
        assert list(MODELS[kind].objects.values_list("deleted_at", "version")) == [(None, 3)]


@EVERY_KIND
def test_its_own_shares_credit_it_to_the_cent(world, kind):
    thirds = shares(alice="33.3333", carol="33.3333", bob="33.3334")
    send(world.acme, kind, {"external_id": "A1", "amount": "-100.00", "shares": thirds})
    assert credited(world, kind) == {"alice": -3333, "carol": -3333, "bob": -3334}
    send(world.acme, kind, {"external_id": "A1", "amount": "50.01", "shares": shares(alice="50", carol="50")})
    assert credited(world, kind) == {"alice": 2501, "carol": 2500}
    assert counts(send(world.acme, kind, {"external_id": "A1", "amount": "50.01"})) == (0, 0, 1, 0)
    send(world.acme, kind, {"external_id": "A1", "shares": []})
    assert credited(world, kind) == {}


@EVERY_KIND
def test_without_shares_of_its_own_it_is_credited_as_its_deal_is(world, kind):
    row = {"external_id": "A1", "amount": "100", "deal": "D1", "owner": "alice"}
    send(world.acme, kind, row)
    assert credited(world, kind) == {}
    send(world.acme, "deals", {"external_id": "D1", "shares": shares(alice="60", carol="40")})
    assert credited(world, kind) == {"alice": 6000, "carol": 4000}
    assert counts(send(world.acme, kind, row)) == (0, 0, 1, 0)
    send(world.acme, "deals", {"external_id": "D1", "shares": shares(alice="10", later="90")})
    assert credited(world, kind) == {"alice": 1000}
    send(world.acme, "people", {"external_id": "later"})
    assert credited(world, kind) == {"alice": 1000, "later": 9000}
    send(world.acme, kind, {"external_id": "A1", "shares": shares(carol="100")})
    assert credited(world, kind) == {"carol": 10000}
    send(world.acme, kind, {"external_id": "A1", "shares": []})
    send(world.acme, "deals", {"external_id": "D1", "shares": []})
    assert credited(world, kind) == {}


@EVERY_KIND
def test_whoever_is_credited_sees_it(world, kind):
    send(world.acme, "deals", {"external_id": "D1", "shares": shares(alice="60", carol="40")})
    send(
        world.acme,
        kind,
        {"external_id": "followed", "owner": "bob", "deal": "D1"},
        {"external_id": "shared", "owner": "bob", "shares": shares(carol="100")},
        {"external_id": "owned", "owner": "carol"},
        {"external_id": "foreign", "owner": "bob"},
    )
    carol = acting_as(world.acme, a_member(world.acme, "carol@acme.example", person=world.carol))
    with within(world.acme):
        seen = visible(get_kind(kind), carol, date(2026, 5, 12)).values_list("external_id", flat=True)
        assert set(seen) == {"followed", "shared", "owned"}


def test_a_rate_spreads_over_who_is_credited_as_the_deal_is(world):
    send(world.acme, "deals", {"external_id": "D1", "shares": shares(alice="60", carol="40")})
    invoice = {
        "external_id": "A1",
        "amount": "100",
        "currency": "GBP",
        "dated_on": "2026-05-02",
        "deal": "D1",
    }
    send(world.acme, "invoices", {**invoice, "due_on": "2026-06-01"})
    assert credited(world, "invoices") == {"alice": None, "carol": None}
    pounds = {"external_id": "GBP", "currency": "GBP", "valid_on": "2026-01-01", "rate": "2"}
    send(world.acme, "exchange-rates", pounds)
    assert credited(world, "invoices") == {"alice": 12000, "carol": 8000}
    send(world.acme, "invoices", {"external_id": "A1", "due_on": "2026-07-01"})
    days = rows_of(world.acme, "SELECT DISTINCT dated_on, due_on FROM pipeline_invoicecredit")
    assert days == [(date(2026, 5, 2), date(2026, 7, 1))]


@EVERY_KIND
def test_references_that_come_later_or_are_matched_are_filled_in(world, kind):
    send(world.acme, kind, {"external_id": "A1", "customer": "Grand Co", "deal": "D1", "amount": "1"})
    send(world.acme, "customers", {"external_id": "G", "name": "Grand Company"})
    send(world.acme, "deals", {"external_id": "D1"})
    with within(world.acme) as actor:
        customer = UnresolvedReference.objects.get().reference
        (grand,) = rows_of(world.acme, "SELECT id FROM pipeline_customer WHERE external_id = 'G'")
        matched = {"kind": "customers", "source": "crm", "reference": customer, "record_id": grand[0]}
        assert accept_match(actor, **matched, at=NOON) == 1
        record = MODELS[kind].objects.get()
        assert (record.customer.name, record.deal.external_id) == ("Grand Company", "D1")


FIRST = "Number,Owner,Date,Amount,Deal\nA1,alice,2026-05-01,100.00,D1\nA2,alice,2026-05-02,50.00,\n"
SECOND = "Number,Owner,Date,Amount,Deal\nA1,carol,2026-05-03,80.00,D1\nA3,alice,2026-05-02,10.00,\n"


def imported(world: World, kind: str, text: str) -> ImportRun:
    """Its columns are guessed from their names."""
    with within(world.acme) as actor:
        content = io.BytesIO(text.encode())
        run = import_file(actor, kind=kind, file_name="f.csv", content=content, source="crm", at=NOON)
    work_off(world)
    with within(world.acme):
        run.refresh_from_db()
    return run


def work_off(world: World) -> None:
    while work_one_step(world.acme.pk, at=NOON):
        pass


@EVERY_KIND
def test_a_file_comes_in_and_can_be_taken_back(world, kind):
    send(world.acme, "deals", {"external_id": "D1", "shares": shares(alice="60", carol="40")})
    imported(world, kind, FIRST)
    run = imported(world, kind, SECOND)
    assert (run.created, run.updated, run.unchanged, run.rejected) == (1, 1, 0, 0)
    assert bases(world, kind) == {"A1": 8000, "A2": 5000, "A3": 1000}
    assert credited(world, kind) == {"alice": 4800, "carol": 3200}
    with within(world.acme) as actor:
        undo_import(actor, run=run, at=NOON)
    work_off(world)
    assert bases(world, kind) == {"A1": 10000, "A2": 5000}
    assert credited(world, kind) == {"alice": 6000, "carol": 4000}
    with within(world.acme):
        run.refresh_from_db()
        assert run.state == ImportState.UNDONE
        assert MODELS[kind].objects.get(external_id="A1").owner.external_id == "alice"
