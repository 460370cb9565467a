"""Leads: their fields, and which days their status needs."""

from pipeline.choices import LeadStatus
from pipeline.kinds.credit import owner
from pipeline.kinds.days import not_in_the_future
from pipeline.kinds.words import LEAD_STATUSES
from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import ABSENT, Choice, Date, Name, Ref, Text
from salestargets.ingest.kinds import Call, Errors, Kind
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

QUALIFIED_NEEDS_A_DAY = DomainError(N_("A qualified lead needs the day it qualified."), code="required")
DEAL_NEEDS_A_DAY = DomainError(N_("A lead that became a deal needs the day it qualified."), code="required")
DISQUALIFIED_NEEDS_A_DAY = DomainError(
    N_("A disqualified lead needs the day it was disqualified."), code="required"
)
_NOTHING = (None, ABSENT)


def check_days(batch: Batch, _call: Call) -> dict[int, Errors]:
    """Who says what became of a lead says when: it counts on that day."""
    names = ("status", "deal", "qualified_on", "disqualified_on")
    problems: dict[int, Errors] = {}
    for row, (status, deal, qualified_on, disqualified_on) in enumerate(
        zip(*map(batch.values, names), strict=True)
    ):
        if qualified_on in _NOTHING and status == LeadStatus.QUALIFIED:
            problems[row] = {"qualified_on": [QUALIFIED_NEEDS_A_DAY]}
        elif qualified_on in _NOTHING and deal not in _NOTHING:
            problems[row] = {"qualified_on": [DEAL_NEEDS_A_DAY]}
        elif disqualified_on in _NOTHING and status == LeadStatus.DISQUALIFIED:
            problems[row] = {"disqualified_on": [DISQUALIFIED_NEEDS_A_DAY]}
    return problems


LEADS = Kind(
    name="leads",
    table="pipeline_lead",
    label=N_("Sales leads"),
    fields=(
        Name(),
        owner(),
        Ref(name="customer", column="customer_id", kind="customers"),
        Ref(name="channel", column="channel_id", kind="channels"),
        Choice(
            name="status",
            choices=tuple(LeadStatus.values),
            default=LeadStatus.NEW.value,
            words=LEAD_STATUSES,
        ),
        Date(name="created_on", counted=True),
        Date(name="qualified_on", help="Needed where the status is qualified, or with a deal."),
        Date(name="disqualified_on", help="Needed where the status is disqualified."),
        Ref(name="deal", column="deal_id", kind="deals", help="What became of it."),
        Text(name="lost_reason", max_length=200),
    ),
    rules=(
        check_days,
        not_in_the_future("qualified_on"),
        not_in_the_future("disqualified_on"),
    ),
    is_versioned=True,
    has_tombstones=True,
)
