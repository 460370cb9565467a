"""References to records that are not here: kept, and resolved set-wise when they arrive or are matched."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import orjson
from django.db import connection

from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import Ref
from salestargets.ingest.kinds import KINDS, Call, Kind, SqlParams, get_kind
from salestargets.ingest.merge import Landed
from salestargets.ingest.references import Unresolved
from salestargets.kernel.arrays import array
from salestargets.tenancy.context import current_organisation_id


def agreed_aliases(kind: str, source: str, references: Collection[str]) -> Mapping[str, int]:
    """Reference → record, where a person has said so."""
    with connection.cursor() as cursor:  # a record may have been deleted since
        cursor.execute(
            f"SELECT a.reference, a.record_id FROM pipeline_alias a JOIN {get_kind(kind).table} t"  # noqa: S608
            " ON t.organisation_id = a.organisation_id AND t.id = a.record_id"
            " WHERE a.organisation_id = %s AND a.kind = %s AND a.source = %s AND a.reference = ANY(%s)",
            [current_organisation_id(), kind, source, list(references)],
        )
        return dict(cursor.fetchall())


class WaitingReferences:
    """Follows a call: notes what it could not resolve, and resolves what waited for its new records."""

    def before(self, batch: Batch, staged: str, call: Call) -> None:
        """Nothing waits yet."""

    def after(self, batch: Batch, landed: Landed, unresolved: Sequence[Unresolved], call: Call) -> None:
        notes = [*unresolved, *landed.waiting]
        if not notes and not _anything_waits(call):
            return
        _forget(batch, landed, call)
        _note(batch.kind, landed, notes, call)
        if landed.created and batch.kind.name in _targets():
            resolve_waiting(batch.kind, call=call, references=batch.external_ids)


def _anything_waits(call: Call) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pipeline_unresolvedreference WHERE organisation_id = %s)",
            [call.organisation_id],
        )
        return bool(cursor.fetchone()[0])


def _targets() -> set[str]:
    """Kinds that others refer to."""
    fields = [field for kind in KINDS.values() for field in kind.fields]
    fields += [field for kind in KINDS.values() for part in kind.lists for field in part.fields]
    return {field.kind for field in fields if isinstance(field, Ref)}


def _forget(batch: Batch, landed: Landed, call: Call) -> None:
    """What the call says anew replaces what waited."""
    known = landed.created | landed.stale
    referring = _referring(batch.kind)
    spoken: dict[frozenset[str], list[int]] = {}
    for shape, external_id in zip(batch.shapes, batch.external_ids, strict=True):
        if landed.ids[external_id] not in known:
            spoken.setdefault(shape & referring, []).append(landed.ids[external_id])
    with connection.cursor() as cursor:
        for fields, record_ids in spoken.items():
            cursor.execute(
                "DELETE FROM pipeline_unresolvedreference WHERE organisation_id = %s AND kind = %s"
                " AND record_id = ANY(%s) AND field = ANY(%s)",
                [call.organisation_id, batch.kind.name, array(record_ids), sorted(fields)],
            )


def _referring(kind: Kind) -> frozenset[str]:
    """Fields that hold references."""
    refs = {field.name for field in kind.fields if isinstance(field, Ref)}
    return frozenset(refs | {part.name for part in kind.lists})


_NOTE = """
INSERT INTO pipeline_unresolvedreference
    (organisation_id, kind, record_id, field, target_kind, source, reference, rest)
SELECT %(organisation)s, %(kind)s, n.record_id, n.field, n.target_kind, %(source)s, n.reference, n.rest
FROM jsonb_to_recordset(%(notes)s)
     AS n(record_id bigint, field text, target_kind text, reference text, rest jsonb)
