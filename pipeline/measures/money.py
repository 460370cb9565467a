"""The measures of orders, invoices and payments: booked, invoiced, due, collected, open.

Amounts are signed: what takes another record back lowers them. They are credited by share, as a record's own
shares or those of its deal say; as a count a record is its owner's, once.
"""

# ruff: noqa: S608  The pieces are columns named in this app.

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from kpis.choices import Base, KpiUnit
from kpis.registry import About, Filters, Flow, Linked, Measure, Stock, Term
from pipeline.measures.filters import of_customer, of_product

_ORDERS, _INVOICES, _PAYMENTS = _("Orders"), _("Invoices"), _("Payments")
MEASURES = (
    Measure("booked_order_amount", KpiUnit.MONEY, _("Amount of orders"), _ORDERS, base=Base.BOOKED),
    Measure("order_count", KpiUnit.COUNT, _("Orders, without returns"), _ORDERS),
    Measure("invoiced_amount", KpiUnit.MONEY, _("Invoiced amount"), _INVOICES, base=Base.INVOICED),
    Measure("invoice_count", KpiUnit.COUNT, _("Invoices, without credit notes"), _INVOICES),
    Measure("credit_note_amount", KpiUnit.MONEY, _("Amount of credit notes"), _INVOICES),
    Measure("due_amount", KpiUnit.MONEY, _("Amount of invoices by the day they are due"), _INVOICES),
    Measure(
        "receivable_amount",
        KpiUnit.MONEY,
        _("Invoiced and not paid yet"),
        _INVOICES,
        is_level=True,
    ),
    Measure("overdue_amount", KpiUnit.MONEY, _("Due and not paid yet"), _INVOICES, is_level=True),
    Measure("collected_amount", KpiUnit.MONEY, _("Collected amount"), _PAYMENTS, base=Base.COLLECTED),
    Measure("payment_count", KpiUnit.COUNT, _("Payments, without refunds"), _PAYMENTS),
    Measure(
        "due_collected_amount",
        KpiUnit.MONEY,
        _("Collected of what was due in the same period"),
        _PAYMENTS,
        is_level=True,
    ),
    Measure(
        "days_to_pay",
        KpiUnit.DAYS,
        _("Days from invoice to payment"),
        _PAYMENTS,
        is_level=True,
    ),
    Measure(
        "days_to_pay_count",
        KpiUnit.COUNT,
        _("Payments of dated invoices"),
        _PAYMENTS,
        is_level=True,
    ),
)

_LIVE = "{row}.organisation_id = %(organisation)s AND {row}.deleted_at IS NULL"
LIVE = _LIVE.format(row="d")
#: The owner is credited with the whole of what nobody shares in.
_WHOLE = "NOT d.is_shared AND NOT d.follows_deal"
_IS_CREDIT = "(d.is_credit OR COALESCE(d.amount_minor < 0, false))"
_ABOUT = About(
    name="d.name",
    external_id="d.external_id",
    customer="d.customer_id",
    amount="d.amount_minor",
    currency="d.currency",
)


def _filters(row: str, *, product: bool = False, channel: bool = False) -> Filters:
    found: dict[str, str | Linked] = {
        "customer": f"{row}.customer_id",
        "industry": of_customer("industry", row),
        "country": of_customer("country", row),
        "currency": f"{row}.currency",
        "amount": f"{row}.base_minor",
        "of_deal": f"({row}.deal_id IS NOT NULL)",
    }
    if product:
        found |= {"product": f"{row}.product_id", "product_group": of_product('"group"', row)}
    return found | ({"channel": f"{row}.channel_id"} if channel else {})


_FILTERS = {
    "orders": _filters("d", product=True, channel=True),
    "invoices": _filters("d", product=True),
    "payments": _filters("d"),
}
_BY_PRODUCT = {"product": "d.product_id"}
_SLICES: Mapping[str, Mapping[str, str]] = {"orders": _BY_PRODUCT, "invoices": _BY_PRODUCT, "payments": {}}


