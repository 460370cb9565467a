"""A goal of a plan within a plan: it follows the plan above, or says why it does not."""

from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.services.versions import save_changes
from targets.choices import ChangeKind
from targets.models import Goal
from targets.selectors.nesting import Part, part_above
from targets.selectors.sheets import sheet_of
from targets.selectors.trees import Node
from targets.services.numbers import Because, lock_goal, write_numbers
from targets.services.numbers import Part as Numbers
from targets.services.plans import check_may_lead


@transaction.atomic
def record_drift(
    actor: Actor, *, goal: Goal, reason: str, expected_version: int | None = None, at: datetime
) -> Goal:
    """The goal stays as it is. By how much it differs from the plan above is kept, with the reason."""
    check_may_lead(actor, goal.plan.root_unit_id, at=at)
    goal = lock_goal(goal, expected_version=expected_version)
    part, reason = _part(goal), clean_text(reason, max_length=300)
    if part.differs and not reason:
        raise DomainError(N_("Say why."), code="reason_required", field="reason")
    with pghistory.context(reason=reason):
        save_changes(goal, _record(part, reason))
    return goal


@transaction.atomic
def follow_parent(
    actor: Actor, *, goal: Goal, reason: str = "", expected_version: int | None = None, at: datetime
) -> Goal:
    """The numbers that the plan above has, to the month, for the plan's unit and for those below that differ
    without a reason on record; in force, with a reason.
    """
    check_may_lead(actor, goal.plan.root_unit_id, at=at)
    goal = lock_goal(goal, expected_version=expected_version)
    part, sheet = _part(goal), sheet_of(goal)
    numbers = {Node(team.unit_id): team.whole for team in part.open_teams}
    write_numbers(
        Because(actor, at, reason), ChangeKind.GOAL, Numbers(sheet, {sheet.tree.root: part.whole, **numbers})
    )
    save_changes(goal, _record(_part(goal), goal.drift_reason))
    return goal


def _record(part: Part, reason: str) -> dict[str, Any]:
    return {
        "drift": part.drift,
        "drift_below": part.drift_below,
        "drift_reason": reason if part.differs else "",
    }


def _part(goal: Goal) -> Part:
    part = part_above(goal)
    if part is None:
        raise DomainError(
            N_("No plan above says anything of this goal: there is nothing to follow or to differ from."),
            code="no_part",
        )
    return part
