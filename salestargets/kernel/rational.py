"""Exact numbers: what the maths takes, divides and finally rounds.

Everybody takes `Fraction` from here: the standard library's by its type and in all it does, compiled.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import quicktions
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fractions import Fraction as Fraction
else:
    Fraction = quicktions.Fraction

Number = int | Decimal | Fraction
Column = NDArray[np.int64]
Mask = NDArray[np.bool_]
#: A float tells which whole number a quotient below it is nearest to, or one beside it.
_NEAR = 2.0**50


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


def whole_ratios(one: Column, other: Column | int, below: Column | int) -> tuple[Column, Mask]:
    """one × other ÷ below of columns, half to even, and where that is sure: below 2⁵⁰.

    `below` is above zero, and fits into 64 bits when it is doubled twice. The product need not: what is left
    of it without the quotient is small, and small numbers come out right whatever was lost above them.
    """
    near = np.rint(one.astype(np.float64) * other / below)
    is_sure = np.abs(near) < _NEAR
    whole = np.where(is_sure, near, 0).astype(np.int64)
    rest = 2 * (one * other - whole * below)
    is_odd = whole & 1 == 1
    up, down = (rest > below) | ((rest == below) & is_odd), (rest < -below) | ((rest == -below) & is_odd)
    return whole + up - down, is_sure


def rounded(value: Number | None, places: int) -> Decimal | None:
    """`value` with exactly `places` decimals, half to even; None stays None."""
    if value is None:
        return None
    return Decimal(round(Fraction(value) * 10**places)).scaleb(-places)
