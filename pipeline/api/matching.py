from collections.abc import Mapping
from typing import Any, TypedDict

from rest_framework.request import Request

from pipeline.selectors import unresolved_rows
from pipeline.services.matching import Match, accept_match, dismiss_match, suggest_matches
from salestargets.api.inputs import ID, Field, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope

TARGET_KIND = Field("target_kind", text(20), "Only references to this kind, as in products.").optional()
KIND = Field("kind", text(20), "The kind of the record that is meant, as in products.")
SOURCE = Field("source", text(50))
REFERENCE = Field("reference", text(200), "What the source calls it.")
RECORD = Field("record", ID, "The id of the record that is meant.")


class UnresolvedRow(TypedDict):
    """A record of `kind` speaks in `field` of a `target_kind` that is not here."""

    id: int
    kind: str
    record_id: int
    field: str
    target_kind: str
    source: str
    reference: str


class CandidateRow(TypedDict):
    id: int
    external_id: str
    name: str
    likeness: float


class MatchRow(TypedDict):
    """`records` records wait for this reference."""

    kind: str
    source: str
    reference: str
    records: int
    candidates: list[CandidateRow]


class Matches(TypedDict):
    results: list[MatchRow]


class Resolved(TypedDict):
    resolved: int


class Unresolved(TenantView):
    @operation(Scope.RECORDS_WRITE, query=(TARGET_KIND, *PAGE), answers=Page[UnresolvedRow])
    def get(self, request: Request) -> Page[UnresolvedRow]:
        """References to records that are not here, resolved when these arrive or are matched."""
        rows = unresolved_rows(self.actor, target_kind=self.query[TARGET_KIND])
        return self.page(rows, key=Key(id=ID), row=_unresolved)


class SuggestedMatches(TenantView):
    @operation(Scope.RECORDS_WRITE, answers=Matches)
    def get(self, request: Request) -> Matches:
        """References that look like a record here, the most wanted first."""
        return {"results": [_match(match) for match in suggest_matches(self.actor)]}


class AcceptMatch(TenantView):
    @operation(Scope.RECORDS_WRITE, body=(KIND, SOURCE, REFERENCE, RECORD), answers=Resolved)
    def post(self, request: Request) -> Resolved:
        """From now on this reference of the source means that record; what waits is filled in."""
        resolved = accept_match(
            self.actor,
            kind=self.body[KIND],
            source=self.body[SOURCE],
            reference=self.body[REFERENCE],
            record_id=self.body[RECORD],
            at=self.at,
        )
        return {"resolved": resolved}


class DismissMatch(TenantView):
    @operation(Scope.RECORDS_WRITE, body=(KIND, SOURCE, REFERENCE), status=204)
    def post(self, request: Request) -> None:
        """This reference means none of ours: do not offer it again."""
        dismiss_match(
            self.actor,
            kind=self.body[KIND],
            source=self.body[SOURCE],
            reference=self.body[REFERENCE],
        )


def _unresolved(row: Mapping[str, Any]) -> UnresolvedRow:
    return {**row}  # type: ignore[typeddict-item]  # selected with these names


def _match(match: Match) -> MatchRow:
    return {
        "kind": match.kind,
        "source": match.source,
        "reference": match.reference,
        "records": match.records,
        "candidates": [
            {"id": one.id, "external_id": one.external_id, "name": one.name, "likeness": one.likeness}
            for one in match.candidates
        ],
    }
