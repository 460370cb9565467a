"""Orders, invoices and payments, and what takes them back: returns, credit notes, refunds."""

from pipeline.kinds.credit import check_credit, derive, owner, price_and_credit, shares_in
from pipeline.services import credit, pricing
from pipeline.services.credit import Credited
from pipeline.services.pricing import Priced
from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import ABSENT, Currency, Date, Field, Flag, Money, Name, Ref
from salestargets.ingest.kinds import Call, Computed, Errors, Kind
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

CREDITS_ITSELF = DomainError(
    N_("A record cannot credit itself. Name the one that it takes back."), code="itself"
)


def check_crediting(batch: Batch, _call: Call) -> dict[int, Errors]:
    """Whoever names a record that is credited counts negatively, whether or not that record is here yet."""
    if "credits" not in batch.columns:
        return {}
    column = batch.columns["credits"]
    batch.columns["is_credit"] = [value if value is ABSENT else value is not None for value in column]
    return {
        row: {"credits": [CREDITS_ITSELF]}
        for row, (own, credited) in enumerate(zip(batch.external_ids, column, strict=True))
        if own == credited
    }


def _product() -> Ref:
    return Ref(name="product", column="product_id", kind="products")


def _money_kind(
    record: str,
    *,
    label: str,
    priced: Priced,
    credited: Credited,
    own: tuple[Field, ...],
    days: tuple[Field, ...] = (),
) -> Kind:
    """What the three have in common, with the references and the days that only one of them has."""
    table, name = f"pipeline_{record}", f"{record}s"
    return Kind(
        name=name,
        table=table,
        label=label,
        fields=(
            Name(),
            owner(),
            Ref(name="customer", column="customer_id", kind="customers"),
            Ref(name="deal", column="deal_id", kind="deals"),
            *own,
            Currency(name="currency"),
            Money(name="amount", column="amount_minor", currency="currency", counted=True),
            Date(name="dated_on", counted=True),
            *days,
            Ref(
                name="credits",
                column="credits_id",
                kind=name,
                help="What this one takes back. It then counts negatively, as does an amount below zero.",
            ),
        ),
        lists=(shares_in(f"{table}share", parent=f"{record}_id"),),
        derived=(Flag(name="is_shared"), Flag(name="is_credit")),
        implies={
            "amount": frozenset({"currency"}),
            "credits": frozenset({"is_credit"}),
            "shares": frozenset({"is_shared"}),
        },
        computed={"base_minor": Computed(follows="amount", expression=priced.staged)},
        rules=(check_crediting, check_credit),
        after=(price_and_credit(priced),),
        derive=derive(priced),
        detach=credited.forget,
        derives_from=frozenset({"deal", "shares"}),
        is_versioned=True,
        has_tombstones=True,
    )


ORDERS = _money_kind(
    "order",
    label=N_("Orders"),
    priced=pricing.ORDERS,
    credited=credit.ORDERS,
    own=(_product(), Ref(name="channel", column="channel_id", kind="channels")),
)
INVOICES = _money_kind(
    "invoice",
    label=N_("Invoices"),
    priced=pricing.INVOICES,
    credited=credit.INVOICES,
    own=(_product(),),
    days=(Date(name="due_on", help="The day by which it is to be paid."),),
)
PAYMENTS = _money_kind(
    "payment",
    label=N_("Payments"),
    priced=pricing.PAYMENTS,
    credited=credit.PAYMENTS,
    own=(Ref(name="invoice", column="invoice_id", kind="invoices"),),
)
