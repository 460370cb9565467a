from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from rest_framework.request import Request

from pipeline.choices import DealStatus
from pipeline.selectors import DealFilter, deal_rows, get_deal_row
from pipeline.services.records import delete_record
from salestargets.api.inputs import DATE, ID, MOMENT, Field, choice, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import Reference, reference, reference_or_none
from salestargets.api.views import TenantView
from salestargets.kernel.money import from_minor
from salestargets.tenancy.choices import Scope

OWNER = Field("owner", ID, "Only those of this person.").optional()
CUSTOMER = Field("customer", ID).optional()
STAGE = Field("stage", ID).optional()
STATUS = Field("status", choice(DealStatus)).optional()
EXTERNAL_ID = Field("external_id", text(200)).optional()
CLOSED_FROM = Field("closed_from", DATE, "Closed on this day or later.").optional()
CLOSED_TO = Field("closed_to", DATE, "Closed before this day.").optional()
CREATED_FROM = Field("created_from", DATE, "Created on this day or later.").optional()
CREATED_TO = Field("created_to", DATE, "Created before this day.").optional()
UPDATED_SINCE = Field("updated_since", MOMENT, "Changed here since then.").optional()
FILTERS = (
    *(OWNER, CUSTOMER, STAGE, STATUS, EXTERNAL_ID),
    *(CLOSED_FROM, CLOSED_TO, CREATED_FROM, CREATED_TO, UPDATED_SINCE),
)


class DealRow(TypedDict):
    """`base_amount` is the amount in the organisation's currency; null where no rate is known."""

    id: int
    source: str
    external_id: str
    name: str
    owner: Reference | None
    customer: Reference | None
    product: Reference | None
    channel: Reference | None
    stage: Reference | None
    status: str
    amount: Decimal | None
    currency: str
    base_amount: Decimal | None
    created_on: date | None
    expected_close_on: date | None
    closed_on: date | None
    lost_reason: str
    is_shared: bool
    updated_at: datetime | None
    changed_at: datetime
    version: int


class ShareRow(TypedDict):
    person: Reference
    percent: Decimal
    base_amount: Decimal | None


class StageEntryRow(TypedDict):
    stage: Reference
    entered_at: datetime


class WholeDeal(DealRow):
    shares: list[ShareRow]
    stage_history: list[StageEntryRow]


class Deals(TenantView):
    @operation(Scope.READ, query=(*FILTERS, *PAGE), answers=Page[DealRow])
    def get(self, request: Request) -> Page[DealRow]:
        """The deals of the people you see, the newest here first."""
        chosen = DealFilter(
            owner_id=self.query[OWNER],
            customer_id=self.query[CUSTOMER],
            stage_id=self.query[STAGE],
            status=self.query[STATUS],
            external_id=self.query[EXTERNAL_ID],
            closed_from=self.query[CLOSED_FROM],
            closed_to=self.query[CLOSED_TO],
            created_from=self.query[CREATED_FROM],
            created_to=self.query[CREATED_TO],
            updated_since=self.query[UPDATED_SINCE],
        )
        rows = deal_rows(self.actor, self.today, chosen)
        currency = self.actor.organisation.currency
        return self.page(rows, key=Key(id=ID), row=lambda row: _row(row, currency), descending=True)


class OneDeal(TenantView):
    @operation(Scope.READ, answers=WholeDeal)
    def get(self, request: Request, deal_id: int) -> WholeDeal:
        """One deal, with its credit shares and its way through the stages."""
        row = get_deal_row(self.actor, deal_id, self.today)
        currency = self.actor.organisation.currency
        return {
            **_row(row, currency),
            "shares": [_share(share, currency) for share in row["shares"]],
            "stage_history": [
                {"stage": reference(entry, "stage"), "entered_at": entry["entered_at"]}
                for entry in row["stage_history"]
            ],
        }

    @operation(Scope.RECORDS_WRITE, status=204)
    def delete(self, request: Request, deal_id: int) -> None:
        """Take a deal away; the numbers it counted in go down."""
        delete_record(self.actor, kind="deals", record_id=deal_id, at=self.at)


def _row(row: Mapping[str, Any], currency: str) -> DealRow:
    return {
        "id": row["id"],
        "source": row["source"],
        "external_id": row["external_id"],
        "name": row["name"],
        "owner": reference_or_none(row, "owner"),
        "customer": reference_or_none(row, "customer"),
        "product": reference_or_none(row, "product"),
        "channel": reference_or_none(row, "channel"),
        "stage": reference_or_none(row, "stage"),
        "status": row["status"],
        "amount": _money(row["amount_minor"], row["currency"]),
        "currency": row["currency"],
        "base_amount": _money(row["base_minor"], currency),
        "created_on": row["created_on"],
        "expected_close_on": row["expected_close_on"],
        "closed_on": row["closed_on"],
        "lost_reason": row["lost_reason"],
        "is_shared": row["is_shared"],
        "updated_at": row["source_updated_at"],
        "changed_at": row["changed_at"],
        "version": row["version"],
    }


def _money(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else from_minor(minor, currency)


def _share(row: Mapping[str, Any], currency: str) -> ShareRow:
    return {
        "person": reference(row, "person"),
        "percent": Decimal(row["share_ppm"]).scaleb(-4),
        "base_amount": _money(row["base_minor"], currency),
    }
