from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kpis.management.organisations import add_organisation, chosen
from kpis.services import verify


class Command(BaseCommand):
    help = "Compute all actuals again from the records and compare; fails when one differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_organisation(parser)

    def handle(self, **options: Any) -> None:
        wrong = 0
        for organisation in chosen(options["organisation"]):
            differences = verify(organisation.pk, at=timezone.now())
            wrong += bool(differences)
            self.stdout.write(
                f"{organisation.slug}: {'equal to the records' if not differences else 'WRONG'}"
            )
            for found in differences:
                self.stdout.write(
                    f"  {found.kind}:{found.id} {found.measure} {found.month:%Y-%m}:"
                    f" stored {found.stored}, should be {found.expected}"
                )
        if wrong:
            raise CommandError(f"{wrong} organisations have wrong actuals. Run rebuild_actuals.")