def _credited(kind: str) -> str:
    """Who has a part of a record, beside it."""
    record = kind.removesuffix("s")
    return (
        f"pipeline_{record}credit s JOIN pipeline_{record} d"
        f" ON d.organisation_id = s.organisation_id AND d.id = s.{record}_id"
    )


_CREDITED = f"s.organisation_id = %(organisation)s AND {LIVE}"


def _flows(
    kind: str, day: str, *, whole: Mapping[str, Term], shared: Mapping[str, Term]
) -> tuple[Flow, Flow]:
    """What counts for owners, and for those who share."""
    owned = Flow(
        kind=kind,
        group=kind,
        table=f"pipeline_{kind.removesuffix('s')} d",
        where=LIVE,
        person="d.owner_id",
        day=f"d.{day}",
        record="d.id",
        about=_ABOUT,
        terms=whole,
        slices=_SLICES[kind],
        filters=_FILTERS[kind],
    )
    parts = Flow(
        kind=kind,
        group=kind,
        table=_credited(kind),
        where=_CREDITED,
        person="s.person_id",
        day=f"s.{day}",
        record="d.id",
        about=_ABOUT,
        terms=shared,
        slices=_SLICES[kind],
        filters=_FILTERS[kind],
    )
    return owned, parts


ORDERED = _flows(
    "orders",
    "dated_on",
    whole={
        "booked_order_amount": Term("d.base_minor", _WHOLE),
        "order_count": Term("1", f"NOT {_IS_CREDIT}"),
    },
    shared={"booked_order_amount": Term("s.base_minor")},
)
INVOICED = _flows(
    "invoices",
    "dated_on",
    whole={
        "invoiced_amount": Term("d.base_minor", _WHOLE),
        "invoice_count": Term("1", f"NOT {_IS_CREDIT}"),
        "credit_note_amount": Term("-d.base_minor", f"{_IS_CREDIT} AND {_WHOLE}"),
    },
    shared={
        "invoiced_amount": Term("s.base_minor"),
        "credit_note_amount": Term("-s.base_minor", _IS_CREDIT),
    },
)
DUE = _flows(
    "invoices",
    "due_on",
    whole={"due_amount": Term("d.base_minor", _WHOLE)},
    shared={"due_amount": Term("s.base_minor")},
)
COLLECTED = _flows(
    "payments",
    "dated_on",
    whole={
        "collected_amount": Term("d.base_minor", _WHOLE),
        "payment_count": Term("1", f"NOT {_IS_CREDIT}"),
    },
    shared={"collected_amount": Term("s.base_minor")},
)


def _part(amount: str, invoice: str) -> str:
    """The part that a creditor `s` of an invoice has in an amount: of the whole invoice exactly their credit.

    What comes to them and all before them, less what comes to those before: the parts sum to the amount.
    """
    upto = (
        f"(SELECT sum(o.base_minor) FROM pipeline_invoicecredit o WHERE o.organisation_id = %(organisation)s"
        f" AND o.invoice_id = {invoice}.id AND o.person_id <= s.person_id)"
    )
    whole = f"NULLIF({invoice}.base_minor, 0)"
    before = f"({upto} - s.base_minor)"
    return f"(div({amount} * {upto}, {whole}) - div({amount} * {before}, {whole}))"


_PAID = f"""
CROSS JOIN LATERAL (
    SELECT d.base_minor
           - COALESCE(round(sum(CASE WHEN p.is_credit THEN -abs(p.amount_minor) ELSE p.amount_minor END)
                            FILTER (WHERE p.currency = d.currency)
                            * abs(d.base_minor) / NULLIF(abs(d.amount_minor), 0)), 0)
           - COALESCE(sum(p.base_minor) FILTER (WHERE p.currency <> d.currency), 0) AS open_minor
    FROM pipeline_payment p
    WHERE {_LIVE.format(row="p")} AND p.invoice_id = d.id AND p.dated_on < %(before)s
) paid
"""
_THERE = "d.dated_on < %(before)s AND paid.open_minor IS DISTINCT FROM 0"
_OVERDUE = "d.due_on < %(before)s::date - 1"

