"""Deals: their fields, and what must hold between them."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from pipeline.choices import DealStatus
from pipeline.kinds.credit import check_credit, derive, owner, price_and_credit, shares_in
from pipeline.services import credit, pricing
from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import (
    ABSENT,
    Choice,
    Currency,
    Date,
    Flag,
    Moment,
    Money,
    Name,
    Ref,
    Rows,
    Text,
)
from salestargets.ingest.kinds import Call, Computed, Errors, Kind
from salestargets.ingest.merge import Landed
from salestargets.ingest.references import Resolver
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

STATUSES = tuple(DealStatus.values)
OPEN = DealStatus.OPEN.value

CLOSED_NEEDS_A_DAY = DomainError(N_("A won or lost deal needs the day it closed."), code="required")
OPEN_HAS_NO_DAY = DomainError(N_("An open deal has no closing day. Say won or lost."), code="not_closed")
STATUS_MISSING = DomainError(N_("Send the status with the closing day."), code="required")
NOT_YET = DomainError(N_("The closing day is in the future."), code="in_the_future")


def check_closing(batch: Batch, call: Call) -> dict[int, Errors]:
    """Won and lost deals have a closing day, open ones have none, and it is not in the future."""
    latest = call.today + timedelta(days=1)
    problems: dict[int, Errors] = {}
    for row, (status, closed_on) in enumerate(
        zip(batch.values("status"), batch.values("closed_on"), strict=True)
    ):
        if status == OPEN:
            error = OPEN_HAS_NO_DAY if closed_on is not None else None
        elif status is ABSENT:
            error = None if closed_on is ABSENT else STATUS_MISSING
        elif closed_on is None:
            error = CLOSED_NEEDS_A_DAY
        else:
            error = NOT_YET if closed_on > latest else None
        if error is not None:
            problems[row] = {"closed_on": [error]}
    return problems


def credit_followers(batch: Batch, landed: Landed, call: Call, _resolver: Resolver) -> Iterable[int]:
    """Orders, invoices and payments without shares of their own are credited as their deal is."""
    if "shares" in batch.columns:
        credit.credit_as_deals(call, landed.ids.values())
    return ()


def _derive(ids: Collection[int], call: Call) -> None:
    derive(pricing.DEALS)(ids, call)
    credit.credit_as_deals(call, ids)


STAGE_HISTORY = Rows(
    name="stage_history",
    table="pipeline_stageentry",
    parent="deal_id",
    fields=(
        Ref(name="stage", column="stage_id", kind="stages", required=True),
        Moment(name="entered_at", required=True),
    ),
    key=("stage", "entered_at"),
    most=200,
    help="When the deal came into which stage.",
)


DEALS = Kind(
    name="deals",
    table="pipeline_deal",
    label=N_("Deals"),
    fields=(
        Name(),
        owner(),
        Ref(name="customer", column="customer_id", kind="customers", counted=True),
        Ref(name="product", column="product_id", kind="products"),
        Ref(name="channel", column="channel_id", kind="channels"),
        Ref(name="stage", column="stage_id", kind="stages"),
        Choice(name="status", choices=STATUSES, default=OPEN),
        Currency(name="currency"),
        Money(name="amount", column="amount_minor", currency="currency", counted=True),
        Date(name="created_on", counted=True),
        Date(name="expected_close_on"),
        Date(name="closed_on", help="For won and lost deals, and only for these."),
        Text(name="lost_reason", max_length=200),
    ),
    lists=(shares_in("pipeline_creditshare", parent="deal_id"), STAGE_HISTORY),
    derived=(Flag(name="is_shared"),),
    implies={
        "amount": frozenset({"currency"}),
        "status": frozenset({"closed_on"}),
        "shares": frozenset({"is_shared"}),
    },
    computed={"base_minor": Computed(follows="amount", expression=pricing.DEALS.staged)},
    rules=(check_closing, check_credit),
    after=(price_and_credit(pricing.DEALS), credit_followers),
    derive=_derive,
    derives_from=frozenset({"shares"}),
    is_versioned=True,
    has_tombstones=True,
)
