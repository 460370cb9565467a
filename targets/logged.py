"""How the log reads the amounts of goals and targets: money where the goal's KPI is."""

from collections.abc import Sequence

from kpis.choices import KpiUnit
from salestargets.audit.registry import Amounts, Row, register_amounts
from targets.models import Goal


def of_goals(rows: Sequence[Row]) -> list[bool]:
    return _are_money([row["pgh_obj_id"] for row in rows])


def of_targets(rows: Sequence[Row]) -> list[bool]:
    return _are_money([row["goal_id"] for row in rows])


def _are_money(goal_ids: Sequence[int]) -> list[bool]:
    """A goal that is gone was one of money, as almost all are."""
    counted = Goal.objects.filter(pk__in=goal_ids).exclude(kpi__unit=KpiUnit.MONEY)
    counts = set(counted.values_list("pk", flat=True))
    return [goal_id not in counts for goal_id in goal_ids]


def register() -> None:
    register_amounts("goal", Amounts({"amount", "stretch"}, of_goals))
    register_amounts("target", Amounts({"given"}, of_targets))
