"""Plans and their goals: listed, made, changed, published, closed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import page_of
from salestargets.web.dialogs import Dialog, VersionedForm, answer, sent
from salestargets.web.fields import TextField
from salestargets.web.requests import TenantRequest, page
from targets.amounts import scale_of
from targets.forms.plans import PlanEditForm, PlanForm
from targets.models import Goal, Plan
from targets.selectors.periods import span_of
from targets.selectors.plans import get_plan, goals_of, visible_plans
from targets.services.plans import change_plan, create_plan
from targets.services.publishing import close_plan, publish_plan
from targets.views.addresses import address_of
from targets.views.folds import check_steers
from targets.views.workspace import letters_of


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
    initial = {"name": plan.name, "expected_basis": plan.expected_basis, "version": plan.version}
    form = PlanEditForm(sent(request), initial=initial)

    def change(data: dict[str, Any]) -> None:
        change_plan(
            request.actor,
            plan=plan,
            name=data["name"],
            expected_basis=data["expected_basis"],
            expected_version=data["version"],
            at=request.now,
        )

    dialog = Dialog(title=_("Change the plan"), submit=_("Save"), back=_back(request, plan), done=_("Saved."))
    return answer(request, form, change, dialog)


class PublishForm(VersionedForm):
    override = TextField(
        label=_("Publish all the same, because"),
        max_length=300,
        required=False,
        help_text=_(
            "Administrators may publish a plan that is not SMART. The reason stays with its numbers."
        ),
    )


@page(Scope.TARGETS_WRITE)
def plan_publish(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)
    found = [(goal, letters_of(goal, request.today)) for goal in goals_of([plan])[plan.pk]]
    is_smart = bool(found) and all(letter.ok for _goal, letters in found for letter in letters)
    may_override = bool(found) and not is_smart and request.actor.may(Scope.ADMIN)
    form = PublishForm(sent(request), initial={"version": plan.version})
    if not may_override:
        del form.fields["override"]

    def publish(data: dict[str, Any]) -> None:
        publish_plan(
            request.actor,
            plan=plan,
            expected_version=data["version"],
            override=data.get("override", ""),
            at=request.now,
        )

    dialog = Dialog(
        title=_("Publish the plan"),
        submit=_("Publish"),
        back=_back(request, plan),
        done=_("The plan is in force. Everyone sees their number from now on."),
    )
    shown = {"plan": plan, "found": found, "is_smart": is_smart, "may_publish": is_smart or may_override}
    return answer(request, form, publish, dialog, template="targets/publish.html", shown=shown)


@page(Scope.TARGETS_WRITE)
def plan_close(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)
    form = VersionedForm(sent(request), initial={"version": plan.version})

    def close(data: dict[str, Any]) -> None:
        close_plan(request.actor, plan=plan, expected_version=data["version"], at=request.now)

    dialog = Dialog(
        title=_("Close the plan"),
        submit=_("Close"),
        back=_back(request, plan),
        done=_("The plan is closed; its final values are kept."),
        note=_("The final values are kept as they are now, and no number of the plan changes any more."),
    )
    return answer(request, form, close, dialog)


def _back(request: TenantRequest, plan: Plan, goal: Goal | None = None) -> str:
    address = address_of(request, "plan", plan_id=plan.pk)
    return f"{address}?{urlencode({'goal': goal.pk})}" if goal else address
