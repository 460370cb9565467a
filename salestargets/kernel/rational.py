"""Exact numbers: what the maths takes, divides and finally rounds.

Everybody takes `Fraction` from here: the standard library's by its type and in all it does, compiled.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

import quicktions

if TYPE_CHECKING:
    from fractions import Fraction as Fraction
else:
    Fraction = quicktions.Fraction

Number = int | Decimal | Fraction


def ratio(numerator: Number | None, denominator: Number | None) -> Fraction | None:
    """The exact quotient; None where it is undefined: a part is missing, or the denominator is 0."""
    if numerator is None or not denominator:
        return None
    return Fraction(numerator) / Fraction(denominator)


def whole_ratio(numerator: int, denominator: int) -> int | None:
    """The quotient of whole numbers, half to even, as `round(ratio(…))` has it, for thousands of rows.

    The denominator is not negative.
    """
    if not denominator:
        return None
    up, rest = divmod(2 * numerator + denominator, 2 * denominator)
    return up - 1 if up & 1 and not rest else up


def rounded(value: Number | None, places: int) -> Decimal | None:
    """`value` with exactly `places` decimals, half to even; None stays None."""
    if value is None:
        return None
    return Decimal(round(Fraction(value) * 10**places)).scaleb(-places)
