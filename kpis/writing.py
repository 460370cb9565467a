"""A KPI's value as people read it, and its months as a chart."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import get_language

from kpis.choices import KpiUnit
from kpis.models import Kpi
from kpis.standing import MonthOf
from kpis.values import shown
from salestargets.kernel.rational import Number
from salestargets.web import charts, formatting
from salestargets.web.templatetags import formats


def written(value: Number | None, kpi: Kpi, currency: str) -> str:
    """¥1,234,567 · 12 · 61.5% · 40.2 days; — where it is undefined."""
    return written_as(value, kpi.unit, currency, decimals=kpi.decimals)


def written_as(value: Number | None, unit: str, currency: str, *, decimals: int = 0) -> str:
    number = shown(value, unit, currency=currency, decimals=decimals)
    match unit:
        case KpiUnit.MONEY:
            return formats.money_round(number, currency)
        case KpiUnit.PERCENT:
            return formats.percent(None if number is None else number / 100, decimals)
        case KpiUnit.DAYS:
            return formats.days(number)
        case _:
            return formats.number(number)


def months_chart(months: Sequence[MonthOf], kpi: Kpi, currency: str) -> charts.Figure:
    """A sum as bars; a ratio, or what there is at a moment, as a line."""
    begins = [one.month for one in months]
    values = [shown(one.actual.value, kpi.unit, currency=currency, decimals=kpi.decimals) for one in months]
    draw = charts.bars if not kpi.denominator else charts.line
    axis = charts.amounts_axis(values, lambda tick: _tick(tick, kpi))
    return charts.figure(draw(kpi.label, begins, values), yaxis=axis, xaxis={"type": "date"})


def _tick(tick: Decimal, kpi: Kpi) -> str:
    if kpi.unit == KpiUnit.PERCENT:
        return formats.percent(tick / 100, 0)
    count, unit = formatting.in_units(tick, get_language() or "en")
    return f"{formats.number(count.normalize())}{unit}"
