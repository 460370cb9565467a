"""Files that are broken, disguised or made to take everything: refused in words, and nothing is written."""

import io
import time
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.isolation.matrix import API, TwoSides, digest_of

MEGABYTE = 1024 * 1024
#: With a child process to start, on a machine that has other work.
SECONDS = 5


def archive(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            made.writestr(name, content)
    return file.getvalue()


def a_cell_far_away() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet().write(1_048_575, 16_383, "far")
    return file.getvalue()


BAD: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "only a byte order mark": lambda: b"\xef\xbb\xbf",
    "neither UTF-8 nor GB18030": lambda: b"external_id,name\n\xff\xff\xff\n",
    "an old Excel file": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
    "half an archive": lambda: archive(("xl/workbook.xml", b"<workbook/>"))[:60],
    "an archive that is no workbook": lambda: archive(("readme.txt", b"hello")),
    "an archive of an archive": lambda: archive(("inner.zip", archive(("a", b"b")))),
    "an archive that climbs": lambda: archive(("../../etc/passwd", b"x")),
    "65 MB unpacked": lambda: archive(("xl/worksheets/sheet1.xml", b"0" * (65 * MEGABYTE))),
    "a ratio above 200": lambda: archive(("xl/worksheets/sheet1.xml", b"0" * (8 * MEGABYTE))),
    "1,001 entries": lambda: archive(*((f"xl/{n}.xml", b"x") for n in range(1001))),
    "a cell far away": a_cell_far_away,
    "301 columns": lambda: b"a," * 301 + b"b\n1\n",
    "a cell that does not end": lambda: b'external_id,name\n"' + b"x" * 40_000,
    "50 MB and a byte": lambda: b"external_id,name\n" + b"x" * (50 * MEGABYTE),
    "an image": lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_and_nothing_is_written(sides: TwoSides, name):
    before = digest_of(sides.ours.organisation)
    file = SimpleUploadedFile("rows.csv", BAD[name]())
    started = time.perf_counter()
    answer = sides.caller.client.post(f"{API}imports/", {"kind": "customers", "source": "crm", "file": file})
    assert time.perf_counter() - started < SECONDS
    assert answer.status_code in (400, 413, 422), answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert digest_of(sides.ours.organisation) == before
