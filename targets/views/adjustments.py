"""Requests to change numbers in force: listed, made with a live preview, read, decided."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kpis.values import Holder
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Role, Scope
from salestargets.web.asked import page_of
from salestargets.web.dialogs import Dialog, VersionedForm, answer, sent
from salestargets.web.requests import TenantRequest, page
from targets.amounts import is_level, scale_of
from targets.choices import AdjustmentState, LeaverRule, PlanState
from targets.forms.adjustments import AdjustForm, DecisionForm, RejectionForm
from targets.frozen import Evidence
from targets.models import Adjustment, Goal, Plan
from targets.selectors.adjustments import (
    adjustments_of,
    get_adjustment,
    may_decide,
    seen,
)
from targets.selectors.plans import get_goal
from targets.selectors.rows import places
from targets.selectors.rules import triggers
from targets.selectors.sheets import sheet_of
from targets.selectors.trees import plan_tree
from targets.services.adjustments import (
    approve_adjustment,
    check_may_ask,
    preview_adjustment,
    reject_adjustment,
    request_adjustment,
    withdraw_adjustment,
)
from targets.views.addresses import address_of
from targets.views.frames import frame_of, shown_in

#: The part of the dialog that is fetched anew while numbers are typed.
EFFECT = "effect"


@require_GET
@page()
def plan_adjustments(request: TenantRequest, plan_id: int) -> HttpResponse:
    frame = frame_of(request, plan_id)
    found = adjustments_of(request.actor, frame.plan, request.today)
    sight = sight_of(request.actor, request.today)
    pager = page_of(request, found)
    shown = {
        **shown_in(request, frame, "plan_adjustments"),
        "pager": pager,
        "rows": [(row, seen(row, sight), _scale(request, row.goal)) for row in pager],
        "may_ask": frame.plan.state == PlanState.PUBLISHED and request.actor.role != Role.VIEWER,
        "may_hand_over": _may_hand_over(request, frame.plan, frame.goal),
        "topmost": [place.node.holder for place in places(plan_tree(frame.plan), sight, levels=0)],
    }
    return render(request, "targets/adjustments.html", shown)


def _may_hand_over(request: TenantRequest, plan: Plan, goal: Goal | None) -> bool:
    in_force = plan.state == PlanState.PUBLISHED and request.actor.may(Scope.TARGETS_WRITE)
    return in_force and goal is not None and not is_level(goal.kpi)


@page()
def adjust(request: TenantRequest, plan_id: int, goal_id: int, holder: Holder) -> HttpResponse:
    """Ask for other numbers of a holder and of those right below; what they would do is shown meanwhile."""
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    sheet = sheet_of(goal)
    node = sheet.tree.find(holder)
    check_may_ask(request.actor, sheet, node, on=request.today)
    nodes = [node, *sheet.tree.below(node)]
    active, currency = list(triggers(active=True)), request.organisation.currency
    form = AdjustForm(sheet, nodes, active, currency, sent(request), today=request.today)
    preview = _previewed(request, goal, form) if request.method == "POST" else {}
    if request.htmx and request.htmx.target == EFFECT:
        return render(request, "targets/adjustment_new.html#effect", preview | _words(request, goal))

    def ask(data: dict[str, Any]) -> str:
        made = request_adjustment(
            request.actor, goal=goal, wishes=form.wishes(data), why=form.reason(data), at=request.now
        )
        return address_of(request, "adjustment", adjustment_id=made.pk)

    dialog = Dialog(
        title=_("Ask for an adjustment: %(name)s") % {"name": sheet.tree.name(node)},
        submit=_("Ask"),
        back=_back(request, goal),
        done=_("It is asked for. Those who may decide are told."),
    )
    shown = {**preview, **_words(request, goal), "node": node}
    return answer(request, form, ask, dialog, template="targets/adjustment_new.html", shown=shown)


@require_GET
@page()
def adjustment(request: TenantRequest, adjustment_id: int) -> HttpResponse:
    found = get_adjustment(request.actor, adjustment_id, request.today)
    is_open = found.state == AdjustmentState.REQUESTED
    decides = is_open and may_decide(request.actor, found, plan_tree(found.goal.plan), request.today)
    told = seen(found, sight_of(request.actor, request.today))
    shown = {
        **_words(request, found.goal),
        "adjustment": found,
        "moves": told.moves,
        "hidden": told.hidden,
        "evidence": told.evidence,
        "simulation": told.simulation,
        "rule": _rule(told.evidence),
        "decides": decides,
        "may_withdraw": is_open and found.actor == request.actor.id,
        "steers": request.actor.role != Role.REP,
    }
    return render(request, "targets/adjustment.html", shown)


@page(Scope.TARGETS_WRITE)
def adjustment_approve(request: TenantRequest, adjustment_id: int) -> HttpResponse:
    dialog = _dialog(
        request,
        adjustment_id,
        _("Approve the adjustment"),
        _("Approve"),
        _("Approved. The new numbers hold."),
    )
    note = _("The new numbers are written, and everyone whose number changes is told why.")
    return _decided(request, adjustment_id, DecisionForm, approve_adjustment, {**dialog, "note": note})


@page(Scope.TARGETS_WRITE)
def adjustment_reject(request: TenantRequest, adjustment_id: int) -> HttpResponse:
    dialog = _dialog(
        request, adjustment_id, _("Reject the adjustment"), _("Reject"), _("Rejected. The numbers stay.")
    )
    return _decided(request, adjustment_id, RejectionForm, reject_adjustment, {**dialog, "is_danger": True})


@page()
def adjustment_withdraw(request: TenantRequest, adjustment_id: int) -> HttpResponse:
    dialog = _dialog(
        request, adjustment_id, _("Withdraw the adjustment"), _("Withdraw"), _("Withdrawn. The numbers stay.")
    )
    return _decided(request, adjustment_id, VersionedForm, withdraw_adjustment, dialog)


def _decided(
    request: TenantRequest,
    adjustment_id: int,
    form_class: type[VersionedForm],
    decide: Callable[..., Adjustment],
    dialog: dict[str, Any],
) -> HttpResponse:
    found = get_adjustment(request.actor, adjustment_id, request.today)
    form = form_class(sent(request), initial={"version": found.version})

    def call(data: dict[str, Any]) -> None:
        said = {"comment": data["comment"]} if "comment" in data else {}
        version = data["version"]
        decide(request.actor, adjustment=found, expected_version=version, at=request.now, **said)

    return answer(request, form, call, Dialog(**dialog))


def _dialog(request: TenantRequest, adjustment_id: int, title: Any, submit: Any, done: Any) -> dict[str, Any]:
    back = address_of(request, "adjustment", adjustment_id=adjustment_id)
    return {"title": title, "submit": submit, "done": done, "back": back}


def _previewed(request: TenantRequest, goal: Goal, form: AdjustForm) -> dict[str, Any]:
    """What is entered so far would do this, or why it cannot."""
    form.is_valid()
    try:
        wishes = form.wishes(form.cleaned_data)
        if not wishes:
            return {}
        found = preview_adjustment(
            request.actor,
            goal=goal,
            wishes=wishes,
            effective_on=form.cleaned_data.get("effective_on"),
            at=request.now,
        )
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return {"problem": error.render(gettext)}
    return {"simulation": found.simulation, "evidence": found.evidence, "is_preview": True}


def _rule(evidence: Evidence) -> Any:
    """By which rule a number is handed over, where it is."""
    kept = evidence.get("rule")
    return LeaverRule(kept["rule"]).label if kept else None


def _words(request: TenantRequest, goal: Goal) -> dict[str, Any]:
    return {"goal": goal, "plan": goal.plan, "scale": _scale(request, goal)}


def _scale(request: TenantRequest, goal: Goal) -> Any:
    return scale_of(goal.kpi, request.organisation.currency)


def _back(request: TenantRequest, goal: Goal) -> str:
    if request.actor.role == Role.REP:
        return address_of(request, "today")
    query = urlencode({"goal": goal.pk})
    return f"{address_of(request, 'plan_adjustments', plan_id=goal.plan_id)}?{query}"
