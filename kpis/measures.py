"""What is measured on values that people enter: sums of those of people, and the newest of a holder.

A level is its value over its scale, so that without a value it is undefined and never 0.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from kpis.choices import FilterKind, KpiUnit, Manual
from kpis.models import Kpi
from kpis.models.entries import GROUP
from kpis.registry import (
    About,
    Filter,
    Flow,
    Held,
    Measure,
    Term,
    register_filters,
    register_measures,
    register_sources,
)

#: The filter by which a manual KPI is told from the others.
OF_KPI = "kpi"
_ENTRIES = _("Values entered by hand")
MEASURES = (
    Measure("entry_sum", KpiUnit.COUNT, _("Sum of entered values"), _ENTRIES),
    Measure("entry_money", KpiUnit.MONEY, _("Sum of entered amounts"), _ENTRIES),
    Measure("entry_level", KpiUnit.COUNT, _("Newest entered value, in its smallest unit"), _ENTRIES, True),
    Measure("entry_money_level", KpiUnit.MONEY, _("Newest entered amount"), _ENTRIES, True),
    Measure("entry_scale", KpiUnit.COUNT, _("Smallest units in one"), _ENTRIES, True),
)

_TABLE = "kpis_entry e JOIN kpis_kpi k ON k.organisation_id = e.organisation_id AND k.id = e.kpi_id"
_COUNTS = "e.organisation_id = %(organisation)s AND e.state = 'confirmed'"
_ABOUT = About(name="e.source", external_id="e.id::text")
_FILTERS = {OF_KPI: "e.kpi_id"}
_IS_MONEY = f"k.unit = '{KpiUnit.MONEY}'"

SUMS = Flow(
    kind="kpi-entries",
    group=GROUP,
    table=_TABLE,
    where=f"{_COUNTS} AND k.manual = '{Manual.SUM}'",
    person="e.person_id",
    day="e.dated_on",
    record="e.id",
    filters=_FILTERS,
    about=_ABOUT,
    terms={
        "entry_sum": Term("e.value", f"NOT {_IS_MONEY}"),
        "entry_money": Term("e.value", _IS_MONEY),
    },
)

LEVELS = Held(
    kind="kpi-entries",
    table=_TABLE,
    where=f"{_COUNTS} AND k.manual = '{Manual.LEVEL}'",
    person="e.person_id",
    day="e.dated_on",
    record="e.id",
    filters=_FILTERS,
    about=_ABOUT,
    matches=(
        "(CASE holder.kind WHEN 'unit' THEN e.unit_id = holder.holder_id"
        " ELSE e.person_id = holder.holder_id END)"
    ),
    then=(
        "e.dated_on < %(before)s AND NOT EXISTS ("
        "SELECT FROM kpis_entry newer"
        " WHERE newer.organisation_id = e.organisation_id AND newer.kpi_id = e.kpi_id"
        " AND newer.state = 'confirmed' AND newer.dated_on < %(before)s"
        " AND newer.unit_id IS NOT DISTINCT FROM e.unit_id"
        " AND newer.person_id IS NOT DISTINCT FROM e.person_id"
        " AND (newer.dated_on, newer.id) > (e.dated_on, e.id))"
    ),
    terms={
        "entry_level": Term("e.value", f"NOT {_IS_MONEY}"),
        "entry_money_level": Term("e.value", _IS_MONEY),
        "entry_scale": Term("e.scale"),
    },
)


def manual_kpis(only: Collection[Any] | None) -> Iterable[tuple[int, str]]:
    found = Kpi.objects.exclude(manual=Manual.NONE).order_by("name", "pk").values_list("pk", "name")
    return found if only is None else found.filter(pk__in=only)


def register() -> None:
    register_filters([Filter(OF_KPI, _("Manual KPI"), FilterKind.REFERENCE, manual_kpis)])
    register_measures(MEASURES)
    register_sources([SUMS, LEVELS])
