"""Filters over `salestargets.web.formatting`, in the language of the request."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from salestargets.web import formatting
from salestargets.web.formatting import Number

register = template.Library()


def language() -> str:
    return get_language() or "en"


@register.simple_tag
def gap() -> str:
    """What stands between two sentences: nothing in Chinese, whose full stop is wide enough."""
    return "" if language().startswith("zh") else " "


@register.filter
def money(amount: Number | None, currency: str) -> str:
    return formatting.format_money(amount, currency, language=language())


@register.filter
def money_round(amount: Number | None, currency: str) -> str:
    return formatting.format_money(amount, currency, language=language(), cents=False)


@register.filter
def money_short(amount: Number | None, currency: str) -> str:
    return formatting.format_money_short(amount, currency, language=language())


@register.filter
def number(value: Number | None, digits: int | None = None) -> str:
    return formatting.format_number(value, language=language(), digits=digits)


@register.filter
def percent(ratio: Decimal | None, digits: int = 1) -> str:
    return formatting.format_percent(ratio, language=language(), digits=digits)


@register.filter
def days(value: Number | None) -> str:
    return formatting.format_days(value, language=language())


@register.filter
def day(value: date | None, skeleton: str = "yMMMd") -> str:
    return formatting.format_day(value, language=language(), skeleton=skeleton)


@register.filter
def month(value: date | None) -> str:
    return formatting.format_day(value, language=language(), skeleton="yMMM")


@register.filter
def moment(value: datetime | None) -> str:
    local = None if value is None else timezone.localtime(value)
    return formatting.format_moment(local, language=language())
