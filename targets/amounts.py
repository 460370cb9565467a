"""Amounts of a KPI as people and integrations write them: money in its currency, counts as they are."""

from dataclasses import dataclass
from decimal import Decimal

from kpis.choices import KpiUnit
from kpis.models import Kpi
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import check_minor, from_minor, to_minor


@dataclass(frozen=True, slots=True)
class Scale:
    """How the amounts of a KPI are read: as money of a currency, or as counts."""

    is_money: bool
    currency: str


def scale_of(kpi: Kpi, currency: str) -> Scale:
    return Scale(kpi.unit == KpiUnit.MONEY, currency)


def to_stored(value: Decimal, kpi: Kpi, currency: str, *, field: str = "amount") -> int:
    """Minor units, or a count. DomainError about `field` where there is no such fraction."""
    try:
        return to_minor(value, currency) if kpi.unit == KpiUnit.MONEY else _whole(value)
    except DomainError as error:
        error.field = field
        raise


def from_stored(stored: int | None, kpi: Kpi, currency: str) -> Decimal | None:
    if stored is None:
        return None
    return from_minor(stored, currency) if kpi.unit == KpiUnit.MONEY else Decimal(stored)


def _whole(value: Decimal) -> int:
    if value != value.to_integral_value():
        raise DomainError(N_("This KPI is counted: enter a whole number."), code="not_a_whole_number")
    return check_minor(int(value))
