"""Those who have not proposed are asked again: by hand, and by themselves when answers are due."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import OuterRef, Subquery

from salestargets.tenancy.access import Actor, sight_of, system_actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Organisation
from targets.choices import PlanState
from targets.models import Plan, PlanMove
from targets.selectors.agreement import unanswered
from targets.selectors.plans import goals_of
from targets.selectors.trees import plan_tree
from targets.services.proposals import check_open
from targets.services.telling import tell_missing

#: Reminders come by themselves this many days before answers are due, and on the day; the last first.
DAYS_BEFORE = (0, 2)
#: Not in the night, by the organisation's clock.
FIRST_HOUR = 8


@transaction.atomic
def remind(actor: Actor, *, plan: Plan, due_on: date | None = None, at: datetime) -> int:
    """Everyone in sight who has not proposed for each goal of the plan.

    Nobody twice a day; of a reminder that was `due_on` a day, nobody twice at all.
    """
    actor.require(Scope.TARGETS_WRITE)
    check_open(plan)
    tree, today = plan_tree(plan), actor.organisation.today(at)
    nodes = unanswered(tree, sight_of(actor, today), goals_of([plan])[plan.pk])
    return tell_missing(actor, plan, tree, nodes, due_on=due_on or today, at=at)


def remind_of_due(organisation: Organisation, *, at: datetime) -> int:
    """Once for each day that reminders are due on; what was missed on its day is made up for."""
    if at.astimezone(ZoneInfo(organisation.time_zone)).hour < FIRST_HOUR:
        return 0
    actor = system_actor(organisation)
    return sum(remind(actor, plan=plan, due_on=day, at=at) for plan, day in _due(organisation, at))


def _due(organisation: Organisation, at: datetime) -> Iterator[tuple[Plan, date]]:
    """Plans with the newest of their days that has come, since the day on which everyone was asked."""
    today = organisation.today(at)
    opened = PlanMove.objects.filter(plan=OuterRef("pk"), to_state=PlanState.OPEN).order_by("-id")
    plans = Plan.objects.filter(
        state=PlanState.OPEN, answers_by__lte=today + timedelta(days=max(DAYS_BEFORE))
    )
    asked = plans.annotate(opened_at=Subquery(opened.values("at")[:1]))
    for plan in asked.select_related("root_unit").order_by("id"):
        day = _newest_day(plan.answers_by, today)
        if day and day > organisation.today(plan.opened_at):
            yield plan, day


def _newest_day(answers_by: date | None, today: date) -> date | None:
    """On which reminders have last been due."""
    days = [answers_by - timedelta(days=before) for before in DAYS_BEFORE] if answers_by else []
    return next((day for day in days if day <= today), None)
