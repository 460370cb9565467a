"""Reads of imports and of what waits. `get_…` are the only doors to one object."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from pipeline.choices import ImportState
from pipeline.listing import Rows
from pipeline.models import (
    ImportLeft,
    ImportMapping,
    ImportRejection,
    ImportRun,
    UnresolvedReference,
)
from salestargets.jobs.models import JobState
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope


def unresolved_rows(actor: Actor, *, target_kind: str | None = None) -> Rows:
    """What waits for a record that is not here."""
    actor.require(Scope.RECORDS_WRITE)
    waiting = UnresolvedReference.objects.filter(**({"target_kind": target_kind} if target_kind else {}))
    rows: Rows = waiting.values("id", "kind", "record_id", "field", "target_kind", "source", "reference")
    return rows


def import_runs(actor: Actor) -> QuerySet[ImportRun]:
    """Files on their way, the newest first, each with its job."""
    actor.require(Scope.RECORDS_WRITE)
    return ImportRun.objects.select_related("job").order_by("-created_at", "-id")


def get_run(actor: Actor, run_id: int) -> ImportRun:
    run = import_runs(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound(N_("There is no such import."), code="not_found")
    return run


_WORKING = frozenset({ImportState.QUEUED, ImportState.RUNNING, ImportState.UNDOING})
_RUN_COLUMNS = (
    *("id", "kind", "source", "file_name", "columns", "mapping", "is_dry_run", "state", "rows_total"),
    *(
        "rows_done",
        "created",
        "updated",
        "unchanged",
        "rejected",
        "remarks",
        "affects",
        "error",
        "created_at",
    ),
    *("finished_at", "job__state", "job__error"),
)


def import_rows(actor: Actor) -> Rows:
    rows: Rows = import_runs(actor).values(*_RUN_COLUMNS)
    return rows


def get_import_row(actor: Actor, run_id: int) -> Mapping[str, Any]:
    row = import_rows(actor).filter(pk=run_id).first()
    if row is None:
        raise NotFound(N_("There is no such import."), code="not_found")
    return row


def run_state(run: ImportRun) -> ImportState:
    return state_of(run.state, run.job.state if run.job else None)


def state_of(state: str, job_state: str | None) -> ImportState:
    """Where a run stands; its job may have failed without being able to say so in the run."""
    if state in _WORKING and job_state == JobState.FAILED:
        return ImportState.FAILED
    return ImportState(state)


def rejections_of(run: ImportRun) -> QuerySet[ImportRejection]:
    return ImportRejection.objects.filter(run=run).order_by("row", "id")


def left_rows(run: ImportRun) -> Rows:
    """Records that undoing the run left as they are, each with the reason."""
    rows: Rows = ImportLeft.objects.filter(run=run).values("id", "kind", "record_id", "left")
    return rows


def saved_mappings(actor: Actor, kind: str | None = None) -> QuerySet[ImportMapping]:
    actor.require(Scope.RECORDS_WRITE)
    return ImportMapping.objects.filter(**({"kind": kind} if kind else {})).order_by("name")


def mapping_rows(actor: Actor, kind: str | None = None) -> Rows:
    rows: Rows = saved_mappings(actor, kind).values("id", "name", "kind", "mapping")
    return rows
