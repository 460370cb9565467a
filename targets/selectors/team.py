"""How everyone in sight stands in a goal, and who needs help first."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, When

from kpis.models import Kpi
from kpis.selectors import Bucket, actuals, series
from kpis.takes import is_stock
from kpis.values import Actual, Formula
from salestargets.alerts.models import Severity
from salestargets.alerts.selectors import inbox
from salestargets.kernel.periods import Period, add_months
from salestargets.kernel.rational import ratio, rounded
from salestargets.tenancy.access import Actor, Sight, sight_of
from salestargets.tenancy.compiled import compiled_once
from salestargets.tenancy.context import current_organisation_id
from targets.amounts import is_level, stored_actual
from targets.choices import IN_FORCE, Against, Status
from targets.domain.progress import Timeline
from targets.models import Goal
from targets.selectors.arranging import open_at_first, opened
from targets.selectors.figures import STATUS, Standing, clock_of, is_kept, standings
from targets.selectors.periods import calendar_for, span_of
from targets.selectors.plans import in_visible_plans
from targets.selectors.rows import Place, places
from targets.selectors.trees import Label, Node, plan_tree, unit_tree, with_unit

MOST_GOALS = 50
MOST_HELP = 5
BEHIND = (Status.BEHIND, Status.AT_RISK)
SPARK_MONTHS = 12
#: What is open now and would add to a measure if it were won.
_OPEN = {"won_amount": "open_amount", "won_count": "open_count"}


class Crowd(NamedTuple):
    """The people of a goal in sight together: how many stand how, and who are furthest behind, largest first.

    `heads`: how many are right below each unit, where they have no places of their own.
    """

    counts: Counter[Status]
    behind: Sequence[Place]
    heads: Mapping[Node, int]


@dataclass(frozen=True)
class Team:
    """Every visible place of the goal's tree with its standing; of a large one at first what is open."""

    goal: Goal
    clock: Timeline
    places: Sequence[Place]
    standings: Mapping[Node, Standing]
    crowd: Crowd

    def standing(self, place: Place) -> Standing:
        return self.standings[place.node]


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
    if actor.sees_everything:
        return _every_goal(day)
    return list(_in_force(day).filter(in_visible_plans(actor, on))[:MOST_GOALS])


@compiled_once
def _every_goal(day: date) -> QuerySet[Goal]:
    return _in_force(day)[:MOST_GOALS]


def _in_force(day: date) -> QuerySet[Goal]:
    runs = Q(plan__starts_on__lte=day, plan__ends_on__gte=day)
    goals = Goal.objects.filter(plan__state__in=IN_FORCE)
    return goals.select_related("kpi", "plan").order_by(
        Case(When(runs, then=0), default=1, output_field=IntegerField()),
        "-plan__starts_on",
        "plan__name",
        "kpi__position",
        "id",
    )


def team_of(
    actor: Actor,
    goal: Goal,
    *,
    as_of: date | None,
    against: str = Against.CURRENT,
    is_first: bool = False,
    at: datetime,
) -> Team:
    """A handful of queries for any size. `is_first`: nothing was opened, sorted or sought yet."""
    on = actor.organisation.today(at)
    calendar, day = calendar_for([goal], actor.organisation), as_of or on

    def stand(nodes: Collection[Node]) -> dict[Node, Standing]:
        return standings(goal, nodes, actor.organisation, calendar, as_of=as_of, against=against, at=at)

    clock, sight = clock_of(goal.plan, day, calendar), sight_of(actor, on)
    if is_first and sight.everything and is_kept(goal, as_of=as_of, against=against):
        found, crowd = _folded(goal, sight, on)
        open_ids = open_at_first(found, crowd.heads)
        if not any(node.unit_id in open_ids for node in crowd.heads):
            shown = [*opened(found, open_ids, key=None, falling=False), *crowd.behind]
            return Team(goal, clock, found, stand([place.node for place in shown]), crowd)
    found = places(plan_tree(goal.plan), sight)
    stands = stand([place.node for place in found])
    return Team(goal, clock, found, stands, _crowd(found, stands, day))


