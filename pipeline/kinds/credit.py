"""What a record with an amount is worth, and to whom it is credited: its owner, or those who share it."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from pipeline.domain.credit import check_shares
from pipeline.services import pricing
from pipeline.services.pricing import Priced
from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import ABSENT, Percent, Ref, Rows
from salestargets.ingest.kinds import After, Call, Derive, Errors
from salestargets.ingest.merge import Landed
from salestargets.ingest.references import Resolver
from salestargets.kernel.errors import DomainError

WHOLE_PPM = 1_000_000


def owner() -> Ref:
    return Ref(name="owner", column="owner_id", kind="people", counted=True)


def shares_in(table: str, *, parent: str) -> Rows:
    return Rows(
        name="shares",
        table=table,
        parent=parent,
        fields=(
            Ref(name="person", column="person_id", kind="people", required=True),
            Percent(name="percent", column="share_ppm", whole=WHOLE_PPM, required=True),
        ),
        key=("person",),
        most=100,
        help="Who is credited with which part, 100 % in all. Without shares the owner is, with the whole.",
    )


def check_credit(batch: Batch, _call: Call) -> dict[int, Errors]:
    """Shares sum to 100 %. A record with shares is credited by them, one without to its owner."""
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


def price_and_credit(priced: Priced) -> After:
    """What the merge could not price by itself is priced once it landed; shares follow their record."""

    def follow(batch: Batch, landed: Landed, call: Call, _resolver: Resolver) -> Iterable[int]:
        if any(shape & priced.by and not shape >= priced.by for shape in set(batch.shapes)):
            pricing.reprice(call, priced, ids=landed.updated)
        if priced.credit is not None:
            priced.credit(call, _credited_anew(batch, landed))
        if set(batch.values("currency")) - {call.currency, ABSENT}:
            landed.remarks["not_priced"] += pricing.count_not_priced(call, priced, ids=landed.ids.values())
        return ()

    return follow


def _credited_anew(batch: Batch, landed: Landed) -> set[int]:
    if "shares" in batch.columns:
        return set(landed.ids.values())
    return landed.updated | landed.created if "deal" in batch.columns else landed.updated


def derive(priced: Priced) -> Derive:
    """Price and credit records that were changed by other ways than a call."""

    def derived(ids: Collection[int], call: Call) -> None:
        pricing.reprice(call, priced, ids=ids)
        if priced.credit is not None:
            priced.credit(call, ids)

    return derived
