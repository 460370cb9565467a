"""Which column of a file is which field: guessed, changed by hand, tried on the first rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from pipeline.labels import CHOICES, HELP, kind_label, label_of, labelled
from pipeline.models import ImportRun
from pipeline.selectors import get_run, saved_mappings
from pipeline.services.imports import PreviewRow, choose_mapping, preview, saved_mapping, start_import
from pipeline.services.mappings import fields_of, named_mapping, presets, save_mapping
from pipeline.services.roster import ROSTER
from salestargets.ingest.fields import Choice, Field
from salestargets.ingest.mapping import ANYTHING_ELSE, FileMapping, read_mapping
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.tenancy.choices import Scope
from salestargets.web.requests import TenantRequest, page

PREVIEW_ROWS = 8
SAMPLE_CHARACTERS = 24
MOST_MEANINGS = 40
#: Dates that many systems fill in for every deal, and that count for some only.
CONDITIONS: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "deals": {"closed_on": {"status": ("won", "lost")}}
}


@dataclass(frozen=True)
class Meaning:
    """A value of the file and what it means; `*` is every other one."""

    text: str
    meant: str

    @property
    def is_rest(self) -> bool:
        return self.text == ANYTHING_ELSE


@dataclass(frozen=True)
class FieldRow:
    """A field as the form shows it."""

    name: str
    label: str
    help: str
    is_needed: bool
    #: The columns that are asked in turn; the first may be none.
    columns: Sequence[str]
    constant: str
    choices: Sequence[tuple[str, str]]
    meanings: Sequence[Meaning]
    has_condition: bool
    is_conditional: bool
    errors: list[str] = field(default_factory=list)

    @property
    def is_used(self) -> bool:
        return bool(self.constant or any(self.columns))


@page(Scope.RECORDS_WRITE)
def import_columns(request: TenantRequest, run_id: int) -> HttpResponse:
    run = get_run(request.actor, run_id)
    if request.method == "POST":
        return _take(request, run)
    return _show(request, run, _asked_mapping(request, run))


@require_POST
@page(Scope.RECORDS_WRITE)
def import_preview(request: TenantRequest, run_id: int) -> HttpResponse:
    """The first rows as the form on the screen would read them; nothing is kept."""
    run = get_run(request.actor, run_id)
    try:
        run.mapping = _sent_mapping(request.POST, run).as_json()
    except DomainError as error:
        shown: dict[str, Any] = {"preview_error": error.render(gettext)}
    else:
        shown = _preview(request, run)
    return render(request, "pipeline/imports/columns.html#preview", shown)


def _asked_mapping(request: TenantRequest, run: ImportRun) -> FileMapping:
    name = request.GET.get("use", "")
    if not name:
        return saved_mapping(run)
    try:
        return named_mapping(name, kind=run.kind, header=run.columns)
    except DomainError:
        raise NotFound("There is no mapping of this name.", code="not_found") from None


def _take(request: TenantRequest, run: ImportRun) -> HttpResponse:
    """Keep the mapping and try the file out. Sent twice, the second finds it under way."""
    mapping = saved_mapping(run)
    try:
        mapping = _sent_mapping(request.POST, run)
        choose_mapping(request.actor, run=run, mapping=mapping)
        if name := request.POST.get("save_as", "").strip():
            save_mapping(request.actor, name=name, kind=run.kind, mapping=mapping)
        start_import(request.actor, run=run, dry_run=True, at=request.now)
    except DomainError as error:
        if error.code != "started":
            return _show(request, run, mapping, error)
    return redirect("import_run", request.organisation.slug, run.pk)


def _show(
    request: TenantRequest, run: ImportRun, mapping: FileMapping, error: DomainError | None = None
) -> HttpResponse:
    run.mapping = mapping.as_json()
    rows = field_rows(run, mapping)
    text = error.render(gettext) if error else ""
    at_fault = [row for row in rows if error and error.field == f"mapping.columns.{row.name}"]
    for row in at_fault:
        row.errors.append(text)
    shown = {
        "run": run,
        "kind": kind_label(run.kind),
        "rows": rows,
        "columns": [(name, _example(run, place)) for place, name in enumerate(run.columns)],
        "mapping": mapping,
        "made_first": [(kind_label(kind), len(records)) for kind, records in mapping.records.items()],
        "saved": _offered(request, run),
        "used": request.GET.get("use", ""),
        "error": "" if at_fault else text,
        **_preview(request, run),
    }
    return render(request, "pipeline/imports/columns.html", shown, status=422 if error else 200)


def _preview(request: TenantRequest, run: ImportRun) -> dict[str, Any]:
    try:
        rows = preview(request.actor, run=run, at=request.now)[:PREVIEW_ROWS]
    except DomainError as error:
        return {"preview_error": error.render(gettext)}
    names = [name for name in fields_of(run.kind) if rows and name in rows[0].record]
    return {
        "preview_heads": [label_of(name) for name in names],
        "preview_rows": [_cells(row, names) for row in rows],
    }


def _cells(row: PreviewRow, names: Sequence[str]) -> list[tuple[str | None, str]]:
    """(value, what is wrong with it); what is wrong with no column stands in the first."""
    wrong = {name: " ".join(texts) for name, texts in row.errors.items()}
    rest = " ".join(labelled(name, text) for name, text in wrong.items() if name not in names)
    texts = [wrong.get(name, "") for name in names]
    texts[:1] = [f"{texts[0]} {rest}".strip()] if texts else []
    return [(row.record[name], text) for name, text in zip(names, texts, strict=True)]


def _offered(request: TenantRequest, run: ImportRun) -> list[tuple[str, str]]:
    own = [(saved.name, saved.name) for saved in saved_mappings(request.actor, run.kind)]
    shipped = [(one.name, one.label) for one in presets() if one.kind == run.kind]
    return [*own, *shipped]


def _example(run: ImportRun, place: int) -> str:
    """The first value of a column, as far as it helps to know it."""
    values = (row[place] for row in run.sample if place < len(row) and row[place])
    return next(values, "")[:SAMPLE_CHARACTERS]


def field_rows(run: ImportRun, mapping: FileMapping) -> list[FieldRow]:
    return [_field_row(run, mapping, name, field) for name, field in fields_of(run.kind).items()]


def _field_row(run: ImportRun, mapping: FileMapping, name: str, field: Field) -> FieldRow:
    columns = mapping.columns.get(name, ())
    condition = CONDITIONS.get(run.kind, {}).get(name)
    return FieldRow(
        name=name,
        label=label_of(name),
        help=str(HELP.get(name, "")),
        is_needed=field.required and run.kind != ROSTER,  # people without an id are known by their names
        columns=columns or ("",),
        constant=mapping.constants.get(name, ""),
        choices=[(value, str(CHOICES.get(value, value))) for value in field.choices]
        if isinstance(field, Choice)
        else (),
        meanings=_meanings(run, mapping, name, field),
        has_condition=condition is not None,
        is_conditional=name in mapping.when,
    )


def _meanings(run: ImportRun, mapping: FileMapping, name: str, field: Field) -> list[Meaning]:
    """What is agreed on, then what else stands in the sample of a field that takes certain words only."""
    agreed = dict(mapping.values.get(name, {}))
    if isinstance(field, Choice):
        rest = agreed.pop(ANYTHING_ELSE, "")
        for text in _found(run, mapping.columns.get(name, ()))[:MOST_MEANINGS]:
            meant = field.meant(text)
            agreed.setdefault(text, meant if meant in field.choices else "")
        agreed[ANYTHING_ELSE] = rest
    return [Meaning(text, meant) for text, meant in agreed.items()]


def _found(run: ImportRun, columns: Sequence[str]) -> list[str]:
    places = [run.columns.index(column) for column in columns if column in run.columns]
    texts = (row[place] for row in run.sample for place in places if place < len(row))
    return list(dict.fromkeys(text for text in texts if text))


def _sent_mapping(sent: QueryDict, run: ImportRun) -> FileMapping:
    """The mapping of the form. What it has no place for stays as it was: records that are made first."""
    before = saved_mapping(run)
    fields = fields_of(run.kind)
    data = {
        "columns": _filled({name: _texts(sent, f"column.{name}") for name in fields}),
        "constants": _filled({name: sent.get(f"constant.{name}", "").strip() for name in fields}),
        "values": _filled({name: _sent_meanings(sent, name) for name in fields}),
        "when": {name: rule for name, rule in _conditions(run, before) if sent.get(f"when.{name}")},
        "date_order": sent.get("date_order", "ymd"),
        "decimal_mark": sent.get("decimal_mark", "."),
        "records": before.as_json().get("records", {}),
    }
    return read_mapping(data, fields=fields)


def _conditions(run: ImportRun, before: FileMapping) -> list[tuple[str, Any]]:
    offered = {**CONDITIONS.get(run.kind, {}), **before.when}
    return [(name, {other: list(values) for other, values in rule.items()}) for name, rule in offered.items()]


def _sent_meanings(sent: QueryDict, name: str) -> dict[str, str]:
    pairs = zip(sent.getlist(f"from.{name}"), sent.getlist(f"to.{name}"), strict=False)
    return {text: meant for text, meant in pairs if text and meant}


def _texts(sent: QueryDict, name: str) -> list[str]:
    return list(dict.fromkeys(text for text in sent.getlist(name) if text))


def _filled(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part}
