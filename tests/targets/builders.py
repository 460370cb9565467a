"""Plans for tests: Acme's second quarter of 2026, in dollars."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from kpis.selectors import get_kpi
from kpis.values import Holder
from salestargets.api.services import create_key
from salestargets.kernel.errors import DomainError
from salestargets.kernel.money import to_minor
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import AssignmentRole, Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Organisation, Person, Unit
from salestargets.tenancy.selectors import root_unit_id
from targets.models import (
    Change,
    Goal,
    Objective,
    Plan,
    PlanMove,
    PlanningRules,
    Progress,
    Proposal,
    Split,
    Target,
    TargetVersion,
)
from targets.selectors.sheets import Sheet, sheet_of
from targets.selectors.trees import Node
from targets.services import proposals
from targets.services.plans import GoalChanges, create_goal, create_plan
from targets.services.publishing import open_plan, publish_plan
from targets.services.splits import SplitRequest, apply_split
from tests.builders import NOON, World, a_member, a_person, a_world, acting_as

APRIL = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
Q2 = (date(2026, 4, 1), date(2026, 7, 1))
SMART = GoalChanges(why="It pays for the second office", achievable_because="Two people more")


def a_plan(organisation: Organisation, name: str = "Q2", *, root: Unit | None = None, **more: Any) -> Plan:
    starts_on, ends_on = Q2
    with acting_for(organisation.pk):
        return create_plan(
            system_actor(organisation),
            **{
                "name": name,
                "starts_on": starts_on,
                "ends_on": ends_on,
                "root_unit_id": root.pk if root else root_unit_id(starts_on),
                "at": APRIL,
                **more,
            },
        )


def a_goal(plan: Plan, amount: str = "900000.00", *, kpi: str = "won_revenue") -> Goal:
    with acting_for(plan.organisation_id):
        return create_goal(
            system_actor(plan.organisation),
            plan=plan,
            kpi=get_kpi(kpi),
            amount=cents(amount) if kpi == "won_revenue" else int(amount),
            details={**SMART, "objective_id": an_objective(plan.organisation).pk},
            at=APRIL,
        )


def an_objective(organisation: Organisation, name: str = "Grow in the east") -> Objective:
    with acting_for(organisation.pk):
        return Objective.objects.get_or_create(name=name)[0]


def with_approvals(organisation: Organisation, *, limit_bp: int = 1_000) -> None:
    """Plans of this organisation need an approval from now on."""
    with acting_for(organisation.pk):
        PlanningRules.objects.update(needs_approval=True, move_limit_bp=limit_bp)


def split(goal: Goal, method: str = "even", *, by: Actor | None = None, **more: Any) -> Any:
    with acting_for(goal.organisation_id):
        request = SplitRequest(**{"holder": None, "method": method, "recursive": True, **more})
        return apply_split(by or system_actor(goal.organisation), goal=goal, request=request, at=APRIL)


def published(plan: Plan, *, at: datetime = APRIL, override: str = "as the test needs it") -> Plan:
    with acting_for(plan.organisation_id):
        return publish_plan(system_actor(plan.organisation), plan=plan, override=override, at=at)


def opened(plan: Plan, *, answers_by: date | None = None) -> Plan:
    with acting_for(plan.organisation_id):
        return open_plan(
            system_actor(plan.organisation),
            plan=Plan.objects.get(pk=plan.pk),
            answers_by=answers_by,
            at=APRIL,
        )


def propose(
    goal: Goal,
    holder: Unit | Person | None,
    amount: str | None = None,
    *,
    by: Actor | None = None,
    months: Mapping[date, str] | None = None,
    **more: Any,
) -> Proposal:
    with acting_for(goal.organisation_id):
        return proposals.propose(
            by or system_actor(goal.organisation),
            goal=fresh(goal),
            holder=of(holder),
            amount=None if amount is None else cents(amount),
            months={month: cents(part) for month, part in (months or {}).items()},
            at=APRIL,
            **more,
        )


def a_world_that_proposes() -> World:
    """Other has a proposal in a plan of its own, which nobody at Acme may know of."""
    world = a_world()
    theirs = a_goal(a_plan(world.other, "Theirs"), "777.77")
    split(theirs)
    opened(theirs.plan)
    propose(theirs, world.charlie, "700.00")
    return world


def an_open_goal(world: World) -> Goal:
    """1,200.00 in an open Q2: 300.00 each for Alice and Bob in North below East, 600.00 for Carol in West."""
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    opened(goal.plan)
    return goal


def sheet(goal: Goal) -> Sheet:
    with acting_for(goal.organisation_id):
        return sheet_of(
            Goal.objects.select_related("plan__root_unit", "plan__parent", "kpi", "objective").get(pk=goal.pk)
        )


def number(goal: Goal, holder: Unit | Person | None = None, month: date | None = None) -> int | None:
    numbers = sheet(goal)
    return numbers.given(numbers.tree.find(of(holder)), month)


def place(person: Person) -> str:
    """A person in the unit that they are a member of, as REST and forms name them."""
    with acting_for(person.organisation_id):
        return str(Node(Assignment.objects.get(person=person, role=AssignmentRole.MEMBER).unit_id, person.pk))


def of(holder: Unit | Person | None) -> Holder | None:
    if holder is None:
        return None
    return Holder("unit" if isinstance(holder, Unit) else "person", holder.pk)


def cents(amount: str) -> int:
    return to_minor(Decimal(amount), "USD")


WRITTEN = (Plan, PlanMove, Goal, Target, TargetVersion, Change, Split, Progress, Proposal)


def written(organisation: Organisation) -> dict[str, list[Any]]:
    """Everything that planning has written, to compare before and after a refusal."""
    with acting_for(organisation.pk):
        return {model.__name__: list(model.objects.order_by("pk").values()) for model in WRITTEN}


def lead_of(organisation: Organisation, unit: Unit, name: str = "Lena") -> Actor:
    """Someone who signs in as the manager of a unit."""
    person = a_person(organisation, name, unit=unit, role=AssignmentRole.MANAGER)
    user = a_member(organisation, f"{name.lower()}@acme.example", Role.MANAGER, person=person)
    return acting_as(organisation, user)


def member(organisation: Organisation, role: Role, person: Person | None = None) -> Actor:
    """Someone who signs in with a role."""
    name = person.external_id if person else f"the-{role.value}"
    return acting_as(
        organisation, a_member(organisation, f"{name}@{organisation.slug}.example", role, person=person)
    )


def a_key_of(maker: Actor) -> Actor:
    """An integration of theirs."""
    with acting_for(maker.organisation.pk):
        key, _plain = create_key(actor=maker, name="Planning", scopes=list(Scope), at=NOON)
    return Actor(maker.organisation, frozenset(Scope), key.name, key_id=key.pk)


def refused(
    world: World, call: Callable[[], Any], code: str, kind: type[DomainError] = DomainError
) -> DomainError:
    """The call is refused with this code, and nothing was written in any organisation."""
    before = written(world.acme), written(world.other)
    with pytest.raises(kind) as caught, acting_for(world.acme.pk):
        call()
    assert caught.value.code == code
    assert (written(world.acme), written(world.other)) == before
    return caught.value


def fresh(goal: Goal) -> Goal:
    """As a selector reads it."""
    links = ("plan__root_unit", "plan__parent", "kpi", "objective")
    return Goal.objects.select_related(*links).get(pk=goal.pk)
