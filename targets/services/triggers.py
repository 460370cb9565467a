"""Triggers that fire by themselves: a plan below a pace for days opens one request, until it is decided."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext, override

from salestargets.kernel.calendars import WorkCalendar
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.models import Organisation
from targets.choices import Nature, Status
from targets.models import Adjustment, Goal, Trigger
from targets.selectors.figures import Standing, standings
from targets.selectors.periods import calendar_for, periods_of
from targets.selectors.sheets import Sheet, sheet_of
from targets.selectors.trees import Node
from targets.services.adjustments import Why, Wish, request_adjustment
from targets.services.progress import running_goals

#: What such a request is about.
PACE = "pace"


def fire_triggers(organisation: Organisation, *, at: datetime) -> int:
    """Open what is due in the plans that run; returns how many. Safe to run twice."""
    today = organisation.today(at)
    goals = list(running_goals().filter(plan__starts_on__lte=today, plan__ends_on__gt=today))
    triggers = Trigger.objects.filter(is_active=True, pace_below__isnull=False).order_by("position", "id")
    with override(organisation.language):
        return sum(_fire(organisation, trigger, goals, at) for trigger in triggers)


def _fire(organisation: Organisation, trigger: Trigger, goals: Sequence[Goal], at: datetime) -> int:
    opened = 0
    for goal in goals:
        if trigger.kpi_id in (None, goal.kpi_id) and _is_due(organisation, trigger, goal, at):
            opened += _open(organisation, trigger, goal, at)
    return opened


def _is_due(organisation: Organisation, trigger: Trigger, goal: Goal, at: datetime) -> bool:
    """Below the pace now and on each of the days before, none of which a decision has answered already."""
    today = organisation.today(at)
    first = today - timedelta(days=trigger.for_days)
    if first <= goal.plan.starts_on or _is_answered(organisation, trigger, goal, since=first):
        return False
    calendar = calendar_for([goal], organisation)
    days = [None, *(today - timedelta(days=n) for n in range(1, trigger.for_days + 1))]
    return all(_is_below(organisation, trigger, goal, calendar, day, at) for day in days)


def _is_answered(organisation: Organisation, trigger: Trigger, goal: Goal, *, since: date) -> bool:
    """One is open; or one was decided within these days."""
    last = Adjustment.objects.filter(goal=goal, trigger=trigger, about=PACE).order_by("-id").first()
    if last is None:
        return False
    if last.decided_at is None:
        return True
    return organisation.today(last.decided_at) > since


def _is_below(
    organisation: Organisation,
    trigger: Trigger,
    goal: Goal,
    calendar: WorkCalendar,
    day: date | None,
    at: datetime,
) -> bool:
    """As the records say of the start of the day; of now, without one."""
    found = _standing(organisation, goal, calendar, day, at)
    level: Decimal = trigger.pace_below or Decimal(0)
    if found.status in (Status.REACHED, Status.EARLY, Status.NO_TARGET):
        return False
    return found.pace is not None and found.pace < level


def _standing(
    organisation: Organisation, goal: Goal, calendar: WorkCalendar, day: date | None, at: datetime
) -> Standing:
    root = Node(goal.plan.root_unit_id)
    return standings(goal, [root], organisation, calendar, as_of=day, at=at)[root]


def _open(organisation: Organisation, trigger: Trigger, goal: Goal, at: datetime) -> int:
    sheet = sheet_of(goal)
    standing = _standing(organisation, goal, calendar_for([goal], organisation), None, at)
    wish = _following(sheet, standing, organisation.today(at))
    if wish is None:
        return 0
    reason = gettext(
        "Below %(percent)d%% of what is expected for %(days)d days; the rest follows the forecast."
    )
    numbers = {"percent": round(100 * (trigger.pace_below or 0)), "days": trigger.for_days}
    why = Why(trigger, Nature.TREND, reason % numbers, about=PACE)
    request_adjustment(system_actor(organisation), goal=goal, wishes=[wish], why=why, at=at)
    return 1


def _following(sheet: Sheet, standing: Standing, today: date) -> Wish | None:
    """The months that are not over, as many times smaller as the forecast is; a level as it is forecast."""
    forecast, target, root = standing.forecast, standing.target, sheet.tree.root
    if forecast is None or not target or max(forecast, 0) == target:
        return None
    if not sheet.months:
        return Wish(root.holder, amount=max(forecast, 0))
    left = {
        period.start: amount
        for period, amount in zip(periods_of(sheet.goal.plan), sheet.by_month(root), strict=True)
        if period.end > today
    }
    months = {start: amount * max(forecast, 0) // target for start, amount in left.items()}
    return Wish(root.holder, months=months) if months != left else None
