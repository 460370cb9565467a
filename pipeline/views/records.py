"""Records of every kind but deals: a list with its filters in the address, and one of them.

What is shown follows from the description of the kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from pipeline.kinds.credit import WHOLE_PPM
from pipeline.labels import CHOICES, kind_label, label_of
from pipeline.listing import BASE, SHOWN, Rows, fields_of, get_record_row, has_column, model_of, record_rows
from salestargets.audit.selectors import history_of
from salestargets.ingest.fields import (
    Choice,
    Date,
    Field,
    Flag,
    Moment,
    Money,
    Ref,
    Score,
    Whole,
)
from salestargets.ingest.kinds import Kind, get_kind
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.money import from_minor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.selectors import visible_people
from salestargets.web.asked import asked_choice, asked_day, asked_id, asked_text, page_of, sorted_rows
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.exports import Kind as CellKind
from salestargets.web.history import told
from salestargets.web.requests import TenantRequest, page
from salestargets.web.templatetags.formats import day, moment, money, number

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """Which fields of a kind the list shows and filters by; None where the kind has none."""

    kind: Kind
    person: Ref | None
    customer: Ref | None
    choice: Choice | None
    figure: Field | None
    day: Date | None

    @property
    def sorts(self) -> dict[str, str]:
        shown = {"person": self.person, "customer": self.customer}
        sorts = {name: f"{_prefix(ref)}__name" for name, ref in shown.items() if ref}
        plain = {"choice": self.choice, "figure": self.figure, "day": self.day}
        sorts |= {name: str(field.stored) for name, field in plain.items() if field}
        return {"name": "name", **sorts, **({"figure": BASE} if isinstance(self.figure, Money) else {})}


def table_of(kind: Kind) -> Table:
    fields = fields_of(kind)
    refs = [field for field in fields if isinstance(field, Ref)]
    return Table(
        kind=kind,
        person=next((ref for ref in refs if ref.kind == "people"), None),
        customer=next((ref for ref in refs if ref.kind == "customers"), None),
        choice=next((field for field in fields if isinstance(field, Choice)), None),
        figure=next((field for field in fields if isinstance(field, Money | Score | Whole)), None)
        if kind.has_tombstones
        else None,
        day=next((field for field in fields if isinstance(field, Date)), None),
    )


def _prefix(ref: Ref) -> str:
    return str(ref.stored).removesuffix("_id")


@require_GET
@page()
def first(request: TenantRequest) -> HttpResponse:
    return redirect("records", request.organisation.slug, SHOWN[0])


@require_GET
@page()
def records(request: TenantRequest, kind: str) -> HttpResponse | FileResponse:
    table = table_of(_shown(kind))
    default = "-day" if table.day else "name"
    found = sorted_rows(request, _found(request, table), table.sorts, default=default)
    if wanted := wanted_format(request):
        every = found.iterator(chunk_size=2000)
        return export(every, columns=_columns(table.kind), name=kind, file_format=wanted)
    rows = page_of(request, found)
    shown = {
        "kind": kind,
        "label": kind_label(kind),
        "tabs": [(name, kind_label(name)) for name in SHOWN],
        "table": table,
        "rows": rows,
        "cells": [_cells(table, row) for row in rows],
        "heads": {name: label_of(field.name) for name, field in _parts(table).items()},
        "sums": _sums(table.kind, found),
        "choices": [(value, _choice(value)) for value in table.choice.choices] if table.choice else [],
        "people": visible_people(request.actor, request.today).values_list("id", "name"),
        "search": asked_text(request),
        "is_filtered": any(request.GET.get(name) for name in ("q", "choice", "person", "from", "to")),
        "may_import": request.actor.may(Scope.RECORDS_WRITE),
    }
    return render(request, "pipeline/records.html", shown)


@require_GET
@page()
def record(request: TenantRequest, kind: str, record_id: int) -> HttpResponse:
    shown_kind = _shown(kind)
    row = get_record_row(shown_kind, request.actor, record_id, request.today)
    model = model_of(shown_kind.table)._meta.model_name or ""
    history = history_of(request.actor, model, record_id) if shown_kind.has_tombstones else []
    shown = {
        "kind": kind,
        "label": kind_label(kind),
        "record": row,
        "facts": _facts(request, shown_kind, row),
        "shares": [(one, Decimal(one["share_ppm"]) / WHOLE_PPM) for one in row.get("shares", ())],
        "history": told(history, currency=request.organisation.currency),
    }
    return render(request, "pipeline/record.html", shown)


def _shown(name: str) -> Kind:
    if name not in SHOWN:
        raise NotFound(N_("There is no such kind of record."), code="not_found")
    return get_kind(name)


def _parts(table: Table) -> dict[str, Field]:
    parts = {name: getattr(table, name) for name in ("person", "customer", "choice", "figure", "day")}
    return {name: field for name, field in parts.items() if field is not None}


def _found(request: TenantRequest, table: Table) -> Rows:
    """Days of the page are both included."""
    parts = _parts(table)
    asked: dict[str, object] = {}
    if table.person:
        asked[str(table.person.stored)] = asked_id(request, "person")
    if table.choice:
        asked[str(table.choice.stored)] = asked_choice(request, "choice", table.choice.choices)
    if "day" in parts:
        asked[f"{parts['day'].stored}__gte"] = asked_day(request, "from")
        asked[f"{parts['day'].stored}__lte"] = asked_day(request, "to")
    conditions = {lookup: value for lookup, value in asked.items() if value}
    rows = record_rows(table.kind, request.actor, request.today, conditions)
    if search := asked_text(request):
        like = Q(name__icontains=search) | Q(external_id=search)
        like |= Q(customer__name__icontains=search) if table.customer else Q()
        rows = rows.filter(like)
    return rows


def _sums(kind: Kind, rows: Rows) -> Mapping[str, Any] | None:
    """What priced records come to, and how many are not priced."""
    if not has_column(kind.table, BASE):
        return None
    not_priced = Q(amount_minor__isnull=False, base_minor__isnull=True)
    return rows.order_by().aggregate(priced=Sum(BASE), not_priced=Count("id", filter=not_priced))


def _cells(table: Table, row: Row) -> dict[str, Any]:
    """What a row of the list shows: texts, but for the day."""
    parts = _parts(table)
    cells = {name: _text(field, row) for name, field in parts.items()}
    is_priced = not has_column(table.kind.table, BASE) or row["amount_minor"] is None or row[BASE] is not None
    return {"id": row["id"], "name": row["name"], "is_priced": is_priced, **cells}


def _text(field: Field, row: Row) -> str:
    """A value as people read it; a dash where there is none."""
    value = row[f"{_prefix(field)}__name" if isinstance(field, Ref) else str(field.stored)]
    if value is None or value == "":
        return "—"
    match field:
        case Money():
            return money(value, row[field.currency])
        case Score():
            return number(Decimal(value) / 100)
        case Choice():
            return _choice(value)
        case Date():
            return day(value)
        case Moment():
            return moment(value)
        case Flag():
            return gettext("Yes") if value else gettext("No")
        case Whole():
            return number(value)
    return str(value)


def _choice(value: str) -> str:
    return str(CHOICES.get(value, value))


@dataclass(frozen=True)
class Fact:
    label: str
    text: str
    link: str = ""


def _facts(request: TenantRequest, kind: Kind, row: Row) -> list[Fact]:
    """Everything told of a record but its id and its name."""
    said = {"external_id", "name", "currency", "updated_at", "first_deal", "is_shared"}
    return [
        Fact(label_of(field.name), _text(field, row), _link(request, field, row))
        for field in fields_of(kind)
        if field.name not in said
    ]


def _link(request: TenantRequest, field: Field, row: Row) -> str:
    """To what a reference means, as far as it has a page."""
    if not isinstance(field, Ref) or row[str(field.stored)] is None:
        return ""
    slug, record_id = request.organisation.slug, row[str(field.stored)]
    if field.kind in SHOWN:
        return reverse("record", args=[slug, field.kind, record_id])
    return reverse("deal", args=[slug, record_id]) if field.kind == "deals" else ""


def _columns(kind: Kind) -> list[Column[Row]]:
    told_of = [field for field in fields_of(kind) if field.name not in ("first_deal", "updated_at")]
    return [*(_column(field) for field in told_of), Column(label_of("source"), lambda row: row["source"])]


def _column(field: Field) -> Column[Row]:
    stored = str(field.stored)
    cell: CellKind = "text"
    value: Callable[[Row], Any] = lambda row: row[stored]  # noqa: E731
    match field:
        case Money():
            beside = field.currency
            cell = "money"
            value = lambda row: None if row[stored] is None else from_minor(row[stored], row[beside])  # noqa: E731
        case Date():
            cell = "day"
        case Score():
            cell = "number"
            value = lambda row: None if row[stored] is None else Decimal(row[stored]) / 100  # noqa: E731
        case Whole():
            cell = "number"
        case Ref() | Choice() | Moment() | Flag():
            value = lambda row: _text(field, row) if row[stored] is not None else None  # noqa: E731
    return Column(label_of(field.name), value, cell)
