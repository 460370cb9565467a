"""The measures of a deal's way through the stages, and of how well open deals are described."""

from django.utils.translation import gettext_lazy as _

from kpis.choices import KpiUnit
from kpis.registry import Flow, Measure, Stock, Term
from pipeline.measures.deals import ABOUT, FILTERS, LIVE, OPEN

_DEALS = _("Deals")
MEASURES = (
    Measure("stage_entry_count", KpiUnit.COUNT, _("Deals that came into a stage"), _DEALS),
    Measure("open_fields_filled", KpiUnit.COUNT, _("Filled fields of open deals"), _DEALS, is_level=True),
    Measure("open_fields_expected", KpiUnit.COUNT, _("Fields open deals should have"), _DEALS, is_level=True),
)

#: The deal tells only what is shown and filtered by: where neither is asked for, it is not joined.
ENTERED = Flow(
    kind="deals",
    group="stages",
    table="pipeline_stageentry e"
    " LEFT JOIN pipeline_deal d ON d.organisation_id = e.organisation_id AND d.id = e.deal_id",
    where="e.organisation_id = %(organisation)s",
    person="e.owner_id",
    day="e.entered_on",
    record="e.deal_id",
    line="e.id",
    filters={
        "stage": "e.stage_id",
        "stage_category": "(SELECT g.category FROM pipeline_stage g"
        " WHERE g.organisation_id = e.organisation_id AND g.id = e.stage_id)",
    },
    about=ABOUT,
    terms={"stage_entry_count": Term("1")},
)

#: What whoever leads has to know of an open deal to judge it.
EXPECTED = (
    "customer_id",
    "product_id",
    "stage_id",
    "amount_minor",
    "created_on",
    "expected_close_on",
)
_FILLED = f"num_nonnulls({', '.join(f'd.{column}' for column in EXPECTED)})"

DESCRIBED = Stock(
    kind="deals",
    table="pipeline_deal d",
    where=LIVE,
    person="d.owner_id",
    day="d.expected_close_on",
    record="d.id",
    filters=FILTERS,
    about=ABOUT,
    terms={"open_fields_filled": Term(_FILLED), "open_fields_expected": Term(str(len(EXPECTED)))},
    now=OPEN.now,
    then=OPEN.then,
)

SOURCES = (ENTERED, DESCRIBED)
