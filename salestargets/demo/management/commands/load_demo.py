from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from salestargets.demo.generator import company
from salestargets.demo.password import demo_password
from salestargets.demo.services import load_demo, sign_ins
from salestargets.kernel.errors import DomainError
from salestargets.tenancy.choices import Role
from salestargets.tenancy.models import Organisation


class Command(BaseCommand):
    help = "Load the demo organisation, unless it is there: an invented company with history up to today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show-sign-ins", action="store_true", help="who can sign in, with the password")
        parser.add_argument("--on", type=date.fromisoformat, help="as if today were this day (YYYY-MM-DD)")

    def handle(self, **options: Any) -> None:
        password = demo_password(settings.DATA_DIR)
        try:
            organisation = load_demo(at=_moment(options["on"]), password=password)
        except DomainError as error:
            raise CommandError(str(error)) from error
        if options["show_sign_ins"]:
            self._show(organisation, password)
        else:
            self.stdout.write(f"The demo organisation is at /o/{organisation.slug}/.")

    def _show(self, organisation: Organisation, password: str) -> None:
        found = sign_ins(organisation, password=password)
        self.stdout.write(f"Demo organisation {organisation.name}")
        for one in found:
            self.stdout.write(f"  {Role(one.role).label:<14} {one.email:<22} {one.name}")
        if found and all(one.has_this_password for one in found):
            self.stdout.write(f"  Password       {password}")
        else:
            self.stdout.write("  The password was changed: manage.py changepassword sets a new one.")


def _moment(on: date | None) -> datetime:
    if on is None:
        return timezone.now()
    return datetime.combine(on, time(10), ZoneInfo(company.TIME_ZONE))
