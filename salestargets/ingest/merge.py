"""From the staged rows into the table: one sorted INSERT … ON CONFLICT for each set of fields.

Sorted, so that two calls over the same records wait for each other instead of blocking each other for good.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

from django.db import connection

from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import ABSENT, Currency, Name, Rows
from salestargets.ingest.kinds import EXTERNAL_ID, UPDATED_AT, Call, Kind, Shape, SqlParams
from salestargets.ingest.references import Unresolved
from salestargets.ingest.staging import quoted, shapes_of, stage_items, staged_fields
from salestargets.kernel.arrays import array

_KEY = "(organisation_id, source, external_id)"
_SOURCE_TIME = quoted(str(UPDATED_AT.stored))
_NEWEST = "COALESCE(EXCLUDED.source_updated_at, d.source_updated_at)"


@dataclass
class Landed:
    """What became of the rows: every external id's record, and which of these the call made or changed."""

    ids: dict[str, int] = field(default_factory=dict)
    created: set[int] = field(default_factory=set)
    updated: set[int] = field(default_factory=set)
    #: Those of them that count their versions → the one that they have now.
    versions: dict[int, int] = field(default_factory=dict)
    #: Records that a newer call had written already: left as they are.
    stale: set[int] = field(default_factory=set)
    #: References that a post-step could not resolve.
    waiting: list[Unresolved] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Landed") -> None:
        self.ids.update(other.ids)
        self.created |= other.created
        self.updated |= other.updated
        self.versions.update(other.versions)
        self.stale |= other.stale
        self.waiting += other.waiting
        self.remarks += other.remarks


def merge(batch: Batch, table: str, call: Call) -> Landed:
    landed = Landed()
    with connection.cursor() as cursor:
        for number, shape in enumerate(shapes_of(batch)):
            statement, params = _statement(batch.kind, shape, table, call)
            cursor.execute(statement, {**params, "shape": number})
            _note(cursor.fetchall(), landed)
    if len(landed.ids) < len(batch):
        _find_unchanged(batch, table, call, landed)
    return landed


def _note(found: Sequence[tuple[int, str, bool, int | None]], landed: Landed) -> None:
    if found:
        ids, external_ids, are_new, versions = zip(*found, strict=True)
        landed.ids.update(zip(external_ids, ids, strict=True))
        landed.created.update(compress(ids, are_new))
        landed.updated.update(set(ids) - landed.created)
        if versions[0] is not None:
            landed.versions.update(zip(ids, versions, strict=True))


def _statement(kind: Kind, shape: Shape, table: str, call: Call) -> tuple[str, SqlParams]:
    params: SqlParams = {
        "organisation": call.organisation_id,
        "source": call.source,
        "currency": call.currency,
        "at": call.at,
    }
    inserted = {"organisation_id": "%(organisation)s", "source": "%(source)s"}
    inserted |= _inserted(kind, shape, params)
    assigned = {
        quoted(item.stored): f"EXCLUDED.{quoted(item.stored)}"
        for item in staged_fields(kind).values()
        if item.name in shape and item.name != EXTERNAL_ID.name and item.stored
    }
    if UPDATED_AT.name in shape:
        assigned[_SOURCE_TIME] = _NEWEST
    # What is computed follows from the rest: it makes no change by itself.
    compared = dict(assigned)
    for column, computed in kind.computed.items():
        if computed.follows in shape:
            expression, more = computed.expression(call)
            inserted[column], assigned[column] = expression, f"EXCLUDED.{column}"
            params |= more
    if kind.has_tombstones:
        assigned["deleted_at"] = compared["deleted_at"] = "NULL"
        inserted["changed_at"], assigned["changed_at"] = "%(at)s", "EXCLUDED.changed_at"
    if kind.is_versioned:
        inserted["version"], assigned["version"] = "1", "d.version + 1"
    return (
        f"INSERT INTO {kind.table} AS d ({', '.join(inserted)})"
        f" SELECT {', '.join(inserted.values())} FROM {table} i WHERE i.shape = %(shape)s"
        f" ORDER BY i.external_id ON CONFLICT {_KEY} {_on_conflict(assigned, compared)}"
        f" RETURNING d.id, d.external_id, d.xmax = 0, {'d.version' if kind.is_versioned else 'NULL'}",
        params,
    )


def _inserted(kind: Kind, shape: Shape, params: SqlParams) -> dict[str, str]:
    """Column → its value in a record that is new."""
    values: dict[str, str] = {}
    for name, item in staged_fields(kind).items():
        column = quoted(str(item.stored))
        if name in shape:
            values[column] = f"i.{quoted(name)}"
        elif isinstance(item, Name):
            values[column] = "i.external_id"
        elif isinstance(item, Currency):
            values[column] = "%(currency)s"
        elif item.default is not None:
            values[column] = f"%(default_{name})s"
            params[f"default_{name}"] = item.default
    return values


