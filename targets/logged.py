"""How the log reads the amounts of planning: as money, or with the decimals of the goal's KPI."""

from collections.abc import Sequence

from salestargets.audit.registry import Amounts, Row, register_amounts
from targets.amounts import scale_of
from targets.models import Goal, Target


def of_goals(rows: Sequence[Row]) -> list[int | None]:
    return _places([row["pgh_obj_id"] for row in rows])


def of_their_goal(rows: Sequence[Row]) -> list[int | None]:
    return _places([row["goal_id"] for row in rows])


def of_their_target(rows: Sequence[Row]) -> list[int | None]:
    targets = Target.objects.filter(pk__in=[row["target_id"] for row in rows])
    goals = dict(targets.values_list("pk", "goal_id"))
    return _places([goals.get(row["target_id"], 0) for row in rows])


def _places(goal_ids: Sequence[int]) -> list[int | None]:
    """A goal that is gone was one of money, as almost all are."""
    goals = Goal.objects.filter(pk__in=goal_ids).select_related("kpi")
    scales = {goal.pk: scale_of(goal.kpi, "USD") for goal in goals}
    places = {goal_id: None if scale.is_money else scale.places for goal_id, scale in scales.items()}
    return [places.get(goal_id) for goal_id in goal_ids]


def register() -> None:
    register_amounts("goal", Amounts({"amount", "stretch", "baseline", "drift"}, of_goals))
    register_amounts(
        "target", Amounts({"given", "months", "agreed", "agreed_months", "computed"}, of_their_goal)
    )
    register_amounts("milestone", Amounts({"amount"}, of_their_goal))
    register_amounts("productshare", Amounts({"min_amount"}, of_their_goal))
    register_amounts("proposal", Amounts({"amount", "months", "counter"}, of_their_target))
