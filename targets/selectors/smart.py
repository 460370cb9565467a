"""Whether a goal is SMART, and how to mend what is missing."""

from datetime import date

from kpis.models import LeafCell
from kpis.selectors import actual, measures_of
from kpis.values import Holder
from salestargets.kernel.periods import Period, add_months
from targets.domain.smart import Finding, GoalFacts, check_smart
from targets.models import Goal, Target
from targets.selectors.sheets import span_of


def smart_findings(goal: Goal, *, on: date) -> tuple[Finding, ...]:
    """The five letters of a goal: which hold, and how to mend the others."""
    span = span_of(goal.plan)
    return check_smart(
        GoalFacts(
            kpi=goal.kpi.key,
            holder=goal.plan.root_unit.name,
            objective=goal.objective,
            why=goal.why,
            achievable_because=goal.achievable_because,
            amount=goal.amount,
            reference=_reference(goal, span, on=on),
            has_records=LeafCell.objects.filter(measure__in=measures_of(goal.kpi, "numerator")).exists(),
            period=span,
            has_months=Target.objects.filter(goal=goal, month__isnull=False).exists(),
        )
    )


def _reference(goal: Goal, span: Period, *, on: date) -> int | None:
    """What the same months brought a year earlier, else the months just before; None for nothing."""
    root = Holder("unit", goal.plan.root_unit_id)
    for months in (-12, -len(span.months())):
        earlier = Period(add_months(span.start, months), add_months(span.end, months))
        if reached := actual(root, goal.kpi, earlier, on=on).numerator:
            return reached
    return None
