"""Who stands above: approves a plan, gives a number, and is told of what happens to them."""

from datetime import date

from salestargets.api.selectors import is_same_hand
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import AssignmentRole, Role, Scope
from salestargets.tenancy.context import current_organisation_id
from salestargets.tenancy.models import Assignment, Membership, Person, UnitClosure
from salestargets.tenancy.models.people import current_on
from targets.choices import PlanState
from targets.models import Plan, PlanMove


def may_approve(actor: Actor, plan: Plan, *, on: date) -> bool:
    """Whether the actor stands above the plan's unit; whether it is their own plan is asked apart.

    An administrator does, and so does who manages a unit above the plan's.
    """
    if not actor.may(Scope.TARGETS_WRITE):
        return False
    if actor.role in (None, Role.ADMIN):
        return True
    return actor.person_id is not None and any(
        actor.person_id == person_id for person_id, depth in _managers_over(plan.root_unit_id, on) if depth
    )


def is_own_plan(actor: Actor, plan: Plan, *, on: date) -> bool:
    """Whether somebody else has to approve it: the actor leads its unit, or submitted it last."""
    if (actor.person_id, 0) in _managers_over(plan.root_unit_id, on):
        return True
    submitted = PlanMove.objects.filter(plan=plan, to_state=PlanState.SUBMITTED).order_by("-id").first()
    return submitted is not None and is_same_hand(actor, submitted.actor)


def approvers_of(plan: Plan, *, on: date) -> set[int]:
    """Users who may approve it, but for who submits it."""
    people = {person_id for person_id, depth in _managers_over(plan.root_unit_id, on) if depth}
    return administrators() | _users(people, Role.MANAGER)


def users_leading(plan: Plan, *, on: date) -> set[int]:
    """Users who manage the plan's own unit."""
    people = {person_id for person_id, depth in _managers_over(plan.root_unit_id, on) if not depth}
    return _users(people, Role.MANAGER)


def givers_of(unit_id: int, person_id: int | None, *, asked_by: int | None, on: date) -> set[int]:
    """Persons who manage the unit that a number is given from: the nearest that has a manager.

    A person's number is given from their unit, a unit's from the one above; nobody gives their own.
    """
    least = 0 if person_id else 1
    above = [
        (depth, manager)
        for manager, depth in _managers_over(unit_id, on)
        if depth >= least and manager != asked_by
    ]
    nearest = min(above, default=(0, 0))[0]
    return {manager for depth, manager in above if depth == nearest}


def administrators() -> set[int]:
    """Users who administer the organisation."""
    members = Membership.objects.filter(organisation=current_organisation_id(), role=Role.ADMIN)
    return set(members.values_list("user_id", flat=True))


def _managers_over(unit_id: int, on: date) -> list[tuple[int, int]]:
    """Persons who manage the unit (depth 0) or one above it, with how far above. Two queries."""
    depths = dict(
        UnitClosure.objects.filter(current_on(on), descendant_id=unit_id).values_list("ancestor", "depth")
    )
    managers = Assignment.objects.filter(current_on(on), role=AssignmentRole.MANAGER, unit__in=depths)
    return [(person_id, depths[unit]) for person_id, unit in managers.values_list("person_id", "unit_id")]


def _users(person_ids: set[int], role: Role) -> set[int]:
    """Who of them signs in with this role."""
    users = Person.objects.filter(pk__in=person_ids, user__isnull=False).values("user_id")
    members = Membership.objects.filter(organisation=current_organisation_id(), role=role, user__in=users)
    return set(members.values_list("user_id", flat=True))
