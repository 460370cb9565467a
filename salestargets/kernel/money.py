"""Amounts as integers of the smallest unit a currency has.

Amounts are stored and summed as `int` minor units (cents, yen, fils), shown and entered as `Decimal` major
units, and never held as `float`.
"""

from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import cache

from babel.numbers import get_currency_precision, is_currency

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.rational import Fraction

LARGEST_MINOR = 2**63 - 1  # what a PostgreSQL bigint holds

# Babel follows CLDR, which tells how these are usually written; ISO 4217 tells what they consist of.
_ISO_DECIMALS = {"AFN": 2, "ALL": 2, "IQD": 3, "IRR": 2, "KPW": 2, "LAK": 2, "LBP": 2}
_ISO_DECIMALS |= {"MGA": 2, "MMK": 2, "RSD": 2, "SOS": 2, "SYP": 2, "YER": 2}
_EXACT = Context(prec=60, traps=[InvalidOperation, Inexact])


def check_currency(code: str) -> str:
    """`code` itself if it is an ISO 4217 currency; DomainError `unknown_currency` otherwise."""
    if not is_currency(code):
        raise DomainError(
            N_("“{currency}” is not a currency. Use an ISO 4217 code, for example CNY or USD."),
            code="unknown_currency",
            params={"currency": code},
        )
    return code


@cache
def decimals(currency: str) -> int:
    """How many decimals the currency has: USD 2, JPY 0, KWD 3 (ISO 4217)."""
    check_currency(currency)
    return _ISO_DECIMALS.get(currency, get_currency_precision(currency))


def to_minor(amount: Decimal, currency: str) -> int:
    """Major units to minor units, exactly.

    DomainError `too_many_decimals` if the currency has no such fraction, `amount_out_of_range` beyond bigint.
    """
    places = decimals(currency)
    # The magnitude first: an exponent of a million must not become an integer of a million digits.
    if not amount.is_finite() or amount.copy_abs() > LARGEST_MINOR:
        raise _out_of_range()
    try:
        minor = int(_EXACT.to_integral_exact(_EXACT.scaleb(amount, places)))
    except Inexact:
        raise DomainError(
            N_("{currency} has {decimals} decimals. Round the amount before you enter it."),
            code="too_many_decimals",
            params={"currency": currency, "decimals": places},
        ) from None
    return check_minor(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    """Minor units to major units, with all decimals of the currency: 1200 USD cents is `Decimal("12.00")`."""
    return _EXACT.scaleb(Decimal(minor), -decimals(currency))


def convert(minor: int, source: str, target: str, rate: Decimal) -> int:
    """Minor units of `source` to minor units of `target`, half to even.

    `rate` is how many major units of `target` one major unit of `source` is worth, above zero.
    """
    if not rate.is_finite() or rate <= 0:
        raise DomainError(N_("An exchange rate must be above zero."), code="invalid_rate")
    scale = Fraction(10) ** (decimals(target) - decimals(source))
    return check_minor(round(minor * Fraction(rate) * scale))


def check_minor(minor: int) -> int:
    """`minor` itself if the database can hold it; DomainError `amount_out_of_range` otherwise."""
    if abs(minor) > LARGEST_MINOR:
        raise _out_of_range()
    return minor


def _out_of_range() -> DomainError:
    return DomainError(
        N_("The amount is too large. Enter a smaller one, or check its decimal point."),
        code="amount_out_of_range",
    )