#: What an invoice is in its own currency less what was paid in it, at the rate of the invoice: paid in full
#: nothing is left, whatever the rate was on that day.
OPEN = Stock(
    kind="invoices",
    table=f"pipeline_invoice d {_PAID}",
    where=f"{LIVE} AND {_WHOLE}",
    person="d.owner_id",
    day="d.due_on",
    record="d.id",
    about=_ABOUT,
    terms={"receivable_amount": Term("paid.open_minor"), "overdue_amount": Term("paid.open_minor", _OVERDUE)},
    now=_THERE,
    then=_THERE,
    slices=_BY_PRODUCT,
    filters=_FILTERS["invoices"],
)
_OPEN_PART = _part("paid.open_minor", "d")
OPEN_SHARED = Stock(
    kind="invoices",
    table=f"{_credited('invoices')} {_PAID}",
    where=_CREDITED,
    person="s.person_id",
    day="d.due_on",
    record="d.id",
    about=_ABOUT,
    terms={"receivable_amount": Term(_OPEN_PART), "overdue_amount": Term(_OPEN_PART, _OVERDUE)},
    now=_THERE,
    then=_THERE,
    slices=_BY_PRODUCT,
    filters=_FILTERS["invoices"],
)

_OF_INVOICE = (
    " JOIN pipeline_invoice i ON i.organisation_id = d.organisation_id AND i.id = d.invoice_id"
    " AND i.deleted_at IS NULL"
)
_DUE = f"{LIVE} AND i.due_on >= %(starts_on)s AND i.due_on < %(ends_on)s"
_OF_ITS_INVOICE = _filters("i", product=True)

#: Whoever was to collect an invoice is credited with what came in for it, whoever took it in.
DUE_COLLECTED = Flow(
    kind="payments",
    group="payments",
    kept=False,
    table=f"pipeline_payment d {_OF_INVOICE}",
    where=f"{_DUE} AND NOT i.is_shared AND NOT i.follows_deal",
    person="i.owner_id",
    day="d.dated_on",
    record="d.id",
    about=_ABOUT,
    terms={"due_collected_amount": Term("d.base_minor")},
    slices={"product": "i.product_id"},
    filters=_OF_ITS_INVOICE,
)
DUE_COLLECTED_SHARED = Flow(
    kind="payments",
    group="payments",
    kept=False,
    table=(
        f"pipeline_payment d {_OF_INVOICE}"
        " JOIN pipeline_invoicecredit s ON s.organisation_id = i.organisation_id AND s.invoice_id = i.id"
    ),
    where=_DUE,
    person="s.person_id",
    day="d.dated_on",
    record="d.id",
    about=_ABOUT,
    terms={"due_collected_amount": Term(_part("d.base_minor", "i"))},
    slices={"product": "i.product_id"},
    filters=_OF_ITS_INVOICE,
)
PAID = Flow(
    kind="payments",
    group="payments",
    kept=False,
    table=f"pipeline_payment d {_OF_INVOICE}",
    where=f"{LIVE} AND i.dated_on IS NOT NULL AND NOT {_IS_CREDIT}",
    person="d.owner_id",
    day="d.dated_on",
    record="d.id",
    about=_ABOUT,
    terms={"days_to_pay": Term("d.dated_on - i.dated_on"), "days_to_pay_count": Term("1")},
    slices={"product": "i.product_id"},
    filters=_OF_ITS_INVOICE,
)

SOURCES = (
    *ORDERED,
    *INVOICED,
    *DUE,
    *COLLECTED,
    OPEN,
    OPEN_SHARED,
    DUE_COLLECTED,
    DUE_COLLECTED_SHARED,
    PAID,
)
