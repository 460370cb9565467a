"""The measures of mentors: the deals that others closed while they were mentored.

A deal counts for the mentor of its owner on the day it was closed: as a count it is its owner's, once.
"""

from django.utils.translation import gettext_lazy as _

from kpis.choices import KpiUnit
from kpis.registry import Flow, Measure, Term
from pipeline.measures.deals import ABOUT, FILTERS, LIVE, SLICES
from pipeline.models.marks import GROUP

_MENTORING = _("Mentoring")
MEASURES = (
    Measure("mentee_won_count", KpiUnit.COUNT, _("Won deals of mentees"), _MENTORING),
    Measure("mentee_lost_count", KpiUnit.COUNT, _("Lost deals of mentees"), _MENTORING),
)

MENTORED = Flow(
    kind="deals",
    group=GROUP,
    table="tenancy_mentorship m JOIN pipeline_deal d"
    " ON d.organisation_id = m.organisation_id AND d.owner_id = m.mentee_id"
    " AND d.closed_on >= m.starts_on AND (m.ends_on IS NULL OR d.closed_on < m.ends_on)",
    where=f"m.organisation_id = %(organisation)s AND m.deleted_at IS NULL AND {LIVE}",
    person="m.mentor_id",
    day="d.closed_on",
    record="d.id",
    slices=SLICES,
    filters=FILTERS,
    about=ABOUT,
    terms={
        "mentee_won_count": Term("1", "d.status = 'won'"),
        "mentee_lost_count": Term("1", "d.status = 'lost'"),
    },
)

SOURCES = (MENTORED,)
