"""Records that come in through the one door, as an integration sends them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from pipeline.services.records import take_records, upsert_records
from salestargets.ingest.upsert import Outcome
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from tests.builders import NOON


def send(
    organisation: Organisation,
    kind: str,
    *rows: object,
    source: str = "crm",
    at: datetime = NOON,
    **options: Any,
) -> Outcome:
    with acting_for(organisation.pk):
        return upsert_records(
            kind, source=source, rows=rows, actor=system_actor(organisation), at=at, **options
        )


def tried(organisation: Organisation, kind: str, *rows: object) -> Outcome:
    with acting_for(organisation.pk):
        actor = system_actor(organisation)
        return take_records(kind, source="crm", rows=rows, actor=actor, at=NOON, dry_run=True).outcome


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    """created, updated, unchanged, rejected"""
    return outcome.created, outcome.updated, outcome.unchanged, len(outcome.rejected)


@contextmanager
def within(organisation: Organisation) -> Iterator[Actor]:
    with acting_for(organisation.pk):
        yield system_actor(organisation)


def rows_of(
    organisation: Organisation, sql: str, params: Sequence[object] | Mapping[str, object] = ()
) -> list[tuple[Any, ...]]:
    with acting_for(organisation.pk), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
