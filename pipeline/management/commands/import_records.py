import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pipeline.choices import ImportState
from pipeline.models import ImportRun
from pipeline.selectors import get_run, rejections_of, state_of
from pipeline.services.imports import choose_mapping, receive_file, start_import
from pipeline.services.mappings import fields_of, guess_mapping, guess_preset, importable_kinds, named_mapping
from salestargets.ingest.mapping import FileMapping, read_mapping
from salestargets.jobs.services import work_one_step
from salestargets.kernel.errors import DomainError
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation

_SHOWN = 20
_WORKING = (ImportState.QUEUED, ImportState.RUNNING)


class Command(BaseCommand):
    help = "Import a CSV or XLSX file of records, as the import page does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, help="its short name")
        parser.add_argument("--kind", required=True, choices=importable_kinds())
        parser.add_argument(
            "--mapping", default="", help="a saved or shipped mapping, or a JSON file; else guessed"
        )
        parser.add_argument("--source", default="", help="the system the records are from")
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']}.")
        actor = system_actor(organisation, name="import_records")
        try:
            run = self._start(actor, options)
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        self._report(actor, self._finish(actor, run))

    def _start(self, actor: Actor, options: dict[str, Any]) -> ImportRun:
        path: Path = options["file"]
        at = timezone.now()
        with acting_for(actor.organisation.pk), path.open("rb") as content:
            run = receive_file(
                actor,
                kind=options["kind"],
                source=options["source"] or "file",
                file_name=path.name,
                content=content,
                at=at,
            )
            if not options["source"] and (preset := guess_preset(run.columns, kind=run.kind)):
                run.source = preset.source
                run.save(update_fields=["source"])
            choose_mapping(actor, run=run, mapping=_mapping(options["mapping"], run))
            return start_import(actor, run=run, dry_run=options["dry_run"], at=at)

    def _finish(self, actor: Actor, run: ImportRun) -> ImportRun:
        """Work here, step by step; where a worker was faster, wait for it."""
        while True:
            worked = work_one_step(actor.organisation.pk, at=timezone.now())
            with acting_for(actor.organisation.pk):
                run = get_run(actor, run.pk)
            if state_of(run) not in _WORKING:
                return run
            if not worked:
                time.sleep(0.2)

    def _report(self, actor: Actor, run: ImportRun) -> None:
        self.stdout.write(f"{run.rows_done} of {run.rows_total} rows from {run.file_name}")
        for name in ("created", "updated", "unchanged", "rejected"):
            self.stdout.write(f"{name:>10} {getattr(run, name)}")
        for remark, count in sorted(run.remarks.items()):
            self.stdout.write(f"{count:>10} {remark.replace('_', ' ')}")
        with acting_for(actor.organisation.pk):
            for rejection in rejections_of(run)[:_SHOWN]:
                self.stdout.write(f"row {rejection.row}: {orjson.dumps(rejection.errors).decode()}")
        if run.is_dry_run:
            self.stdout.write("Dry run: nothing was changed.")
        if state_of(run) == ImportState.FAILED:
            raise CommandError(run.error or (run.job.error if run.job else "failed"))


def _mapping(name: str, run: ImportRun) -> FileMapping:
    if not name:
        return guess_mapping(run.kind, run.columns)
    if name.endswith(".json"):
        return read_mapping(orjson.loads(Path(name).read_bytes()), fields=fields_of(run.kind))
    return named_mapping(name, kind=run.kind, header=run.columns)
