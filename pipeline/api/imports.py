from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypedDict

from django.core.files.uploadedfile import UploadedFile
from django.db.models import TextChoices
from django.http import FileResponse
from django.utils.translation import gettext
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from pipeline.exports import rejected_rows
from pipeline.selectors import get_import_row, get_run, import_rows, left_rows, mapping_rows, state_of
from pipeline.services.imports import import_file, preview, start_import
from pipeline.services.mappings import importable_kinds
from pipeline.services.undo import undo_import
from salestargets.api.inputs import BOOLEAN, ID, MOMENT, Field, Reader, choice, object_schema, read_body, text
from salestargets.api.operations import FileAnswer, RawBody, operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import ImpactRow
from salestargets.api.views import TenantView
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope


class FileFormat(TextChoices):
    CSV = "csv"
    XLSX = "xlsx"


def _read_kind(value: object) -> str:
    if isinstance(value, str) and value in importable_kinds():
        return value
    raise DomainError(N_("There is no such kind of record."), code="unknown_choice")


KIND_NAME: Reader[str] = Reader(_read_kind, {"type": "string", "enum": list(importable_kinds())})
KIND = Field("kind", KIND_NAME, "What the rows are; a roster is people with their units.")
SOURCE = Field("source", text(50), "The system they are from; guessed for known exports.").otherwise("")
MAPPING = Field(
    "mapping", text(200_000, multiline=True), "The name of a mapping, or one as JSON; else guessed."
).otherwise("")
SAVE_AS = Field("save_as", text(100), "Keep the mapping under this name.").otherwise("")
DRY_RUN = Field("dry_run", BOOLEAN, "Count what would happen, and change nothing.").otherwise(False)
FORM: tuple[Field[Any], ...] = (KIND, SOURCE, MAPPING, SAVE_AS, DRY_RUN)
OF_KIND = Field("kind", KIND_NAME).optional()
FILE = FileAnswer(("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))
FORMAT = Field("format", choice(FileFormat)).otherwise(FileFormat.CSV)


def _upload_schema() -> Mapping[str, Any]:
    schema = object_schema(FORM)
    file = {"type": "string", "format": "binary", "description": "CSV in UTF-8 or GB18030, or XLSX."}
    return {
        **schema,
        "properties": {"file": file, **schema["properties"]},
        "required": ["file", *schema["required"]],
    }


class ImportRow(TypedDict):
    """A file on its way in. `remarks` counts what landed though something is missing.

    `affects`, of one that was tried, is what it would mean for plans and their numbers: for administrators.
    """

    id: int
    kind: str
    source: str
    file_name: str
    state: str
    is_dry_run: bool
    columns: list[str]
    mapping: dict[str, Any]
    rows_total: int
    rows_done: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    remarks: dict[str, int]
    affects: list[ImpactRow]
    error: str
    created_at: datetime
    finished_at: datetime | None


class PreviewedRow(TypedDict):
    record: dict[str, str | None]
    errors: dict[str, list[str]]


class Preview(TypedDict):
    results: list[PreviewedRow]


class LeftRow(TypedDict):
    """A record that undoing left as it is: changed since, gone, or in_use."""

    id: int
    kind: str
    record_id: int
    left: str


class MappingRow(TypedDict):
    id: int
    name: str
    kind: str
    mapping: dict[str, Any]


class Imports(TenantView):
    parser_classes = [MultiPartParser]

    @operation(Scope.RECORDS_WRITE, query=(OF_KIND, *PAGE), answers=Page[ImportRow])
    def get(self, request: Request) -> Page[ImportRow]:
        """Files that were imported or tried, the newest first."""
        rows = import_rows(self.actor)
        if kind := self.query[OF_KIND]:
            rows = rows.filter(kind=kind)
        return self.page(
            rows, key=Key(created_at=MOMENT, id=ID), row=partial(_row, self.actor), descending=True
        )

    @operation(
        Scope.RECORDS_WRITE,
        body=RawBody(_upload_schema(), "multipart/form-data"),
        answers=ImportRow,
        status=202,
    )
    def post(self, request: Request) -> ImportRow:
        """Send a file of records. It is worked off in the background: ask for it by its id."""
        sent = dict(request.data.items()) if isinstance(request.data, dict) else {}
        file = sent.pop("file", None)
        if not isinstance(file, UploadedFile):
            raise DomainError(N_("Send a file."), code="required", field="file")
        form = read_body(sent, FORM)
        run = import_file(
            self.actor,
            kind=form[KIND],
            source=form[SOURCE],
            file_name=file.name or "file",
            content=file,
            mapping=form[MAPPING],
            save_as=form[SAVE_AS],
            dry_run=form[DRY_RUN],
            at=self.at,
        )
        return _row(self.actor, get_import_row(self.actor, run.pk))


class OneImport(TenantView):
    @operation(Scope.RECORDS_WRITE, answers=ImportRow)
    def get(self, request: Request, import_id: int) -> ImportRow:
        """How far an import is, and what it did."""
        return _row(self.actor, get_import_row(self.actor, import_id))


class StartImport(TenantView):
    @operation(Scope.RECORDS_WRITE, body=(DRY_RUN,), answers=ImportRow, status=202)
    def post(self, request: Request, import_id: int) -> ImportRow:
        """Apply an import that was only tried, or try again one that failed."""
        run = get_run(self.actor, import_id)
        start_import(self.actor, run=run, dry_run=self.body[DRY_RUN], at=self.at)
        return _row(self.actor, get_import_row(self.actor, import_id))


class ImportPreview(TenantView):
    @operation(Scope.RECORDS_WRITE, answers=Preview)
    def get(self, request: Request, import_id: int) -> Preview:
        """The first rows as they are read by the mapping."""
        rows = preview(self.actor, run=get_run(self.actor, import_id), at=self.at)
        return {
            "results": [
                {
                    "record": dict(row.record),
                    "errors": {name: list(texts) for name, texts in row.errors.items()},
                }
                for row in rows
            ]
        }


class RejectedRows(TenantView):
    @operation(Scope.RECORDS_WRITE, query=(FORMAT,), answers=FILE)
    def get(self, request: Request, import_id: int) -> FileResponse:
        """The rows that did not land, as a file with the reason in a column."""
        run = get_run(self.actor, import_id)
        return rejected_rows(run, "xlsx" if self.query[FORMAT] == FileFormat.XLSX else "csv")


class UndoImport(TenantView):
    @operation(Scope.RECORDS_WRITE, answers=ImportRow, status=202)
    def post(self, request: Request, import_id: int) -> ImportRow:
        """Take back what an import did, except where records were changed since."""
        undo_import(self.actor, run=get_run(self.actor, import_id), at=self.at)
        return _row(self.actor, get_import_row(self.actor, import_id))


class LeftByUndo(TenantView):
    @operation(Scope.RECORDS_WRITE, query=PAGE, answers=Page[LeftRow])
    def get(self, request: Request, import_id: int) -> Page[LeftRow]:
        """Records that undoing left as they are, and why."""
        rows = left_rows(get_run(self.actor, import_id))
        return self.page(rows, key=Key(id=ID), row=_left)


class Mappings(TenantView):
    @operation(Scope.RECORDS_WRITE, query=(OF_KIND, *PAGE), answers=Page[MappingRow])
    def get(self, request: Request) -> Page[MappingRow]:
        """The mappings that were saved."""
        rows = mapping_rows(self.actor, kind=self.query[OF_KIND])
        return self.page(rows, key=Key(id=ID), row=_mapping)


def _row(actor: Actor, row: Mapping[str, Any]) -> ImportRow:
    """A plan may be a draft that few know of."""
    affects = row["affects"] if actor.may(Scope.ADMIN) else []
    told = {name: value for name, value in row.items() if not name.startswith("job__")}
    state = state_of(row["state"], row["job__state"])
    error = row["error"] or (gettext("Something went wrong. It has been noted.") if row["job__error"] else "")
    return {**told, "affects": affects, "state": state.value, "error": error}  # type: ignore[typeddict-item]  # selected so


def _left(row: Mapping[str, Any]) -> LeftRow:
    return {**row}  # type: ignore[typeddict-item]  # selected with these names


def _mapping(row: Mapping[str, Any]) -> MappingRow:
    return {**row}  # type: ignore[typeddict-item]  # selected with these names