def _crowd(found: Sequence[Place], stands: Mapping[Node, Standing], day: date) -> Crowd:
    people = [(place, stands[place.node]) for place in found if not place.node.is_unit]
    behind = [(place, stand) for place, stand in people if _is_behind(stand) and place.label.is_there(day)]
    first = sorted(behind, key=lambda one: -(one[1].pace_gap or 0))[:MOST_HELP]
    return Crowd(Counter(stand.status for _place, stand in people), [place for place, _stand in first], {})


def _is_behind(stand: Standing) -> bool:
    return stand.status in BEHIND


def _folded(goal: Goal, sight: Sight, on: date) -> tuple[list[Place], Crowd]:
    """The units, and of their people how they stand together, from what is kept. Two queries."""
    plan, tree = goal.plan, unit_tree(goal.plan)
    values: dict[str, Any] = {
        "organisation": current_organisation_id(),
        "goal": goal.pk,
        "units": [node.unit_id for node in tree.labels],
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "day": on,
        "behind": [status.value for status in BEHIND],
        "most": MOST_HELP,
    }
    counts, heads, behind = Counter[Status](), Counter[Node](), list[tuple[int, Place]]()
    with connection.cursor() as cursor:
        cursor.execute(_TOGETHER, values)
        for unit_id, person_id, status, count, gap, name, external_id in cursor.fetchall():
            if person_id is None:
                counts[STATUS[status]] += count
                heads[Node(unit_id)] += count
                continue
            node, label = Node(unit_id, person_id), Label(name, external_id)
            told = with_unit(label, node, tree.labels) if count > 1 else label
            behind.append((-gap, Place(node, told, 0, None, False)))
    found = [
        place._replace(has_children=place.has_children or place.node in heads)
        for place in places(tree, sight)
    ]
    return found, Crowd(counts, [place for _gap, place in sorted(behind)], heads)


#: The people of the units within the plan's span: unit by unit how many stand how; then those furthest behind
#: who are still there, each with the number of their places.
_TOGETHER = """
WITH member AS (
    SELECT unit_id, person_id, max(COALESCE(ends_on, 'infinity')) AS left_on
    FROM tenancy_assignment
    WHERE organisation_id = %(organisation)s AND role = 'member' AND unit_id = ANY(%(units)s)
      AND starts_on < %(ends_on)s AND (ends_on IS NULL OR ends_on > %(starts_on)s)
    GROUP BY unit_id, person_id
), stand AS MATERIALIZED (
    SELECT m.*, COALESCE(p.status, 'no_target') AS status, COALESCE(p.expected - p.actual, 0) AS gap
    FROM member m
    LEFT JOIN targets_target t ON t.organisation_id = %(organisation)s AND t.goal_id = %(goal)s
      AND t."group" = '' AND t.unit_id = m.unit_id AND t.person_id = m.person_id
    LEFT JOIN targets_progress p ON p.organisation_id = %(organisation)s AND p.target_id = t.id
), behind AS (
    SELECT * FROM stand
    WHERE status = ANY(%(behind)s) AND (left_on > %(day)s OR left_on >= %(ends_on)s)
    ORDER BY gap DESC, unit_id, person_id LIMIT %(most)s
)
SELECT unit_id, NULL AS person_id, status, count(*), 0 AS gap, '' AS name, '' AS external_id
FROM stand GROUP BY unit_id, status
UNION ALL
SELECT b.unit_id, b.person_id, b.status, (SELECT count(*) FROM member m WHERE m.person_id = b.person_id),
       b.gap, person.name, person.external_id
FROM behind b
JOIN tenancy_person person ON person.organisation_id = %(organisation)s AND person.id = b.person_id
"""


def who_needs_help(actor: Actor, team: Team, *, as_of: date | None, at: datetime) -> list[Need]:
    """The people furthest behind what is expected by now, the largest gap first; not where they have left."""
    first = team.crowd.behind
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
    about = Q(unit__in=units) | Q(person__in=people)
    rows = inbox(actor, on).filter(about, facts__goal=goal.pk).values_list("facts__holder", "severity")
    return {shown[holder]: Severity(severity) for holder, severity in rows if holder in shown}


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
