"""The tenant context: whose rows this transaction may see.

`acting_for` is the only way in. It opens a transaction, tells PostgreSQL the organisation (row-level
security compares every row with it) and tells the managers. Outside it both walls refuse.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction

_current: ContextVar[int | None] = ContextVar("organisation_id", default=None)


class NoOrganisationError(RuntimeError):
    """Tenant rows were touched outside `acting_for`: a mistake in the code, never of the user."""


def current_organisation_id() -> int:
    organisation_id = _current.get()
    if organisation_id is None:
        raise NoOrganisationError("No organisation in context: wrap the call in acting_for(organisation_id).")
    return organisation_id


@contextmanager
def acting_for(organisation_id: int) -> Iterator[None]:
    """Run the block in one transaction as this organisation. Re-entrant for the same one only."""
    outer = _current.get()
    if outer is not None:
        if outer != organisation_id:
            raise NoOrganisationError(f"Already acting for organisation {outer}, refused {organisation_id}.")
        with transaction.atomic():
            yield
        return
    token = _current.set(organisation_id)
    try:
        with transaction.atomic():
            _tell_database(str(organisation_id))
            yield
            # In an enclosing transaction (tests) a local setting would outlive this block.
            if len(connection.savepoint_ids) and not connection.needs_rollback:
                _tell_database("")
    finally:
        _current.reset(token)


@contextmanager
def told_later(mark: Any) -> Iterator[None]:
    """What is built here is for the organisation that `mark` will stand for; nothing can be read."""
    token = _current.set(mark)
    try:
        yield
    finally:
        _current.reset(token)


def _tell_database(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.organisation', %s, true)", [value])
