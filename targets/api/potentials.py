from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from django.core.files.uploadedfile import UploadedFile
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from salestargets.api.inputs import DATE, ID, Field, decimal, object_schema, read_body, text
from salestargets.api.operations import RawBody, operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.views import TenantView
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import from_minor, to_minor
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from targets.api.rows import NAMED_HOLDER
from targets.selectors.potentials import get_potential, visible_potentials
from targets.services.potential_files import PotentialDiff, PotentialLine, apply_potentials, read_potentials
from targets.services.potentials import change_potential, note_potential, remove_potential

WHOSE = Field("holder", NAMED_HOLDER, "unit:<id> or person:<id>.")
AMOUNT = Field("amount", decimal(max_digits=20, decimal_places=4), "What it could bring in a year.")
STARTS_ON = Field("starts_on", DATE, "From this day on.")
SOURCE = Field("source", text(200, min_length=0), "Where the estimate is from.").otherwise("")
NEW_SOURCE = Field("source", text(200, min_length=0)).optional()
SEEN = Field("seen", text(10_000_000), "What a preview answered: applies it, without the file.").optional()
_COLUMNS = ("amount", "starts_on", "source", "version")


class PotentialRow(TypedDict):
    """What a unit or a person could bring in a year, in the organisation's currency."""

    id: int
    holder: str
    name: str
    amount: Decimal
    currency: str
    starts_on: date
    source: str
    version: int


class PotentialLineRow(TypedDict):
    """`row` as the spreadsheet counts. Null before: none was noted for that day."""

    row: int
    holder: str
    name: str
    starts_on: date
    before: Decimal | None
    after: Decimal
    change: Decimal
    source_before: str
    source: str


class PotentialDiffRow(TypedDict):
    """What a file changes. Send `seen` to apply just that; nothing is written before."""

    is_applied: bool
    seen: str
    unchanged: int
    lines: list[PotentialLineRow]


def _upload_schema() -> Mapping[str, Any]:
    schema = object_schema((SEEN,))
    file = {"type": "string", "format": "binary", "description": "XLSX or CSV, as the page exports it."}
    return {**schema, "properties": {"file": file, **schema["properties"]}}


class Potentials(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[PotentialRow])
    def get(self, request: Request) -> Page[PotentialRow]:
        """What the units and people you see could bring in a year, as it was estimated."""
        rows = visible_potentials(self.actor, self.today).values("id", "unit", "person", "name", *_COLUMNS)
        return self.page(rows, key=Key(id=ID), row=self._row)

    @operation(
        Scope.TARGETS_WRITE,
        body=(WHOSE, AMOUNT, STARTS_ON, SOURCE),
        answers=PotentialRow,
        status=201,
        versioned=True,
    )
    def post(self, request: Request) -> PotentialRow:
        """Note an estimate. One for the same holder and day is replaced."""
        noted = note_potential(
            self.actor,
            holder=self.body[WHOSE],
            amount=_stored(self),
            starts_on=self.body[STARTS_ON],
            source=self.body[SOURCE],
            expected_version=self.version,
            at=self.at,
        )
        return _one(self, noted.pk)

    def _row(self, row: Mapping[str, Any]) -> PotentialRow:
        return _told(row, self.actor)


class OnePotential(TenantView):
    @operation(Scope.READ, answers=PotentialRow)
    def get(self, request: Request, potential_id: int) -> PotentialRow:
        """One estimate."""
        return _one(self, potential_id)

    @operation(Scope.TARGETS_WRITE, body=(AMOUNT, NEW_SOURCE), answers=PotentialRow, versioned=True)
    def patch(self, request: Request, potential_id: int) -> PotentialRow:
        """Another amount or source for the same holder and day."""
        found, source = get_potential(self.actor, potential_id, self.today), self.body[NEW_SOURCE]
        change_potential(
            self.actor,
            potential=found,
            amount=_stored(self),
            source=found.source if source is None else source,
            expected_version=self.version,
            at=self.at,
        )
        return _one(self, potential_id)

    @operation(Scope.TARGETS_WRITE, status=204, versioned=True)
    def delete(self, request: Request, potential_id: int) -> None:
        """Remove an estimate: the one before it is in force again."""
        found = get_potential(self.actor, potential_id, self.today)
        remove_potential(self.actor, potential=found, expected_version=self.version)


class PotentialImport(TenantView):
    parser_classes = [MultiPartParser]

    @operation(
        Scope.TARGETS_WRITE,
        body=RawBody(_upload_schema(), "multipart/form-data"),
        answers=PotentialDiffRow,
    )
    def post(self, request: Request) -> PotentialDiffRow:
        """Potentials from a file: send the file to see what it changes, then `seen` to apply just that."""
        sent = dict(request.data.items()) if isinstance(request.data, dict) else {}
        file = sent.pop("file", None)
        if seen := read_body(sent, (SEEN,))[SEEN]:
            apply_potentials(self.actor, seen=seen, at=self.at)
            return {"is_applied": True, "seen": seen, "unchanged": 0, "lines": []}
        if not isinstance(file, UploadedFile):
            raise DomainError(N_("Send a file."), code="required", field="file")
        found = read_potentials(self.actor, content=file, at=self.at)
        return _diff_row(found, self.actor.organisation.currency)


def _diff_row(found: PotentialDiff, currency: str) -> PotentialDiffRow:
    return {
        "is_applied": False,
        "seen": found.seen,
        "unchanged": found.unchanged,
        "lines": [_line_row(line, currency) for line in found.lines],
    }


def _line_row(line: PotentialLine, currency: str) -> PotentialLineRow:
    return {
        "row": line.row,
        "holder": str(line.holder),
        "name": line.name,
        "starts_on": line.starts_on,
        "before": None if line.before is None else from_minor(line.before, currency),
        "after": from_minor(line.after, currency),
        "change": from_minor(line.change, currency),
        "source_before": line.source_before,
        "source": line.source,
    }


def _stored(view: TenantView) -> int:
    return to_minor(view.body[AMOUNT], view.actor.organisation.currency)


def _one(view: TenantView, potential_id: int) -> PotentialRow:
    found = get_potential(view.actor, potential_id, view.today)
    row = {name: getattr(found, name) for name in _COLUMNS}
    whose = {"unit": found.unit_id, "person": found.person_id, "name": str(found.unit or found.person)}
    return _told({"id": found.pk, **whose, **row}, view.actor)


def _told(row: Mapping[str, Any], actor: Actor) -> PotentialRow:
    currency, kind = actor.organisation.currency, "unit" if row["unit"] else "person"
    return {
        "id": row["id"],
        "holder": f"{kind}:{row[kind]}",
        "name": row["name"],
        "amount": from_minor(row["amount"], currency),
        "currency": currency,
        "starts_on": row["starts_on"],
        "source": row["source"],
        "version": row["version"],
    }
