"""Who may approve: someone above. An administrator, or who manages a unit above the plan's."""

from datetime import date

from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import AssignmentRole, Role, Scope
from salestargets.tenancy.models import Assignment, UnitClosure
from salestargets.tenancy.models.people import current_on
from targets.models import Plan


def may_approve(actor: Actor, plan: Plan, *, on: date) -> bool:
    """Whether the actor stands above the plan's unit; whether it is their own plan is asked apart."""
    if not actor.may(Scope.TARGETS_WRITE):
        return False
    if actor.role in (None, Role.ADMIN):
        return True
    return actor.person_id is not None and _manages_above(actor.person_id, plan.root_unit_id, on)


def _manages_above(person_id: int, unit_id: int, on: date) -> bool:
    above = UnitClosure.objects.filter(current_on(on), descendant_id=unit_id, depth__gt=0)
    return Assignment.objects.filter(
        current_on(on), person_id=person_id, role=AssignmentRole.MANAGER, unit__in=above.values("ancestor")
    ).exists()
