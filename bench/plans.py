"""A plan in force, with a number for everybody."""

from collections.abc import Mapping
from datetime import datetime

from kpis.models import Kpi
from salestargets.accounts.models import User
from salestargets.kernel.periods import add_months, month_of
from salestargets.tenancy.access import Actor, actor_of_member, system_actor
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.selectors import root_unit_id
from targets.models import Plan
from targets.services.plans import create_goal, create_plan
from targets.services.publishing import approve_plan, publish_plan, submit_plan
from targets.services.splits import SplitRequest, apply_split

MONTHS = 3


def published(organisation: Organisation, amounts: Mapping[Kpi, int], *, at: datetime) -> Plan:
    """Three months up to this one; each amount split evenly down to the people."""
    actor, start = system_actor(organisation), add_months(month_of(at.date()).start, 1 - MONTHS)
    plan = create_plan(
        actor,
        name="Quarter",
        starts_on=start,
        ends_on=add_months(start, MONTHS),
        root_unit_id=root_unit_id(start),
        at=at,
    )
    for kpi, amount in amounts.items():
        goal = create_goal(actor, plan=plan, kpi=kpi, amount=amount, at=at)
        apply_split(actor, goal=goal, request=SplitRequest(None, "even", recursive=True), at=at)
    plan = submit_plan(actor, plan=plan, at=at)
    plan = approve_plan(_admin(organisation), plan=plan, override="Made to be measured", at=at)
    return publish_plan(actor, plan=plan, at=at)


def _admin(organisation: Organisation) -> Actor:
    """Somebody else than the system, who may approve what it made."""
    user = User.objects.get(email=f"admin@{organisation.slug}.example")
    actor = actor_of_member(organisation, user)
    assert actor is not None
    return actor
