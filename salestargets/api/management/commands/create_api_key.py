from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from salestargets.api.services import create_key
from salestargets.kernel.errors import DomainError
from salestargets.kernel.parsing import strict_date
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation


class Command(BaseCommand):
    help = "Make an API key for an organisation and print it. It is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", required=True, help="its slug")
        parser.add_argument("--name", required=True, help="which integration it is for")
        parser.add_argument("--scopes", required=True, nargs="+", choices=Scope.values)
        parser.add_argument("--expires-on", help="YYYY-MM-DD; without it the key does not expire")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation “{options['organisation']}”.")
        expires = options["expires_on"]
        try:
            with acting_for(organisation.pk):
                _key, plain = create_key(
                    actor=system_actor(organisation),
                    name=options["name"],
                    scopes=[Scope(scope) for scope in options["scopes"]],
                    expires_on=strict_date(expires) if expires else None,
                    at=timezone.now(),
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(plain)
