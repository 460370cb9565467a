"""Whom a record is credited to: its owner, or those who share it."""

from decimal import Decimal

from pipeline.domain.credit import check_shares
from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import ABSENT, Percent, Ref, Rows
from salestargets.ingest.kinds import Call, Errors
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
