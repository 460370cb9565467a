"""A number opened to its records, above and below the line: in pages, or as a file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kpis.behind import Opened, Record, every_record, holder_name, measure_of, page_behind
from kpis.choices import KpiUnit, Manual, Part
from kpis.domain.recipes import Recipe
from kpis.entries import get_entry
from kpis.models import Kpi
from kpis.recipes import all_told, recipe_of
from kpis.registry import RECORD_PAGES
from kpis.selectors import actual, get_kpi
from kpis.takes import Part as PartName
from kpis.takes import operands_of
from kpis.values import Actual
from kpis.views.asking import asked_holder, quarters
from kpis.writing import written
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.money import from_minor
from salestargets.tenancy.access import Sight, sight_of
from salestargets.web.asked import asked_choice
from salestargets.web.exports import Column, Format, export, wanted_format
from salestargets.web.requests import TenantRequest, page
from salestargets.web.templatetags import formats

ROWS = 50


@dataclass(frozen=True)
class Line:
    """A record as it is listed; no address: it is about somebody out of sight, or has no page."""

    record: Record
    value: str
    measure: str
    address: str


@dataclass(frozen=True)
class OnePart:
    """Above or below the line: what it is made of, and what it comes to."""

    name: PartName
    words: str
    amount: str
    is_shown: bool


@require_GET
@page()
def kpi_records(request: TenantRequest, key: str) -> HttpResponse | FileResponse:
    kpi, holder = get_kpi(key), asked_holder(request)
    if holder is None:
        raise NotFound(N_("There is no such holder."), code="not_found", field="holder")
    asked = quarters(request)
    part = asked_part(request, kpi)
    opened = Opened(kpi, holder, asked["quarter"], request.today, part=part)
    if wanted := wanted_format(request):
        return file_of(request, opened, wanted)
    value = actual(holder, kpi, opened.period, on=request.today)
    shown = {
        **asked,
        **shown_records(request, opened, value),
        "kpi": kpi,
        "holder": holder,
        "name": holder_name(request.actor, holder, request.today),
        "value": written(value.value, kpi, request.organisation.currency),
    }
    return render(request, "kpis/records.html", shown)


@require_GET
@page()
def entry(request: TenantRequest, entry_id: int) -> HttpResponse:
    """An entered value stands on the page of its KPI."""
    found = get_entry(request.actor, entry_id, request.today)
    return redirect("kpi", request.organisation.slug, found.kpi.key)


def asked_part(request: TenantRequest, kpi: Kpi) -> PartName:
    is_below = asked_choice(request, "part", Part.values) == Part.DENOMINATOR
    return "denominator" if is_below and _is_quotient(kpi) else "numerator"


def shown_records(
    request: TenantRequest, opened: Opened, value: Actual, *, limit: int = ROWS
) -> dict[str, Any]:
    """What `kpis/includes/records.html` shows: a page of what makes a value, and what its parts come to."""
    found = page_behind(opened, after=request.GET.get("after", ""), limit=limit)
    currency, sight = request.organisation.currency, sight_of(request.actor, request.today)
    return {
        "parts": _parts(opened, value, currency),
        "label": label_of(opened),
        "is_money": opened.unit == KpiUnit.MONEY,
        "has_measures": len(operands_of(opened.kpi, opened.part)) > 1,
        "lines": [_line(request, opened, record, sight) for record in found.rows],
        "total": found.total,
        "sum": _amount_text(opened, found.total.value, currency),
        "next": found.next,
    }


def file_of(request: TenantRequest, opened: Opened, file_format: Format) -> FileResponse:
    name = f"records-{opened.kpi.key}-{opened.holder.kind}-{opened.holder.id}"
    columns = _columns(opened, request.organisation.currency)
    return export(every_record(opened), columns=columns, name=name, file_format=file_format)


def label_of(opened: Opened) -> str:
    """What the records sum to: of a quotient, what stands in that part of it."""
    return _words(opened.kpi)[opened.part] if _is_quotient(opened.kpi) else str(opened.kpi.label)


def _amount_text(opened: Opened, value: int | None, currency: str) -> str:
    amount = opened.amount(value, currency)
    return formats.money(amount, currency) if opened.unit == KpiUnit.MONEY else formats.number(amount)


def _is_quotient(kpi: Kpi) -> bool:
    """A level that is entered is divided by its scale alone, which tells nobody anything."""
    return bool(kpi.denominator) and kpi.manual != Manual.LEVEL


def _words(kpi: Kpi) -> dict[PartName, str]:
    recipe = recipe_of(kpi)
    above, below = all_told([Recipe(recipe.numerator), Recipe(recipe.denominator)])
    return {"numerator": above, "denominator": below}


def _parts(opened: Opened, found: Actual, currency: str) -> Sequence[OnePart]:
    if not _is_quotient(opened.kpi):
        return ()
    values: dict[PartName, int | None] = {"numerator": found.numerator, "denominator": found.denominator}
    return [
        OnePart(
            name, text, _amount_text(replace(opened, part=name), values[name], currency), name == opened.part
        )
        for name, text in _words(opened.kpi).items()
    ]


def _line(request: TenantRequest, opened: Opened, record: Record, sight: Sight) -> Line:
    row = record.row
    in_sight = sight.everything or not row.person_id or sight.of_person(row.person_id)
    page_of = RECORD_PAGES.get(row.kind) if in_sight else None
    address = page_of(request.organisation.slug, row.record_id) if page_of else ""
    value = _amount_text(opened, row.value, request.organisation.currency)
    return Line(record, value, measure_of(row), address)


def _columns(opened: Opened, currency: str) -> list[Column[Record]]:
    is_money = opened.unit == KpiUnit.MONEY
    return [
        Column(_("Record"), lambda record: record.row.name),
        Column(_("External id"), lambda record: record.row.external_id),
        Column(_("Customer"), lambda record: record.customer),
        Column(_("Credited to"), lambda record: record.person),
        Column(_("Date"), lambda record: record.row.day, "day"),
        Column(_("Counted as"), lambda record: measure_of(record.row)),
        Column(_("Amount of the record"), _amount, "money"),
        Column(_("Currency"), lambda record: record.row.currency),
        Column(
            label_of(opened),
            lambda record: opened.amount(record.row.value, currency),
            "money" if is_money else "number",
        ),
    ]


def _amount(record: Record) -> Any:
    row = record.row
    return None if row.amount_minor is None else from_minor(row.amount_minor, str(row.currency))
