from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from salestargets.kernel.errors import DomainError
from salestargets.tenancy.choices import Language
from salestargets.tenancy.services.organisations import create_organisation


class Command(BaseCommand):
    help = "Create an organisation with its root unit, KPIs, alert rules and first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--slug", required=True, help="short name in the address: /o/<slug>/")
        parser.add_argument("--name", required=True)
        parser.add_argument("--currency", required=True, help="ISO 4217, like CNY; fixed from here on")
        parser.add_argument("--timezone", required=True, help="like Asia/Shanghai")
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--language", choices=Language.values, default=Language.ENGLISH)
        parser.add_argument("--holiday-country", default="", help="ISO 3166, like CN")
        parser.add_argument(
            "--admin-password", default="", help="else the administrator asks for a reset mail"
        )

    def handle(self, **options: Any) -> None:
        try:
            organisation, user = create_organisation(
                slug=options["slug"],
                name=options["name"],
                currency=options["currency"],
                time_zone=options["timezone"],
                admin_email=options["admin_email"],
                language=options["language"],
                holiday_country=options["holiday_country"],
                at=timezone.now(),
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if options["admin_password"]:
            user.set_password(options["admin_password"])
            user.save(update_fields=["password"])
        self.stdout.write(
            f"Organisation {organisation.slug} (id {organisation.pk}) is at /o/{organisation.slug}/."
        )
        if not user.has_usable_password():
            self.stdout.write(f"{user.email} sets a password at /accounts/password/reset/.")
