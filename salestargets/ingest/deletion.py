"""Taking records away: for good, refused while others refer to them, or leaving a tombstone."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from salestargets.ingest.kinds import Kind
from salestargets.kernel.errors import Conflict
from salestargets.kernel.messages import N_


def delete_rows(kind: Kind, record_ids: Collection[int], *, organisation_id: int) -> int:
    """How many there were. Conflict `in_use`, and none is deleted, where another record refers to one."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if kind.detach is not None:
                kind.detach(record_ids)
            for part in kind.lists:
                cursor.execute(
                    f"DELETE FROM {part.table} WHERE organisation_id = %s AND {part.parent} = ANY(%s)",
                    [organisation_id, list(record_ids)],
                )
            cursor.execute(
                f"DELETE FROM {kind.table} WHERE organisation_id = %s AND id = ANY(%s)",
                [organisation_id, list(record_ids)],
            )
            return int(cursor.rowcount)
    except IntegrityError as error:
        raise Conflict(
            N_("Other records still refer to this one. Change or delete them first."), code="in_use"
        ) from error


def bury(kind: Kind, record_id: int, *, organisation_id: int, at: datetime) -> bool:
    """Leave a tombstone of a record that stands; False where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} SET deleted_at = %(at)s, changed_at = %(at)s, version = version + 1"
            " WHERE organisation_id = %(organisation)s AND id = %(id)s AND deleted_at IS NULL",
            {"at": at, "organisation": organisation_id, "id": record_id},
        )
        return bool(cursor.rowcount)
