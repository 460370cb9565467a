"""The methods worksheet beside a goal: inputs, what each method proposes, the blend, and who kept it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Scope
from salestargets.web.dialogs import Dialog, answer, sent
from salestargets.web.requests import TenantRequest, page
from targets.amounts import scale_of
from targets.choices import PlanState
from targets.forms.worksheet import WorksheetForm, told
from targets.models import Goal
from targets.registry import causes_before
from targets.selectors.plan_before import plan_before
from targets.selectors.plans import get_goal
from targets.selectors.worksheet import last_period, worksheet_of
from targets.services.worksheet import keep_worksheet, take_blend
from targets.views.addresses import address_of


@page()
def worksheet(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    if not sight_of(request.actor, request.today).of_unit(goal.plan.root_unit_id):
        raise PermissionDenied
    found = worksheet_of(goal, on=request.today)
    form = WorksheetForm(goal, found, request.organisation.currency, sent(request))
    here = address_of(request, "worksheet", plan_id=plan_id, goal_id=goal_id)

    def keep(data: dict[str, Any]) -> str:
        kept = keep_worksheet(
            request.actor,
            goal=goal,
            inputs=form.inputs(data),
            weights=form.weights(data),
            expected_version=data["version"],
            at=request.now,
        )
        if "take" not in request.POST:
            return here
        take_blend(
            request.actor, goal=goal, worksheet=kept, reason=request.POST.get("reason", ""), at=request.now
        )
        return _back(request, goal)

    dialog = Dialog(
        title=_("Methods"), submit=_("Work out and keep"), back=_back(request, goal), done=_("Saved.")
    )
    shown = {
        "goal": goal,
        "found": found,
        "moved": told(found.moved, found.lines, goal, request.organisation.currency),
        "scale": scale_of(goal.kpi, request.organisation.currency),
        "may_keep": request.actor.may(Scope.TARGETS_WRITE) and goal.plan.state != PlanState.CLOSED,
        "last": last_period(goal, on=request.today),
        "causes": causes_before(goal),
        "before": plan_before(request.actor, goal, on=request.today),
        "in_force": goal.plan.state == PlanState.PUBLISHED,
    }
    return answer(request, form, keep, dialog, template="targets/worksheet.html", shown=shown)


def _back(request: TenantRequest, goal: Goal) -> str:
    address = address_of(request, "goal", plan_id=goal.plan_id)
    return f"{address}?{urlencode({'goal': goal.pk})}"
