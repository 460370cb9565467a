"""Numbers, money and dates as each language writes them. Pure: the language is an argument; None is —."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache

from babel import Locale, dates, numbers
from babel.units import format_unit

from salestargets.kernel.money import decimals, from_minor

NONE = "—"
Number = int | Decimal

# What a short amount is counted in, largest first.
UNITS: dict[str, list[tuple[int, str]]] = {
    "en": [(10**9, "B"), (10**6, "M"), (10**3, "K")],
    "zh": [(10**8, "亿"), (10**4, "万")],
}


@cache
def locale_for(language: str) -> Locale:
    """`zh-hans` is zh_Hans_CN, whose yuan is a bare ¥; all else is English."""
    return Locale.parse("zh_Hans_CN" if language.startswith("zh") else "en_US")


@cache
def read_pattern(pattern: str) -> numbers.NumberPattern:
    """Reading it takes longer than writing a number by it; there are a few dozen of them."""
    return numbers.parse_pattern(pattern)


def format_money(amount: Number | None, currency: str, *, language: str, cents: bool = True) -> str:
    """`amount` is a Decimal in the currency itself, or an int in its minor units."""
    if amount is None:
        return NONE
    shown = decimals(currency) if cents else 0
    return currency_text(major(amount, currency), currency, "0." + "0" * shown if shown else "0", language)


def format_money_short(amount: Number | None, currency: str, *, language: str) -> str:
    """About three figures and a unit: ¥123.5万, ¥1.23亿, $1.23M. For tiles and axes, never for a ledger."""
    if amount is None:
        return NONE
    count, unit = in_units(major(amount, currency), language)
    return currency_text(count, currency, f"0.{'#' * places(count)}'{unit}'" if unit else "0", language)


def format_number(value: Number | None, *, language: str, digits: int | None = None) -> str:
    """At most `digits` decimals (as many as the value has, if not said), grouped."""
    if value is None:
        return NONE
    shown = value if digits is None else round(Decimal(value), digits)
    return numbers.format_decimal(shown, locale=locale_for(language), decimal_quantization=False)


def format_percent(ratio: Number | None, *, language: str, digits: int = 1) -> str:
    """0.973 is 97.3%."""
    if ratio is None:
        return NONE
    pattern = f"#,##0.{'0' * digits}%" if digits else "#,##0%"
    return numbers.format_percent(ratio, read_pattern(pattern), locale=locale_for(language))


def format_days(days: Number | None, *, language: str) -> str:
    if days is None:
        return NONE
    return format_unit(
        round(Decimal(days), 1).normalize(), "duration-day", "short", locale=locale_for(language)
    )


def format_day(day: date | None, *, language: str, skeleton: str = "yMMMd") -> str:
    """A date by its parts, in CLDR letters: yMMMd, MMMd, yMMM, yMMMEd."""
    if day is None:
        return NONE
    return dates.format_skeleton(skeleton, day, locale=locale_for(language))


def format_moment(moment: datetime | None, *, language: str) -> str:
    """A time in its own zone, to the minute."""
    if moment is None:
        return NONE
    clock = dates.format_time(moment, "HH:mm", tzinfo=moment.tzinfo, locale=locale_for(language))
    return f"{format_day(moment.date(), language=language)} {clock}"


def currency_text(amount: Decimal, currency: str, tail: str, language: str) -> str:
    return numbers.format_currency(
        amount,
        currency,
        read_pattern(f"¤#,##{tail}"),
        locale=locale_for(language),
        currency_digits=False,
    )


def major(amount: Number, currency: str) -> Decimal:
    return from_minor(amount, currency) if isinstance(amount, int) else amount


def in_units(amount: Decimal, language: str) -> tuple[Decimal, str]:
    """The amount in the largest unit of which it has one at least, as rounded: 999,950 is 1 M, not 1000 K."""
    for size, unit in UNITS[locale_for(language).language]:
        count = amount / size
        if abs(round(count, places(count))) >= 1:
            return round(count, places(count)), unit
    return amount, ""


def places(count: Decimal) -> int:
    return 2 if abs(count) < 10 else 1
