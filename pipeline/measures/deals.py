"""The measures of deals: what counts, for whom, on which day.

Money is credited by share; as a count a deal is its owner's, once.
"""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from kpis.choices import Base, KpiUnit
from kpis.registry import About, Filters, Flow, Measure, Stock, Term
from pipeline.measures.filters import of_customer, of_product
from pipeline.models.marks import GROUP

_DEALS = _("Deals")
MEASURES = (
    Measure("won_amount", KpiUnit.MONEY, _("Amount of won deals"), _DEALS, base=Base.BOOKED),
    Measure("won_count", KpiUnit.COUNT, _("Won deals"), _DEALS),
    Measure("won_customer_count", KpiUnit.COUNT, _("Won deals with a customer"), _DEALS),
    Measure("lost_count", KpiUnit.COUNT, _("Lost deals"), _DEALS),
    Measure("lost_amount", KpiUnit.MONEY, _("Amount of lost deals"), _DEALS),
    Measure("created_count", KpiUnit.COUNT, _("Created deals"), _DEALS),
    Measure("created_amount", KpiUnit.MONEY, _("Amount of created deals"), _DEALS),
    Measure("won_cycle_days", KpiUnit.DAYS, _("Days from creation to closing of won deals"), _DEALS),
    Measure("won_cycle_count", KpiUnit.COUNT, _("Won deals with a creation date"), _DEALS),
    Measure("open_amount", KpiUnit.MONEY, _("Amount of open deals"), _DEALS, is_level=True),
    Measure("open_count", KpiUnit.COUNT, _("Open deals"), _DEALS, is_level=True),
    Measure(
        "weighted_amount",
        KpiUnit.MONEY,
        _("Amount of open deals × chance of their stage"),
        _DEALS,
        is_level=True,
    ),
    Measure("overdue_count", KpiUnit.COUNT, _("Open deals past their expected day"), _DEALS, is_level=True),
)

_DEAL = "pipeline_deal d"
_SHARE = (
    "pipeline_creditshare s"
    " JOIN pipeline_deal d ON d.organisation_id = s.organisation_id AND d.id = s.deal_id"
)
LIVE = "d.organisation_id = %(organisation)s AND d.deleted_at IS NULL"
_SHARED = f"s.organisation_id = %(organisation)s AND {LIVE} AND d.is_shared"
ABOUT = About(
    name="d.name",
    external_id="d.external_id",
    customer="d.customer_id",
    amount="d.amount_minor",
    currency="d.currency",
)
SLICES = {
    "product": "d.product_id",
    "stage": "d.stage_id",
    "cycle": "d.closed_on - d.created_on",
}


FILTERS: Filters = {
    "product": "d.product_id",
    "product_group": of_product('"group"', "d"),
    "is_key_product": of_product("is_key", "d"),
    "channel": "d.channel_id",
    "stage": "d.stage_id",
    "customer": "d.customer_id",
    "industry": of_customer("industry", "d"),
    "country": of_customer("country", "d"),
    "currency": "d.currency",
    "amount": "d.base_minor",
    "lost_reason": "d.lost_reason",
    "is_shared": "d.is_shared",
}
_WON, _LOST = "d.status = 'won'", "d.status = 'lost'"
_WON_WITH_CYCLE = f"{_WON} AND d.created_on IS NOT NULL"

CLOSED = Flow(
    kind="deals",
    group=GROUP,
    table=_DEAL,
    where=LIVE,
    person="d.owner_id",
    day="d.closed_on",
    record="d.id",
    slices=SLICES,
    filters=FILTERS,
    about=ABOUT,
    terms={
        "won_amount": Term("d.base_minor", f"{_WON} AND NOT d.is_shared"),
        "won_count": Term("1", _WON),
        "won_customer_count": Term("1", f"{_WON} AND d.customer_id IS NOT NULL"),
        "repeat_deal_count": Term("1", f"{_WON} AND d.customer_id IS NOT NULL"),
        "lost_count": Term("1", _LOST),
        "lost_amount": Term("d.base_minor", f"{_LOST} AND NOT d.is_shared"),
        "won_cycle_days": Term("d.closed_on - d.created_on", _WON_WITH_CYCLE),
        "won_cycle_count": Term("1", _WON_WITH_CYCLE),
    },
)

SHARED = replace(
    CLOSED,
    table=_SHARE,
    where=_SHARED,
    person="s.person_id",
    day="s.closed_on",
    terms={"won_amount": Term("s.base_minor", _WON), "lost_amount": Term("s.base_minor", _LOST)},
)

CREATED = replace(
    CLOSED,
    day="d.created_on",
    terms={"created_count": Term("1"), "created_amount": Term("d.base_minor")},
)

_OPEN_NOW = "d.status = 'open'"
#: As far as the dates tell: a deal without a creation date counts as having always been there.
_OPEN_THEN = (
    "(d.created_on IS NULL OR d.created_on < %(before)s)"
    " AND (d.closed_on IS NULL OR d.closed_on >= %(before)s)"
)

#: Of a stage without a known chance nothing is expected.
_CHANCE = (
    "COALESCE((SELECT g.probability_bp FROM pipeline_stage g"
    " WHERE g.organisation_id = d.organisation_id AND g.id = d.stage_id), 0)"
)

OPEN = Stock(
    kind="deals",
    table=_DEAL,
    where=LIVE,
    person="d.owner_id",
    day="d.expected_close_on",
    record="d.id",
    slices=SLICES,
    filters=FILTERS,
    about=ABOUT,
    terms={
        "open_amount": Term("d.base_minor", "NOT d.is_shared"),
        "open_count": Term("1"),
        "weighted_amount": Term(f"round(d.base_minor * {_CHANCE} / 10000.0)::bigint", "NOT d.is_shared"),
        "overdue_count": Term("1", "d.expected_close_on < %(before)s::date - 1"),
    },
    now=_OPEN_NOW,
    then=_OPEN_THEN,
)

OPEN_SHARED = replace(
    OPEN,
    table=_SHARE,
    where=_SHARED,
    person="s.person_id",
    terms={
        "open_amount": Term("s.base_minor"),
        "weighted_amount": Term(f"round(s.base_minor * {_CHANCE} / 10000.0)::bigint"),
    },
    now=f"{_OPEN_NOW} AND s.closed_on IS NULL",
    then=f"{_OPEN_THEN} AND (s.closed_on IS NULL OR s.closed_on >= %(before)s)",
)

SOURCES = (CLOSED, SHARED, CREATED, OPEN, OPEN_SHARED)
