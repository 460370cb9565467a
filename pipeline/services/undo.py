"""Taking back an import: what it made goes, what it changed is as before, what others changed stays."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

import pghistory
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from pipeline.choices import ImportState
from pipeline.models import ImportChange, ImportRun, UnresolvedReference
from pipeline.selectors import run_state
from pipeline.services import pricing
from pipeline.services.records import CELLS, EVER, call_of
from pipeline.services.trail import image_of
from salestargets.ingest.deletion import delete_rows
from salestargets.ingest.fields import Ref, Rows
from salestargets.ingest.kinds import Call, Kind, SqlParams, get_kind
from salestargets.ingest.staging import staged_fields
from salestargets.jobs.models import Job
from salestargets.jobs.services import enqueue
from salestargets.jobs.wake import kick_after_commit
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Scope

UNDO = "import-undo"
CHANGES_A_STEP = 1000
CHANGED, GONE, IN_USE = "changed", "gone", "in_use"
_FINISHED = (ImportState.DONE, ImportState.FAILED)


def undo_import(actor: Actor, *, run: ImportRun, at: datetime) -> ImportRun:
    """Take back what a run did, step by step in a job."""
    actor.require(Scope.RECORDS_WRITE)
    run = ImportRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)
    if run.is_dry_run or run_state(run) not in _FINISHED:
        raise DomainError(N_("Only an import that has run can be undone."), code="not_done")
    total = ImportChange.objects.filter(run=run).count()
    run.job = enqueue(kind=UNDO, payload={"run": run.pk}, at=at, by=actor.user)
    Job.objects.filter(pk=run.job.pk).update(total=total)
    run.state = ImportState.UNDOING
    run.save(update_fields=["job", "state"])
    return run


def undo_step(job: Job, at: datetime) -> bool:
    """The next records, the last ones first, so that what refers goes before what is referred to."""
    run = ImportRun.objects.select_related("organisation").get(pk=job.payload["run"])
    actor = system_actor(run.organisation)
    waiting = ImportChange.objects.filter(run=run, undone_at__isnull=True, left="").order_by("-id")
    changes = list(waiting[:CHANGES_A_STEP])
    call = call_of(actor, source=run.source, at=at)
    with (
        translation.override(run.organisation.language_of(job.created_by)),
        pghistory.context(actor=actor.id, actor_name=actor.name, reason=f"import {run.pk} undone"),
    ):
        for name, group in groupby(changes, key=lambda change: change.kind):
            _undo(get_kind(name), list(group), call)
    job.done += len(changes)
    kick_after_commit(CELLS)
    if len(changes) == CHANGES_A_STEP:
        return False
    run.state, run.finished_at = ImportState.UNDONE, at
    run.save(update_fields=["state", "finished_at"])
    return True


def _undo(kind: Kind, changes: Sequence[ImportChange], call: Call) -> None:
    touched = _touched(kind, changes, call)
    for change in changes:
        change.left = touched.get(change.pk, "")
    rest = [change for change in changes if not change.left]
    _all_or_each(lambda part: _take_away(kind, part, call), [one for one in rest if one.before is None])
    _all_or_each(lambda part: _put_back(kind, part, call), [one for one in rest if one.before is not None])
    _follow(kind, rest, call)
    for reason in ("", CHANGED, GONE, IN_USE):
        ids = [change.pk for change in changes if change.left == reason]
        done_at = None if reason else call.at
        ImportChange.objects.filter(pk__in=ids).update(left=reason, undone_at=done_at)


def _touched(kind: Kind, changes: Sequence[ImportChange], call: Call) -> dict[int, str]:
    """Changes whose record is gone, or is not any more as the import left it.

    What was derived or resolved since is no change: versions, prices, references that came to be known.
    """
    refs = [str(item.stored) for item in staged_fields(kind).values() if isinstance(item, Ref)]
    open_refs = "".join(f", CASE WHEN c.after ->> '{ref}' IS NULL THEN '{ref}' END" for ref in refs)
    ignored = f"array_remove(ARRAY['version', 'changed_at', 'base_minor'{open_refs}], NULL)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, d.id IS NULL FROM pipeline_importchange c LEFT JOIN {kind.table} d"  # noqa: S608
            " ON d.organisation_id = c.organisation_id AND d.id = c.record_id"
            " WHERE c.organisation_id = %s AND c.id = ANY(%s)"
            f" AND (d.id IS NULL OR ({image_of(kind)}) - {ignored} <> c.after - {ignored})",
            [call.organisation_id, [change.pk for change in changes]],
        )
        return {change_id: GONE if is_gone else CHANGED for change_id, is_gone in cursor.fetchall()}


def _all_or_each(act: Callable[[Sequence[ImportChange]], None], changes: Sequence[ImportChange]) -> None:
    """Set-wise; where the database refuses, one by one, so that only those in use stay."""
    if not changes:
        return
    try:
        with transaction.atomic():
            act(changes)
    except (IntegrityError, DomainError):
        if len(changes) == 1:
            changes[0].left = IN_USE
            return
        for change in changes:
            _all_or_each(act, [change])


def _take_away(kind: Kind, changes: Sequence[ImportChange], call: Call) -> None:
    """What never should have been here leaves no tombstone, so that what it refers to can go too."""
    ids = [change.record_id for change in changes]
    delete_rows(kind, ids, organisation_id=call.organisation_id)
    UnresolvedReference.objects.filter(kind=kind.name, record_id__in=ids).delete()


def _put_back(kind: Kind, changes: Sequence[ImportChange], call: Call) -> None:
    columns = [f'"{item.stored}"' for item in staged_fields(kind).values()]
    assigned = [f"{column} = r.{column}" for column in columns]
    if kind.has_tombstones:
        assigned += ["deleted_at = r.deleted_at", "changed_at = %(at)s"]
    if kind.is_versioned:
        assigned.append("version = d.version + 1")
    params: SqlParams = {
        "at": call.at,
        "organisation": call.organisation_id,
        "changes": [change.pk for change in changes],
        "ids": [change.record_id for change in changes],
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} d SET {', '.join(assigned)} FROM pipeline_importchange c,"  # noqa: S608
            f" LATERAL jsonb_populate_record(NULL::{kind.table}, c.before) r"
            " WHERE c.organisation_id = %(organisation)s AND c.id = ANY(%(changes)s)"
            " AND d.organisation_id = c.organisation_id AND d.id = c.record_id",
            params,
        )
        for part in kind.lists:
            for statement in _list_statements(part):
                cursor.execute(statement, params)
    if kind.restore is not None:
        kind.restore([(change.record_id, change.before or {}) for change in changes])


def _list_statements(part: Rows) -> tuple[str, str]:
    columns = ", ".join(str(field.stored) for field in part.fields)
    values = ", ".join(f"r.{field.stored}" for field in part.fields)
    return (
        f"DELETE FROM {part.table} WHERE organisation_id = %(organisation)s"  # noqa: S608
        f" AND {part.parent} = ANY(%(ids)s)",
        f"INSERT INTO {part.table} (organisation_id, {part.parent}, {columns})"  # noqa: S608
        f" SELECT c.organisation_id, c.record_id, {values} FROM pipeline_importchange c,"
        f" LATERAL jsonb_array_elements(c.before -> '{part.name}') e,"
        f" LATERAL jsonb_populate_record(NULL::{part.table}, e) r"
        " WHERE c.organisation_id = %(organisation)s AND c.id = ANY(%(changes)s)",
    )


def _follow(kind: Kind, changes: Sequence[ImportChange], call: Call) -> None:
    """What is derived from the records that were put back."""
    undone = [change for change in changes if not change.left]
    if kind.name == "deals":
        deals = {change.record_id for change in undone}
        pricing.reprice(call, deal_ids=deals)
        pricing.spread_shares(call, deal_ids=deals)
    if kind.name == "exchange-rates":
        currencies = {str((change.after or {})["currency"]) for change in undone}
        pricing.reprice_since(call, since=dict.fromkeys(currencies, EVER))
