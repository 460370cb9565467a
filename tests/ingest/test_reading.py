"""Rows of a call are read strictly, whoever sends what."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salestargets.ingest.batch import Batch, read_rows
from salestargets.ingest.fields import ABSENT
from salestargets.ingest.kinds import Call, get_kind

CALL = Call(
    organisation_id=1,
    currency="USD",
    source="crm",
    today=date(2026, 5, 12),
    at=datetime(2026, 5, 12, tzinfo=UTC),
    zone=ZoneInfo("Asia/Shanghai"),
)


def read(kind: str, *rows: object) -> Batch:
    return read_rows(get_kind(kind), rows, CALL)


def codes(batch: Batch) -> dict[int, dict[str, list[str]]]:
    return {
        place: {name: [error.code for error in found] for name, found in errors.items()}
        for place, errors in batch.rejected.items()
    }


def test_a_deal_is_read_into_what_is_stored():
    batch = read(
        "deals",
        {
            "external_id": " A1 ",
            "name": "Big one",
            "owner": "E7",
            "amount": "1200.5",
            "currency": "EUR",
            "status": "won",
            "closed_on": "2026-05-01",
            "updated_at": "2026-05-02T08:00:00+02:00",
        },
    )
    row = {name: column[0] for name, column in batch.columns.items()}
    assert row == {
        "external_id": "A1",
        "name": "Big one",
        "owner": "E7",
        "amount": 120050,
        "currency": "EUR",
        "status": "won",
        "closed_on": date(2026, 5, 1),
        "updated_at": datetime(2026, 5, 2, 6, 0, tzinfo=UTC),
    }
    assert batch.rejected == {}


def test_a_record_without_a_name_is_called_by_its_id():
    assert read("customers", {"external_id": "C1", "name": None}).columns["name"] == ["C1"]


def test_an_amount_without_a_currency_is_in_the_organisations():
    batch = read("deals", {"external_id": "A1", "amount": "7"})
    assert (batch.columns["amount"], batch.columns["currency"]) == ([700], ["USD"])


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("0.05", "USD", 5),
        ("-0.50", "USD", -50),
        ("12", "JPY", 12),
        ("1.234", "KWD", 1234),
        (1200, "USD", 120000),
        ("1.10000", "USD", 110),
    ],
)
def test_amounts_become_minor_units_of_their_currency(amount, currency, minor):
    batch = read("deals", {"external_id": "A1", "amount": amount, "currency": currency})
    assert batch.columns["amount"] == [minor]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("amount", "1_000", "not_a_number"),
        ("amount", "1e3", "not_a_number"),
        ("amount", "١٢", "not_a_number"),
        ("amount", "1.234", "too_many_decimals"),
        ("amount", "99999999999999", "amount_out_of_range"),
        ("amount", 1.5, "not_a_number"),
        ("amount", True, "not_a_number"),
        ("currency", "XXL", "unknown_currency"),
        ("created_on", "2026-W01-1", "invalid_date"),
        ("created_on", "1999-12-31", "date_out_of_range"),
        ("created_on", 20260101, "invalid_date"),
        ("status", "Won", "invalid_choice"),
        ("status", ["won"], "invalid_choice"),
        ("name", "a\u202eb", "invisible_character"),
        ("name", "a\x00b", "control_character"),
        ("name", "n" * 201, "too_long"),
        ("owner", "", "too_short"),
        ("owner", {"id": 1}, "not_text"),
        ("updated_at", "2026-05-02T08:00:00", "invalid_datetime"),
        ("shares", "E7", "not_a_list"),
        ("stage_history", [{}] * 201, "too_many"),
        ("colour", "red", "unknown_field"),
    ],
)
def test_what_is_not_in_form_is_refused_by_its_field(field, value, code):
    batch = read("deals", {"external_id": "A1", "currency": "USD", field: value})
    assert codes(batch) == {0: {field: [code]}}


def test_all_faults_of_a_row_are_told_and_the_good_row_stays():
    batch = read(
        "deals",
        {"external_id": "A1", "amount": "x", "created_on": "y", "z": 1},
        {"external_id": "A2"},
        "nothing",
        {"name": "nameless"},
    )
    assert codes(batch) == {
        0: {"amount": ["not_a_number"], "created_on": ["invalid_date"], "z": ["unknown_field"]},
        2: {"record": ["not_an_object"], "external_id": ["required"]},
        3: {"external_id": ["required"]},
    }
    assert batch.external_ids == ["A2"]


def test_faults_inside_a_list_are_told_by_their_place():
    batch = read(
        "deals",
        {"external_id": "A1"},
        {
            "external_id": "A2",
            "shares": [{"person": "E1", "percent": "50"}, {"person": "E2", "percent": "x"}],
        },
        {"external_id": "A3", "shares": ["E1"]},
    )
    assert codes(batch) == {
        1: {"shares.1.percent": ["not_a_number"]},
        2: {
            "shares.0.record": ["not_an_object"],
            "shares.0.person": ["required"],
            "shares.0.percent": ["required"],
        },
    }


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"status": "won"}, "required"),
        ({"status": "lost", "closed_on": None}, "required"),
        ({"status": "open", "closed_on": "2026-05-01"}, "not_closed"),
        ({"closed_on": "2026-05-01"}, "required"),
        ({"status": "won", "closed_on": "2026-05-14"}, "in_the_future"),
    ],
)
def test_a_closing_day_is_there_if_and_only_if_the_deal_is_closed(row, code):
    assert codes(read("deals", {"external_id": "A1", **row})) == {0: {"closed_on": [code]}}


def test_a_deal_may_close_tomorrow_for_east_of_us_it_is():
    assert codes(read("deals", {"external_id": "A1", "status": "won", "closed_on": "2026-05-13"})) == {}


@pytest.mark.parametrize(
    ("percents", "code"),
    [
        (["50", "49.9999"], "shares_not_100"),
        (["100", "0"], "share_not_positive"),
        (["33.3333"] * 3, "shares_not_100"),
    ],
)
def test_shares_sum_to_the_whole(percents, code):
    shares = [{"person": f"E{n}", "percent": percent} for n, percent in enumerate(percents)]
    assert codes(read("deals", {"external_id": "A1", "shares": shares})) == {0: {"shares": [code]}}


def test_a_field_that_is_left_out_is_not_the_same_as_null():
    batch = read("deals", {"external_id": "A1", "owner": None}, {"external_id": "A2"})
    assert batch.columns["owner"] == [None, ABSENT]


def test_of_rows_with_the_same_id_the_last_wins_and_keeps_what_only_the_first_gave():
    batch = read(
        "customers",
        {"external_id": "C1", "name": "Old", "industry": "toys"},
        {"external_id": "C2"},
        {"external_id": "C1", "name": "New"},
    )
    assert batch.columns["name"] == ["New", ABSENT]
    assert batch.columns["industry"] == ["toys", ABSENT]
    assert (batch.places, batch.repeated) == ([2, 1], 1)


def test_of_rows_with_the_same_id_the_newest_wins_wherever_it_stands():
    batch = read(
        "customers",
        {"external_id": "C1", "name": "New", "updated_at": "2026-05-02T08:00:00Z"},
        {"external_id": "C1", "name": "Old", "updated_at": "2026-05-01T08:00:00Z"},
    )
    assert batch.columns["name"] == ["New"]


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(
        ["won", "open", "2026-01-01", "100", "E7", "USD", "2026-01-01T00:00:00Z", "\ud800", "a\tb"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
deal_fields = st.sampled_from([*sorted(get_kind("deals").names), "colour", ""])
rows = st.lists(st.dictionaries(deal_fields, anything, max_size=8) | anything, max_size=6)


@settings(max_examples=200, deadline=None)
@given(rows)
def test_every_row_is_either_read_or_refused_whatever_it_is(sent):
    batch = read("deals", *sent)
    assert len(batch) + len(batch.rejected) + batch.repeated == len(sent)
    assert all(len(column) == len(batch) for column in batch.columns.values())
    assert all(found for errors in batch.rejected.values() for found in errors.values())
