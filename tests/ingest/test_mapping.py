from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.ingest.cells import Habits
from salestargets.ingest.kinds import get_kind
from salestargets.ingest.mapping import Mapper, mapper, read_mapping
from salestargets.kernel.errors import DomainError

DEAL = get_kind("deals").by_name
HEADER = ["Id", "Title", "Stage", "Close Date", "Won", "Lost"]


def bound(mapping: dict) -> Mapper:
    read = read_mapping(mapping, fields=DEAL)
    return mapper(read, HEADER, fields=DEAL, habits=Habits(ZoneInfo("UTC")))


def test_a_row_becomes_a_record():
    mapping = bound(
        {
            "columns": {
                "external_id": "Id",
                "name": "Title",
                "status": "Stage",
                "closed_on": ["Won", "Lost"],
            },
            "constants": {"currency": "USD", "name": "Unnamed"},
            "values": {"status": {"Closed Won": "won", "*": "open"}},
            "when": {"closed_on": {"status": ["won"]}},
        }
    )
    assert mapping.records(
        [["1", "A", "closed won", "", "", "2026-01-02"], ["2", "", "Talking", "", "2026-01-01"], ["3"]]
    ) == [
        {"external_id": "1", "name": "A", "status": "won", "closed_on": "2026-01-02", "currency": "USD"},
        {"external_id": "2", "name": "Unnamed", "status": "open", "closed_on": None, "currency": "USD"},
        {"external_id": "3", "name": "Unnamed", "status": None, "closed_on": None, "currency": "USD"},
    ]


def test_a_mapping_is_kept_as_it_was_written():
    written = {"columns": {"external_id": "Id", "closed_on": ["Won", "Lost"]}, "date_order": "dmy"}
    assert read_mapping(written, fields=DEAL).as_json() == written


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ([], "mapping.mapping"),
        ({"colums": {}}, "mapping.colums"),
        ({"columns": {"colour": "Id"}}, "mapping.colour"),
        ({"columns": {"name": []}}, "mapping.name"),
        ({"columns": {"name": 7}}, "mapping.name"),
        ({"values": {"status": "won"}}, "mapping.status"),
        ({"date_order": "ydm"}, "mapping.mapping"),
        ({"records": {"stages": [7]}}, "mapping.constants"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_by_name(mapping, field):
    with pytest.raises(DomainError) as refused:
        read_mapping(mapping, fields=DEAL)
    assert (refused.value.code, refused.value.field) == ("invalid_mapping", field)


def test_a_column_that_the_file_has_not_is_refused_by_name():
    with pytest.raises(DomainError) as refused:
        bound({"columns": {"external_id": "ID"}})
    assert str(refused.value) == "The file has no column “ID”."
    assert refused.value.field == "mapping.columns.external_id"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
parts = st.sampled_from(
    ["columns", "constants", "values", "when", "date_order", "decimal_mark", "records", "x"]
)


@given(st.dictionaries(parts, json_values, max_size=4))
def test_any_json_is_a_mapping_or_is_refused(data):
    try:
        mapping = read_mapping(data, fields=DEAL)
    except DomainError as refused:
        code = refused.code
    else:
        code = "" if mapping.columns.keys() <= DEAL.keys() else "unknown field"
    assert code in ("", "invalid_mapping")
