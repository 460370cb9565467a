"""A stranger's file is opened by a child process within limits, and every fault has a name."""

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter

from salestargets.ingest.files import Block, distinct_names, open_file
from salestargets.kernel.errors import DomainError


def blocks_of(content: bytes) -> tuple[list[str], list[Block]]:
    with open_file(io.BytesIO(content)) as file:
        return file.header, list(file.blocks)


def read(content: bytes) -> tuple[list[str], list[tuple[int, list[list[str]]]]]:
    header, blocks = blocks_of(content)
    return header, [(block.first_row, block.rows) for block in blocks]


def fault(content: bytes) -> str:
    with pytest.raises(DomainError) as refused:
        read(content)
    return refused.value.code


def xlsx(rows: list[list[object]], at: tuple[int, int] = (0, 0)) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        for down, row in enumerate(rows, start=at[0]):
            for across, cell in enumerate(row, start=at[1]):
                sheet.write(down, across, cell, *([day] if hasattr(cell, "year") else []))
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_text_in_the_encodings_that_people_have(encoding):
    assert read("客户,金额\n华为,100\n".encode(encoding)) == (["客户", "金额"], [(2, [["华为", "100"]])])


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_mark_between_cells_is_found_in_the_header(mark):
    content = f'a{mark}b\n"1{mark}2"{mark}3\n'.encode()
    assert read(content) == (["a", "b"], [(2, [[f"1{mark}2", "3"]])])


def test_rows_keep_their_number_past_empty_ones_and_come_in_blocks():
    lines = ["a,b", "", *(f"{n},x" for n in range(10_001))]
    _header, blocks = blocks_of("\n".join(lines).encode())
    found = [(block.first_row, len(block.rows), block.filled) for block in blocks]
    assert found == [(2, 10_000, 9999), (10_002, 2, 2)]
    assert blocks[0].rows[:2] == [[], ["0", "x"]]


def test_a_spreadsheet_gives_the_text_that_a_careful_person_would_type():
    content = xlsx([["id", "n", "day"], ["A1", 1054.0, date(2026, 3, 31)], ["A2", 0.1, date(2026, 4, 1)]])
    assert read(content) == (
        ["id", "n", "day"],
        [(2, [["A1", "1054", "2026-03-31"], ["A2", "0.1", "2026-04-01"]])],
    )


def test_columns_without_a_name_or_with_the_same_are_told_apart():
    assert distinct_names(["a", "", "a", " b\nc "]) == ["a", "(2)", "a (3)", "b c"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (b"PK\x03\x04 not a zip", "broken_xlsx"),
        (b"a,b\n\xff\xff\xff\n", "encoding"),
        (b'a,b\n"' + b"x" * 40_000, "broken_csv"),
        (b"a," * 301 + b"b\n", "too_many_columns"),
        (b"a\n" + b"1\n" * 500_001, "too_many_rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(content, code):
    assert fault(content) == code


def test_a_file_that_unpacks_to_very_much_is_refused_before_it_is_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 1024 * 1024))
    assert len(file.getvalue()) < 100_000
    assert fault(file.getvalue()) == "too_complex"


def test_a_cell_far_away_does_not_take_the_memory_of_everything_before_it():
    assert fault(xlsx([["far"]], at=(1_048_575, 16_383))) in ("too_many_columns", "too_complex")


def test_a_file_larger_than_allowed_is_refused_unread():
    assert fault(b"a,b\n" + b"x" * (50 * 1024 * 1024)) == "file_too_large"