def _on_conflict(assigned: Mapping[str, str], compared: Mapping[str, str]) -> str:
    if not compared:
        return "DO NOTHING"
    changes = ", ".join(f"{column} = {value}" for column, value in assigned.items())
    old, new = ", ".join(f"d.{column}" for column in compared), ", ".join(compared.values())
    newer = ""
    if _SOURCE_TIME in compared:
        newer = " AND (EXCLUDED.source_updated_at < d.source_updated_at) IS NOT TRUE"
    return f"DO UPDATE SET {changes} WHERE (({old}) IS DISTINCT FROM ({new})){newer}"


def _find_unchanged(batch: Batch, table: str, call: Call, landed: Landed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT d.id, d.external_id, (i.updated_at < d.source_updated_at) IS TRUE FROM {table} i"
            f" JOIN {batch.kind.table} d ON d.organisation_id = %s AND d.source = %s"
            " AND d.external_id = i.external_id",
            [call.organisation_id, call.source],
        )
        for record_id, external_id, is_stale in cursor.fetchall():
            landed.ids.setdefault(external_id, record_id)
            if is_stale:
                landed.stale.add(record_id)


def existing(kind: Kind, external_ids: list[str], call: Call) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT external_id FROM {kind.table}"
            " WHERE organisation_id = %s AND source = %s AND external_id = ANY(%s)",
            [call.organisation_id, call.source, array(external_ids)],
        )
        return {external_id for (external_id,) in cursor.fetchall()}


def merge_items(batch: Batch, part: Rows, landed: Landed, call: Call) -> set[int]:
    """Make the rows of a list field what was given; returns the records whose list changed."""
    ids = [landed.ids[external_id] for external_id in batch.external_ids]
    given = [
        (record_id, items)
        for record_id, items in zip(ids, batch.columns[part.name], strict=True)
        if items is not ABSENT and record_id not in landed.stale
    ]
    if not given:
        return set()
    parents = [record_id for record_id, items in given for _ in items]
    chosen = [item for _, items in given for item in items]
    columns = {name: [column[item] for item in chosen] for name, column in batch.items[part.name].items()}
    # An item that waits for its reference has a text where the id will be.
    here = [all(type(columns[name][n]) is not str for name in part.key) for n in range(len(chosen))]
    table = stage_items(
        batch.kind,
        part,
        list(compress(parents, here)),
        {name: list(compress(column, here)) for name, column in columns.items()},
    )
    return _replace_items(part, table, [record_id for record_id, _ in given], call)


def _replace_items(part: Rows, table: str, parents: list[int], call: Call) -> set[int]:
    columns = {item.name: str(item.stored) for item in part.fields}
    same = " AND ".join(f"i.{name} = s.{columns[name]}" for name in part.key)
    rest = [column for name, column in columns.items() if name not in part.key]
    conflict = ", ".join(["organisation_id", part.parent, *(columns[name] for name in part.key)])
    update = "DO NOTHING"
    if rest:
        changes = ", ".join(f"{column} = EXCLUDED.{column}" for column in rest)
        old, new = ", ".join(f"s.{c}" for c in rest), ", ".join(f"EXCLUDED.{c}" for c in rest)
        update = f"DO UPDATE SET {changes} WHERE ({old}) IS DISTINCT FROM ({new})"
    params: SqlParams = {"organisation": call.organisation_id, "parents": array(parents)}
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {part.table} s WHERE s.organisation_id = %(organisation)s"
            f" AND s.{part.parent} = ANY(%(parents)s)"
            f" AND NOT EXISTS (SELECT FROM {table} i WHERE i.parent = s.{part.parent} AND {same})"
            f" RETURNING s.{part.parent}",
            params,
        )
        changed = {record_id for (record_id,) in cursor.fetchall()}
        cursor.execute(
            f"INSERT INTO {part.table} AS s (organisation_id, {part.parent}, {', '.join(columns.values())})"
            f" SELECT %(organisation)s, i.parent, {', '.join(f'i.{name}' for name in columns)} FROM {table} i"
            f" ORDER BY i.parent ON CONFLICT ({conflict}) {update} RETURNING s.{part.parent}",
            params,
        )
        return changed | {record_id for (record_id,) in cursor.fetchall()}


def touch(kind: Kind, landed: Landed, record_ids: set[int], call: Call) -> None:
    """Count a version up where only what hangs on the record changed."""
    assigned = ["version = version + 1"] if kind.is_versioned else []
    assigned += ["changed_at = %(at)s"] if kind.has_tombstones else []
    if assigned and record_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {kind.table} SET {', '.join(assigned)}"
                " WHERE organisation_id = %(organisation)s AND id = ANY(%(ids)s) RETURNING id, version",
                {"at": call.at, "organisation": call.organisation_id, "ids": array(sorted(record_ids))},
            )
            landed.versions.update(cursor.fetchall())
