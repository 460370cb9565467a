"""Milestones of a goal: what is to be there by when, kept by those who lead its plan."""

from datetime import date, datetime
from typing import TypedDict

from django.db import transaction

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.services.versions import lock, save_changes
from targets.models import Goal, Milestone
from targets.selectors.periods import span_of
from targets.services.numbers import check_amount, check_not_closed
from targets.services.plans import check_may_lead


class MilestoneChanges(TypedDict, total=False):
    """What may be said of a milestone; what is left out stays."""

    name: str
    due_on: date
    amount: int | None
    done_on: date | None


def add_milestone(
    actor: Actor, *, goal: Goal, name: str, due_on: date, amount: int | None = None, at: datetime
) -> Milestone:
    _check_may_change(actor, goal, at)
    clean = _clean(actor, goal, {"name": name, "due_on": due_on, "amount": amount}, at)
    return Milestone.objects.create(goal=goal, **clean)


@transaction.atomic
def change_milestone(
    actor: Actor,
    *,
    milestone: Milestone,
    changes: MilestoneChanges,
    expected_version: int | None,
    at: datetime,
) -> Milestone:
    """Other words, another day, or done. Goal and plan are expected with it."""
    goal = milestone.goal
    _check_may_change(actor, goal, at)
    clean = _clean(actor, goal, changes, at)
    milestone = lock(milestone, expected_version=expected_version)
    save_changes(milestone, {**clean})
    milestone.goal = goal
    return milestone


@transaction.atomic
def remove_milestone(
    actor: Actor, *, milestone: Milestone, expected_version: int | None = None, at: datetime
) -> None:
    _check_may_change(actor, milestone.goal, at)
    lock(milestone, expected_version=expected_version).delete()


def _check_may_change(actor: Actor, goal: Goal, at: datetime) -> None:
    check_may_lead(actor, goal.plan.root_unit_id, at=at)
    check_not_closed(goal.plan)


def _clean(actor: Actor, goal: Goal, changes: MilestoneChanges, at: datetime) -> MilestoneChanges:
    clean = changes.copy()
    if "name" in changes:
        clean["name"] = clean_text(changes["name"], max_length=200, min_length=1)
    if "due_on" in changes and not span_of(goal.plan).contains(changes["due_on"]):
        raise DomainError(
            N_("Choose a day within the plan, from {first} to {last}."),
            code="outside_plan",
            field="due_on",
            params={"first": goal.plan.starts_on, "last": span_of(goal.plan).last_day},
        )
    if changes.get("amount") is not None:
        check_amount(changes["amount"])  # type: ignore[arg-type]
    if (done_on := changes.get("done_on")) and done_on > actor.organisation.today(at):
        raise DomainError(N_("It cannot be done on a day to come."), code="in_the_future", field="done_on")
    return clean
