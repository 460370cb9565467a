"""KPIs to read: the catalogue, and one of them with its value, its way and who contributes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kpis.behind import Opened, unit_of
from kpis.choices import Nature
from kpis.closings import closed
from kpis.entries import waiting_for
from kpis.models import Kpi
from kpis.recipes import all_told, base_of, definitions_told, recipes_of, subjects_of
from kpis.selectors import actual, all_kpis, get_kpi
from kpis.standing import by_month, contributions
from kpis.takes import Part as PartName
from kpis.takes import is_stock, operands_of
from kpis.values import Actual, Holder
from kpis.views.asking import asked_holder, quarters
from kpis.views.behind import asked_part, shown_records
from kpis.views.closings import shown_closed
from kpis.views.entries import listed_entries
from kpis.writing import months_chart, written, written_as
from salestargets.kernel.periods import Period
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Person
from salestargets.web.asked import asked_choice, asked_text
from salestargets.web.choosing import unit_choices
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.requests import TenantRequest, page

RECORDS, PEOPLE = 20, 15


@dataclass(frozen=True)
class Listed:
    """A KPI with what it is made of, in words."""

    kpi: Kpi
    formula: str
    source: str


CATALOGUE: list[Column[Listed]] = [
    Column(_("Key"), lambda row: row.kpi.key),
    Column(_("Name"), lambda row: row.kpi.label),
    Column(_("What it tells"), lambda row: row.kpi.description),
    Column(_("Formula"), lambda row: row.formula),
    Column(_("Source"), lambda row: row.source),
    Column(_("Counted in"), lambda row: row.kpi.get_unit_display()),
    Column(_("Direction"), lambda row: row.kpi.get_direction_display()),
    Column(_("Nature"), lambda row: row.kpi.get_nature_display()),
]


@require_GET
@page()
def kpis(request: TenantRequest) -> HttpResponse | FileResponse:
    search, nature = asked_text(request), asked_choice(request, "nature", Nature.values)
    found = listed(all_kpis().filter(is_retired=bool(request.GET.get("retired"))))
    found = [one for one in found if nature in (None, one.kpi.nature) and _matches(one, search)]
    if wanted := wanted_format(request):
        return export(found, columns=CATALOGUE, name="kpis", file_format=wanted)
    counts = waiting_for(request.actor, request.today)
    shown = {
        "kpis": found,
        "waiting": [(one.kpi, counts[one.kpi.pk]) for one in found if counts[one.kpi.pk]],
        "natures": Nature.choices,
        "search": search,
        "may_build": request.actor.may(Scope.ADMIN),
    }
    return render(request, "kpis/kpis.html", shown)


def listed(found: Iterable[Kpi]) -> list[Listed]:
    """Each with its formula in words, in a handful of queries for all."""
    kpis = list(found)
    recipes = recipes_of(kpis)
    return [
        Listed(kpi, text, subjects_of(recipe))
        for kpi, recipe, text in zip(kpis, recipes, all_told(recipes), strict=True)
    ]


def _matches(one: Listed, search: str) -> bool:
    texts = (one.kpi.key, str(one.kpi.label), str(one.kpi.description), one.formula)
    return search.casefold() in "\n".join(texts).casefold()


@require_GET
@page()
def kpi(request: TenantRequest, key: str) -> HttpResponse:
    found = get_kpi(key)
    holder = asked_holder(request)
    asked = quarters(request)
    shown = {
        "kpi": found,
        "listed": listed([found])[0],
        "base": base_of(found),
        "bases": _bases(found),
        "definitions": definitions_told(found),
        "may_build": request.actor.may(Scope.ADMIN),
        "is_stock": is_stock(found),
        "units": unit_choices(request.actor, request.today),
        "holder": holder,
        "person": _person(holder),
        **asked,
    }
    if holder is not None:
        shown |= _value(request, found, holder, asked["quarter"])
    if found.manual:
        shown |= listed_entries(request, found)
    return render(request, "kpis/kpi.html", shown)


def _bases(found: Kpi) -> list[Kpi]:
    """The plain amounts on the other bases, beside one of them: booked, invoiced, collected."""
    if found.denominator or not base_of(found):
        return []
    own = operands_of(found)[0]
    beside = [kpi for kpi in all_kpis().filter(denominator="", unit=found.unit) if base_of(kpi)]
    return [kpi for kpi in beside if len(operands_of(kpi)) == 1 and operands_of(kpi)[0].window == own.window]


def _person(holder: Holder | None) -> Person | None:
    is_person = holder is not None and holder.kind == "person"
    return Person.objects.get(pk=holder.id) if is_person and holder else None


def _value(request: TenantRequest, kpi: Kpi, holder: Holder, quarter: Period) -> dict[str, Any]:
    currency, on = request.organisation.currency, request.today
    value = actual(holder, kpi, quarter, on=on)
    months = by_month(holder, kpi, quarter, on=on)
    people = contributions(holder, kpi, quarter, on=on) if holder.kind == "unit" else []
    opened = Opened(kpi, holder, quarter, on, part=asked_part(request, kpi))
    final = closed(holder, kpi, quarter, organisation=request.organisation, on=on)
    shown_people = people if request.GET.get("people") == "all" else people[:PEOPLE]
    return {
        "value": written(value.value, kpi, currency),
        "figure": months_chart(months, kpi, currency) if any(one.actual.value for one in months) else None,
        "months": [(one.month, written(one.actual.value, kpi, currency)) for one in months],
        "people": [
            (one, written(one.actual.value, kpi, currency), _out_of(one.actual, kpi, currency))
            for one in shown_people
        ],
        "has_more_people": len(people) > len(shown_people),
        **shown_records(request, opened, value, limit=RECORDS),
        "closed": final and shown_closed(final, kpi, currency),
    }


def _out_of(found: Actual, kpi: Kpi, currency: str) -> str:
    """Above and below the line, each in its own unit."""
    parts: tuple[tuple[PartName, int | None], ...] = (
        ("numerator", found.numerator),
        ("denominator", found.denominator),
    )
    return " / ".join(
        written_as(value, unit_of(kpi, part), currency) for part, value in parts if value is not None
    )
