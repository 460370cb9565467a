import csv
import io
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from salestargets.kernel.errors import DomainError
from salestargets.web.exports import XLSX_ROWS, Cell, Column, check_length, export, guarded, wanted_format

NAME = Column[dict[str, Cell]]("Name", lambda row: row["name"])
WON = Column[dict[str, Cell]]("Won", lambda row: row["won"], "money")
RATE = Column[dict[str, Cell]]("Win rate", lambda row: row.get("rate"), "percent")
DAY = Column[dict[str, Cell]]("Closed on", lambda row: row.get("day"), "day")


def exported(rows: list[dict[str, Cell]], columns: list[Column[dict[str, Cell]]], file_format: str) -> bytes:
    answer = export(rows, columns=columns, name="deals", file_format=file_format)  # type: ignore[arg-type]
    with closing(answer):
        return b"".join(answer.streaming_content)  # type: ignore[arg-type]


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u3000=1", "\u200b=1"),
        *("＝1", "＋1", "－1", "＠x", "﹢1", "﹣1", "﹦1", "﹫x"),
    ],
)
def test_a_text_that_could_be_a_formula_is_escaped(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "GTX Pro", "张伟", "a=b", "3-4", "€5", "—"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


@given(st.text())
def test_no_escaped_text_starts_like_a_formula(text: str) -> None:
    assert not guarded(text).lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert guarded(text).removeprefix("'") == text.removeprefix("'")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=50))
def test_a_text_comes_back_from_csv_as_it_was_written(text: str) -> None:
    assert read_csv(exported([{"name": text, "won": None}], [NAME], "csv"))[1:] == (
        [[guarded(text)]] if text else [[""]]
    )


def test_a_negative_number_in_a_number_column_stays_a_number() -> None:
    rows = [{"name": "-5", "won": Decimal("-1234.50")}]
    assert read_csv(exported(rows, [NAME, WON], "csv")) == [["Name", "Won"], ["'-5", "-1234.50"]]


def test_a_text_in_a_number_column_is_escaped_all_the_same() -> None:
    assert read_csv(exported([{"won": "=1+1"}], [WON], "csv"))[1] == ["'=1+1"]


def test_csv_opens_as_utf8_in_excel() -> None:
    assert exported([{"name": "张伟"}], [NAME], "csv").startswith(b"\xef\xbb\xbf")


def test_xlsx_holds_numbers_dates_and_texts_as_such() -> None:
    rows = [{"name": "=1+1", "won": Decimal("12.30"), "rate": Decimal("0.5"), "day": date(2026, 11, 5)}]
    content = exported(rows, [NAME, WON, RATE, DAY], "xlsx")
    sheet = load_workbook(io.BytesIO(content)).active
    head, row = sheet.iter_rows()
    assert [cell.value for cell in head] == ["Name", "Won", "Win rate", "Closed on"]
    assert [cell.data_type for cell in row] == ["s", "n", "n", "d"]
    assert [cell.value for cell in row][:3] == ["'=1+1", 12.3, 0.5]
    assert row[3].value.date() == date(2026, 11, 5)


def test_an_amount_too_long_for_a_spreadsheet_keeps_its_cents_as_text() -> None:
    content = exported([{"won": Decimal("12345678901234567.89")}], [WON], "xlsx")
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet["A2"].value == "12345678901234567.89"


def test_what_is_unknown_is_an_empty_cell() -> None:
    assert read_csv(exported([{"name": "A", "won": None}], [NAME, WON], "csv"))[1] == ["A", ""]


def test_more_rows_than_a_spreadsheet_holds_are_refused_with_a_way_out() -> None:
    with pytest.raises(DomainError, match="export it as CSV") as refusal:
        check_length(XLSX_ROWS)
    assert refusal.value.code == "too_many_rows"


@pytest.mark.parametrize(("query", "wanted"), [("csv", "csv"), ("xlsx", "xlsx"), ("exe", None), ("", None)])
def test_only_known_formats_are_exported(query: str, wanted: str | None) -> None:
    assert wanted_format(RequestFactory().get("/", {"export": query})) == wanted
