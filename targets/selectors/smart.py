"""Whether a goal is SMART, and how to mend what is missing."""

from datetime import date

from kpis.models import LeafCell
from kpis.selectors import actual, is_stock, measures_of
from kpis.values import Holder
from salestargets.kernel.messages import N_, Message
from targets.amounts import is_level, stored_actual
from targets.domain.smart import Band, Finding, GoalFacts, Reference, check_smart
from targets.models import Goal, Milestone
from targets.selectors.nesting import part_of_whole
from targets.selectors.periods import just_before, span_of, year_before
from targets.selectors.rules import planning_rules


def smart_findings(goal: Goal, *, on: date) -> tuple[Finding, ...]:
    """The five letters of a goal: which hold, and how to mend the others."""
    return check_smart(facts_of(goal, on=on))


def facts_of(goal: Goal, *, on: date) -> GoalFacts:
    span, rules = span_of(goal.plan), planning_rules()
    return GoalFacts(
        kpi=goal.kpi.key,
        holder=goal.plan.root_unit.name,
        amount=goal.amount,
        has_records=_has_records(goal),
        references=references_of(goal, on=on),
        band=Band(rules.band_low, rules.band_high),
        achievable_because=goal.achievable_because,
        objective=goal.objective.name if goal.objective else "",
        parent=goal.plan.parent.name if part_of_whole(goal) is not None and goal.plan.parent else "",
        period=span,
        has_months=not is_level(goal.kpi) or Milestone.objects.filter(goal=goal).exists(),
    )


def references_of(goal: Goal, *, on: date) -> list[Reference]:
    """What the amount is held against."""
    return [_history(goal, on=on)]


def _has_records(goal: Goal) -> bool:
    if is_stock(goal.kpi):
        return True  # what there is now, be it nothing
    return LeafCell.objects.filter(measure__in=measures_of(goal.kpi, "numerator")).exists()


def _history(goal: Goal, *, on: date) -> Reference:
    """What the same months brought a year earlier, else the months just before; None for nothing."""
    root, span = Holder("unit", goal.plan.root_unit_id), span_of(goal.plan)
    about = Message(N_("the earlier result"))
    for earlier in (year_before(span), just_before(span)):
        if reached := stored_actual(actual(root, goal.kpi, earlier, on=on), goal.kpi):
            return Reference("history", about, reached)
    return Reference("history", about, None)
