"""Fiscal years as an organisation lists them. They name days; no record and no target belongs to them."""

from collections.abc import Sequence
from datetime import date

from salestargets.kernel.errors import Conflict
from salestargets.kernel.fiscal import FIRST_NUMBER, LAST_NUMBER, YearLayout
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import strict_int
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import FiscalYear
from salestargets.tenancy.registry import tell_settings_changed
from salestargets.tenancy.selectors import listed_calendar
from salestargets.tenancy.services.versions import lock, save_changes


def set_fiscal_year(
    actor: Actor,
    *,
    number: int,
    period_starts: Sequence[date],
    ends_on: date,
    quarter_starts: Sequence[date] = (),
    expected_version: int | None = None,
) -> FiscalYear:
    """List a year, or change a listed one: then `expected_version` says which version was read.

    `ends_on` is the first day after it. DomainError where the year makes no sense by itself, or does not
    follow the one before it and lead to the one after it.
    """
    actor.require(Scope.ADMIN)
    strict_int(number, minimum=FIRST_NUMBER, maximum=LAST_NUMBER)
    layout = YearLayout(number, tuple(period_starts), ends_on, tuple(quarter_starts))
    organisation = lock(actor.organisation, expected_version=None)  # its years are looked at together
    listed_calendar(organisation, plus=layout)
    said = {
        "starts_on": layout.start,
        "ends_on": ends_on,
        "period_starts": list(period_starts),
        "quarter_starts": list(quarter_starts),
    }
    year = FiscalYear.objects.filter(number=number).first()
    if year is None:
        year = FiscalYear.objects.create(number=number, **said)
    elif expected_version is None:
        raise Conflict(N_("This fiscal year is listed already."), code="exists", field="number")
    else:
        year = lock(year, expected_version=expected_version)
        save_changes(year, said)
    tell_settings_changed(organisation)
    return year


def remove_fiscal_year(actor: Actor, *, year: FiscalYear, expected_version: int | None = None) -> None:
    """From now on the year has calendar months. DomainError where no day would be left for it."""
    actor.require(Scope.ADMIN)
    organisation = lock(actor.organisation, expected_version=None)
    listed_calendar(organisation, without=year.number)
    lock(year, expected_version=expected_version).delete()
    tell_settings_changed(organisation)
