"""A table as a file: CSV or XLSX, safe to open in a spreadsheet, numbers still numbers.

The file is written in full before the answer starts: within the request's transaction it is one consistent
snapshot of one organisation, and a failure half-way is an error, not half a file.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Generic, Literal, TypeVar

from django.http import FileResponse, HttpRequest
from xlsxwriter import Workbook

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.web.registry import Text

Row = TypeVar("Row")
Cell = str | Text | int | Decimal | date | datetime | None
Format = Literal["csv", "xlsx"]
Kind = Literal["text", "number", "money", "percent", "day"]

FORMULA_STARTS = ("=", "+", "-", "@")
INVISIBLE = {"Zs", "Zl", "Zp", "Cc", "Cf"}
NUMBER_FORMATS: dict[Kind, str] = {
    "number": "#,##0.########",
    "money": "#,##0.00",
    "percent": "0.0%",
    "day": "yyyy-mm-dd",
}
#: What a table with locked columns still allows; there is no password.
_FREEDOMS = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
}
XLSX_ROWS = 1_048_576
XLSX_TEXT = 32_767
# Excel computes with 15 significant digits; a longer amount is kept whole, as text.
XLSX_DIGITS = 15
IN_MEMORY = 2 * 1024 * 1024


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column of an exported table. Money is in major units; a percentage is a ratio, 0.5 for 50 %.

    `is_open`: meant to be written over and sent back; the other columns of such a table are locked.
    """

    label: Text
    value: Callable[[Row], Cell]
    kind: Kind = "text"
    is_open: bool = False


def wanted_format(request: HttpRequest) -> Format | None:
    """What `?export=` asks for; anything unknown is the page itself."""
    match request.GET.get("export"):
        case "csv":
            return "csv"
        case "xlsx":
            return "xlsx"
        case _:
            return None


def export(
    rows: Iterable[Row], *, columns: Sequence[Column[Row]], name: str, file_format: Format
) -> FileResponse:
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the response closes it
    write = {"csv": write_csv, "xlsx": write_xlsx}[file_format]
    write(file, columns, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.{file_format}")


def write_csv(file: IO[bytes], columns: Sequence[Column[Row]], rows: Iterable[Row]) -> None:
    """UTF-8 with a byte order mark, without which Excel reads Chinese as GB18030."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([guarded(str(column.label)) for column in columns])
    writer.writerows([plain(column, column.value(row)) for column in columns] for row in rows)
    text.detach()


def write_xlsx(file: IO[bytes], columns: Sequence[Column[Row]], rows: Iterable[Row]) -> None:
    book = Workbook(file, {"constant_memory": True, "remove_timezone": True})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    shapes = [book.add_format(shape) if (shape := _shape(column)) else None for column in columns]
    sheet.freeze_panes(1, 0)
    if any(column.is_open for column in columns):
        sheet.protect("", _FREEDOMS)
    for across, column in enumerate(columns):
        sheet.set_column(across, across, 28 if column.kind == "text" else 16, shapes[across])
        sheet.write_string(0, across, guarded(str(column.label)), bold)
    for down, row in enumerate(rows, start=1):
        check_length(down)
        for across, column in enumerate(columns):
            put(sheet, down, across, column, column.value(row), shapes[across])
    book.close()


def _shape(column: Column[Row]) -> dict[str, object]:
    number: dict[str, object] = {"num_format": NUMBER_FORMATS[column.kind]} if column.kind != "text" else {}
    return {**number, "locked": False} if column.is_open else number


def check_length(rows: int) -> None:
    if rows >= XLSX_ROWS:
        raise DomainError(
            N_("A spreadsheet holds {rows} rows at most. Filter the table, or export it as CSV."),
            code="too_many_rows",
            params={"rows": XLSX_ROWS},
        )


def put(sheet: Any, down: int, across: int, column: Column[Row], value: Cell, shape: Any) -> None:
    if value is None:
        return
    if is_number(column, value) and len(Decimal(str(value)).as_tuple().digits) <= XLSX_DIGITS:
        sheet.write_number(down, across, float(str(value)), shape)
    elif isinstance(value, date):
        sheet.write_datetime(down, across, value, shape)
    else:
        sheet.write_string(down, across, plain(column, value)[:XLSX_TEXT])


def plain(column: Column[Row], value: Cell) -> str:
    """The cell as text: a number in a number column as it is, all else guarded."""
    if value is None:
        return ""
    if is_number(column, value):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return value.isoformat() if isinstance(value, date) else guarded(str(value))


def is_number(column: Column[Row], value: Cell) -> bool:
    return column.kind != "text" and isinstance(value, int | Decimal) and Decimal(value).is_finite()


def guarded(text: str) -> str:
    """A text that a spreadsheet could take for a formula gets an apostrophe before it."""
    seen = next((c for c in text if unicodedata.category(c) not in INVISIBLE), "")
    risky = re.match(r"[\t\r\n]", text) or unicodedata.normalize("NFKC", seen).startswith(FORMULA_STARTS)
    return f"'{text}" if risky else text