"""


def _note(kind: Kind, landed: Landed, unresolved: Sequence[Unresolved], call: Call) -> None:
    notes = [
        {
            "record_id": landed.ids[one.external_id],
            "field": one.field,
            "target_kind": one.target_kind,
            "reference": one.reference,
            "rest": one.rest,
        }
        for one in unresolved
        if landed.ids[one.external_id] not in landed.stale
    ]
    if notes:
        params: SqlParams = {
            "organisation": call.organisation_id,
            "kind": kind.name,
            "source": call.source,
            "notes": orjson.dumps(notes).decode(),
        }
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, params)


@dataclass(frozen=True)
class _Matches:
    """What was found for the references that wait for records of one kind."""

    target: Kind
    sources: list[str]
    references: list[str]
    record_ids: list[int]

    def params(self, call: Call) -> SqlParams:
        return {
            "organisation": call.organisation_id,
            "target": self.target.name,
            "sources": self.sources,
            "references": self.references,
            "ids": self.record_ids,
            "at": call.at,
        }


# As in a call: the same source first, then what people agreed to, then the only one of all sources.
_FIND = """
SELECT source, reference, id FROM (
    SELECT w.source, w.reference, COALESCE(own.id, agreed.record_id, one.id) AS id
    FROM (
        SELECT DISTINCT source, reference FROM pipeline_unresolvedreference
        WHERE organisation_id = %(organisation)s AND target_kind = %(target)s
          AND reference = ANY(%(references)s)
    ) w
    LEFT JOIN {table} own ON own.organisation_id = %(organisation)s
         AND own.source = w.source AND own.external_id = w.reference
    LEFT JOIN pipeline_alias agreed ON agreed.organisation_id = %(organisation)s
         AND agreed.kind = %(target)s AND agreed.source = w.source AND agreed.reference = w.reference
    LEFT JOIN LATERAL (
        SELECT min(t.id) AS id FROM {table} t
        WHERE t.organisation_id = %(organisation)s AND t.external_id = w.reference HAVING count(*) = 1
    ) one ON true
) found WHERE id IS NOT NULL
"""

_MATCHED = """
    pipeline_unresolvedreference u
    JOIN unnest(%(sources)s::text[], %(references)s::text[], %(ids)s::bigint[]) AS m(source, reference, id)
      ON u.source = m.source AND u.reference = m.reference
    WHERE u.organisation_id = %(organisation)s AND u.target_kind = %(target)s
"""
_MATCHED_FIELD = f"{_MATCHED} AND u.kind = %(kind)s AND u.field = %(field)s"


def resolve_waiting(target: Kind, *, call: Call, references: Collection[str]) -> int:
    """Fill in what waited for these references to records of a kind; returns how many did."""
    matches = _find(target, call, references)
    if not matches.record_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT u.kind, u.field FROM {_MATCHED}", matches.params(call))  # noqa: S608
        for kind, field in cursor.fetchall():
            _fill(get_kind(kind), field, matches, call)
        cursor.execute(
            f"DELETE FROM pipeline_unresolvedreference WHERE id IN (SELECT u.id FROM {_MATCHED})"  # noqa: S608
            " AND organisation_id = %(organisation)s",
            matches.params(call),
        )
        return int(cursor.rowcount)


def _find(target: Kind, call: Call, references: Collection[str]) -> _Matches:
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND.format(table=target.table),
            {
                "organisation": call.organisation_id,
                "target": target.name,
                "references": array(list(references)),
            },
        )
        found = cursor.fetchall()
    return _Matches(target, [row[0] for row in found], [row[1] for row in found], [row[2] for row in found])


def _fill(kind: Kind, name: str, matches: _Matches, call: Call) -> None:
    if name in kind.settlers:
        kind.settlers[name](_pairs(kind, name, matches, call), call)
        return
    fill = _fill_list if name in kind.lists_by_name else _fill_column
    filled = fill(kind, name, matches, call)
    if kind.derive is not None and name in kind.derives_from:
        kind.derive(filled, call)


def _fill_column(kind: Kind, name: str, matches: _Matches, call: Call) -> set[int]:
    touched = ", changed_at = %(at)s" if kind.has_tombstones else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} d SET {kind.by_name[name].stored} = f.id{touched}"  # noqa: S608
            f" FROM (SELECT u.record_id, m.id FROM {_MATCHED_FIELD}) f"
            " WHERE d.organisation_id = %(organisation)s AND d.id = f.record_id RETURNING d.id",
            {**matches.params(call), "kind": kind.name, "field": name},
        )
        return {record_id for (record_id,) in cursor.fetchall()}


def _fill_list(kind: Kind, name: str, matches: _Matches, call: Call) -> set[int]:
    part = kind.lists_by_name[name]
    rest = [field for field in part.fields if not isinstance(field, Ref)]
    (ref,) = (field for field in part.fields if isinstance(field, Ref))
    columns = ", ".join(str(field.stored) for field in (ref, *rest))
    values = ", ".join(["m.id", *(f"(u.rest ->> '{field.name}')::{field.sql_type}" for field in rest)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {part.table} (organisation_id, {part.parent}, {columns})"  # noqa: S608
            f" SELECT %(organisation)s, u.record_id, {values} FROM {_MATCHED_FIELD}"
            f" ON CONFLICT DO NOTHING RETURNING {part.parent}",
            {**matches.params(call), "kind": kind.name, "field": name},
        )
        return {record_id for (record_id,) in cursor.fetchall()}


def _pairs(kind: Kind, name: str, matches: _Matches, call: Call) -> list[tuple[int, int]]:
    """(record that refers, record it refers to)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT u.record_id, m.id FROM {_MATCHED_FIELD}",  # noqa: S608
            {**matches.params(call), "kind": kind.name, "field": name},
        )
        return [(record_id, target_id) for record_id, target_id in cursor.fetchall()]
