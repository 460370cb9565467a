"""How everyone in sight stands in a goal, and who needs help first."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import Case, IntegerField, Q, When

from kpis.models import Kpi
from kpis.selectors import Bucket, actuals, series
from kpis.takes import is_stock
from kpis.values import Actual, Formula
from salestargets.alerts.models import Severity
from salestargets.alerts.selectors import inbox
from salestargets.kernel.periods import Period, add_months
from salestargets.kernel.rational import ratio, rounded
from salestargets.tenancy.access import Actor, sight_of
from targets.amounts import is_level, stored_actual
from targets.choices import IN_FORCE, Against, Status
from targets.domain.progress import Timeline
from targets.models import Goal
from targets.selectors.figures import Standing, clock_of, standings
from targets.selectors.periods import calendar_for, span_of
from targets.selectors.plans import in_visible_plans
from targets.selectors.rows import Place, places
from targets.selectors.trees import Node, plan_tree

MOST_GOALS = 50
MOST_HELP = 5
SPARK_MONTHS = 12
#: What is open now and would add to a measure if it were won.
_OPEN = {"won_amount": "open_amount", "won_count": "open_count"}


@dataclass(frozen=True)
class Team:
    """Every visible place of the goal's tree with its standing."""

    goal: Goal
    clock: Timeline
    places: Sequence[Place]
    standings: Mapping[Node, Standing]

    def standing(self, place: Place) -> Standing:
        return self.standings[place.node]

    @cached_property
    def people(self) -> list[Place]:
        return [place for place in self.places if not place.node.is_unit]

    def counts(self) -> Counter[Status]:
        """How many people stand how."""
        return Counter(self.standing(place).status for place in self.people)


@dataclass(frozen=True, slots=True)
class Need:
    """Someone behind, and what is known of why.

    `rate`: reached on a working day so far. `cover`: what is open against the gap; None where nothing of that
    kind is open to be won.
    """

    place: Place
    standing: Standing
    rate: int | None
    cover: Decimal | None


def goals_in_force(actor: Actor, *, day: date, on: date) -> list[Goal]:
    """Those that run on the day first, then the newest."""
    runs = Q(plan__starts_on__lte=day, plan__ends_on__gte=day)
    goals = Goal.objects.filter(in_visible_plans(actor, on), plan__state__in=IN_FORCE)
    return list(
        goals.select_related("kpi", "plan").order_by(
            Case(When(runs, then=0), default=1, output_field=IntegerField()),
            "-plan__starts_on",
            "plan__name",
            "kpi__position",
            "id",
        )[:MOST_GOALS]
    )


def team_of(
    actor: Actor, goal: Goal, *, as_of: date | None, against: str = Against.CURRENT, at: datetime
) -> Team:
    """A handful of queries for any size."""
    on = actor.organisation.today(at)
    found = places(plan_tree(goal.plan), sight_of(actor, on))
    nodes = [place.node for place in found]
    calendar = calendar_for([goal], actor.organisation)
    return Team(
        goal=goal,
        clock=clock_of(goal.plan, as_of or on, calendar),
        places=found,
        standings=standings(goal, nodes, actor.organisation, calendar, as_of=as_of, against=against, at=at),
    )


def who_needs_help(actor: Actor, team: Team, *, as_of: date | None, at: datetime) -> list[Need]:
    """The people furthest behind what is expected by now, the largest gap first; not where they have left."""
    day = as_of or actor.organisation.today(at)
    behind = [
        place
        for place in team.people
        if team.standing(place).status in (Status.BEHIND, Status.AT_RISK) and place.label.is_there(day)
    ]
    first = sorted(behind, key=lambda place: -(team.standing(place).pace_gap or 0))[:MOST_HELP]
    covers = _covers(team, first, on=actor.organisation.today(at), as_of=as_of)
    return [Need(place, team.standing(place), _rate(team, place), covers.get(place.node)) for place in first]


def sparks(goal: Goal, nodes: Collection[Node], *, day: date, on: date) -> dict[Node, list[int]]:
    """What each of the last twelve whole months brought, from the cells; nothing of a stock."""
    if is_stock(goal.kpi):
        return {node: [] for node in nodes}
    end = day.replace(day=1)
    span = Period(add_months(end, -SPARK_MONTHS), end)
    found = series([node.holder.whole for node in nodes], goal.kpi, span, by="month", on=on)
    months = [month.start for month in span.months()]

    def bars(brought: Mapping[Bucket, Actual]) -> list[int]:
        return [stored_actual(brought[month], goal.kpi) or 0 if month in brought else 0 for month in months]

    return {node: bars(found[node.holder.whole]) for node in nodes}


def severities(actor: Actor, goal: Goal, nodes: Collection[Node], on: date) -> dict[Node, Severity]:
    """Whose open alert on this goal is how loud."""
    shown = {str(node): node for node in nodes}
    units = [node.unit_id for node in nodes if node.is_unit]
    people = [node.person_id for node in nodes if node.person_id]
    rows = inbox(actor, on).filter(Q(unit__in=units) | Q(person__in=people), facts__goal=goal.pk)
    return {
        shown[holder]: Severity(severity)
        for holder, severity in rows.values_list("facts__holder", "severity")
        if holder in shown
    }


def open_counterpart(kpi: Kpi) -> Formula | None:
    """What is open now and would add to this KPI if it were won; None where there is nothing of that kind."""
    measure = None if kpi.denominator else _OPEN.get(kpi.numerator)
    return Formula(measure) if measure else None


def _rate(team: Team, place: Place) -> int | None:
    """What was reached on each working day that has passed."""
    if is_level(team.goal.kpi):
        return None
    passed = team.clock.working_days_passed
    per_day = ratio(team.standing(place).actual, passed)
    return None if per_day is None else round(per_day)


def _covers(
    team: Team, found: Sequence[Place], *, on: date, as_of: date | None
) -> dict[Node, Decimal | None]:
    counterpart = open_counterpart(team.goal.kpi)
    if counterpart is None or not found:
        return {}
    holders = [place.node.holder for place in found]
    is_open = actuals(holders, counterpart, span_of(team.goal.plan), on=on, as_of=as_of)
    gaps = {place.node: team.standing(place).gap for place in found}
    return {node: rounded(ratio(is_open[node.holder].numerator, gap), 2) for node, gap in gaps.items()}
