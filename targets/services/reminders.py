"""Those who have not proposed are asked again: by hand, and by themselves when answers are due."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from salestargets.tenancy.access import Actor, sight_of, system_actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Organisation
from targets.choices import PlanState
from targets.models import Plan
from targets.selectors.agreement import unanswered
from targets.selectors.plans import goals_of
from targets.selectors.trees import plan_tree
from targets.services.proposals import check_open
from targets.services.telling import tell_missing

#: Reminders come by themselves this many days before answers are due, and on the day.
DAYS_BEFORE = (2, 0)
#: Not in the night, by the organisation's clock.
FIRST_HOUR = 8


@transaction.atomic
def remind(actor: Actor, *, plan: Plan, at: datetime) -> int:
    """Everyone in sight who has not proposed for each goal of the plan; nobody twice a day."""
    actor.require(Scope.TARGETS_WRITE)
    check_open(plan)
    tree, sight = plan_tree(plan), sight_of(actor, actor.organisation.today(at))
    nodes = unanswered(tree, sight, goals_of([plan])[plan.pk])
    return tell_missing(actor, plan, tree, nodes, at=at)


def remind_of_due(organisation: Organisation, *, at: datetime) -> int:
    if at.astimezone(ZoneInfo(organisation.time_zone)).hour < FIRST_HOUR:
        return 0
    today = organisation.today(at)
    due = [today + timedelta(days=days) for days in DAYS_BEFORE]
    plans = Plan.objects.filter(state=PlanState.OPEN, answers_by__in=due).select_related("root_unit")
    actor = system_actor(organisation)
    return sum(remind(actor, plan=plan, at=at) for plan in plans.order_by("id"))
