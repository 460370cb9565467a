"""A goal of a plan within a plan: it follows the plan above, or says why it does not."""

from datetime import datetime

import pghistory
from django.db import transaction

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.services.versions import save_changes
from targets.models import Goal
from targets.selectors.nesting import Part, part_above
from targets.services.numbers import lock_goal
from targets.services.plans import change_goal, check_may_lead


@transaction.atomic
def record_drift(
    actor: Actor, *, goal: Goal, reason: str, expected_version: int | None = None, at: datetime
) -> Goal:
    """The goal stays as it is. By how much it differs from the plan above is kept, with the reason."""
    check_may_lead(actor, goal.plan.root_unit_id, at=at)
    goal = lock_goal(goal, expected_version=expected_version)
    drift, reason = _part(goal).drift, clean_text(reason, max_length=300)
    if drift and not reason:
        raise DomainError(N_("Say why."), code="reason_required", field="reason")
    with pghistory.context(reason=reason):
        save_changes(goal, {"drift": drift, "drift_reason": reason if drift else ""})
    return goal


@transaction.atomic
def follow_parent(
    actor: Actor, *, goal: Goal, reason: str = "", expected_version: int | None = None, at: datetime
) -> Goal:
    """The goal takes the number that the plan above has for it; in force, with a reason."""
    part = _part(goal)
    goal = change_goal(
        actor,
        goal=goal,
        changes={"amount": part.whole},
        expected_version=expected_version,
        reason=reason,
        at=at,
    )
    save_changes(goal, {"drift": 0, "drift_reason": ""})
    return goal


def _part(goal: Goal) -> Part:
    part = part_above(goal)
    if part is None:
        raise DomainError(
            N_("No plan above says anything of this goal: there is nothing to follow or to differ from."),
            code="no_part",
        )
    return part
