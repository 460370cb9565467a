"""A file on its way in: received, mapped, tried or applied in a job, each chunk whole or not at all."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain, islice
from typing import IO
from zoneinfo import ZoneInfo

import pghistory
from django.db import transaction
from django.utils import translation

from pipeline.choices import ImportState
from pipeline.models import ImportChange, ImportChunk, ImportRejection, ImportRun
from pipeline.selectors import run_state
from pipeline.services.chunks import ReadAhead, Reading, Rows, pack, ready, repeated_rows, rows_of
from pipeline.services.impacts import telling
from pipeline.services.mappings import (
    fields_of,
    guess_mapping,
    guess_preset,
    importable_kinds,
    named_mapping,
    save_mapping,
)
from pipeline.services.records import call_of, upsert_read, upsert_records
from pipeline.services.roster import MOST_ROWS, ROSTER, ROSTER_KIND, take_roster
from pipeline.services.trail import Trail
from salestargets.ingest.batch import Batch, read_rows
from salestargets.ingest.cells import Habits
from salestargets.ingest.files import open_file
from salestargets.ingest.kinds import EXTERNAL_ID, get_kind
from salestargets.ingest.mapping import FileMapping, Mapper, mapper, read_mapping
from salestargets.ingest.upsert import Outcome, Rejection, rejections_of
from salestargets.jobs.models import Job
from salestargets.jobs.services import enqueue
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text, parse_json
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Organisation

IMPORT = "import"
SAMPLE_ROWS = 20
MAX_MAPPING = 200_000
#: The source of records whose file tells nothing of it.
UNNAMED = "file"
_STARTABLE = (ImportState.MAPPING, ImportState.CHECKED, ImportState.FAILED)


def receive_file(
    actor: Actor, *, kind: str, source: str, file_name: str, content: IO[bytes], at: datetime
) -> ImportRun:
    """Read a CSV or XLSX file into chunks, and guess what its columns are."""
    actor.require(Scope.RECORDS_WRITE)
    if kind not in importable_kinds():
        raise DomainError(N_("There is no such kind of record."), code="invalid_choice", field="kind")
    run = ImportRun.objects.create(
        kind=kind,
        source=clean_text(source, max_length=50, min_length=1),
        file_name=clean_text(file_name, max_length=200, min_length=1),
        created_by=actor.user,
        created_at=at,
    )
    with open_file(content) as file:
        run.columns = file.header
        for number, block in enumerate(file.blocks):
            run.rows_total += block.filled
            if len(run.sample) < SAMPLE_ROWS:
                filled = (row for row in block.rows if row)
                run.sample += islice(filled, SAMPLE_ROWS - len(run.sample))
            ImportChunk.objects.create(
                run=run, number=number, first_row=block.first_row, rows=pack(block.content)
            )
    run.mapping = guess_mapping(kind, run.columns).as_json()
    run.save()
    return run


def import_file(
    actor: Actor,
    *,
    kind: str,
    file_name: str,
    content: IO[bytes],
    at: datetime,
    source: str = "",
    mapping: str = "",
    save_as: str = "",
    dry_run: bool = False,
) -> ImportRun:
    """All of it in one go: `mapping` is the name of one, or one as JSON; without one it is guessed."""
    run = receive_file(
        actor, kind=kind, source=source or UNNAMED, file_name=file_name, content=content, at=at
    )
    chosen = _chosen(run, mapping)
    preset = guess_preset(run.columns, kind=kind)
    if not source and preset is not None:
        run.source = preset.source
        run.save(update_fields=["source"])
    choose_mapping(actor, run=run, mapping=chosen)
    if save_as:
        save_mapping(actor, name=save_as, kind=kind, mapping=chosen)
    return start_import(actor, run=run, dry_run=dry_run, at=at)


def _chosen(run: ImportRun, mapping: str) -> FileMapping:
    if not mapping:
        return saved_mapping(run)
    if mapping.lstrip().startswith("{"):
        data = parse_json(mapping.encode("utf-8", "surrogatepass"), max_bytes=MAX_MAPPING)
        return read_mapping(data, fields=fields_of(run.kind))
    return named_mapping(mapping, kind=run.kind, header=run.columns)


def choose_mapping(actor: Actor, *, run: ImportRun, mapping: FileMapping) -> ImportRun:
    """Settle which column is which field. DomainError where the file lacks a column, or an id has none."""
    actor.require(Scope.RECORDS_WRITE)
    _refuse_started(run)
    _check(run, mapping)
    run.mapping = mapping.as_json()
    run.save(update_fields=["mapping"])
    return run


def _check(run: ImportRun, mapping: FileMapping) -> None:
    needed = ["name"] if run.kind == ROSTER else [EXTERNAL_ID.name]
    for name in needed:
        if name not in mapping.columns:
            raise DomainError(
                N_("Choose the column for “{field}”."),
                code="invalid_mapping",
                field=f"mapping.columns.{name}",
                params={"field": name},
            )
    _mapper(run, mapping)
    for kind in mapping.records:
        get_kind(kind)


def _refuse_started(run: ImportRun) -> None:
    if run_state(run) not in _STARTABLE:
        raise DomainError(N_("This import has been started already."), code="started")


@dataclass(frozen=True)
class PreviewRow:
    """A row of the sample as it would be read: values by field, or what is wrong with it."""

    record: Mapping[str, str | None]
    errors: Mapping[str, Sequence[str]]


def preview(actor: Actor, *, run: ImportRun, at: datetime) -> list[PreviewRow]:
    """The first rows as mapped."""
    actor.require(Scope.RECORDS_WRITE)
    records = _mapper(run, saved_mapping(run)).records(run.sample)
    kind = ROSTER_KIND if run.kind == ROSTER else get_kind(run.kind)
    rows = [_named(record) for record in records] if run.kind == ROSTER else records
    batch = read_rows(kind, rows, call_of(actor, source=run.source, at=at))
    errors = {rejection.index: rejection.errors for rejection in rejections_of(batch)}
    return [PreviewRow(record, errors.get(place, {})) for place, record in enumerate(records)]


def _named(record: Mapping[str, str | None]) -> dict[str, str | None]:
    return {**record, EXTERNAL_ID.name: record.get(EXTERNAL_ID.name) or record.get("name")}


def saved_mapping(run: ImportRun) -> FileMapping:
    return read_mapping(run.mapping, fields=fields_of(run.kind))


def _mapper(run: ImportRun, mapping: FileMapping) -> Mapper:
    organisation = Organisation.objects.get(pk=run.organisation_id)
    habits = Habits(ZoneInfo(organisation.time_zone), mapping.date_order, mapping.decimal_mark)
    return mapper(mapping, run.columns, fields=fields_of(run.kind), habits=habits)


def start_import(actor: Actor, *, run: ImportRun, dry_run: bool, at: datetime) -> ImportRun:
    """Ask for the file to be tried, or applied, in a job."""
    actor.require(Scope.RECORDS_WRITE)
    run = ImportRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)
    _refuse_started(run)
    _check(run, saved_mapping(run))
    if run.kind == ROSTER and run.rows_total > MOST_ROWS:
        raise DomainError(
            N_("A roster has at most {most} rows. Send it in parts."),
            code="too_many_rows",
            params={"most": MOST_ROWS},
        )
    ImportRejection.objects.filter(run=run).delete()
    run.job = enqueue(kind=IMPORT, payload={"run": run.pk, "next": 0}, at=at, by=actor.user)
    Job.objects.filter(pk=run.job.pk).update(total=run.rows_total)
    run.state, run.is_dry_run, run.error = ImportState.QUEUED, dry_run, ""
    run.rows_done = run.created = run.updated = run.unchanged = run.rejected = 0
    run.remarks, run.affects, run.finished_at = {}, [], None
    run.save()
    return run


def import_step(job: Job, at: datetime) -> bool:
    """The next chunk. A rule that is broken ends the run; the chunks before it stay, and can be undone."""
    run = ImportRun.objects.select_related("organisation").get(pk=job.payload["run"])
    with (
        translation.override(run.organisation.language_of(job.created_by)),
        pghistory.context(actor="system", actor_name=run.file_name, reason=f"import {run.pk}"),
    ):
        try:
            with transaction.atomic():
                is_last = _step(run, job, at)
        except DomainError as error:
            run.refresh_from_db()
            run.state, run.error, is_last = ImportState.FAILED, error.render(translation.gettext), True
    if is_last:
        run.finished_at = at
    run.save()
    job.done = run.rows_done
    return is_last


def _step(run: ImportRun, job: Job, at: datetime) -> bool:
    number = job.payload["next"]
    work = _Work(run, saved_mapping(run), system_actor(run.organisation), at)
    if number == 0:
        work.find_repeated()
        run.state = ImportState.RUNNING
    chunks = ImportChunk.objects.filter(run=run).order_by("number")
    if run.kind == ROSTER:
        rest = work.take_roster(list(chunks))
    else:
        rest = work.take(job, list(chunks.filter(number__gte=number)[:2]))
    job.payload["next"] = number + 1
    if rest:
        return False
    run.state = ImportState.CHECKED if run.is_dry_run else ImportState.DONE
    if not run.is_dry_run:
        chunks.delete()
    return True


class _Work:
    """One step of a run."""

    def __init__(self, run: ImportRun, mapping: FileMapping, actor: Actor, at: datetime) -> None:
        self.run, self.mapping, self.actor, self.at = run, mapping, actor, at
        self.mapper = _mapper(run, mapping)
        self.trail = Trail(run)

    def find_repeated(self) -> None:
        """Pass over rows that a later one of the file repeats: trying and applying then count alike."""
        if self.run.kind == ROSTER:
            return
        chunks = ImportChunk.objects.filter(run=self.run)
        chunks.update(superseded=[])
        superseded = repeated_rows(chunks.order_by("number").iterator(chunk_size=1), self.mapper)
        for number, places in superseded.items():
            chunks.filter(number=number).update(superseded=places)
        self.run.remarks = {"repeated": sum(map(len, superseded.values()))} if superseded else {}

    def take(self, job: Job, chunks: Sequence[ImportChunk]) -> Sequence[ImportChunk]:
        """Land the first of these, and have the next one read meanwhile; returns those that are left."""
        first, *rest = chunks
        call = call_of(self.actor, source=self.run.source, at=self.at)
        reading = Reading(job.pk, get_kind(self.run.kind), self.mapper, call)
        read = ready(reading, first)
        self._land([read.rows], lambda: self._upsert(read.batch, ReadAhead(reading, rest)))
        return rest

    def take_roster(self, chunks: Sequence[ImportChunk]) -> Sequence[ImportChunk]:
        """All at once, because a manager may stand far from their team."""
        found = list(map(rows_of, chunks))
        records = self.mapper.records(list(chain.from_iterable(rows.cells for rows in found)))
        self._land(found, lambda: self._take_roster(records))
        return ()

    def _land(self, found: Sequence[Rows], upsert: Callable[[], Outcome]) -> None:
        with transaction.atomic():
            with telling(self.run.organisation, self._told_of()) as affects:
                outcome = upsert()
            self.run.affects += map(asdict, affects)
            if self.run.is_dry_run:
                transaction.set_rollback(True)
            else:
                self.trail.write()
        self.run.rows_done += sum(rows.filled for rows in found)
        self._count(outcome)
        self._keep_rejected(outcome.rejected, found)

    def _told_of(self) -> Iterable[str]:
        return (self.run.kind, *self.mapping.records) if self.run.is_dry_run else ()

    def _upsert(self, batch: Batch, ahead: ReadAhead) -> Outcome:
        self._upsert_needed()
        return upsert_read(
            batch, source=self.run.source, actor=self.actor, at=self.at, followers=(ahead, self.trail)
        )

    def _take_roster(self, records: Sequence[Mapping[str, str | None]]) -> Outcome:
        self._upsert_needed()
        return take_roster(records, source=self.run.source, actor=self.actor, at=self.at, trail=self.trail)

    def _upsert_needed(self) -> None:
        """Records of other kinds that the mapping brings, such as the stages of a funnel."""
        for kind, needed in self.mapping.records.items():
            upsert_records(
                kind,
                source=self.run.source,
                rows=needed,
                actor=self.actor,
                at=self.at,
                followers=(self.trail,),
            )

    def _count(self, outcome: Outcome) -> None:
        self.run.created += outcome.created
        self.run.updated += outcome.updated
        self.run.unchanged += outcome.unchanged
        self.run.rejected += len(outcome.rejected)
        self.run.remarks = dict(Counter(self.run.remarks) + outcome.remarks)

    def _keep_rejected(self, rejected: Sequence[Rejection], found: Sequence[Rows]) -> None:
        if not rejected:
            return
        numbers = list(chain.from_iterable(rows.numbers for rows in found))
        cells = list(chain.from_iterable(rows.cells for rows in found))
        ImportRejection.objects.bulk_create(
            ImportRejection(
                organisation_id=self.run.organisation_id,
                run=self.run,
                row=numbers[rejection.index],
                values=[_storable(text) for text in cells[rejection.index]],
                errors=dict(rejection.errors),
            )
            for rejection in rejected
        )


def _storable(text: str) -> str:
    """JSON in PostgreSQL takes every character but this one."""
    return text.replace("\x00", "\ufffd")


def discard_import(actor: Actor, *, run: ImportRun) -> None:
    """Forget a file that has done nothing yet."""
    actor.require(Scope.RECORDS_WRITE)
    if run_state(run) in (ImportState.QUEUED, ImportState.RUNNING, ImportState.UNDOING):
        raise DomainError(N_("This import is still running."), code="running")
    if ImportChange.objects.filter(run=run).exists():
        raise DomainError(N_("This import has changed records. Undo it instead."), code="has_changes")
    ImportRejection.objects.filter(run=run).delete()
    ImportChunk.objects.filter(run=run).delete()
    run.delete()
