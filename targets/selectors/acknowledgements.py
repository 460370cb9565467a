"""Who was asked about their number, and what they answered. Only the newest version counts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from salestargets.tenancy.access import Actor, Sight
from salestargets.tenancy.compiled import compiled_once
from targets.choices import AnswerState, PlanState
from targets.models import Acknowledgement, Goal, Plan, Target, TargetVersion


@dataclass(frozen=True, slots=True)
class Answers:
    """How many were asked, and how they answered; `silent` cannot, as they have no sign-in."""

    asked: int
    acknowledged: int
    contested: int
    waiting: int
    silent: int


def standing_asks() -> QuerySet[Acknowledgement]:
    """About the newest versions, be they in force or yet to come."""
    newer = TargetVersion.objects.filter(target=OuterRef("target"), number__gt=OuterRef("version_number"))
    return Acknowledgement.objects.filter(~Exists(newer)).select_related(
        "person", "target__person", "target__unit", "target__goal__kpi", "target__goal__plan", "organisation"
    )


def asks_of(plan: Plan, sight: Sight) -> QuerySet[Acknowledgement]:
    """About the numbers in sight; who has not answered first."""
    asks = standing_asks().filter(target__goal__plan=plan)
    if not sight.everything:
        asks = asks.filter(Q(target__unit__in=sight.unit_ids) | Q(target__person__in=sight.person_ids))
    return asks


def number_of(ask: Acknowledgement) -> tuple[str, int | None]:
    """Whose number it is, and the one they were asked about."""
    target = ask.target
    return (target.person or target.unit).name, target.given if target.agreed is None else target.agreed


def holds_from(ask: Acknowledgement) -> date:
    """The day from which the number that they were asked about holds."""
    target: Target = ask.target
    starts_on: date = target.goal.plan.starts_on
    return target.effective_on or starts_on


def answers_in(goal: Goal, sight: Sight) -> Answers:
    """How those in sight answered about their numbers of a goal."""
    if sight.everything:
        return _counted(_every_kind(goal.pk))
    return answers_of(asks_of(goal.plan, sight).filter(target__goal=goal))


def answers_of(asks: QuerySet[Acknowledgement]) -> Answers:
    """One query, a row for each kind of answer."""
    return _counted(_by_kind(asks))


Kind = tuple[str, bool, int]


@compiled_once
def _every_kind(goal: int) -> QuerySet[Acknowledgement, Kind]:
    return _by_kind(standing_asks().filter(target__goal=goal))


def _by_kind(asks: QuerySet[Acknowledgement]) -> QuerySet[Acknowledgement, Kind]:
    kinds = asks.order_by().annotate(signs_in=Q(person__user__isnull=False)).values_list("state", "signs_in")
    return kinds.annotate(n=Count("id"))


def _counted(kinds: Iterable[Kind]) -> Answers:
    found = {(state, signs_in): n for state, signs_in, n in kinds}
    states = Counter[str]()
    for (state, _signs_in), n in found.items():
        states[state] += n
    return Answers(
        asked=states.total(),
        acknowledged=states[AnswerState.ACKNOWLEDGED],
        contested=states[AnswerState.CONTESTED],
        waiting=states[AnswerState.ASKED],
        silent=found.get((AnswerState.ASKED, False), 0),
    )


def awaited_of(actor: Actor, known: Iterable[Target] = ()) -> list[Acknowledgement]:
    """What waits for the actor's own answer, in plans that run or are to come.

    One query where nothing waits, or only for targets that are `known`, with goal, plan, KPI and holder.
    """
    if actor.person_id is None:
        return []
    found, targets = _asked_of(actor.person_id), {target.pk: target for target in known}
    if missing := {ask.target_id for ask in found} - targets.keys():
        targets |= Target.objects.select_related("goal__plan", "goal__kpi", "unit", "person").in_bulk(missing)
    for ask in found:
        ask.target = targets[ask.target_id]
    awaited = [ask for ask in found if ask.target.goal.plan.state == PlanState.PUBLISHED]
    return sorted(awaited, key=_by_time)


@compiled_once
def _asked_of(person: int) -> QuerySet[Acknowledgement]:
    return standing_asks().select_related(None).filter(person=person, state=AnswerState.ASKED)


def _by_time(ask: Acknowledgement) -> tuple[date, int, int]:
    goal = ask.target.goal
    return goal.plan.starts_on, goal.kpi.position, ask.pk
