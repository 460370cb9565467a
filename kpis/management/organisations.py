"""The `--organisation` of the commands: one by its short name, or all."""

from argparse import ArgumentParser
from collections.abc import Sequence

from django.core.management.base import CommandError

from salestargets.tenancy.models import Organisation


def add_organisation(parser: ArgumentParser) -> None:
    parser.add_argument("--organisation", help="short name of one organisation; all of them without it")


def chosen(slug: str | None) -> Sequence[Organisation]:
    organisations = Organisation.objects.order_by("pk")
    if slug is None:
        return list(organisations)
    found = list(organisations.filter(slug=slug))
    if not found:
        raise CommandError(f"There is no organisation {slug}.")
    return found
