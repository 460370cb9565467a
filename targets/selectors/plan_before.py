"""The plan before: what a unit was to reach and reached, and what of it was adjusted since.

An adjustment changes a target, never a result: methods that go by results need not leave anything out. Who
goes by the target before leaves out what was a one-off, which is not expected to come again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from kpis.selectors import actual
from kpis.values import Holder
from salestargets.tenancy.access import Actor, sight_of
from targets.amounts import stored_actual
from targets.choices import IN_FORCE, AdjustmentState, Nature
from targets.frozen import Move
from targets.models import Adjustment, Goal, Plan, Target, TargetVersion
from targets.selectors.adjustments import moves_in, node_of
from targets.selectors.periods import span_of
from targets.selectors.plans import sees
from targets.selectors.trees import Node, PlanTree, plan_tree


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An adjustment that was applied, as far as it is about the unit or those below it.

    `difference`: of the unit's own number; None where only numbers below it changed. `moves`: the topmost
    that changed.
    """

    adjustment: Adjustment
    difference: int | None
    moves: Sequence[Move]

    @property
    def is_one_off(self) -> bool:
        return bool(self.adjustment.nature == Nature.ONE_OFF)


@dataclass(frozen=True)
class PlanBefore:
    """`original` is what was published first, `target` what is in force. `reached`: None for nothing."""

    plan: Plan
    is_over: bool
    reached: int | None
    original: int | None
    target: int
    adjusted: Sequence[Adjusted]

    @property
    def one_off(self) -> int:
        """What one-offs changed of the target, together."""
        return sum(each.difference or 0 for each in self.adjusted if each.is_one_off)

    @property
    def without_one_offs(self) -> int:
        return self.target - self.one_off


def plan_before(actor: Actor, goal: Goal, *, on: date) -> PlanBefore | None:
    """The last plan in force, before this goal's, that has a number of its KPI for its unit.

    For those who see that unit; of people and units below, as far as the actor sees them today.
    """
    target = _target_before(goal)
    if target is None:
        return None
    plan, amount = target.goal.plan, target.given if target.agreed is None else target.agreed
    reached = actual(Holder("unit", target.unit_id), goal.kpi, span_of(plan), on=on)
    return PlanBefore(
        plan=plan,
        is_over=plan.ends_on <= on,
        reached=stored_actual(reached, goal.kpi) or None,
        original=TargetVersion.objects.filter(target=target, number=1)
        .values_list("amount", flat=True)
        .first(),
        target=amount or 0,
        adjusted=_adjusted(actor, target, on=on),
    )


def _target_before(goal: Goal) -> Target | None:
    """Of the plan that ended last; of several, the shortest."""
    rows = Target.objects.filter(
        goal__kpi=goal.kpi_id,
        goal__plan__state__in=IN_FORCE,
        goal__plan__ends_on__lte=goal.plan.starts_on,
        unit=goal.plan.root_unit_id,
        person=None,
        group="",
    )
    newest = ("-goal__plan__ends_on", "-goal__plan__starts_on", "-goal__plan_id")
    return rows.select_related("goal__plan__root_unit").order_by(*newest).first()


def _adjusted(actor: Actor, target: Target, *, on: date) -> list[Adjusted]:
    """In the order in which they were asked for."""
    rows = Adjustment.objects.filter(goal=target.goal_id, state=AdjustmentState.APPROVED)
    applied = list(rows.select_related("trigger").order_by("id"))
    if not applied:
        return []
    touched = {node_of(move) for row in applied for move in moves_in(row)}
    tree, unit = plan_tree(target.goal.plan).with_strays(touched), Node(target.unit_id)
    sight = sight_of(actor, on)
    shown = {node for node, _depth in tree.walk(unit) if sees(sight, node)}
    found = (_of_unit(row, tree, unit, shown) for row in applied)
    return [each for each in found if each.moves]


def _of_unit(adjustment: Adjustment, tree: PlanTree, unit: Node, shown: set[Node]) -> Adjusted:
    moves = {node: move for move in moves_in(adjustment) if (node := node_of(move)) in shown}
    own = moves.get(unit)
    return Adjusted(
        adjustment=adjustment,
        difference=own["after"] - (own["before"] or 0) if own else None,
        moves=[move for node, move in moves.items() if not _is_below_any(tree, node, moves)],
    )


def _is_below_any(tree: PlanTree, node: Node, others: Collection[Node]) -> bool:
    above = tree.parents.get(node)
    while above is not None:
        if above in others:
            return True
        above = tree.parents.get(above)
    return False
