"""The funnel of a unit or a person: what is open now, stage by stage, and what came and went in a period.

Deals count once, for their owner; amounts are credited by share. Everything is read from the records, by the
sources that the KPIs are made of.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kpis.registry import About, Flow, Source, Term
from kpis.selectors import Bucket, sums_of_records
from kpis.values import Holder
from pipeline.domain.funnel import Cycle, StageSummary, average_deal, cycle, win_rate
from pipeline.measures import deals as measures
from pipeline.models import Stage
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction

_LOST = "d.status = 'lost'"
#: Beyond the measures that cells are kept of.
_OPEN = (
    replace(measures.OPEN, terms={**measures.OPEN.terms, "unpriced": Term("1", "d.base_minor IS NULL")}),
    measures.OPEN_SHARED,
)
_CLOSED = (
    replace(
        measures.CLOSED,
        terms={**measures.CLOSED.terms, "lost_amount": Term("d.base_minor", f"{_LOST} AND NOT d.is_shared")},
    ),
    replace(measures.SHARED, terms={**measures.SHARED.terms, "lost_amount": Term("s.base_minor", _LOST)}),
    measures.CREATED,
)
_IN_TIME = "d.status = 'won' AND d.closed_on < %(ends_on)s"
#: What became of the deals that began in a period, within it.
_BEGUN = (
    replace(
        measures.CREATED,
        terms={
            "created_count": Term("1"),
            "won_count": Term("1", _IN_TIME),
            "won_amount": Term("d.base_minor", f"{_IN_TIME} AND NOT d.is_shared"),
        },
    ),
    replace(measures.SHARED, day="d.created_on", terms={"won_amount": Term("s.base_minor", _IN_TIME)}),
)
#: A deal that comes into a stage again, entered it the first time. The day is the organisation's own.
_ENTERED = Flow(
    kind="deals",
    group=measures.CLOSED.group,
    table=(
        "pipeline_stageentry e"
        " JOIN pipeline_deal d ON d.organisation_id = e.organisation_id AND d.id = e.deal_id"
        " JOIN tenancy_organisation o ON o.id = e.organisation_id"
    ),
    where=(
        f"e.organisation_id = %(organisation)s AND {measures.LIVE} AND NOT EXISTS ("
        "SELECT FROM pipeline_stageentry f"
        " WHERE f.organisation_id = e.organisation_id AND f.deal_id = e.deal_id AND f.stage_id = e.stage_id"
        " AND (f.entered_at, f.id) < (e.entered_at, e.id))"
    ),
    person="d.owner_id",
    day="(e.entered_at AT TIME ZONE o.time_zone)::date",
    record="d.id",
    slices={"stage": "e.stage_id"},
    about=About("d.name", "d.external_id"),
    terms={"entered": Term("1")},
)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage (None: deals in no stage): what is in it now, and how many deals first came in the period."""

    stage: Stage | None
    now: StageSummary[int | None]
    entered: int


@dataclass(frozen=True, slots=True)
class Funnel:
    steps: Sequence[Step]
    created: int
    won: int
    won_amount: int
    lost: int
    lost_amount: int
    cycle: Cycle

    @property
    def win_rate(self) -> Fraction | None:
        return win_rate(self.won, self.lost)

    @property
    def value_win_rate(self) -> Fraction | None:
        return win_rate(self.won_amount, self.lost_amount)

    @property
    def average_deal(self) -> Fraction | None:
        return average_deal(self.won_amount, self.won)


@dataclass(frozen=True, slots=True)
class NewDeals:
    """The deals created in a period, and those of them that were won before it was over."""

    created: int
    won: int
    won_amount: int


def new_deals(holder: Holder, period: Period) -> NewDeals:
    """One population from beginning to end: what was won later, or began earlier, is in none of it."""
    found = _sums(_BEGUN, holder, period, by=None)[None]
    return NewDeals(found["created_count"], found["won_count"], found["won_amount"])


def funnel(holder: Holder, period: Period, *, on: date) -> Funnel:
    """What is open on the day `on`, the organisation's today, and what happened in the period."""
    closed = _sums(_CLOSED, holder, period, by=None)[None]
    return Funnel(
        steps=_steps(holder, period, on),
        created=closed["created_count"],
        won=closed["won_count"],
        won_amount=closed["won_amount"],
        lost=closed["lost_count"],
        lost_amount=closed["lost_amount"],
        cycle=_cycle(holder, period),
    )


def _steps(holder: Holder, period: Period, on: date) -> list[Step]:
    now = _sums(_OPEN, holder, Period(on, on + timedelta(days=1)), by="stage")
    entered = _sums([_ENTERED], holder, period, by="stage")
    stages: list[Stage | None] = list(Stage.objects.order_by("position", "id"))
    return [_step(stage, now, entered) for stage in (*stages, *([None] if None in now else []))]


def _step(stage: Stage | None, now: "_Sums", entered: "_Sums") -> Step:
    stage_id = stage.pk if stage else None
    found = now[stage_id]
    summary = StageSummary(stage_id, found["open_count"], found["open_amount"], found["unpriced"])
    return Step(stage, summary, entered[stage_id]["entered"])


def _cycle(holder: Holder, period: Period) -> Cycle:
    found = _sums(_CLOSED, holder, period, by="cycle", only=["won_cycle_count"])
    return cycle({days: sums["won_cycle_count"] for days, sums in found.items() if isinstance(days, int)})


_Sums = Mapping[Bucket, Mapping[str, int]]


def _sums(
    sources: Iterable[Source], holder: Holder, period: Period, *, by: str | None, only: Sequence[str] = ()
) -> _Sums:
    """{slice: {measure: value}}, zero where there is nothing."""
    sources = list(sources)
    wanted = only or [key for source in sources for key in source.terms]
    sums: defaultdict[Bucket, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for _holder, bucket, measure, value in sums_of_records(sources, [holder], period, measures=wanted, by=by):
        sums[bucket][measure] = value
    return sums
