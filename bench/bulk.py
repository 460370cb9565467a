"""Organisations with their deals, by the door for all and by hand: COPY and INSERT … ON CONFLICT."""

import io
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from bench.organisations import Row, Size, structure
from pipeline.services.records import upsert_records
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.services.organisations import create_organisation

CHUNK = 10_000
SOURCE = "bench"

#: Field of a row → column and type in the table.
_COLUMNS = {
    "external_id": ("external_id", "text"),
    "name": ("name", "text"),
    "owner": ("owner_id", "bigint"),
    "customer": ("customer_id", "bigint"),
    "product": ("product_id", "bigint"),
    "channel": ("channel_id", "bigint"),
    "stage": ("stage_id", "bigint"),
    "status": ("status", "text"),
    "amount": ("amount_minor", "bigint"),
    "currency": ("currency", "text"),
    "created_on": ("created_on", "date"),
    "expected_close_on": ("expected_close_on", "date"),
    "closed_on": ("closed_on", "date"),
}
_NAMES = [name for name, _type in _COLUMNS.values()]
_REFERENCES = {
    "owner": "tenancy_person",
    "customer": "pipeline_customer",
    "product": "pipeline_product",
    "channel": "pipeline_channel",
    "stage": "pipeline_stage",
}
_BY_HAND = """
INSERT INTO pipeline_deal AS d (organisation_id, source, {columns}, base_minor, lost_reason, is_shared,
                                changed_at, version)
SELECT %(organisation)s, %(source)s, {columns}, amount_minor, '', false, now(), 1 FROM by_hand
ON CONFLICT (organisation_id, source, external_id) DO UPDATE
SET {assignments}, base_minor = excluded.base_minor, changed_at = excluded.changed_at, version = d.version + 1
"""


def an_organisation(slug: str, size: Size, *, at: datetime) -> Organisation:
    """With its structure, and without deals."""
    organisation, _admin = create_organisation(
        slug=slug,
        name=slug.title(),
        currency="CNY",
        time_zone="UTC",
        admin_email=f"admin@{slug}.example",
        at=at,
    )
    for kind, rows in structure(size).items():
        load(organisation, kind, rows, at=at)
    return organisation


def load(organisation: Organisation, kind: str, rows: Sequence[Row], *, at: datetime) -> None:
    """As a client would: in calls of ten thousand, each a transaction."""
    for start in range(0, len(rows), CHUNK):
        with acting_for(organisation.pk):
            outcome = upsert_records(
                kind,
                source=SOURCE,
                rows=rows[start : start + CHUNK],
                actor=system_actor(organisation),
                at=at,
            )
        if outcome.rejected:
            raise ValueError(f"{kind}: {outcome.rejected[:3]}")


def prepared(organisation: Organisation, rows: Sequence[Row]) -> str:
    """The text of a COPY with all references looked up and all amounts in cents: not part of the time."""
    with acting_for(organisation.pk):
        ids = {field: _ids(table) for field, table in _REFERENCES.items()}
    lines = []
    for row in rows:
        values = {**row, **{field: found[str(row[field])] for field, found in ids.items()}}
        values["amount"] = str(row["amount"]).replace(".", "")
        lines.append("\t".join("\\N" if values[name] is None else str(values[name]) for name in _COLUMNS))
    return "\n".join(lines)


def load_by_hand(organisation: Organisation, text: str) -> None:
    """One transaction, one COPY, one statement; into the same table, with its triggers, keys and policies."""
    definition = ", ".join(f"{name} {type_}" for name, type_ in _COLUMNS.values())
    columns, assignments = ", ".join(_NAMES), ", ".join(f"{name} = excluded.{name}" for name in _NAMES[1:])
    statement = _BY_HAND.format(columns=columns, assignments=assignments)
    with acting_for(organisation.pk), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE by_hand ({definition})")
        cursor.copy_expert(f"COPY by_hand ({columns}) FROM STDIN", io.StringIO(text))
        cursor.execute(statement, {"organisation": organisation.pk, "source": SOURCE})
        cursor.execute("DROP TABLE by_hand")


def ids_of(table: str) -> list[int]:
    """In the order in which the rows were made."""
    return sorted(_ids(table).values())


def _ids(table: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT external_id, id FROM {table}")
        return dict(cursor.fetchall())
