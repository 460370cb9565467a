"""Taking back an import: what it made goes, what it changed is as before, what others changed stays."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import pghistory
from django.db import IntegrityError, connection, transaction
from django.db.models import Func, IntegerField, Model, Sum
from django.utils import translation

from pipeline.choices import ImportState
from pipeline.models import ImportChange, ImportLeft, ImportRun, UnresolvedReference
from pipeline.selectors import run_state
from pipeline.services import pricing
from pipeline.services.records import CELLS, EVER, call_of
from pipeline.services.trail import image_of, state_of
from salestargets.audit.selectors import event_models
from salestargets.ingest.deletion import delete_rows
from salestargets.ingest.fields import Ref
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
CHANGED, GONE, IN_USE = "changed", "gone", "in_use"
_FINISHED = (ImportState.DONE, ImportState.FAILED)


def undo_import(actor: Actor, *, run: ImportRun, at: datetime) -> ImportRun:
    """Take back what a run did, step by step in a job."""
    actor.require(Scope.RECORDS_WRITE)
    run = ImportRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)
    if run.is_dry_run or run_state(run) not in _FINISHED:
        raise DomainError(N_("Only an import that has run can be undone."), code="not_done")
    records = Sum(Func("record_ids", function="cardinality", output_field=IntegerField()))
    total = ImportChange.objects.filter(run=run).aggregate(records=records)["records"] or 0
    run.job = enqueue(kind=UNDO, payload={"run": run.pk}, at=at, by=actor.user)
    Job.objects.filter(pk=run.job.pk).update(total=total)
    run.state = ImportState.UNDOING
    run.save(update_fields=["job", "state"])
    return run


def undo_step(job: Job, at: datetime) -> bool:
    """The next records, the last ones first, so that what refers goes before what is referred to."""
    run = ImportRun.objects.select_related("organisation").get(pk=job.payload["run"])
    actor = system_actor(run.organisation)
    changes = ImportChange.objects.filter(run=run, undone_at__isnull=True).order_by("-id")
    change = changes.defer("before", "after").first()
    if change is not None:
        with (
            translation.override(run.organisation.language_of(job.created_by)),
            pghistory.context(actor=actor.id, actor_name=actor.name, reason=f"import {run.pk} undone"),
        ):
            _Undoing(get_kind(change.kind), change, call_of(actor, source=run.source, at=at)).undo()
        ImportChange.objects.filter(pk=change.pk).update(undone_at=at)
        job.done += len(change.record_ids)
    kick_after_commit(CELLS)
    if changes.exists():
        return False
    run.state, run.finished_at = ImportState.UNDONE, at
    run.save(update_fields=["state", "finished_at"])
    return True


#: What a change says of some of its records, side by side.
_CHANGED = """
    FROM pipeline_importchange c, LATERAL unnest(c.record_ids, c.before, c.after) AS r(id, before, after)
    WHERE c.organisation_id = %(organisation)s AND c.id = %(change)s AND r.id = ANY(%(ids)s)
