"""Exact numbers: what the maths takes, divides and finally rounds."""

from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction


def ratio(numerator: Number | None, denominator: Number | None) -> Fraction | None:
    """The exact quotient; None where it is undefined: a part is missing, or the denominator is 0."""
    if numerator is None or not denominator:
        return None
    return Fraction(numerator) / Fraction(denominator)


def rounded(value: Number | None, places: int) -> Decimal | None:
    """`value` with exactly `places` decimals, half to even; None stays None."""
    if value is None:
        return None
    return Decimal(round(Fraction(value) * 10**places)).scaleb(-places)
