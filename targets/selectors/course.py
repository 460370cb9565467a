"""A plan's way from draft to closed: what happened, what comes next, and for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from salestargets.tenancy.access import Actor
from salestargets.tenancy.compiled import compiled_once
from targets.choices import PlanState
from targets.models import Plan, PlanMove
from targets.selectors.approvers import is_own_plan, may_approve
from targets.selectors.rules import planning_rules


@dataclass(frozen=True, slots=True)
class Step:
    """A state on the way, and when the plan came to it last; what it skipped is neither past nor current."""

    state: PlanState
    since: datetime | None
    is_past: bool
    is_current: bool


def moves_of(plan: Plan) -> list[PlanMove]:
    """The newest first."""
    return _moves(plan.pk)


@compiled_once
def _moves(plan: int) -> QuerySet[PlanMove]:
    return PlanMove.objects.filter(plan=plan).select_related("by").order_by("-id")


def steps_of(plan: Plan, moves: Sequence[PlanMove]) -> list[Step]:
    """All six, in order. What it was taken back from is ahead again."""
    states = list(PlanState)
    here = states.index(PlanState(plan.state))
    since = {move.to_state: move.at for move in reversed(moves)}
    return [
        Step(
            state,
            since.get(state) if n <= here else None,
            is_past=n < here and (n == 0 or state in since),
            is_current=n == here,
        )
        for n, state in enumerate(states)
    ]


def moves_open(actor: Actor, plan: Plan, *, leads: bool, on: date) -> list[str]:
    """What the actor may do with the plan as a whole now, the main thing last: `open`, `submit`, …"""
    state = plan.state
    if state == PlanState.SUBMITTED:
        return _of_submitted(actor, plan, leads=leads, on=on)
    if state == PlanState.APPROVED and not leads:
        return ["take_back"] if may_approve(actor, plan, on=on) else []
    if not leads or state == PlanState.CLOSED:
        return []
    if state == PlanState.APPROVED:
        return ["take_back", "publish"]
    if state == PlanState.PUBLISHED:
        return ["close"] if plan.ends_on <= on else []
    onward = "submit" if planning_rules().needs_approval else "publish"
    return ["open", onward] if state == PlanState.DRAFT else [onward]


def _of_submitted(actor: Actor, plan: Plan, *, leads: bool, on: date) -> list[str]:
    approves = may_approve(actor, plan, on=on)
    found = ["take_back"] if leads or approves else []
    if approves and not is_own_plan(actor, plan, on=on):
        found.append("approve")
    elif leads and not planning_rules().needs_approval:
        found.append("publish")
    return found
