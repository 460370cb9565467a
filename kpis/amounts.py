"""Amounts of a KPI, as they are stored and as people and integrations write them.

Stored are whole numbers of the KPI's smallest unit: minor units of money, counts, ten-thousandths of a
percent, hundredths of a day or of a ratio of counts.
"""

from dataclasses import dataclass
from decimal import Decimal

from kpis.choices import KpiUnit
from kpis.models import Kpi
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import check_minor, decimals, from_minor, to_minor

#: Decimals of a percentage, and of a ratio that is no money.
PERCENT_PLACES = 4
RATIO_PLACES = 2
_PER_RATIO = 100
#: Smallest units in a ratio of one; money is in minor units already.
_PER_ONE: dict[str, int] = {KpiUnit.MONEY: 1, KpiUnit.PERCENT: 100 * 10**PERCENT_PLACES}


@dataclass(frozen=True, slots=True)
class Scale:
    """How the amounts of a KPI are read: its unit, its decimals, and the currency where it is money."""

    unit: str
    places: int
    currency: str

    @property
    def is_money(self) -> bool:
        return self.unit == KpiUnit.MONEY


def units_in_one(unit: str) -> int:
    """Smallest units in one of a ratio; an amount of money is one already."""
    return _PER_ONE.get(unit, _PER_RATIO)


def scale_of(kpi: Kpi, currency: str) -> Scale:
    if kpi.unit == KpiUnit.MONEY:
        return Scale(kpi.unit, decimals(currency), currency)
    if kpi.unit == KpiUnit.PERCENT:
        return Scale(kpi.unit, PERCENT_PLACES, currency)
    return Scale(kpi.unit, RATIO_PLACES if kpi.denominator else 0, currency)


def to_stored(value: Decimal, kpi: Kpi, currency: str, *, field: str = "amount") -> int:
    """The smallest units of a written amount. DomainError about `field` where there is no such fraction."""
    scale = scale_of(kpi, currency)
    try:
        return to_minor(value, currency) if scale.is_money else _whole(value, scale)
    except DomainError as error:
        error.field = field
        raise


def from_stored(stored: int | None, kpi: Kpi, currency: str) -> Decimal | None:
    if stored is None:
        return None
    if kpi.unit == KpiUnit.MONEY:
        return from_minor(stored, currency)
    return Decimal(stored).scaleb(-scale_of(kpi, currency).places)


def _whole(value: Decimal, scale: Scale) -> int:
    scaled = value.scaleb(scale.places)
    if scaled == scaled.to_integral_value():
        return check_minor(int(scaled))
    if scale.places:
        raise DomainError(
            N_("Enter at most {count} decimals."), code="too_many_decimals", params={"count": scale.places}
        )
    raise DomainError(N_("This KPI is counted: enter a whole number."), code="not_a_whole_number")
