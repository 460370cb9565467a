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
from salestargets.ingest.merge import Landed
from salestargets.ingest.references import Unresolved

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
    """The one chunk that is read in a thread while another lands; where it is lost it is read again."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead")
        self._chunks: dict[tuple[object, ...], Future[Ready]] = {}

    def start(self, reading: Reading, chunk: ImportChunk) -> None:
        self._chunks = {_key(reading, chunk): self._thread.submit(reading.read, chunk)}

    def take(self, reading: Reading, chunk: ImportChunk) -> Ready:
        waiting = self._chunks.pop(_key(reading, chunk), None)
        return waiting.result() if waiting else reading.read(chunk)


def _key(reading: Reading, chunk: ImportChunk) -> tuple[object, ...]:
    return reading.job_id, chunk.pk, reading.call.today


_AHEAD = _Ahead()


def ready(reading: Reading, chunk: ImportChunk) -> Ready:
    """The chunk as read ahead, else read now."""
    return _AHEAD.take(reading, chunk)


class ReadAhead:
    """Follows a call: has the next chunk read while PostgreSQL works on this one."""

    def __init__(self, reading: Reading, chunks: Sequence[ImportChunk]) -> None:
        self._reading, self._chunks = reading, list(chunks)

    def before(self, batch: Batch, staged: str, call: Call) -> None:
        if self._chunks:
            _AHEAD.start(self._reading, self._chunks.pop())

    def after(self, batch: Batch, landed: Landed, unresolved: Sequence[Unresolved], call: Call) -> None:
        """It may still be under way."""


def repeated_rows(chunks: Iterable[ImportChunk], mapper: Mapper) -> dict[int, list[int]]:
    """Chunk number → places of rows that another of the file replaces: the newest stays, else the last."""
    best: dict[str, Any] = {}
    replaced: dict[int, list[int]] = {}
    for chunk in chunks:
        mine = _marks(chunk, mapper)
        distinct = dict(mine)
        if len(distinct) == len(mine) and best.keys().isdisjoint(distinct):
            best.update(distinct)
            continue
        for external_id, mark in mine:
            other = best.setdefault(external_id, mark)
            if other is not mark:
                best[external_id] = max(mark, other)
                number, place = divmod(min(mark, other)[-1], _SPAN)
                replaced.setdefault(number, []).append(place)
    return replaced


def _marks(chunk: ImportChunk, mapper: Mapper) -> list[tuple[str, tuple[Value, ...]]]:
    """External id and mark of every row that has an id; of two such rows the later has the greater mark."""
    rows = unpack(chunk)
    columns = mapper.columns(rows, only=(EXTERNAL_ID.name, UPDATED_AT.name))
    ids = EXTERNAL_ID.read_column(columns[EXTERNAL_ID.name], {})
    positions = range(chunk.number * _SPAN, chunk.number * _SPAN + len(rows))
    moments = [moment or "" for moment in columns.get(UPDATED_AT.name, ())]
    marks = zip(moments, positions, strict=True) if moments else zip(positions)
    return [(key, mark) for row, key, mark in zip(rows, ids, marks, strict=True) if row and type(key) is str]
