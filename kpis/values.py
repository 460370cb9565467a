"""What the selectors speak in: whose number, and the number."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from kpis.choices import KpiUnit
from kpis.domain.ratios import percent
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import decimals as decimals_of
from salestargets.kernel.parsing import strict_id
from salestargets.kernel.rational import Fraction, Number, ratio, rounded


class Holder(NamedTuple):
    """A unit with everything below it, or a person; with `unit_id` only while they are a member of it."""

    kind: Literal["unit", "person"]
    id: int
    unit_id: int | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" + (f"@{self.unit_id}" if self.unit_id else "")

    @property
    def whole(self) -> "Holder":
        """The same person wherever they are."""
        return self if self.unit_id is None else Holder(self.kind, self.id)


def read_holder(text: str) -> Holder:
    """What `str` of a holder writes: unit:7, person:12, person:12@7. DomainError for anything else."""
    kind, _colon, rest = text.partition(":")
    if kind == "unit":
        return Holder("unit", strict_id(rest))
    number, at, unit = rest.partition("@")
    if kind == "person":
        return Holder("person", strict_id(number), strict_id(unit) if at else None)
    raise DomainError(
        N_("Enter unit:<id>, person:<id>, or person:<id>@<unit> for the time in one unit."),
        code="invalid_holder",
    )


@dataclass(frozen=True, slots=True)
class Formula:
    """Expressions of `domain.formulas`, above and below the line. No denominator: a plain sum."""

    numerator: str
    denominator: str = ""
    multiplier: int = 1
    times_days: bool = False


@dataclass(frozen=True, slots=True)
class Actual:
    """A KPI from the records, in minor units, counts or days. No denominator: it is a plain sum."""

    numerator: int
    denominator: int | None = None
    factor: int = 1

    def __add__(self, other: "Actual") -> "Actual":
        """Of both together: above and below the line each."""
        below = None if self.denominator is None else self.denominator + (other.denominator or 0)
        return Actual(self.numerator + other.numerator, below, self.factor)

    @property
    def value(self) -> Fraction | None:
        """Undefined, None, where the denominator is 0."""
        if self.denominator is None:
            return Fraction(self.numerator * self.factor)
        quotient = ratio(self.numerator, self.denominator)
        return None if quotient is None else quotient * self.factor


def shown(value: Number | None, unit: str, *, currency: str, decimals: int = 0) -> Decimal | None:
    """A value as it is read: money in its currency, a rate in percent. Undefined stays None."""
    if value is None:
        return None
    if unit == KpiUnit.MONEY:
        places = decimals_of(currency)
        return rounded(Fraction(value) / 10**places, places)
    return percent(value, places=decimals) if unit == KpiUnit.PERCENT else rounded(value, decimals)


def meant(amount: Number | None, unit: str, *, currency: str) -> Fraction | None:
    """The value that `shown` shows as this amount: what an `Actual` of the same KPI is held against."""
    if amount is None:
        return None
    if unit == KpiUnit.MONEY:
        return Fraction(amount) * Fraction(10) ** decimals_of(currency)
    return Fraction(amount) / 100 if unit == KpiUnit.PERCENT else Fraction(amount)
