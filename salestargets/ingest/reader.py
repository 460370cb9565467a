"""The child process that opens a stranger's file: CSV or XLSX on stdin, rows as lines of JSON on stdout.

A program of its own that imports nothing of the project: what a hostile file does to it, it does within its
limits of memory and time. The first line is {"header": […]}; then each block has two:
{"first": row, "filled": how many are not empty} and [[…], …]. A fault is {"error": code}. Rows count from 1
as a spreadsheet shows them; an empty one keeps its place as [].
"""

import csv
import gc
import io
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice

import orjson

MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 25
MAX_ROWS = 500_000
MAX_COLUMNS = 300
MAX_CELL = 32_767  # as in a spreadsheet
MAX_UNPACKED = 64 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 1000
ROWS_A_BLOCK = 10_000
DELIMITERS = ",;\t|"

Row = list[str]


class Refused(Exception):  # noqa: N818  a name for what happened
    """The file is not taken; the argument is a code."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    gc.disable()  # rows have no circles; looking for some takes as long as reading them
    try:
        rows = numbered(open_rows(sys.stdin.buffer.read()))
        _number, header = next(((number, row) for number, row in rows if row), (0, None))
        if header is None:
            raise Refused("empty")
        say({"header": header})
        while block := list(islice(rows, ROWS_A_BLOCK)):
            numbers, cells = zip(*block, strict=True)
            say({"first": numbers[0], "filled": len(cells) - cells.count([])})
            say(cells)
    except Refused as refused:
        say({"error": refused.args[0]})
    except MemoryError:
        say({"error": "too_complex"})


def say(line: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def open_rows(content: bytes) -> Iterator[Row]:
    if content.startswith(b"PK\x03\x04"):
        return xlsx_rows(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("old_excel")
    return csv_rows(content)


def numbered(rows: Iterator[Row]) -> Iterator[tuple[int, Row]]:
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS + 1:
            raise Refused("too_many_rows")
        while row and not row[-1]:
            row.pop()
        if len(row) > MAX_COLUMNS:
            raise Refused("too_many_columns")
        yield number, row


def csv_rows(content: bytes) -> Iterator[Row]:
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding_of(content), newline="")
    csv.field_size_limit(MAX_CELL)
    head = text.readline()
    text.seek(0)
    delimiter = max(DELIMITERS, key=head.count)
    try:
        for row in csv.reader(text, delimiter=delimiter):
            yield list(map(str.strip, row))
    except csv.Error:
        raise Refused("broken_csv") from None


def encoding_of(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
        try:
            while text.read(1 << 20):
                pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused("encoding")


def xlsx_rows(content: bytes) -> Iterator[Row]:
    check_zip(content)
    import python_calamine  # only where it is needed

    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height:
                if sheet.total_width > MAX_COLUMNS:
                    raise Refused("too_many_columns")
                for row in sheet.iter_rows():
                    yield [cell_text(cell) for cell in row]
                return
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError):
        raise Refused("broken_xlsx") from None


def check_zip(content: bytes) -> None:
    """A small file may unpack to gigabytes: look at what it says of itself before anything unpacks it."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Refused("broken_xlsx") from None
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * len(content):
        raise Refused("too_complex")


def cell_text(value: object) -> str:
    """A cell as the text that a careful person would have typed."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return format(Decimal(repr(value)), "f").removesuffix(".0")
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta() | int():
            return str(value)
    text = str(value).strip()
    if len(text) > MAX_CELL:
        raise Refused("broken_xlsx")
    return text


if __name__ == "__main__":
    main()
