"""The measures of leads: each counts for its owner on the day of what is counted."""

from django.utils.translation import gettext_lazy as _

from kpis.choices import KpiUnit
from kpis.registry import About, Flow, Measure, Term
from pipeline.measures.filters import of_customer

_LEADS = _("Sales leads")
MEASURES = (
    Measure("lead_created_count", KpiUnit.COUNT, _("New leads"), _LEADS),
    Measure("lead_qualified_count", KpiUnit.COUNT, _("Leads that qualified"), _LEADS),
    Measure("lead_converted_count", KpiUnit.COUNT, _("Leads that became a deal, as they qualified"), _LEADS),
    Measure("lead_disqualified_count", KpiUnit.COUNT, _("Disqualified leads"), _LEADS),
)
_ONE = Term("1")


def _flow(day: str, **terms: Term) -> Flow:
    return Flow(
        kind="leads",
        group="leads",
        table="pipeline_lead l",
        where="l.organisation_id = %(organisation)s AND l.deleted_at IS NULL",
        person="l.owner_id",
        day=day,
        record="l.id",
        filters={
            "channel": "l.channel_id",
            "customer": "l.customer_id",
            "industry": of_customer("industry", "l"),
            "country": of_customer("country", "l"),
            "lead_status": "l.status",
            "lost_reason": "l.lost_reason",
        },
        about=About(name="l.name", external_id="l.external_id", customer="l.customer_id"),
        terms=terms,
    )


SOURCES = (
    _flow("l.created_on", lead_created_count=_ONE),
    _flow(
        "l.qualified_on",
        lead_qualified_count=_ONE,
        lead_converted_count=Term("1", "l.deal_id IS NOT NULL"),
    ),
    _flow("l.disqualified_on", lead_disqualified_count=Term("1", "l.status = 'disqualified'")),
)
