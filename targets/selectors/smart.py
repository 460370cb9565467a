"""Whether a goal is SMART, and how to mend what is missing."""

from datetime import date

from kpis.entries import has_confirmer
from kpis.models import LeafCell
from kpis.recipes import recipe_of, subjects_of
from kpis.selectors import actual
from kpis.takes import is_stock, operands_of
from kpis.values import Holder
from salestargets.kernel.messages import N_, Message
from salestargets.kernel.periods import Period
from targets.amounts import is_level, stored_actual
from targets.domain.smart import Band, Finding, GoalFacts, Reference, check_smart
from targets.models import Goal, Milestone
from targets.selectors.capacity import capacity_of
from targets.selectors.nesting import part_of_whole
from targets.selectors.periods import just_before, span_of, year_before
from targets.selectors.rules import planning_rules
from targets.selectors.team import open_counterpart
from targets.selectors.trees import plan_tree


def smart_findings(goal: Goal, *, on: date) -> tuple[Finding, ...]:
    """The five letters of a goal: which hold, and how to mend the others."""
    return check_smart(facts_of(goal, on=on))


def facts_of(goal: Goal, *, on: date) -> GoalFacts:
    span, rules = span_of(goal.plan), planning_rules()
    return GoalFacts(
        kpi=goal.kpi.key,
        holder=goal.plan.root_unit.name,
        amount=goal.amount,
        has_records=has_confirmer(goal.organisation_id) if goal.kpi.manual else _has_records(goal),
        is_by_hand=bool(goal.kpi.manual),
        source=_source(goal),
        references=references_of(goal, on=on),
        band=Band(rules.band_low, rules.band_high),
        achievable_because=goal.achievable_because,
        objective=goal.objective.name if goal.objective else "",
        parent=goal.plan.parent.name if part_of_whole(goal) is not None and goal.plan.parent else "",
        period=span,
        has_months=not is_level(goal.kpi) or Milestone.objects.filter(goal=goal).exists(),
    )


def references_of(goal: Goal, *, on: date) -> list[Reference]:
    """What the amount is held against: earlier results, where it starts from, the people, the pipeline."""
    if is_level(goal.kpi):
        return [_history(goal, on=on), Reference("baseline", Message(N_("its baseline")), goal.baseline)]
    return [_history(goal, on=on), _capacity(goal, on=on), _pipeline(goal, on=on)]


def _has_records(goal: Goal) -> bool:
    if is_stock(goal.kpi):
        return True  # what there is now, be it nothing
    below_the_line = operands_of(goal.kpi, "denominator")  # what is no ratio has nothing there
    counted = {one.measure for one in below_the_line or operands_of(goal.kpi, "numerator")}
    return LeafCell.objects.filter(measure__in=counted).exists()


def _source(goal: Goal) -> str:
    """From which records the KPI is computed, in the reader's language."""
    return subjects_of(recipe_of(goal.kpi))


def _history(goal: Goal, *, on: date) -> Reference:
    """What the same months brought a year earlier, else the months just before; None for nothing."""
    span = span_of(goal.plan)
    for about, earlier in (
        (N_("the result of the same period a year earlier"), year_before(span)),
        (N_("the result of the period just before"), just_before(span)),
    ):
        if reached := _reached(goal, earlier, on=on):
            return Reference("history", Message(about), reached)
    return Reference("history", Message(N_("the earlier result")), None)


def _capacity(goal: Goal, *, on: date) -> Reference:
    """The ramped months of everyone in the plan × what fully ramped peers brought in a month before it."""
    tree = plan_tree(goal.plan)
    people = [node for node, _depth in tree.walk() if not node.is_unit]
    carried = capacity_of(goal, tree, people, on=on).total if people else None
    return Reference("capacity", Message(N_("what the people can carry")), carried or None)


def _pipeline(goal: Goal, *, on: date) -> Reference:
    """What is reached already and what is open now; None where nothing open would add to the KPI."""
    about = Message(N_("what is reached and open now"))
    counterpart = open_counterpart(goal.kpi)
    if counterpart is None:
        return Reference("pipeline", about, None)
    root, span = Holder("unit", goal.plan.root_unit_id), span_of(goal.plan)
    is_open = actual(root, counterpart, span, on=on).numerator
    return Reference("pipeline", about, ((_reached(goal, span, on=on) or 0) + is_open) or None)


def _reached(goal: Goal, span: Period, *, on: date) -> int | None:
    root = Holder("unit", goal.plan.root_unit_id)
    return stored_actual(actual(root, goal.kpi, span, on=on), goal.kpi)
