"""The kinds of records a CRM sends: what their fields are, and what must hold between them."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from pipeline.choices import DealStatus
from pipeline.domain.credit import check_shares
from pipeline.services import pricing
from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import (
    ABSENT,
    Choice,
    Currency,
    Date,
    Field,
    Flag,
    Moment,
    Money,
    Name,
    Percent,
    Ref,
    Rows,
    Text,
    Whole,
)
from salestargets.ingest.kinds import Call, Computed, Errors, Kind, register_kind
from salestargets.ingest.merge import Landed
from salestargets.ingest.references import Resolver
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

WHOLE_PPM = 1_000_000
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


def check_credit(batch: Batch, _call: Call) -> dict[int, Errors]:
    """Shares sum to 100 %. A deal with shares is credited by them, one without to its owner."""
    if "shares" not in batch.columns:
        return {}
    column = batch.columns["shares"]
    percents = batch.items["shares"].get("percent", [])
    batch.columns["is_shared"] = [ABSENT if items is ABSENT else bool(len(items)) for items in column]
    given = ((row, items) for row, items in enumerate(column) if items is not ABSENT and len(items))
    found = ((row, _credit_error([percents[item] for item in items])) for row, items in given)
    return {row: {"shares": [error]} for row, error in found if error is not None}


def _credit_error(shares: list[int]) -> DomainError | None:
    try:
        check_shares({n: Decimal(share) * 100 / WHOLE_PPM for n, share in enumerate(shares)})
    except DomainError as error:
        return error
    return None


def price_and_credit(batch: Batch, landed: Landed, call: Call, _resolver: Resolver) -> Iterable[int]:
    """What the merge could not price by itself is priced now; shares follow their deal."""
    changed = landed.created | landed.updated
    if any(shape & PRICED_BY and not shape >= PRICED_BY for shape in set(batch.shapes)):
        pricing.reprice(call, deal_ids=changed)
    shared = set(landed.ids.values()) if "shares" in batch.columns else landed.updated
    pricing.spread_shares(call, deal_ids=shared)
    if set(batch.values("currency")) - {call.currency, ABSENT}:
        landed.remarks["not_priced"] += pricing.count_not_priced(call, deal_ids=landed.ids.values())
    return ()


def named(*more: Field) -> tuple[Field, ...]:
    return (Name(), *more)


CUSTOMERS = Kind(
    name="customers",
    table="pipeline_customer",
    label=N_("Customers"),
    fields=named(Text(name="industry", max_length=100), Text(name="country", max_length=100)),
)

PRODUCTS = Kind(
    name="products",
    table="pipeline_product",
    label=N_("Products"),
    fields=named(
        Text(name="group", max_length=100, help="Product group or series."),
        Currency(name="currency"),
        Money(name="list_price", column="list_price_minor", currency="currency"),
    ),
    implies={"list_price": frozenset({"currency"})},
)

CHANNELS = Kind(name="channels", table="pipeline_channel", label=N_("Channels"), fields=named())

STAGES = Kind(
    name="stages",
    table="pipeline_stage",
    label=N_("Stages"),
    fields=named(
        Whole(name="position", default=0, help="Order in the funnel."),
        Choice(name="category", choices=STATUSES, default=OPEN),
        Percent(name="probability", column="probability_bp", whole=10_000, help="Chance to win, in percent."),
    ),
)

SHARES = Rows(
    name="shares",
    table="pipeline_creditshare",
    parent="deal_id",
    fields=(
        Ref(name="person", column="person_id", kind="people", required=True),
        Percent(name="percent", column="share_ppm", whole=WHOLE_PPM, required=True),
    ),
    key=("person",),
    most=100,
    help="Who is credited with which part, 100 % in all. Without shares the owner is, with the whole.",
)

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


def _owner() -> Ref:
    return Ref(name="owner", column="owner_id", kind="people", counted=True)


DEALS = Kind(
    name="deals",
    table="pipeline_deal",
    label=N_("Deals"),
    fields=named(
        _owner(),
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
    lists=(SHARES, STAGE_HISTORY),
    derived=(Flag(name="is_shared"),),
    implies={
        "amount": frozenset({"currency"}),
        "status": frozenset({"closed_on"}),
        "shares": frozenset({"is_shared"}),
    },
    computed={"base_minor": Computed(follows="amount", expression=pricing.staged_price)},
    rules=(check_closing, check_credit),
    after=(price_and_credit,),
    is_versioned=True,
    has_tombstones=True,
)

#: Fields that a price is made of. A row that gives only some of them is priced after it landed.
PRICED_BY = frozenset({"amount", "currency", "closed_on", "created_on"})


def register() -> None:
    for kind in (CUSTOMERS, PRODUCTS, CHANNELS, STAGES, DEALS):
        register_kind(kind)
