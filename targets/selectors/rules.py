from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from targets.choices import ChangeKind
from targets.models import Adjustment, Goal, Plan, PlanningRules, Target, TargetVersion, Trigger
from targets.selectors.trees import Node


def planning_rules() -> PlanningRules:
    """How the organisation plans: its one row."""
    return PlanningRules.objects.get()


def answers_due(plan: Plan, on: date) -> date:
    """Until when people answer, where nobody says otherwise: some days from `on`, before the plan begins.

    In a plan that has begun only the days count.
    """
    by, before = on + timedelta(days=planning_rules().answer_days), plan.starts_on - timedelta(days=1)
    return min(by, before) if before > on else by


def is_beyond_limit(rules: PlanningRules, before: int | None, after: int) -> bool:
    """Whether a number in force moves further than a manager may move it alone."""
    if not rules.needs_approval or before is None:
        return False
    return abs(after - before) * 10_000 > before * rules.move_limit_bp


def approved_numbers(goal: Goal, nodes: Collection[Node], group: str = "") -> dict[Node, int]:
    """Each number as somebody above its giver last agreed to it: when the plan was published, or by an
    adjustment since. What is not in it was never agreed to.
    """
    decided = Adjustment.objects.filter(goal=goal, decided_above=True).values("change")
    from_above = Q(change__kind=ChangeKind.PUBLICATION) | Q(change__in=decided)
    targets = Target.objects.filter(goal=goal, group=group, unit__in={node.unit_id for node in nodes})
    rows = TargetVersion.objects.filter(from_above, target__in=targets)
    latest = rows.order_by("target_id", "-number").distinct("target_id")
    found = latest.values_list("target__unit_id", "target__person_id", "amount")
    return {Node(unit_id, person_id): amount for unit_id, person_id, amount in found}


def limit_percent(rules: PlanningRules) -> str:
    return f"{rules.move_limit_bp / 100:g}"


def triggers(*, active: bool | None = None) -> QuerySet[Trigger]:
    """What may give rise to an adjustment, in the organisation's order; None: those switched off too."""
    rows = Trigger.objects.select_related("kpi").order_by("position", "id")
    return rows if active is None else rows.filter(is_active=active)


def get_trigger(trigger_id: int, *, active: bool | None = None) -> Trigger:
    trigger = triggers(active=active).filter(pk=trigger_id).first()
    if trigger is None:
        raise NotFound(N_("There is no such trigger."), code="not_found", field="trigger")
    return trigger
