"""KPIs to read: the catalogue, and one of them with its value, its way and who contributes."""

from datetime import timedelta
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kpis.catalogue import BUILT_IN
from kpis.entries import waiting_for
from kpis.models import Kpi
from kpis.registry import MEASURES
from kpis.selectors import actual, all_kpis, get_holder, get_kpi, records_behind
from kpis.standing import by_month, contributions, own_holder
from kpis.takes import is_stock, measures_of
from kpis.values import Holder
from kpis.views.entries import listed_entries
from kpis.writing import months_chart, written
from salestargets.kernel.periods import Period
from salestargets.tenancy.models import Person
from salestargets.tenancy.selectors import fiscal_calendar_of
from salestargets.web.asked import asked_day, asked_id
from salestargets.web.choosing import unit_choices
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.requests import TenantRequest, page

RECORDS, PEOPLE = 20, 15
CATALOGUE: list[Column[Any]] = [
    Column(_("Key"), lambda row: row[0].key),
    Column(_("Name"), lambda row: row[0].label),
    Column(_("Formula"), lambda row: row[1] and row[1].formula),
    Column(_("Source"), lambda row: row[1] and row[1].source),
    Column(_("Counted in"), lambda row: row[0].get_unit_display()),
    Column(_("Direction"), lambda row: row[0].get_direction_display()),
    Column(_("Nature"), lambda row: row[0].get_nature_display()),
]


@require_GET
@page()
def kpis(request: TenantRequest) -> HttpResponse | FileResponse:
    found = [(kpi, BUILT_IN.get(kpi.key)) for kpi in all_kpis()]
    if wanted := wanted_format(request):
        return export(found, columns=CATALOGUE, name="kpis", file_format=wanted)
    counts = waiting_for(request.actor, request.today)
    waiting = [(kpi, counts[kpi.pk]) for kpi, _words in found if counts[kpi.pk]]
    return render(request, "kpis/kpis.html", {"kpis": found, "waiting": waiting})


@require_GET
@page()
def kpi(request: TenantRequest, key: str) -> HttpResponse:
    found = get_kpi(key)
    holder = _asked_holder(request)
    quarters = _quarters(request)
    shown = {
        "kpi": found,
        "built_in": BUILT_IN.get(key),
        "measures": [MEASURES[name].label for name in measures_of(found)],
        "is_stock": is_stock(found),
        "units": unit_choices(request.actor, request.today),
        "holder": holder,
        "person": _person(holder),
        **quarters,
    }
    if holder is not None:
        shown |= _value(request, found, holder, quarters["quarter"])
    if found.manual:
        shown |= listed_entries(request, found)
    return render(request, "kpis/kpi.html", shown)


def _asked_holder(request: TenantRequest) -> Holder | None:
    """Who is asked for, if they are in sight; else whose number one sees first."""
    for kind in ("unit", "person"):
        if chosen := asked_id(request, kind):
            return get_holder(request.actor, kind, chosen, request.today)
    return own_holder(request.actor, request.today)


def _person(holder: Holder | None) -> Person | None:
    is_person = holder is not None and holder.kind == "person"
    return Person.objects.get(pk=holder.id) if is_person and holder else None


def _quarters(request: TenantRequest) -> dict[str, Any]:
    calendar = fiscal_calendar_of(request.organisation)
    quarter = calendar.quarter_of(asked_day(request, "in") or request.today)
    return {
        "quarter": quarter,
        "quarter_name": calendar.name(quarter),
        "before": quarter.start - timedelta(days=1),
        "after": quarter.end if quarter.end <= request.today else None,
    }


def _value(request: TenantRequest, kpi: Kpi, holder: Holder, quarter: Period) -> dict[str, Any]:
    currency, on = request.organisation.currency, request.today
    value = actual(holder, kpi, quarter, on=on)
    months = by_month(holder, kpi, quarter, on=on)
    people = contributions(holder, kpi, quarter, on=on) if holder.kind == "unit" else []
    records = records_behind(holder, kpi, quarter, on=on, limit=RECORDS)
    names = dict(
        Person.objects.filter(pk__in={row.person_id for row in records.rows}).values_list("id", "name")
    )
    part = MEASURES[measures_of(kpi, "numerator")[0]]
    shown_people = people if request.GET.get("people") == "all" else people[:PEOPLE]
    return {
        "value": written(value.value, kpi, currency),
        "parts": value if kpi.denominator else None,
        "figure": months_chart(months, kpi, currency) if any(one.actual.value for one in months) else None,
        "months": [(one.month, written(one.actual.value, kpi, currency)) for one in months],
        "people": [(one, written(one.actual.value, kpi, currency)) for one in shown_people],
        "has_more_people": len(people) > len(shown_people),
        "records": [(row, names.get(row.person_id, "")) for row in records.rows],
        "part": part,
        "total": records.total,
    }
