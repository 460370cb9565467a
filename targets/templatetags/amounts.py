"""Filters for amounts of a KPI (money in the organisation's currency, counts as they are) and for alerts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.utils.translation import get_language, gettext

from kpis.choices import KpiUnit
from salestargets.alerts.models import Alert
from salestargets.alerts.registry import KINDS
from salestargets.kernel.messages import Message
from salestargets.kernel.money import from_minor
from salestargets.kernel.rational import Fraction, Number, ratio, rounded
from salestargets.web import formatting
from targets.amounts import Scale
from targets.choices import WEIGHED_BY_AMOUNT, SplitMethod

register = template.Library()

#: Amounts that are remembered as they are written.
MANY = 16_384


@register.filter
def amount(stored: int | None, scale: Scale) -> str:
    """To the cent."""
    return shown(stored, scale, cents=True)


@register.filter
def amount_signed(stored: int | None, scale: Scale) -> str:
    """To the cent, with its sign; nothing has none."""
    return f"+{amount(stored, scale)}" if stored and stored > 0 else amount(stored, scale)


@register.filter
def amount_round(stored: int | None, scale: Scale) -> str:
    """Without cents."""
    return shown(stored, scale, cents=False)


@register.filter
def amount_short(stored: int | None, scale: Scale) -> str:
    """About three figures and a unit, for tiles."""
    return _short(stored, scale, language())


@register.filter
def amount_plain(stored: int | None, scale: Scale) -> str:
    """Without cents and without the currency, which the table's heading tells."""
    return _plain(stored, scale, language())


@register.filter
def said(message: Message) -> str:
    """What the maths says, in the reader's language."""
    return message.render(gettext)


@register.filter
def share_of(part: int | None, whole: int | None) -> Decimal | None:
    """As a ratio; unknown without a whole."""
    return rounded(ratio(part, whole), 6)


@register.filter
def weight(value: Number) -> str:
    """Whatever a share was measured by, to four decimals at most."""
    return formatting.format_number((rounded(value, 4) or Decimal(0)).normalize(), language=language())


@register.filter
def told(message: Message) -> str:
    """A text of the maths, in the reader's language."""
    return message.render(gettext)


@register.simple_tag
def weighed(value: Number, method: str, scale: Scale) -> str:
    """A weight as what it is: an amount of the goal, money a year, or a number."""
    if method == SplitMethod.POTENTIAL:
        return formatting.format_money(int(value), scale.currency, language=language(), cents=False)
    return amount_round(int(value), scale) if method in WEIGHED_BY_AMOUNT else weight(value)


@register.simple_tag
def signed(value: int, scale: Scale) -> str:
    """A difference with its sign; a dash for none."""
    return f"{'+' if value > 0 else ''}{amount(value, scale)}" if value else "—"


@register.filter
def statistic(value: Fraction | float | None) -> str:
    """A number that describes, to two decimals; “—” where it is undefined."""
    known = None if value is None else rounded(Fraction(value), 2)
    return formatting.format_number(known, language=language(), digits=2)


@register.filter
def ratio_percent(value: Fraction | None) -> str:
    return formatting.format_percent(rounded(value, 6), language=language())


@register.filter
def headline(alert: Alert) -> str:
    """What an alert says, in a sentence."""
    return KINDS[alert.rule.key].headline(alert.facts)


def shown(stored: int | None, scale: Scale, *, cents: bool) -> str:
    return _shown(stored, scale, cents, language())


# The same amounts are written again and again: whoever looks at a page sees what others saw a moment ago.


@lru_cache(maxsize=MANY)
def _plain(stored: int | None, scale: Scale, language: str) -> str:
    if not scale.is_money or stored is None:
        return _shown(stored, scale, False, language)
    return formatting.format_number(from_minor(stored, scale.currency), language=language, digits=0)


@lru_cache(maxsize=MANY)
def _short(stored: int | None, scale: Scale, language: str) -> str:
    if not scale.is_money:
        return _shown(stored, scale, False, language)
    return formatting.format_money_short(stored, scale.currency, language=language)


@lru_cache(maxsize=MANY)
def _shown(stored: int | None, scale: Scale, cents: bool, language: str) -> str:
    if scale.is_money:
        return formatting.format_money(stored, scale.currency, language=language, cents=cents)
    if stored is None or not scale.places:
        return formatting.format_number(stored, language=language)
    value = Decimal(f"{Decimal(stored).scaleb(-scale.places).normalize():f}")
    if scale.unit == KpiUnit.PERCENT:
        return formatting.format_number(value, language=language) + "%"
    return formatting.format_number(value, language=language)


def language() -> str:
    return get_language() or "en"


@register.filter
def kept_percent(text: str | None) -> str:
    """A ratio that was kept as text, in percent."""
    return formatting.format_percent(Decimal(text) if text else None, language=language(), digits=0)


@register.filter
def kept_times(text: str | None) -> str:
    """How many times one amount is another, which was kept as text."""
    return formatting.format_number(Decimal(text) if text else None, language=language(), digits=2)


@register.filter
def kept_day(text: str) -> str:
    return formatting.format_day(date.fromisoformat(text), language=language())


@register.filter
def held_about(held: Mapping[str, Any]) -> str:
    """What a goal was held against, in the reader's language."""
    return Message(held["about"], held["params"]).render(gettext)
