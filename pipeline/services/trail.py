"""What an import did to records: as they were before, and as they were left, so that it can be undone."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection

from pipeline.models import ImportRun
from salestargets.ingest.batch import Batch
from salestargets.ingest.kinds import Call, Kind, SqlParams
from salestargets.ingest.merge import Landed
from salestargets.ingest.references import Unresolved
from salestargets.ingest.staging import temporary_table
from salestargets.kernel.arrays import array


def image_of(kind: Kind) -> str:
    """SQL: the record `d` as JSON, with what hangs on it. Without lists: no column of a file is one."""
    if not kind.images:
        return "row_to_json(d)"
    named = ", ".join(f"'{name}', ({expression})" for name, expression in kind.images.items())
    return f"to_jsonb(d) || jsonb_build_object({named})"


def state_of(kind: Kind) -> str:
    """SQL: what differs once the record `d` was changed: its version, or where none is counted its image."""
    return "d.version::text" if kind.has_tombstones else f"({image_of(kind)})::text"


_KEEP_VERSIONS = """
INSERT INTO pipeline_importchange (organisation_id, run_id, kind, record_ids, before, after)
VALUES (%(organisation)s, %(run)s, %(kind)s, %(ids)s, %(before)s, %(after)s)
"""
_KEEP_IMAGES = """
INSERT INTO pipeline_importchange (organisation_id, run_id, kind, record_ids, before, after)
SELECT %(organisation)s, %(run)s, %(kind)s, array_agg(id), array_agg(image), array_agg(state)
FROM (
    SELECT d.id, b.image, {state} AS state
    FROM {table} d LEFT JOIN {images} b ON b.kind = %(kind)s AND b.id = d.id
    WHERE d.organisation_id = %(organisation)s AND d.id = ANY(%(ids)s) AND b.image IS DISTINCT FROM {state}
    ORDER BY d.id
) changed HAVING count(*) > 0
"""


@dataclass
class _Changes:
    """What a step did to records of a kind."""

    kind: Kind
    #: Told by images, kept before: those that may differ from theirs.
    imaged: set[int] = field(default_factory=set)
    #: Told by versions: the one that a record had, None where it was made, and the one that it has.
    versions: dict[int, tuple[int | None, int]] = field(default_factory=dict)


class Trail:
    """Follows the calls of one step of a run; `write` keeps what they did, one row for each kind."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self._touched: dict[str, _Changes] = {}
        self._table = temporary_table("images", {"kind": "text", "id": "bigint", "image": "text"})

    def before(self, batch: Batch, staged: str, call: Call) -> None:
        self._keep(
            batch.kind,
            f"JOIN {staged} i ON i.external_id = d.external_id"
            " WHERE d.organisation_id = %(organisation)s AND d.source = %(source)s",
            {"organisation": call.organisation_id, "source": call.source},
        )

    def after(self, batch: Batch, landed: Landed, unresolved: Sequence[Unresolved], call: Call) -> None:
        changes = self._of(batch.kind)
        if not batch.kind.has_tombstones:
            changes.imaged |= landed.created | landed.updated
            return
        for record_id, version in landed.versions.items():
            before = None if record_id in landed.created else version - 1
            changes.versions[record_id] = changes.versions.get(record_id, (before,))[0], version

    @contextmanager
    def watching(self, kind: Kind, record_ids: Collection[int]) -> Iterator[set[int]]:
        """Note what the block does to these records, and to those whose ids it adds to its set."""
        made: set[int] = set()
        where = "WHERE d.organisation_id = %(organisation)s AND d.id = ANY(%(ids)s)"
        self._keep(kind, where, {"organisation": self.run.organisation_id, "ids": array(list(record_ids))})
        yield made
        self._of(kind).imaged |= made | set(record_ids)

    def write(self) -> None:
        """Those that differ from what they were, kinds in the order in which they were met."""
        for changes in self._touched.values():
            if changes.versions:
                self._write_versions(changes)
            if changes.imaged:
                self._write_images(changes)

    def _write_versions(self, changes: _Changes) -> None:
        record_ids = sorted(changes.versions)
        before, after = zip(*(changes.versions[record_id] for record_id in record_ids), strict=True)
        self._write(
            _KEEP_VERSIONS,
            changes.kind,
            {"ids": array(record_ids), "before": array(before), "after": array(after)},
        )

    def _write_images(self, changes: _Changes) -> None:
        kind = changes.kind
        statement = _KEEP_IMAGES.format(table=kind.table, images=self._table, state=state_of(kind))
        self._write(statement, kind, {"ids": array(sorted(changes.imaged))})

    def _write(self, statement: str, kind: Kind, params: SqlParams) -> None:
        known: SqlParams = {"organisation": self.run.organisation_id, "run": self.run.pk, "kind": kind.name}
        with connection.cursor() as cursor:
            cursor.execute(statement, {**known, **params})

    def _keep(self, kind: Kind, where: str, params: SqlParams) -> None:
        """The images now; locked, so that nobody slips in between. Of a record met again the first stays.

        What is told by versions needs none: the change itself says which one it was.
        """
        if kind.has_tombstones:
            return
        again = ""
        if kind.name in self._touched:
            again = (
                f" AND NOT EXISTS (SELECT FROM {self._table} b WHERE b.kind = %(kind)s AND b.id = d.id)"
                " AND d.id <> ALL(%(touched)s)"
            )
            params = {**params, "touched": array(list(self._touched[kind.name].imaged))}
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self._table} SELECT %(kind)s, d.id, {state_of(kind)}"  # noqa: S608
                f" FROM {kind.table} d {where}{again} ORDER BY d.external_id FOR NO KEY UPDATE OF d",
                {**params, "kind": kind.name},
            )

    def _of(self, kind: Kind) -> _Changes:
        return self._touched.setdefault(kind.name, _Changes(kind))
