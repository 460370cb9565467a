"""What thousands of values are sent as is read back by PostgreSQL as the very same values."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.arrays import array

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["D1", "D2"],
        ["", " ", "NULL", "null", "{}", "a,b", 'say "so"', "C:\\temp\\", "\\", '\\"', "客户", "%s", "'; --"],
    ],
)
def test_clean_texts_come_back_as_they_were(texts):
    assert _read(array(texts), "text[]") == texts


def test_numbers_and_nothing_come_back_as_they_were():
    assert _read(array([1, None, 2**63 - 1]), "bigint[]") == [1, None, 2**63 - 1]


@given(st.lists(st.text(st.characters(blacklist_categories=("Cc", "Cs")), max_size=20), max_size=5))
def test_any_clean_text_comes_back_as_it_was(texts):
    assert _read(array(texts), "text[]") == texts


def _read(written: str, sql_type: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{sql_type}", [written])
        return cursor.fetchone()[0]
