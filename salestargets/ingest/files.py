"""A file from outside as rows of text, opened in a child process that may not take much."""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

import orjson

from salestargets.ingest import reader
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

MAX_CSV = 50 * 1024 * 1024
MAX_XLSX = 10 * 1024 * 1024
_SECONDS = 60.0

_FAULTS: Mapping[str, str] = {
    "empty": N_("The file is empty."),
    "old_excel": N_("This is an old Excel file. Save it as XLSX or CSV."),
    "encoding": N_("The text is neither in UTF-8 nor in GB18030. Save the file as CSV UTF-8."),
    "broken_csv": N_("The CSV cannot be read: a quote is not closed, or a cell is far too long."),
    "broken_xlsx": N_("The XLSX file is damaged. Open it, save it again, and retry."),
    "too_many_rows": N_("The file has too many rows. Send it in parts."),
    "too_many_columns": N_("The file has too many columns. Remove those that are not needed."),
    "too_complex": N_("The file takes too much to open. Save the one sheet that matters as CSV."),
}


@dataclass(frozen=True)
class Block:
    """Some thousand rows; `first_row` is where a spreadsheet shows the first of them.

    They are JSON until someone asks: a file that is kept is not taken apart and put together for it.
    """

    first_row: int
    #: How many rows are not empty.
    filled: int
    content: bytes

    @cached_property
    def rows(self) -> list[list[str]]:
        rows: list[list[str]] = orjson.loads(self.content)
        return rows


@dataclass(frozen=True)
class OpenFile:
    header: list[str]
    blocks: Iterator[Block]


@contextmanager
def open_file(content: IO[bytes]) -> Iterator[OpenFile]:
    """The rows of a CSV or XLSX file, a block at a time. DomainError says what is wrong with the file."""
    check_size(content)
    with tempfile.TemporaryFile() as stdin:
        for part in iter(lambda: content.read(1 << 20), b""):
            stdin.write(part)
        stdin.seek(0)
        command = [sys.executable, "-I", str(Path(reader.__file__))]
        process = subprocess.Popen(  # noqa: S603  our own reader
            command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={"PYTHONUTF8": "1"}
        )
        watch = threading.Timer(_SECONDS, process.kill)
        watch.start()
        try:
            lines = _lines(process)
            yield OpenFile(distinct_names(orjson.loads(next(lines))["header"]), _blocks(lines))
        finally:
            watch.cancel()
            process.kill()
            process.communicate()


def check_size(content: IO[bytes]) -> None:
    content.seek(0)
    is_xlsx = content.read(4) == b"PK\x03\x04"
    size, largest = content.seek(0, 2), MAX_XLSX if is_xlsx else MAX_CSV
    content.seek(0)
    if size > largest:
        raise DomainError(
            N_("The file is larger than {megabytes} MB. Send it in parts, or as CSV."),
            code="file_too_large",
            params={"megabytes": largest // (1024 * 1024)},
        )


def distinct_names(header: list[str]) -> list[str]:
    """A column without a name is called by its number, one with the name of another gets its number too."""
    names: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = " ".join(cell.split())[:200] or f"({number})"
        names.append(name if name not in names else f"{name} ({number})")
    return names


def _lines(process: "subprocess.Popen[bytes]") -> Iterator[bytes]:
    """What the child says. A child that dies of its limits has said enough."""
    assert process.stdout is not None  # noqa: S101  it is a pipe
    said = 0
    for line in process.stdout:
        if not line.endswith(b"\n"):
            raise _fault("too_complex")
        if line.startswith(b'{"error"'):
            raise _fault(orjson.loads(line)["error"])
        said += 1
        yield line
    if process.wait() != 0 or not said:
        raise _fault("too_complex")


def _blocks(lines: Iterator[bytes]) -> Iterator[Block]:
    for line in lines:
        head = orjson.loads(line)
        yield Block(head["first"], head["filled"], next(lines))


def _fault(code: str) -> DomainError:
    return DomainError(_FAULTS.get(code, _FAULTS["too_complex"]), code=code)
