from collections.abc import Mapping
from typing import Any, TypedDict

from rest_framework.request import Request

from pipeline.services.records import Taken, take_records
from salestargets.api.inputs import BOOLEAN, Field, object_schema, read_body, text
from salestargets.api.operations import RawBody, operation
from salestargets.api.problems import TooLarge
from salestargets.api.rows import ImpactRow, impact_rows
from salestargets.api.views import TenantView
from salestargets.ingest.kinds import Kind, get_kind
from salestargets.ingest.upsert import Rejection
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.choices import Scope

MOST_RECORDS = 10_000
SOURCE = Field("source", text(50), "The system that the records are from.")
ATOMIC = Field("atomic", BOOLEAN, "All records or none.").otherwise(False)
DRY_RUN = Field("dry_run", BOOLEAN, "Tell what would happen, and change nothing.").otherwise(False)


class RejectedRecord(TypedDict):
    """`index` counts from 0 in the order sent."""

    index: int
    external_id: str | None
    errors: dict[str, list[str]]


class BulkResult(TypedDict):
    """`remarks` counts what landed though something is missing, as in without_customer.

    `affects` is what units, people and assignments mean for plans and their numbers: for administrators.
    """

    created: int
    updated: int
    unchanged: int
    rejected: list[RejectedRecord]
    remarks: dict[str, int]
    affects: list[ImpactRow]


def bulk_view(name: str) -> type[TenantView]:
    """The endpoint that takes records of a kind, described by the kind."""
    kind = get_kind(name)

    class Bulk(TenantView):
        @operation(
            Scope.RECORDS_WRITE, query=(ATOMIC, DRY_RUN), body=RawBody(_schema(kind)), answers=BulkResult
        )
        def post(self, request: Request) -> BulkResult:
            """Make or change records, known by their source and external id. Sent twice is done once."""
            source, records = _read(request.data)
            taken = take_records(
                kind.name,
                source=source,
                rows=records,
                actor=self.actor,
                at=self.at,
                atomic=self.query[ATOMIC],
                dry_run=self.query[DRY_RUN],
            )
            if self.query[ATOMIC] and taken.outcome.rejected:
                raise _all_refused(taken.outcome.rejected)
            return _result(taken)

    return Bulk


def _schema(kind: Kind) -> Mapping[str, Any]:
    records = {"type": "array", "maxItems": MOST_RECORDS, "items": kind.schema()}
    envelope = object_schema((SOURCE,))
    return {
        **envelope,
        "properties": {**envelope["properties"], "records": records},
        "required": ["source", "records"],
    }


def _read(body: object) -> tuple[str, list[object]]:
    """The envelope; what is in it is the service's to read."""
    if not isinstance(body, dict):
        raise DomainError(N_("Send a JSON object."), code="not_an_object")
    envelope = read_body({name: part for name, part in body.items() if name != "records"}, (SOURCE,))
    records = body.get("records")
    if not isinstance(records, list):
        raise DomainError(N_("Send a list of records."), code="required", field="records")
    if len(records) > MOST_RECORDS:
        raise TooLarge(
            N_("Send at most {most} records at once."), code="too_large", params={"most": MOST_RECORDS}
        )
    return envelope[SOURCE], records


def _all_refused(rejected: list[Rejection]) -> DomainError:
    errors = {f"records.{one.index}.{name}": texts for one in rejected for name, texts in one.errors.items()}
    return DomainError(N_("Some records are refused, so none has landed."), code="rejected", errors=errors)


def _result(taken: Taken) -> BulkResult:
    outcome = taken.outcome
    return {
        "created": outcome.created,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "rejected": [
            {
                "index": one.index,
                "external_id": one.external_id,
                "errors": {name: list(texts) for name, texts in one.errors.items()},
            }
            for one in outcome.rejected
        ],
        "remarks": dict(outcome.remarks),
        "affects": impact_rows(taken.affects),
    }
