"""The measures of deals: what counts, for whom, on which day.

Money is credited by share; as a count a deal is its owner's, once.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from kpis.choices import KpiUnit
from kpis.registry import (
    Flow,
    Measure,
    Stock,
    Term,
    register_flow,
    register_measures,
    register_product_names,
    register_stock,
)
from pipeline.models import Product
from pipeline.models.marks import GROUP

MEASURES = (
    Measure("won_amount", KpiUnit.MONEY, _("Amount of won deals")),
    Measure("won_count", KpiUnit.COUNT, _("Won deals")),
    Measure("lost_count", KpiUnit.COUNT, _("Lost deals")),
    Measure("created_count", KpiUnit.COUNT, _("Created deals")),
    Measure("won_cycle_days", KpiUnit.DAYS, _("Days from creation to closing of won deals")),
    Measure("won_cycle_count", KpiUnit.COUNT, _("Won deals with a creation date")),
    Measure("open_amount", KpiUnit.MONEY, _("Amount of open deals"), is_stock=True),
    Measure("open_count", KpiUnit.COUNT, _("Open deals"), is_stock=True),
)

_DEAL = "pipeline_deal d"
_SHARE = (
    "pipeline_creditshare s"
    " JOIN pipeline_deal d ON d.organisation_id = s.organisation_id AND d.id = s.deal_id"
)
LIVE = "d.organisation_id = %(organisation)s AND d.deleted_at IS NULL"
_SHARED = f"s.organisation_id = %(organisation)s AND {LIVE} AND d.is_shared"
_ABOUT = {
    "name": "d.name",
    "external_id": "d.external_id",
    "customer_id": "d.customer_id",
    "amount_minor": "d.amount_minor",
    "currency": "d.currency",
}
_SLICES = {
    "product": "d.product_id",
    "stage": "d.stage_id",
    "cycle": "d.closed_on - d.created_on",
}
_WON = "d.status = 'won'"
_WON_WITH_CYCLE = f"{_WON} AND d.created_on IS NOT NULL"

CLOSED = Flow(
    group=GROUP,
    table=_DEAL,
    where=LIVE,
    person="d.owner_id",
    day="d.closed_on",
    record="d.id",
    slices=_SLICES,
    about=_ABOUT,
    terms={
        "won_amount": Term("d.base_minor", f"{_WON} AND NOT d.is_shared"),
        "won_count": Term("1", _WON),
        "lost_count": Term("1", "d.status = 'lost'"),
        "won_cycle_days": Term("d.closed_on - d.created_on", _WON_WITH_CYCLE),
        "won_cycle_count": Term("1", _WON_WITH_CYCLE),
    },
)

SHARED = Flow(
    group=GROUP,
    table=_SHARE,
    where=_SHARED,
    person="s.person_id",
    day="s.closed_on",
    record="d.id",
    slices=_SLICES,
    about=_ABOUT,
    terms={"won_amount": Term("s.base_minor", _WON)},
)

CREATED = Flow(
    group=GROUP,
    table=_DEAL,
    where=LIVE,
    person="d.owner_id",
    day="d.created_on",
    record="d.id",
    slices=_SLICES,
    about=_ABOUT,
    terms={"created_count": Term("1")},
)

_OPEN_NOW = "d.status = 'open'"
#: As far as the dates tell: a deal without a creation date counts as having always been there.
_OPEN_THEN = (
    "(d.created_on IS NULL OR d.created_on < %(before)s)"
    " AND (d.closed_on IS NULL OR d.closed_on >= %(before)s)"
)

OPEN = Stock(
    table=_DEAL,
    where=LIVE,
    person="d.owner_id",
    day="d.expected_close_on",
    record="d.id",
    slices=_SLICES,
    about=_ABOUT,
    terms={"open_amount": Term("d.base_minor", "NOT d.is_shared"), "open_count": Term("1")},
    now=_OPEN_NOW,
    then=_OPEN_THEN,
)

OPEN_SHARED = Stock(
    table=_SHARE,
    where=_SHARED,
    person="s.person_id",
    day="d.expected_close_on",
    record="d.id",
    slices=_SLICES,
    about=_ABOUT,
    terms={"open_amount": Term("s.base_minor")},
    now=f"{_OPEN_NOW} AND s.closed_on IS NULL",
    then=f"{_OPEN_THEN} AND (s.closed_on IS NULL OR s.closed_on >= %(before)s)",
)


def product_names(ids: Iterable[int]) -> Iterable[tuple[int, str, str]]:
    return Product.objects.filter(pk__in=ids).values_list("id", "external_id", "name")


def register() -> None:
    register_measures(MEASURES)
    for flow in (CLOSED, SHARED, CREATED):
        register_flow(flow)
    for stock in (OPEN, OPEN_SHARED):
        register_stock(stock)
    register_product_names(product_names)
