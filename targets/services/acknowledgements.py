"""Answers to being asked about a number: seen and taken, or contested; and reminders to those who owe one."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from salestargets.alerts.services.notices import notify
from salestargets.kernel.errors import Conflict, DomainError, Forbidden
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.services.versions import lock, save_changes
from targets.announcements import ANSWER_AWAITED, NUMBER_CONTESTED, plan_facts
from targets.choices import AnswerState, PlanState
from targets.models import Acknowledgement, Plan, Target, TargetVersion
from targets.selectors.acknowledgements import asks_of, standing_asks
from targets.selectors.approvers import administrators, givers_of
from targets.selectors.rules import planning_rules
from targets.services.asking import asked_facts
from targets.services.numbers import check_not_closed


@transaction.atomic
def acknowledge(
    actor: Actor,
    *,
    target: Target,
    version: int,
    is_contested: bool = False,
    comment: str = "",
    at: datetime,
) -> Acknowledgement:
    """What the actor says of a version of a number that they were asked about; the last word counts.

    Contested, whoever gives the number is told why.
    """
    comment = clean_text(comment, max_length=1000, multiline=True)
    if is_contested and not comment:
        raise DomainError(N_("Say what you contest, and why."), code="comment_required", field="comment")
    check_not_closed(target.goal.plan)
    ask = _asked(actor, target, version)
    state = AnswerState.CONTESTED if is_contested else AnswerState.ACKNOWLEDGED
    if (ask.state, ask.comment) == (state, comment):
        return ask
    save_changes(ask, {"state": state, "comment": comment, "answered_at": at})
    if is_contested:
        _tell_contested(ask, target, at=at)
    return ask


@transaction.atomic
def remind(actor: Actor, *, plan: Plan, at: datetime) -> int:
    """Those in sight who have not answered yet, each once a day. Returns how many."""
    actor.require(Scope.TARGETS_WRITE)
    check_not_closed(plan)
    on = actor.organisation.today(at)
    asks = asks_of(plan, sight_of(actor, on)).exclude(person=actor.person_id)
    due = [ask for ask in _waiting(asks) if not _is_of(ask.reminded_at, actor.organisation, on)]
    return _remind(due, on=on, at=at)


@transaction.atomic
def remind_late(organisation: Organisation, *, at: datetime) -> int:
    """Once, those who have not answered within the organisation's days."""
    on = organisation.today(at)
    days = timedelta(days=planning_rules().answer_days)
    asks = standing_asks().filter(target__goal__plan__state=PlanState.PUBLISHED, reminded_at=None)
    late = [ask for ask in _waiting(asks) if organisation.today(ask.asked_at) + days <= on]
    return _remind(late, on=on, at=at)


def _asked(actor: Actor, target: Target, version: int) -> Acknowledgement:
    """What the actor was asked about this version, which must be the newest."""
    asked = Acknowledgement.objects.filter(target=target, person=actor.person_id, version_number=version)
    found = asked.first() if actor.person_id else None
    if found is None:
        raise Forbidden(
            N_("A number is acknowledged by its holder: you were not asked about this one."), code="forbidden"
        )
    if TargetVersion.objects.filter(target=target, number__gt=version).exists():
        raise Conflict(
            N_("The number has changed meanwhile. Look at the new one, and answer that."), code="stale"
        )
    return lock(found, expected_version=None)


def _tell_contested(ask: Acknowledgement, target: Target, *, at: datetime) -> None:
    """The nearest who manage above the holder; where nobody does, the administrators."""
    ask.target = target
    on = ask.organisation.today(at)
    people = givers_of(target.unit_id, target.person_id, asked_by=ask.person_id, on=on)
    facts = plan_facts(
        target.goal.plan, person=ask.person.name, comment=ask.comment, numbers=[asked_facts(ask)]
    )
    notify(
        kind=NUMBER_CONTESTED,
        subject=f"ask:{ask.pk}:{ask.version}",
        path=f"plans/{target.goal.plan_id}/course/",
        people=dict.fromkeys(people, facts),
        users={} if people else dict.fromkeys(administrators(), facts),
        at=at,
    )


def _waiting(asks: QuerySet[Acknowledgement]) -> QuerySet[Acknowledgement]:
    return asks.filter(state=AnswerState.ASKED, person__user__isnull=False).order_by("id")


def _is_of(moment: datetime | None, organisation: Organisation, day: date) -> bool:
    return moment is not None and organisation.today(moment) == day


def _remind(asks: list[Acknowledgement], *, on: date, at: datetime) -> int:
    """One notice for each plan and person, whatever the number of goals."""
    by_plan: dict[Plan, dict[int, list[Acknowledgement]]] = {}
    for ask in asks:
        by_plan.setdefault(ask.target.goal.plan, {}).setdefault(ask.person_id, []).append(ask)
    for plan, people in by_plan.items():
        told = {person_id: _reminder(plan, own) for person_id, own in people.items()}
        notify(kind=ANSWER_AWAITED, subject=f"plan:{plan.pk}:{on}", path="today/", people=told, at=at)
    Acknowledgement.objects.filter(pk__in=[ask.pk for ask in asks]).update(reminded_at=at)
    return sum(len(people) for people in by_plan.values())


def _reminder(plan: Plan, asks: list[Acknowledgement]) -> dict[str, object]:
    asked_on = min(ask.organisation.today(ask.asked_at) for ask in asks)
    return plan_facts(plan, numbers=[asked_facts(ask) for ask in asks], asked_on=asked_on.isoformat())
