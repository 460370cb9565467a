from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from kpis.management.organisations import add_organisation, chosen
from kpis.services import rebuild


class Command(BaseCommand):
    help = "Compute all actuals again from the records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_organisation(parser)

    def handle(self, **options: Any) -> None:
        for organisation in chosen(options["organisation"]):
            rebuild(organisation.pk, at=timezone.now())
            self.stdout.write(f"{organisation.slug}: rebuilt")