"""


def _image(kind: Kind) -> str:
    """SQL: the record as a change `r` says that it was before."""
    if not kind.has_tombstones:
        return f"SELECT * FROM jsonb_populate_record(NULL::{kind.table}, r.before::jsonb)"  # noqa: S608
    return (
        f"SELECT * FROM {_audited(kind)} e WHERE e.organisation_id = %(organisation)s AND e.pgh_obj_id = r.id"  # noqa: S608
        " AND e.version = r.before::integer ORDER BY e.pgh_id DESC LIMIT 1"
    )


def _audited(kind: Kind) -> str:
    """The table in which the audit keeps every version of a record."""
    (events,) = (one for one in event_models().values() if _tracked_table(one) == kind.table)
    return events._meta.db_table


def _tracked_table(events: type[Model]) -> str:
    table: str = events.pgh_tracked_model._meta.db_table  # type: ignore[attr-defined]
    return table


@dataclass
class _Undoing:
    kind: Kind
    change: ImportChange
    call: Call
    #: Record → why it stays as it is.
    left: dict[int, str] = field(default_factory=dict)

    def undo(self) -> None:
        ids = self.change.record_ids
        self.left = self._touched()
        rest = set(ids) - self.left.keys()
        made = {record_id for (record_id,) in self._ask(f"SELECT r.id {_CHANGED} AND r.before IS NULL", rest)}
        _all_or_halves(self._take_away, sorted(made), self._leave)
        _all_or_halves(self._put_back, sorted(rest - made), self._leave)
        self._follow(rest - self.left.keys())
        self._list_left()

    def _touched(self) -> dict[int, str]:
        """Records that are gone, or are not any more as the import left them.

        What was derived or resolved since is no change: prices, references that came to be known, what
        the database keeps.
        """
        found = self._ask(
            f"SELECT r.id, d.id IS NULL FROM (SELECT r.* {_CHANGED}) r"  # noqa: S608
            f" LEFT JOIN {self.kind.table} d ON d.organisation_id = %(organisation)s AND d.id = r.id"
            f" WHERE d.id IS NULL OR {self._differs()}",
            self.change.record_ids,
        )
        return {record_id: GONE if is_gone else CHANGED for record_id, is_gone in found}

    def _differs(self) -> str:
        if self.kind.has_tombstones:
            return f"r.after <> {state_of(self.kind)}"
        refs = [str(item.stored) for item in staged_fields(self.kind).values() if isinstance(item, Ref)]
        open_refs = "".join(
            f", CASE WHEN r.after::jsonb ->> '{ref}' IS NULL THEN '{ref}' END" for ref in refs
        )
        kept = "".join(f", '{item.stored}'" for item in self.kind.kept)
        ignored = f"array_remove(ARRAY['version'{kept}{open_refs}], NULL)"
        return f"({image_of(self.kind)})::jsonb - {ignored} <> r.after::jsonb - {ignored}"

    def _take_away(self, ids: Collection[int]) -> None:
        """What never should have been here leaves no tombstone, so that what it refers to can go too."""
        delete_rows(self.kind, ids, organisation_id=self.call.organisation_id)
        UnresolvedReference.objects.filter(kind=self.kind.name, record_id__in=ids).delete()

    def _put_back(self, ids: Collection[int]) -> None:
        kind = self.kind
        columns = [f'"{item.stored}"' for item in staged_fields(kind).values()]
        assigned = [f"{column} = b.{column}" for column in columns]
        if kind.has_tombstones:
            assigned += ["deleted_at = b.deleted_at", "changed_at = %(at)s"]
        if kind.is_versioned:
            assigned.append("version = d.version + 1")
        self._ask(
            f"UPDATE {kind.table} d SET {', '.join(assigned)} FROM (SELECT r.* {_CHANGED}) r,"  # noqa: S608
            f" LATERAL ({_image(kind)}) b"
            " WHERE d.organisation_id = %(organisation)s AND d.id = r.id RETURNING d.id",
            ids,
        )
        if kind.restore is not None:
            images = self._ask(f"SELECT r.id, r.before {_CHANGED}", ids)
            kind.restore([(record_id, orjson.loads(image)) for record_id, image in images])

    def _follow(self, ids: Collection[int]) -> None:
        """What is derived from the records that were put back."""
        if self.kind.derive is not None:
            self.kind.derive(ids, self.call)
        if self.kind.name == "exchange-rates":
            found = self._ask(f"SELECT DISTINCT r.after::jsonb ->> 'currency' {_CHANGED}", ids)
            pricing.reprice_since(self.call, since={currency: EVER for (currency,) in found})

    def _leave(self, record_id: int) -> None:
        self.left[record_id] = IN_USE

    def _list_left(self) -> None:
        names = {}
        if "name" in self.kind.by_name:
            where = "d.organisation_id = %(organisation)s AND d.id = ANY(%(ids)s)"
            names = dict(self._ask(f"SELECT d.id, d.name FROM {self.kind.table} d WHERE {where}", self.left))  # noqa: S608
        ImportLeft.objects.bulk_create(
            ImportLeft(
                organisation_id=self.call.organisation_id,
                run_id=self.change.run_id,
                kind=self.kind.name,
                record_id=record_id,
                name=names.get(record_id, ""),
                left=reason,
            )
            for record_id, reason in sorted(self.left.items())
        )

    def _ask(self, statement: str, ids: Collection[int]) -> list[tuple[Any, ...]]:
        """The rows that a statement gives for some of the change's records."""
        params: SqlParams = {
            "at": self.call.at,
            "organisation": self.call.organisation_id,
            "change": self.change.pk,
            "ids": list(ids),
        }
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _all_or_halves(
    act: Callable[[Collection[int]], None], ids: Sequence[int], leave: Callable[[int], None]
) -> None:
    """Set-wise; where the database refuses, by halves, so that only those in use stay."""
    if not ids:
        return
    try:
        with transaction.atomic():
            act(ids)
    except (IntegrityError, DomainError):
        if len(ids) == 1:
            leave(ids[0])
            return
        middle = len(ids) // 2
        _all_or_halves(act, ids[:middle], leave)
        _all_or_halves(act, ids[middle:], leave)
