import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pipeline.choices import ImportState
from pipeline.models import ImportRun
from pipeline.selectors import get_run, rejections_of, run_state
from pipeline.services.imports import import_file
from pipeline.services.mappings import importable_kinds
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
            raise CommandError(f"{error} ({error.field})" if error.field else str(error)) from error
        self._report(actor, self._finish(actor, run))

    def _start(self, actor: Actor, options: dict[str, Any]) -> ImportRun:
        path, mapping = options["file"], options["mapping"]
        if mapping.endswith(".json"):
            mapping = Path(mapping).read_text(encoding="utf-8")
        with acting_for(actor.organisation.pk), path.open("rb") as content:
            return import_file(
                actor,
                kind=options["kind"],
                source=options["source"],
                file_name=path.name,
                content=content,
                mapping=mapping,
                dry_run=options["dry_run"],
                at=timezone.now(),
            )

    def _finish(self, actor: Actor, run: ImportRun) -> ImportRun:
        """Work here, step by step; where a worker was faster, wait for it."""
        while True:
            worked = work_one_step(actor.organisation.pk, at=timezone.now())
            with acting_for(actor.organisation.pk):
                run = get_run(actor, run.pk)
            if run_state(run) not in _WORKING:
                return run
            if not worked:
                time.sleep(0.2)

    def _report(self, actor: Actor, run: ImportRun) -> None:
        self.stdout.write(f"{run.rows_done} of {run.rows_total} rows from {run.file_name}")
        for name in ("created", "updated", "unchanged", "rejected"):
            self.stdout.write(f"{getattr(run, name):>10} {name}")
        for remark, count in sorted(run.remarks.items()):
            self.stdout.write(f"{count:>10} {remark.replace('_', ' ')}")
        with acting_for(actor.organisation.pk):
            for rejection in rejections_of(run)[:_SHOWN]:
                self.stdout.write(f"row {rejection.row}: {orjson.dumps(rejection.errors).decode()}")
        if run.is_dry_run:
            self.stdout.write("Dry run: nothing was changed.")
        if run_state(run) == ImportState.FAILED:
            raise CommandError(run.error or (run.job.error if run.job else "failed"))
