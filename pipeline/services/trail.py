"""What an import did to each record: an image before and after, so that the whole of it can be undone."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from pipeline.models import ImportRun
from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import Rows
from salestargets.ingest.kinds import Call, Kind, SqlParams
from salestargets.ingest.merge import Landed
from salestargets.ingest.references import Unresolved
from salestargets.ingest.staging import temporary_table


def image_of(kind: Kind) -> str:
    """SQL: the record `d` with its lists as one JSON object. What is derived from others is left out."""
    parts = {part.name: _list_image(part) for part in kind.lists} | dict(kind.images)
    named = ", ".join(f"'{name}', ({expression})" for name, expression in parts.items())
    return f"to_jsonb(d) || jsonb_build_object({named})"


def _list_image(part: Rows) -> str:
    columns = [f"s.{field.stored}" for field in part.fields]
    pairs = ", ".join(f"'{field.stored}', s.{field.stored}" for field in part.fields)
    return (
        f"SELECT COALESCE(jsonb_agg(jsonb_build_object({pairs}) ORDER BY {', '.join(columns)}), '[]')"  # noqa: S608
        f" FROM {part.table} s WHERE s.organisation_id = d.organisation_id AND s.{part.parent} = d.id"
    )


class Trail:
    """Follows the calls of one run."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run

    def before(self, batch: Batch, staged: str, call: Call) -> None:
        kind = batch.kind
        self._keep(
            kind,
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

    def _keep(self, kind: Kind, where: str, params: SqlParams) -> None:
        """The images now, in a table of the session; locked, so that nobody slips in between."""
        table = self._table()
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} SELECT d.id, {image_of(kind)} FROM {kind.table} d {where}"  # noqa: S608
                " ORDER BY d.external_id FOR NO KEY UPDATE OF d",
                params,
            )

    def _note(self, kind: Kind, record_ids: set[int]) -> None:
        """Those that differ from their image. A record met again in a later chunk keeps its first image."""
        if not record_ids:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                INSERT INTO pipeline_importchange AS c
                       (organisation_id, run_id, kind, record_id, before, after, "left")
                SELECT d.organisation_id, %(run)s, %(kind)s, d.id, b.image, {image_of(kind)}, ''
                FROM {kind.table} d LEFT JOIN {self._name} b ON b.id = d.id
                WHERE d.organisation_id = %(organisation)s AND d.id = ANY(%(ids)s)
                  AND b.image IS DISTINCT FROM {image_of(kind)}
                ORDER BY d.id
                ON CONFLICT (organisation_id, run_id, kind, record_id) DO UPDATE SET after = EXCLUDED.after
                """,  # noqa: S608
                {
                    "run": self.run.pk,
                    "kind": kind.name,
                    "organisation": self.run.organisation_id,
                    "ids": sorted(record_ids),
                },
            )

    def _table(self) -> str:
        self._name = temporary_table("images", {"id": "bigint", "image": "jsonb"})
        return self._name
