"""What the selectors speak in: whose number, and the number."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from salestargets.kernel.rational import ratio


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """A unit with everything below it, or a person."""

    kind: Literal["unit", "person"]
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Actual:
    """A KPI from the records, in minor units, counts or days. No denominator: it is a plain sum."""

    numerator: int
    denominator: int | None = None

    @property
    def value(self) -> Fraction | None:
        """Undefined, None, where the denominator is 0."""
        if self.denominator is None:
            return Fraction(self.numerator)
        return ratio(self.numerator, self.denominator)
