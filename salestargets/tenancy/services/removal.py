"""Deleting what should never have been there. What has been used stays: end it with a date instead."""

from salestargets.ingest.deletion import delete_rows
from salestargets.ingest.kinds import get_kind
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope


def delete_record(actor: Actor, *, kind: str, record_id: int) -> None:
    """NotFound where there is none, Conflict `in_use` where others refer to it."""
    actor.require(Scope.RECORDS_WRITE)
    if not delete_rows(get_kind(kind), [record_id], organisation_id=actor.organisation.pk):
        raise NotFound(N_("There is no such record."), code="not_found")
