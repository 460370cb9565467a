"""Plans: listed, made, changed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import page_of
from salestargets.web.dialogs import Dialog, answer, sent
from salestargets.web.requests import TenantRequest, page
from targets.amounts import scale_of
from targets.forms.plans import PlanEditForm, PlanForm
from targets.models import Goal, Plan
from targets.selectors.periods import span_of
from targets.selectors.plans import get_plan, goals_of, visible_plans
from targets.services.plans import PlanChanges, change_plan, create_plan
from targets.views.addresses import address_of
from targets.views.folds import check_steers


@require_GET
@page()
def plans(request: TenantRequest) -> HttpResponse:
    check_steers(request)
    pager = page_of(request, visible_plans(request.actor, request.today))
    goals, sight = goals_of(pager), sight_of(request.actor, request.today)
    currency = request.organisation.currency
    rows = [
        (
            plan,
            span_of(plan).last_day,
            sight.of_unit(plan.root_unit_id),
            [(goal, scale_of(goal.kpi, currency)) for goal in goals[plan.pk]],
        )
        for plan in pager
    ]
    shown = {"rows": rows, "pager": pager, "may_make": request.actor.may(Scope.TARGETS_WRITE)}
    return render(request, "targets/plans.html", shown)


@page(Scope.TARGETS_WRITE)
def plan_new(request: TenantRequest) -> HttpResponse:
    initial = {"expected_basis": request.organisation.expected_basis}
    form = PlanForm(request.actor, request.today, sent(request), initial=initial)

    def make(data: dict[str, Any]) -> str:
        names = ("name", "starts_on", "ends_on", "root_unit", "expected_basis")
        name, starts_on, ends_on, root_unit_id, basis = (data[key] for key in names)
        plan = create_plan(
            request.actor,
            name=name,
            starts_on=starts_on,
            ends_on=ends_on,
            root_unit_id=root_unit_id,
            parent=get_plan(request.actor, data["parent"], request.today) if data["parent"] else None,
            expected_basis=basis,
            at=request.now,
        )
        return address_of(request, "plan", plan_id=plan.pk)

    dialog = Dialog(
        title=_("New plan"),
        submit=_("Make the plan"),
        back=address_of(request, "plans"),
        done=_("The plan is made, as a draft. Its goal comes next."),
    )
    return answer(request, form, make, dialog)


@page(Scope.TARGETS_WRITE)
def plan_edit(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)
    form = PlanEditForm(plan, request.actor, request.today, sent(request))

    def change(data: dict[str, Any]) -> None:
        changes = PlanChanges(name=data["name"], expected_basis=data["expected_basis"])
        if "parent" in data:
            changes["parent"] = _parent(request, plan, data["parent"])
        change_plan(
            request.actor,
            plan=plan,
            changes=changes,
            expected_version=data["version"],
            at=request.now,
        )

    dialog = Dialog(title=_("Change the plan"), submit=_("Save"), back=_back(request, plan), done=_("Saved."))
    return answer(request, form, change, dialog)


def _parent(request: TenantRequest, plan: Plan, parent_id: int | None) -> Plan | None:
    """The one it has stays, also where it is out of sight."""
    if not parent_id:
        return None
    above: Plan | None = plan.parent
    is_the_same = above is not None and above.pk == parent_id
    return above if is_the_same else get_plan(request.actor, parent_id, request.today)


def _back(request: TenantRequest, plan: Plan, goal: Goal | None = None) -> str:
    address = address_of(request, "plan", plan_id=plan.pk)
    return f"{address}?{urlencode({'goal': goal.pk})}" if goal else address
