"""What people do and what customers say of it: activities and feedback."""

from pipeline.choices import ActivityKind, FeedbackKind
from pipeline.kinds.days import keep_day, not_in_the_future
from pipeline.kinds.words import ACTIVITY_KINDS, FEEDBACK_KINDS
from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import ABSENT, Choice, Date, Moment, Name, Ref, Score, Text, Whole
from salestargets.ingest.kinds import Call, Errors, Kind
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

MINUTES_OF_A_WEEK = 7 * 24 * 60
NOT_ON_SCALE = {
    FeedbackKind.NPS: DomainError(N_("Enter a whole number from 0 to 10."), code="not_on_scale"),
    FeedbackKind.SATISFACTION: DomainError(N_("Enter a number from 1 to 5."), code="not_on_scale"),
}
NPS_SCORES = frozenset(range(0, 1_001, 100))


def person() -> Ref:
    return Ref(name="person", column="person_id", kind="people", counted=True)


ACTIVITIES = Kind(
    name="activities",
    table="pipeline_activity",
    label=N_("Activities"),
    fields=(
        Name(),
        Choice(name="kind", choices=tuple(ActivityKind.values), required=True, words=ACTIVITY_KINDS),
        person(),
        Ref(name="deal", column="deal_id", kind="deals"),
        Ref(name="customer", column="customer_id", kind="customers"),
        Ref(name="lead", column="lead_id", kind="leads"),
        Moment(name="happened_at", required=True, help="It counts on the organisation's day."),
        Whole(name="minutes", maximum=MINUTES_OF_A_WEEK),
        Text(name="outcome", max_length=200),
    ),
    derived=(Date(name="happened_on"),),
    implies={"happened_at": frozenset({"happened_on"})},
    rules=(
        keep_day("happened_at", "happened_on"),
        not_in_the_future("happened_on", told_as="happened_at"),
    ),
    is_versioned=True,
    has_tombstones=True,
)


def check_scale(batch: Batch, _call: Call) -> dict[int, Errors]:
    """A score means something on its own scale only."""
    scored = enumerate(zip(batch.values("kind"), batch.values("score"), strict=True))
    return {
        row: {"score": [NOT_ON_SCALE[kind]]}
        for row, (kind, score) in scored
        if kind is not ABSENT and not _is_on_scale(kind, score)
    }


def _is_on_scale(kind: str, hundredths: int) -> bool:
    return hundredths in NPS_SCORES if kind == FeedbackKind.NPS else 100 <= hundredths <= 500


FEEDBACK = Kind(
    name="feedback",
    table="pipeline_feedback",
    label=N_("Feedback"),
    fields=(
        Name(),
        Choice(name="kind", choices=tuple(FeedbackKind.values), required=True, words=FEEDBACK_KINDS),
        Score(
            name="score",
            column="score_hundredths",
            highest=10,
            required=True,
            help="0 to 10 for nps, whole; 1 to 5 for satisfaction, with up to two decimals.",
        ),
        Ref(name="customer", column="customer_id", kind="customers"),
        Ref(name="deal", column="deal_id", kind="deals"),
        person(),
        Date(name="given_on", required=True),
    ),
    implies={"score": frozenset({"kind"}), "kind": frozenset({"score"})},
    rules=(check_scale, not_in_the_future("given_on")),
    is_versioned=True,
    has_tombstones=True,
)
