"""What an import did to records: as they were before, and as they were left, so that it can be undone."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from pipeline.models import ImportRun
from salestargets.ingest.batch import Batch
from salestargets.ingest.kinds import Call, Kind, SqlParams
from salestargets.ingest.merge import Landed
from salestargets.ingest.references import Unresolved
from salestargets.ingest.staging import temporary_table


def image_of(kind: Kind) -> str:
    """SQL: the record `d` as JSON, with what hangs on it. Without lists: no column of a file is one."""
    if not kind.images:
        return "row_to_json(d)"
    named = ", ".join(f"'{name}', ({expression})" for name, expression in kind.images.items())
    return f"to_jsonb(d) || jsonb_build_object({named})"


def state_of(kind: Kind) -> str:
    """SQL: what differs once the record `d` was changed: its version, or where none is counted its image."""
    return "d.version::text" if kind.has_tombstones else f"({image_of(kind)})::text"


class Trail:
    """Follows the calls of one step of a run; `write` keeps what they did, one row for each kind."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self._touched: dict[str, tuple[Kind, set[int]]] = {}
        self._table = temporary_table(
            "images", {"kind": "text", "id": "bigint", "image": "text", "state": "text"}
        )

    def before(self, batch: Batch, staged: str, call: Call) -> None:
        self._keep(
            batch.kind,
            f"JOIN {staged} i ON i.external_id = d.external_id"
            " WHERE d.organisation_id = %(organisation)s AND d.source = %(source)s",
            {"organisation": call.organisation_id, "source": call.source},
        )

    def after(self, batch: Batch, landed: Landed, unresolved: Sequence[Unresolved], call: Call) -> None:
        self._note(batch.kind, landed.created | landed.updated)

    @contextmanager
    def watching(self, kind: Kind, record_ids: Collection[int]) -> Iterator[set[int]]:
        """Note what the block does to these records, and to those whose ids it adds to its set."""
        made: set[int] = set()
        where = "WHERE d.organisation_id = %(organisation)s AND d.id = ANY(%(ids)s)"
        self._keep(kind, where, {"organisation": self.run.organisation_id, "ids": list(record_ids)})
        yield made
        self._note(kind, made | set(record_ids))

    def write(self) -> None:
        """Those that differ from what they were, kinds in the order in which they were met."""
        for kind, record_ids in self._touched.values():
            with connection.cursor() as cursor:
                cursor.execute(
                    f"""
                    INSERT INTO pipeline_importchange
                           (organisation_id, run_id, kind, record_ids, before, after)
                    SELECT %(organisation)s, %(run)s, %(kind)s,
                           array_agg(id), array_agg(image), array_agg(state)
                    FROM (
                        SELECT d.id, b.image, {state_of(kind)} AS state
                        FROM {kind.table} d LEFT JOIN {self._table} b ON b.kind = %(kind)s AND b.id = d.id
                        WHERE d.organisation_id = %(organisation)s AND d.id = ANY(%(ids)s)
                          AND b.state IS DISTINCT FROM {state_of(kind)}
                        ORDER BY d.id
                    ) changed HAVING count(*) > 0
                    """,  # noqa: S608
                    {
                        "organisation": self.run.organisation_id,
                        "run": self.run.pk,
                        "kind": kind.name,
                        "ids": sorted(record_ids),
                    },
                )

    def _keep(self, kind: Kind, where: str, params: SqlParams) -> None:
        """The images now; locked, so that nobody slips in between. Of a record met again the first stays."""
        again = ""
        if kind.name in self._touched:
            again = (
                f" AND NOT EXISTS (SELECT FROM {self._table} b WHERE b.kind = %(kind)s AND b.id = d.id)"
                " AND d.id <> ALL(%(touched)s)"
            )
            params = {**params, "touched": list(self._touched[kind.name][1])}
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self._table} SELECT %(kind)s, d.id, ({image_of(kind)})::text, {state_of(kind)}"  # noqa: S608
                f" FROM {kind.table} d {where}{again} ORDER BY d.external_id FOR NO KEY UPDATE OF d",
                {**params, "kind": kind.name},
            )

    def _note(self, kind: Kind, record_ids: set[int]) -> None:
        self._touched.setdefault(kind.name, (kind, set()))[1].update(record_ids)
