"""The measures of what people do and of what customers answer. Which kind of activity, a filter says."""

from django.utils.translation import gettext_lazy as _

from kpis.choices import KpiUnit
from kpis.registry import About, Flow, Measure, Term
from pipeline.measures.filters import of_customer

_ACTIVITIES, _FEEDBACK = _("Activities"), _("Feedback")
MEASURES = (
    Measure("activity_count", KpiUnit.COUNT, _("Activities"), _ACTIVITIES),
    Measure("activity_minutes", KpiUnit.COUNT, _("Minutes of activities"), _ACTIVITIES),
    Measure("nps_promoter_count", KpiUnit.COUNT, _("Who would recommend us (9 or 10)"), _FEEDBACK),
    Measure("nps_detractor_count", KpiUnit.COUNT, _("Who would not recommend us (0 to 6)"), _FEEDBACK),
    Measure("nps_count", KpiUnit.COUNT, _("Answers to whether they would recommend us"), _FEEDBACK),
    Measure("satisfaction_sum", KpiUnit.SCORE, _("Satisfaction, sum of hundredths"), _FEEDBACK),
    Measure("satisfaction_hundredths", KpiUnit.COUNT, _("Answers on satisfaction × 100"), _FEEDBACK),
    Measure("satisfaction_count", KpiUnit.COUNT, _("Answers on satisfaction"), _FEEDBACK),
)

DONE = Flow(
    kind="activities",
    group="activities",
    table="pipeline_activity a",
    where="a.organisation_id = %(organisation)s AND a.deleted_at IS NULL",
    person="a.person_id",
    day="a.happened_on",
    record="a.id",
    filters={
        "activity_kind": "a.kind",
        "outcome": "a.outcome",
        "minutes": "a.minutes",
        "customer": "a.customer_id",
        "industry": of_customer("industry", "a"),
        "country": of_customer("country", "a"),
        "of_deal": "(a.deal_id IS NOT NULL)",
        "of_lead": "(a.lead_id IS NOT NULL)",
    },
    about=About(name="a.name", external_id="a.external_id", customer="a.customer_id"),
    terms={"activity_count": Term("1"), "activity_minutes": Term("a.minutes")},
)

_NPS, _SATISFACTION = "f.kind = 'nps'", "f.kind = 'satisfaction'"
ANSWERED = Flow(
    kind="feedback",
    group="feedback",
    table="pipeline_feedback f",
    where="f.organisation_id = %(organisation)s AND f.deleted_at IS NULL",
    person="f.person_id",
    day="f.given_on",
    record="f.id",
    filters={
        "customer": "f.customer_id",
        "industry": of_customer("industry", "f"),
        "country": of_customer("country", "f"),
        "of_deal": "(f.deal_id IS NOT NULL)",
    },
    about=About(name="f.name", external_id="f.external_id", customer="f.customer_id"),
    terms={
        "nps_promoter_count": Term("1", f"{_NPS} AND f.score_hundredths >= 900"),
        "nps_detractor_count": Term("1", f"{_NPS} AND f.score_hundredths <= 600"),
        "nps_count": Term("1", _NPS),
        "satisfaction_sum": Term("f.score_hundredths", _SATISFACTION),
        "satisfaction_hundredths": Term("100", _SATISFACTION),
        "satisfaction_count": Term("1", _SATISFACTION),
    },
)

SOURCES = (DONE, ANSWERED)
