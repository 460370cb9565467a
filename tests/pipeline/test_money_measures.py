"""Orders, invoices and payments as numbers: cells, sums and records are what one counts by hand."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.models import LeafCell
from kpis.selectors import actual, records_behind
from kpis.services import rebuild, verify
from kpis.values import Formula, Holder
from pipeline.domain.credit import credit
from pipeline.models import Invoice, Payment
from pipeline.services.records import delete_record
from salestargets.kernel.money import convert
from salestargets.kernel.periods import Period
from tests.builders import NOON, World, a_world
from tests.kpis.builders import drained
from tests.lasting import lasting
from tests.pipeline.builders import send, within

pytestmark = pytest.mark.django_db

MAY = Period(date(2026, 5, 1), date(2026, 6, 1))
PEOPLE = ("alice", "carol")
RATE = Decimal("1.1")


@lasting
def world() -> World:
    made = a_world()
    send(made.acme, "exchange-rates", {"external_id": "1", **_euro("2026-01-01", str(RATE))})
    send(made.acme, "deals", {"external_id": "D1", "shares": _shares({"alice": 30, "carol": 70})})
    send(made.other, "invoices", {"external_id": "1", "amount": "9", "dated_on": "2026-05-04"})
    return made


def _euro(day: str, rate: str) -> dict[str, str]:
    return {"currency": "EUR", "valid_on": day, "rate": rate}


def _shares(percents: Mapping[str, int]) -> list[dict[str, str]]:
    return [{"person": person, "percent": str(percent)} for person, percent in percents.items()]


def number(
    world: World, measure: str, person: str = "alice", period: Period = MAY, on: date = MAY.end
) -> int:
    """What it is, and proof that the records behind it sum to it."""
    with within(world.acme):
        holder, kpi = Holder("person", getattr(world, person).pk), Formula(measure)
        found = actual(holder, kpi, period, on=on).numerator
        behind = records_behind(holder, kpi, period, on=on, limit=1000)
        assert behind.total.value == sum(row.value or 0 for row in behind.rows) == found
        return found


def test_credit_notes_and_refunds_lower_what_was_invoiced_and_collected(world):
    mine = {"owner": "alice", "dated_on": "2026-05-04"}
    for kind in ("orders", "invoices", "payments"):
        send(
            world.acme,
            kind,
            {"external_id": "A1", "amount": "100", **mine},
            {"external_id": "C1", "amount": "30", "credits": "A1", **mine},
            {"external_id": "C2", "amount": "-5", **mine},
        )
    drained(world.acme)
    assert {
        measure: number(world, measure)
        for measure in (
            *("booked_order_amount", "order_count", "invoiced_amount", "invoice_count"),
            *("credit_note_amount", "collected_amount", "payment_count"),
        )
    } == {
        "booked_order_amount": 6500,
        "order_count": 1,
        "invoiced_amount": 6500,
        "invoice_count": 1,
        "credit_note_amount": 3500,
        "collected_amount": 6500,
        "payment_count": 1,
    }


def test_what_was_due_is_compared_with_what_came_in_for_it(world):
    due = {"owner": "alice", "dated_on": "2026-04-02", "due_on": "2026-05-20"}
    send(world.acme, "invoices", {"external_id": "A1", "amount": "100", **due})
    send(world.acme, "invoices", {"external_id": "A2", "amount": "50", **due, "due_on": "2026-06-20"})
    send(
        world.acme,
        "payments",
        {"external_id": "P1", "amount": "60", "invoice": "A1", "owner": "carol", "dated_on": "2026-05-21"},
        {"external_id": "P2", "amount": "20", "invoice": "A2", "owner": "alice", "dated_on": "2026-05-22"},
        {"external_id": "P3", "amount": "9", "invoice": "A1", "owner": "alice", "dated_on": "2026-06-02"},
    )
    drained(world.acme)
    assert (number(world, "due_amount"), number(world, "due_collected_amount")) == (10000, 6000)
    assert number(world, "collected_amount", "carol") == 6000
    assert (number(world, "days_to_pay"), number(world, "days_to_pay_count")) == (50, 1)


def test_what_is_open_is_what_was_invoiced_less_what_was_paid_for_it(world):
    send(
        world.acme,
        "invoices",
        {"external_id": "A1", "amount": "100", "currency": "EUR", "deal": "D1", "dated_on": "2026-05-02"},
        {"external_id": "A2", "amount": "50", "owner": "alice", "dated_on": "2026-05-02"},
    )
    send(world.acme, "invoices", {"external_id": "A1", "due_on": "2026-05-20"})
    send(world.acme, "exchange-rates", {"external_id": "2", **_euro("2026-05-10", "2")})
    assert number(world, "receivable_amount") == 3300 + 5000
    third = {"amount": "33.33", "currency": "EUR", "invoice": "A1", "dated_on": "2026-05-11"}
    send(world.acme, "payments", {"external_id": "P1", **third}, {"external_id": "P2", **third})
    half_way = Period(date(2026, 5, 1), date(2026, 5, 20))
    assert number(world, "receivable_amount", period=half_way) == 1100 + 5000
    assert number(world, "receivable_amount", "carol", period=half_way) == 2567
    assert number(world, "overdue_amount", "carol", period=half_way) == 0
    assert number(world, "overdue_amount", "carol") == 2567
    send(world.acme, "payments", {"external_id": "P3", **third, "amount": "33.34"})
    assert [number(world, "receivable_amount", person) for person in PEOPLE] == [5000, 0]
    send(world.acme, "payments", {"external_id": "R1", **third, "amount": "10", "credits": "P1"})
    assert number(world, "receivable_amount", "carol") == 770


AMOUNTS = st.integers(-30_000, 90_000)
DAYS = st.dates(date(2026, 4, 20), date(2026, 6, 10))
ROWS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["orders", "invoices", "payments"]),
        "external_id": st.sampled_from("ABC"),
        "minor": AMOUNTS,
        "currency": st.sampled_from(["USD", "EUR"]),
        "dated_on": st.none() | DAYS,
        "owner": st.none() | st.sampled_from(PEOPLE),
        "shares": st.sampled_from([{}, {"alice": 50, "carol": 50}, {"carol": 100}]),
        "deal": st.none() | st.just("D1"),
        "credits": st.none() | st.sampled_from("XY"),
        "deleted": st.booleans(),
    }
)
DEAL_SHARES = st.sampled_from([{}, {"alice": 30, "carol": 70}, {"alice": 33, "carol": 67}])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=8), agreed=DEAL_SHARES)
def test_cells_end_where_a_rebuild_and_plain_counting_end(world, rows, agreed):
    with transaction.atomic():
        latest = {(row["kind"], row["external_id"]): row for row in rows}
        for row in rows:
            send(world.acme, row["kind"], _sent(row))
            drained(world.acme)
        send(world.acme, "deals", {"external_id": "D1", "shares": _shares(agreed)})
        for row in latest.values():
            _delete(world, row)
        drained(world.acme)
        counted = _by_hand(latest.values(), agreed)
        assert _cells(world) == counted
        rebuild(world.acme.pk, at=NOON)
        assert _cells(world) == counted
        assert verify(world.acme.pk, at=NOON) == []
        for (person, month, measure), value in counted.items():
            period = Period(month, (month + timedelta(days=32)).replace(day=1))
            assert number(world, measure, person, period) == value
        transaction.set_rollback(True)


def _sent(row: Mapping[str, object]) -> dict[str, object]:
    amount = format(Decimal(str(row["minor"])).scaleb(-2), "f")
    day = row["dated_on"] and str(row["dated_on"])
    kept = {name: row[name] for name in ("external_id", "currency", "owner", "deal", "credits")}
    return {**kept, "amount": amount, "dated_on": day, "shares": _shares(row["shares"])}


MODELS = {"invoices": Invoice, "payments": Payment}


def _delete(world: World, row: Mapping[str, object]) -> None:
    if row["deleted"] and row["kind"] in MODELS:
        with within(world.acme) as actor:
            found = MODELS[row["kind"]].objects.get(external_id=row["external_id"])
            delete_record(actor, kind=row["kind"], record_id=found.pk, at=NOON)


AMOUNT_OF = {"orders": "booked_order_amount", "invoices": "invoiced_amount", "payments": "collected_amount"}
COUNT_OF = {"orders": "order_count", "invoices": "invoice_count", "payments": "payment_count"}


def _by_hand(rows, agreed: Mapping[str, int]) -> dict[tuple[str, date, str], int]:
    sums: dict[tuple[str, date, str], int] = defaultdict(int)
    for row in rows:
        if row["dated_on"] is None or (row["deleted"] and row["kind"] in MODELS):
            continue
        add = _adder(sums, row["dated_on"].replace(day=1))
        is_credit = row["credits"] is not None or row["minor"] < 0
        signed = -abs(row["minor"]) if row["credits"] else row["minor"]
        base = convert(signed, row["currency"], "USD", RATE) if row["currency"] == "EUR" else signed
        shares = row["shares"] or (agreed if row["deal"] else {})
        parts = _parts(base, shares) if shares else {row["owner"]: base}
        for person, part in parts.items():
            add(person, AMOUNT_OF[row["kind"]], part)
            if is_credit and row["kind"] == "invoices":
                add(person, "credit_note_amount", -part)
        if not is_credit:
            add(row["owner"], COUNT_OF[row["kind"]], 1)
    return {key: value for key, value in sums.items() if value}


def _parts(base: int, shares: Mapping[str, int]) -> Mapping[str, int]:
    return credit(base, {person: Decimal(percent) for person, percent in sorted(shares.items())})


def _adder(sums: dict[tuple[str, date, str], int], month: date) -> Callable[[str | None, str, int], None]:
    def add(person: str | None, measure: str, value: int) -> None:
        if person is not None:
            sums[person, month, measure] += value

    return add


def _cells(world: World) -> dict[tuple[str, date, str], int]:
    sums: dict[tuple[str, date, str], int] = defaultdict(int)
    with within(world.acme):
        cells = LeafCell.objects.values_list("person__external_id", "month", "measure", "value")
        for person, month, measure, value in cells:
            sums[person, month, measure] += value
    return dict(sums)
