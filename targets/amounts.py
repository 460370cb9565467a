"""Amounts of goals: those of their KPI, and whether they add up."""

from kpis.amounts import (
    Scale,
    from_stored,
    scale_of,
    to_stored,
    units_in_one,
)
from kpis.models import Kpi
from kpis.takes import is_stock
from kpis.values import Actual

__all__ = [
    "Scale",
    "from_stored",
    "is_level",
    "scale_of",
    "stored_actual",
    "to_stored",
]


def is_level(kpi: Kpi) -> bool:
    """A ratio, or what there is at a moment: it does not add up over people and months."""
    return bool(kpi.denominator) or is_stock(kpi)


def stored_actual(actual: Actual, kpi: Kpi) -> int | None:
    """A value from the records in the smallest units, half to even; None where it is undefined."""
    if not kpi.denominator:
        return actual.numerator
    if actual.value is None:
        return None
    stored: int = round(actual.value * units_in_one(kpi.unit))
    return stored
