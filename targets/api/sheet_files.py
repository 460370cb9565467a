from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypedDict

from django.core.files.uploadedfile import UploadedFile
from django.db.models import TextChoices
from django.http import FileResponse
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from salestargets.api.inputs import Field, Values, choice, object_schema, read_body, text
from salestargets.api.operations import FileAnswer, RawBody, operation
from salestargets.api.views import TenantView
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.choices import Scope
from salestargets.web.exports import Format
from targets.api.rows import EFFECTIVE_ON, GOAL, REASON, Amounts
from targets.exports import sheet_file
from targets.models import Goal
from targets.selectors.plans import get_goal
from targets.selectors.products import check_group
from targets.services.sheet_files import SheetDiff, SheetLine, apply_seen, read_sheet


class SheetFormat(TextChoices):
    XLSX = "xlsx"
    CSV = "csv"


FILE = FileAnswer(("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"))
FORMAT = Field("format", choice(SheetFormat)).otherwise(SheetFormat.XLSX)
GROUP = Field("group", text(100, min_length=0), "A product group; all together if left out.").otherwise("")
SEEN = Field("seen", text(10_000_000), "What a preview answered: applies it, without the file.").optional()
FORM: tuple[Field[Any], ...] = (GOAL, GROUP, SEEN, REASON, EFFECTIVE_ON)


def _upload_schema() -> Mapping[str, Any]:
    schema = object_schema(FORM)
    file = {"type": "string", "format": "binary", "description": "The exported file, edited: XLSX or CSV."}
    return {**schema, "properties": {"file": file, **schema["properties"]}}


class SheetLineRow(TypedDict):
    """`row` as the spreadsheet counts. Null before: there was no number; null months: in their shape."""

    row: int
    holder: str
    name: str
    before: Decimal | None
    after: Decimal | None
    change: Decimal | None
    months_before: list[Decimal | None]
    months_after: list[Decimal | None] | None


class SheetDiffRow(TypedDict):
    """What a file changes. Send `seen` to apply just that; nothing is written before."""

    is_applied: bool
    seen: str
    unchanged: int
    before: Decimal | None
    after: Decimal | None
    lines: list[SheetLineRow]


class TargetExport(TenantView):
    @operation(Scope.READ, query=(GOAL, GROUP, FORMAT), answers=FILE)
    def get(self, request: Request, plan_id: int) -> FileResponse:
        """The tree of a goal by month as a file that can be edited and sent back."""
        goal = get_goal(self.actor, self.query[GOAL], self.today, plan_id=plan_id)
        group = check_group(goal, self.query[GROUP])
        file_format: Format = "csv" if self.query[FORMAT] == SheetFormat.CSV else "xlsx"
        return sheet_file(self.actor, goal, group=group, on=self.today, file_format=file_format)


class SheetImport(TenantView):
    parser_classes = [MultiPartParser]

    @operation(
        Scope.TARGETS_WRITE,
        body=RawBody(_upload_schema(), "multipart/form-data"),
        answers=SheetDiffRow,
    )
    def post(self, request: Request, plan_id: int) -> SheetDiffRow:
        """Numbers from a file: send the file to see what it changes, then `seen` to apply just that."""
        sent = dict(request.data.items()) if isinstance(request.data, dict) else {}
        file = sent.pop("file", None)
        form = read_body(sent, FORM)
        goal = get_goal(self.actor, form[GOAL], self.today, plan_id=plan_id)
        if seen := form[SEEN]:
            return self._apply(goal, form, seen)
        if not isinstance(file, UploadedFile):
            raise DomainError(N_("Send a file."), code="required", field="file")
        found = read_sheet(self.actor, goal=goal, group=form[GROUP], content=file, at=self.at)
        return _diff_row(found, Amounts(goal, self.actor))

    def _apply(self, goal: Goal, form: Values, seen: str) -> SheetDiffRow:
        apply_seen(
            self.actor,
            goal=goal,
            seen=seen,
            reason=form[REASON],
            effective_on=form[EFFECTIVE_ON],
            at=self.at,
        )
        return {"is_applied": True, "seen": seen, "unchanged": 0, "before": None, "after": None, "lines": []}


def _diff_row(found: SheetDiff, amounts: Amounts) -> SheetDiffRow:
    return {
        "is_applied": False,
        "seen": found.seen,
        "unchanged": found.unchanged,
        "before": amounts(found.before),
        "after": amounts(found.after),
        "lines": [_line_row(line, amounts) for line in found.lines],
    }


def _line_row(line: SheetLine, amounts: Amounts) -> SheetLineRow:
    return {
        "row": line.row,
        "holder": str(line.node),
        "name": line.name,
        "before": amounts(line.before),
        "after": amounts(line.after),
        "change": amounts(line.change),
        "months_before": [amounts(month) for month in line.months_before],
        "months_after": None if line.months_after is None else list(map(amounts, line.months_after)),
    }
