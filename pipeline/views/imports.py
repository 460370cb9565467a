"""Files on their way in: the list, a new one, how one stands, and taking it back."""

from typing import Any

from django import forms
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from pipeline.choices import ImportState
from pipeline.labels import is_stranger, kind_label, labelled, remark_of
from pipeline.models import ImportRejection, ImportRun
from pipeline.selectors import get_run, import_runs, left_rows, rejections_of, state_of
from pipeline.services.imports import discard_import, start_import
from pipeline.services.imports import receive_file as receive
from pipeline.services.mappings import importable_kinds
from pipeline.services.undo import undo_import
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import page_of
from salestargets.web.dialogs import Dialog, ReasonForm, answer, sent
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.fields import TextField
from salestargets.web.requests import TenantRequest, page

WORKING = {ImportState.QUEUED, ImportState.RUNNING, ImportState.UNDOING}
#: The order in which a new organisation needs them.
KINDS_FIRST = ("roster", "deals", "customers", "leads", "activities", "products", "stages", "channels")
SHOWN_REJECTIONS = SHOWN_LEFT = 20


@require_GET
@page(Scope.RECORDS_WRITE)
def imports(request: TenantRequest) -> HttpResponse:
    runs = page_of(request, import_runs(request.actor).select_related("created_by"))
    rows = [(run, _state(run), kind_label(run.kind)) for run in runs]
    shown = {"runs": runs, "rows": rows, "is_working": any(state in WORKING for _, state, _ in rows)}
    template = "pipeline/imports/imports.html"
    return render(request, f"{template}#rows" if request.htmx else template, shown)


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is in the file?"))
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx", "class": "drop"}),
        help_text=_("CSV or XLSX, with a header row. Choose it, or drop it here."),
    )
    source = TextField(
        label=_("Where is it from?"),
        max_length=50,
        help_text=_("The name of the system. Records of one source find each other by their ids."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = importable_kinds()
        kinds = [*KINDS_FIRST, *(kind for kind in known if kind not in KINDS_FIRST)]
        self.fields["kind"].choices = [(kind, kind_label(kind)) for kind in kinds]  # type: ignore[attr-defined]


@page(Scope.RECORDS_WRITE)
def import_new(request: TenantRequest) -> HttpResponse:
    last = import_runs(request.actor).values_list("source", flat=True).first()
    initial = {"kind": request.GET.get("kind", "deals"), "source": last or "crm"}
    form = UploadForm(sent(request), request.FILES or None, initial=initial)
    dialog = Dialog(
        title=_("Import a file"),
        submit=_("Read the file"),
        note=_("Nothing is changed yet: next you say which column is what, and try it out."),
        back=reverse("imports", args=[request.organisation.slug]),
    )

    def take(data: dict[str, Any]) -> str:
        file = data["file"]
        run = receive(
            request.actor,
            kind=data["kind"],
            source=data["source"],
            file_name=file.name,
            content=file,
            at=request.now,
        )
        return reverse("import_columns", args=[request.organisation.slug, run.pk])

    return answer(request, form, take, dialog)


@require_GET
@page(Scope.RECORDS_WRITE)
def import_run(request: TenantRequest, run_id: int) -> HttpResponse:
    run = get_run(request.actor, run_id)
    state = _state(run)
    if state == ImportState.MAPPING:
        return redirect("import_columns", request.organisation.slug, run.pk)
    template = "pipeline/imports/run.html"
    affects = run.affects if request.actor.may(Scope.ADMIN) else []  # a plan may be a draft that few know of
    shown = {**_standing(run, state), "affects": affects}
    return render(request, f"{template}#live" if request.htmx else template, shown)


def _standing(run: ImportRun, state: ImportState) -> dict[str, Any]:
    is_working = state in WORKING
    shown = {
        "run": run,
        "kind": kind_label(run.kind),
        "state": state,
        "is_working": is_working,
        "done": run.job.done if run.job and state == ImportState.UNDOING else run.rows_done,
        "total": run.job.total if run.job and state == ImportState.UNDOING else run.rows_total,
        "has_strangers": any(count for name, count in run.remarks.items() if is_stranger(name)),
        "remarks": [(remark_of(name), count) for name, count in sorted(run.remarks.items()) if count],
        "may_apply": state == ImportState.CHECKED,
        "may_undo": not run.is_dry_run and state in (ImportState.DONE, ImportState.FAILED),
        "may_change": state in (ImportState.CHECKED, ImportState.FAILED) and run.is_dry_run,
    }
    if is_working:
        return shown
    rejections = rejections_of(run)[:SHOWN_REJECTIONS]
    left = left_rows(run).values("kind", "record_id", "left", "name")[:SHOWN_LEFT]
    return {
        **shown,
        "rejections": [(one, reasons(one)) for one in rejections],
        "left": [(kind_label(one["kind"]), one) for one in left],
    }


def _state(run: ImportRun) -> ImportState:
    return state_of(run.state, run.job and run.job.state)


def reasons(rejection: ImportRejection) -> str:
    """Such as “Closed on: A won or lost deal needs the day it closed.”"""
    return " ".join(labelled(name, " ".join(texts)) for name, texts in rejection.errors.items())


@require_GET
@page(Scope.RECORDS_WRITE)
def import_rejected(request: TenantRequest, run_id: int) -> FileResponse:
    """The rows that did not land, as they were, with the reason beside them."""
    run = get_run(request.actor, run_id)
    columns: list[Column[ImportRejection]] = [
        Column(_("Row"), lambda one: one.row, "number"),
        Column(_("Reason"), reasons),
        *(Column(name, _cell(place)) for place, name in enumerate(run.columns)),
    ]
    name = f"{run.file_name.rpartition('.')[0] or run.file_name}-rejected"
    return export(
        rejections_of(run).iterator(chunk_size=2000),
        columns=columns,
        name=name,
        file_format=wanted_format(request) or "csv",
    )


def _cell(place: int) -> Any:
    return lambda one: one.values[place] if place < len(one.values) else None


@page(Scope.RECORDS_WRITE)
def import_apply(request: TenantRequest, run_id: int) -> HttpResponse:
    run = get_run(request.actor, run_id)
    dialog = Dialog(
        title=_("Import for good?"),
        submit=_("Import"),
        note=gettext("The rows of {file} become records. The whole import can be undone afterwards.").format(
            file=run.file_name
        ),
        back=_address(request, run),
    )

    def start(_data: dict[str, Any]) -> None:
        start_import(request.actor, run=run, dry_run=False, at=request.now)

    return answer(request, forms.Form(sent(request)), start, dialog)


@page(Scope.RECORDS_WRITE)
def import_undo(request: TenantRequest, run_id: int) -> HttpResponse:
    run = get_run(request.actor, run_id)
    dialog = Dialog(
        title=_("Undo this import?"),
        submit=_("Undo it"),
        note=_(
            "What it made goes away, what it changed is as it was before. "
            "Records that were changed since, or that others refer to, stay; you will see which."
        ),
        back=_address(request, run),
        is_danger=True,
    )

    def undo(_data: dict[str, Any]) -> None:
        undo_import(request.actor, run=run, at=request.now)

    return answer(request, ReasonForm(sent(request)), undo, dialog)


@page(Scope.RECORDS_WRITE)
def import_discard(request: TenantRequest, run_id: int) -> HttpResponse:
    run = get_run(request.actor, run_id)
    dialog = Dialog(
        title=_("Forget this file?"),
        submit=_("Forget it"),
        done=_("The file was forgotten."),
        note=_("Nothing was imported from it, so nothing changes."),
        back=reverse("imports", args=[request.organisation.slug]),
        is_danger=True,
    )

    def discard(_data: dict[str, Any]) -> None:
        discard_import(request.actor, run=run)

    return answer(request, forms.Form(sent(request)), discard, dialog)


def _address(request: TenantRequest, run: ImportRun) -> str:
    return reverse("import_run", args=[request.organisation.slug, run.pk])
