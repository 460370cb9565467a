"""The rows of a file as it waits: packed in chunks, and read one chunk ahead of the one that is landing."""

import zlib
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import compress
from typing import Any

import orjson

from pipeline.models import ImportChunk
from salestargets.ingest.batch import Batch, read_columns
from salestargets.ingest.fields import Value
from salestargets.ingest.kinds import EXTERNAL_ID, UPDATED_AT, Call, Kind
from salestargets.ingest.mapping import Mapper

Row = list[str]

#: More than a chunk has rows.
_SPAN = 1 << 20


def pack(content: bytes) -> bytes:
    return zlib.compress(content, level=1)


def unpack(chunk: ImportChunk) -> list[Row]:
    rows: list[Row] = orjson.loads(zlib.decompress(chunk.rows))
    return rows


@dataclass(frozen=True)
class Rows:
    """Those of a chunk that are taken, and their numbers in the file; `filled` counts what is passed over."""

    numbers: Sequence[int]
    cells: Sequence[Row]
    filled: int


def rows_of(chunk: ImportChunk) -> Rows:
    rows = unpack(chunk)
    passed_over = set(chunk.superseded)
    numbers: Sequence[int] = range(chunk.first_row, chunk.first_row + len(rows))
    filled = len(rows) - rows.count([])
    if passed_over or filled < len(rows):
        taken = [bool(row) and place not in passed_over for place, row in enumerate(rows)]
        numbers, rows = list(compress(numbers, taken)), list(compress(rows, taken))
    return Rows(numbers, rows, filled)


@dataclass(frozen=True)
class Ready:
    """A chunk that only the database has not seen."""

    rows: Rows
    batch: Batch


@dataclass(frozen=True)
class Reading:
    """How the chunks of a run are read. The same on one day for as long as its job lasts."""

    job_id: int
    kind: Kind
    mapper: Mapper
    call: Call

    def read(self, chunk: ImportChunk) -> Ready:
        rows = rows_of(chunk)
        return Ready(rows, read_columns(self.kind, self.mapper.columns(rows.cells), self.call))


class _Ahead:
    """The next chunk is read in a thread while PostgreSQL works on this one; what is lost is read again."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead")
        self._key: Any = None
        self._ready: Future[Ready] | None = None

    def start(self, reading: Reading, chunk: ImportChunk) -> None:
        self._key, self._ready = _key(reading, chunk), self._thread.submit(reading.read, chunk)

    def take(self, reading: Reading, chunk: ImportChunk) -> Ready:
        key, ready = self._key, self._ready
        self._key = self._ready = None
        if ready is not None and key == _key(reading, chunk):
            return ready.result()
        return reading.read(chunk)


def _key(reading: Reading, chunk: ImportChunk) -> tuple[object, ...]:
    return reading.job_id, chunk.pk, reading.call.today


AHEAD = _Ahead()


def repeated_rows(chunks: Iterable[ImportChunk], mapper: Mapper) -> dict[int, list[int]]:
    """Chunk number → places of rows that another of the file replaces: the newest stays, else the last."""
    best: dict[str, Any] = {}
    replaced: dict[int, list[int]] = {}
    for chunk in chunks:
        for external_id, mine in _marks(chunk, mapper):
            other = best.setdefault(external_id, mine)
            if other is not mine:
                best[external_id] = max(mine, other)
                number, place = divmod(min(mine, other)[-1], _SPAN)
                replaced.setdefault(number, []).append(place)
    return replaced


def _marks(chunk: ImportChunk, mapper: Mapper) -> Iterable[tuple[str, tuple[Value, ...]]]:
    """External id, and the later of two such is greater, for every row that has an id."""
    rows = unpack(chunk)
    columns = mapper.columns(rows, only=(EXTERNAL_ID.name, UPDATED_AT.name))
    ids = EXTERNAL_ID.read_column(columns[EXTERNAL_ID.name], {})
    positions = range(chunk.number * _SPAN, chunk.number * _SPAN + len(rows))
    moments = [moment or "" for moment in columns.get(UPDATED_AT.name, ())]
    marks = zip(moments, positions, strict=True) if moments else zip(positions)
    return ((key, mark) for row, key, mark in zip(rows, ids, marks, strict=True) if row and type(key) is str)
