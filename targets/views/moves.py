"""A plan from state to state: opened, submitted, taken back, approved, published, closed."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.choices import Scope
from salestargets.web.dialogs import Dialog, VersionedForm, answer, sent
from salestargets.web.requests import TenantRequest, page
from targets.choices import PlanState
from targets.forms.moves import DecisionForm, OpenForm, TakeBackForm
from targets.models import Plan
from targets.selectors.approvers import may_approve
from targets.selectors.plans import get_plan, goals_of
from targets.selectors.rules import answers_due
from targets.services.publishing import (
    approve_plan,
    close_plan,
    open_plan,
    publish_plan,
    submit_plan,
    take_back_plan,
)
from targets.views.addresses import address_of
from targets.views.workspace import letters_of

LETTERS = "targets/includes/found.html"


@page(Scope.TARGETS_WRITE)
def plan_open(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)
    form = OpenForm(plan, answers_due(plan, request.today), sent(request))

    def call(data: dict[str, Any]) -> None:
        _move(request, open_plan, plan, data, answers_by=data["answers_by"])

    dialog = Dialog(
        title=_("Open the plan for proposals"),
        submit=_("Open"),
        back=_back(request, plan),
        done=_("The plan is open: those who hold a number may propose their own."),
        note=_(
            "Everyone who holds a number sees it and may propose their own, month by month, until the plan is"
            " submitted. Nothing is in force yet, and you may go on changing numbers."
        ),
    )
    return answer(request, form, call, dialog)


@page(Scope.TARGETS_WRITE)
def plan_submit(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)
    found = _found(request, plan)
    form = VersionedForm(sent(request), initial={"version": plan.version})

    def call(data: dict[str, Any]) -> None:
        _move(request, submit_plan, plan, data)

    dialog = Dialog(
        title=_("Submit the plan for approval"),
        submit=_("Submit") if found["found"] else "",
        back=_back(request, plan),
        done=_("The plan is submitted. Whoever may approve it has been told."),
        note=_(
            "Someone above its unit, or an administrator, approves it or gives it back. Until then no number"
            " changes."
        ),
    )
    return answer(request, form, call, dialog, shown=found)


@page(Scope.TARGETS_WRITE)
def plan_take_back(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)
    form = TakeBackForm(sent(request), initial={"version": plan.version})

    def call(data: dict[str, Any]) -> None:
        _move(request, take_back_plan, plan, data, reason=data["why"])

    dialog = Dialog(
        title=_("Take the plan back"),
        submit=_("Take back"),
        back=_back(request, plan),
        done=_("The plan is open again."),
        note=_("It is open again, to be changed, and needs a new approval afterwards."),
    )
    return answer(request, form, call, dialog)


@page(Scope.TARGETS_WRITE)
def plan_approve(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)
    found = _found(request, plan)
    form = DecisionForm(plan, sent(request), overrides=not found["is_smart"])

    def call(data: dict[str, Any]) -> None:
        _move(request, approve_plan, plan, data, override=data.get("override", ""))

    dialog = Dialog(
        title=_("Approve the plan"),
        submit=_("Approve"),
        back=_back(request, plan),
        done=_("The plan is approved. Those who made it have been told."),
        note=_("Those who lead the plan may then publish it."),
    )
    return answer(request, form, call, dialog, shown=found)


@page(Scope.TARGETS_WRITE)
def plan_publish(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)
    found, is_approved = _found(request, plan), plan.state == PlanState.APPROVED
    overrides = bool(
        found["found"]
        and not found["is_smart"]
        and not is_approved
        and may_approve(request.actor, plan, on=request.today)
    )
    form = DecisionForm(plan, sent(request), overrides=overrides)

    def call(data: dict[str, Any]) -> None:
        _move(request, publish_plan, plan, data, override=data.get("override", ""))

    dialog = Dialog(
        title=_("Publish the plan"),
        submit=_("Publish") if found["is_smart"] or overrides or is_approved else "",
        back=_back(request, plan),
        done=_("The plan is in force. Everyone is told their number, and asked to acknowledge it."),
        note=_(
            "Every number gets its first version, in force from the plan's first day. Everyone who holds"
            " one is told, and asked to acknowledge it. From then on every change needs a reason."
        ),
    )
    return answer(request, form, call, dialog, shown=found)


@page(Scope.TARGETS_WRITE)
def plan_close(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)
    form = VersionedForm(sent(request), initial={"version": plan.version})

    def call(data: dict[str, Any]) -> None:
        _move(request, close_plan, plan, data)

    dialog = Dialog(
        title=_("Close the plan"),
        submit=_("Close"),
        back=_back(request, plan),
        done=_("The plan is closed; its final values are kept."),
        note=_("The final values are kept as they are now, and no number of the plan changes any more."),
    )
    return answer(request, form, call, dialog)


def _move(
    request: TenantRequest, service: Callable[..., Plan], plan: Plan, data: dict[str, Any], **more: Any
) -> None:
    service(request.actor, plan=plan, expected_version=data["version"], at=request.now, **more)


def _found(request: TenantRequest, plan: Plan) -> dict[str, Any]:
    """Goal by goal which letters of SMART are met."""
    found = [(goal, letters_of(goal, request.today)) for goal in goals_of([plan])[plan.pk]]
    is_smart = bool(found) and all(letter.ok for _goal, letters in found for letter in letters)
    return {"above": LETTERS, "plan": plan, "found": found, "is_smart": is_smart}


def _back(request: TenantRequest, plan: Plan) -> str:
    return address_of(request, "plan", plan_id=plan.pk)
