"""The measures of customers: who is won, who buys again, who is active.

The first won deal of a customer makes them new, for its owner on its day; every other one is a repeat
purchase. Won deals with a customer, less new customers, are therefore the repeat purchases.
"""

from django.utils.translation import gettext_lazy as _

from kpis.choices import KpiUnit
from kpis.registry import About, Flow, Measure, Stock, Term
from pipeline.models.marks import GROUP

_CUSTOMERS = _("Customers")
MEASURES = (
    Measure("new_customer_count", KpiUnit.COUNT, _("New customers, by their first won deal"), _CUSTOMERS),
    Measure(
        "repeat_deal_count", KpiUnit.COUNT, _("Won deals of customers who had bought before"), _CUSTOMERS
    ),
    Measure(
        "active_customer_count",
        KpiUnit.COUNT,
        _("Customers with a deal won in the last twelve months"),
        _CUSTOMERS,
        is_level=True,
    ),
)
_TABLE = "pipeline_customer c"
_OURS = "c.organisation_id = %(organisation)s"
_ABOUT = About(name="c.name", external_id="c.external_id", customer="c.id")
_FILTERS = {"customer": "c.id", "industry": "c.industry", "country": "c.country"}

#: A first deal counts among the won ones, and is taken off here.
ACQUIRED = Flow(
    kind="customers",
    group=GROUP,
    table=_TABLE,
    where=f"{_OURS} AND c.acquired_on IS NOT NULL",
    person="c.acquired_by_id",
    day="c.acquired_on",
    record="c.id",
    filters=_FILTERS,
    about=_ABOUT,
    terms={"new_customer_count": Term("1"), "repeat_deal_count": Term("-1")},
)

_BOUGHT = (
    "EXISTS (SELECT FROM pipeline_deal b WHERE b.organisation_id = c.organisation_id"
    " AND b.customer_id = c.id AND b.status = 'won' AND b.deleted_at IS NULL"
    " AND b.closed_on >= (%(before)s::date - interval '1 year')::date AND b.closed_on < %(before)s)"
)
ACTIVE = Stock(
    kind="customers",
    table=_TABLE,
    where=_OURS,
    person="c.owner_id",
    day="c.acquired_on",
    record="c.id",
    filters=_FILTERS,
    about=_ABOUT,
    terms={"active_customer_count": Term("1")},
    now=_BOUGHT,
    then=_BOUGHT,
)

SOURCES = (ACQUIRED, ACTIVE)
