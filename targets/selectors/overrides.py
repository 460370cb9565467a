"""Numbers that stand over what a split gave: who may take them back, and to what."""

from datetime import date

from salestargets.audit.selectors import event_models
from salestargets.tenancy.access import Actor, sight_of
from targets.choices import MAKING, PlanState
from targets.models import Split, Target
from targets.selectors.plans import may_set
from targets.selectors.sheets import Cell, Spread
from targets.selectors.trees import Node, plan_tree


def may_withdraw(actor: Actor, target: Target, *, on: date) -> bool:
    """Whether it is the actor's to let the split's number hold again; what was agreed is no override."""
    state, amount = target.goal.plan.state, target.given if target.agreed is None else target.agreed
    if target.computed in (None, amount) or state not in (*MAKING, PlanState.PUBLISHED):
        return False
    if state in MAKING and target.agreed is not None:
        return False
    tree, node = plan_tree(target.goal.plan), Node(target.unit_id, target.person_id)
    return may_set(actor, sight_of(actor, on), tree, node)


def given_by_split(cell: Cell) -> Spread | None:
    """The number with its months as its split wrote it; None where it kept another one, being held.

    An event is a row as it was before an update: the last that belongs to the split's change.
    """
    if cell.split_id is None:
        return None
    change = Split.objects.get(pk=cell.split_id).change_id
    events = event_models()["target"].objects.filter(pgh_obj_id=cell.target_id, pgh_label="update")  # type: ignore[attr-defined]
    left = events.filter(change_id=change).order_by("-pgh_id").first()
    if left is None:
        return None
    amount, months = (left.given, left.months) if left.agreed is None else (left.agreed, left.agreed_months)
    return Spread(amount, None if months is None else tuple(months)) if amount == cell.computed else None
