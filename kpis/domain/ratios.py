"""KPIs that divide two measures, and the numbers people read."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from salestargets.kernel.rational import Fraction, Number, ratio, rounded


@dataclass(frozen=True, slots=True)
class Parts:
    """Numerator and denominator of a ratio, kept apart until it is read, so that it can be rolled up."""

    numerator: int
    denominator: int

    @property
    def value(self) -> Fraction | None:
        """Undefined, None, where the denominator is 0."""
        return ratio(self.numerator, self.denominator)


def roll_up(parts: Iterable[Parts]) -> Parts:
    """The ratio of a whole: numerators summed, denominators summed. Never a mean of ratios."""
    kept = list(parts)
    return Parts(sum(part.numerator for part in kept), sum(part.denominator for part in kept))


def percent(value: Number | None, *, places: int = 1) -> Decimal | None:
    """A ratio in percent with `places` decimals, half to even: 2/3 is 66.7. Undefined stays None."""
    return None if value is None else rounded(100 * Fraction(value), places)
