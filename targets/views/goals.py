"""One goal of a plan: what makes it SMART, its milestones, and how it stands to the plan above."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kpis.models import Kpi
from kpis.selectors import all_kpis
from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Scope
from salestargets.web.dialogs import Dialog, VersionedForm, answer, sent
from salestargets.web.requests import TenantRequest, page
from targets.amounts import from_stored, is_level, scale_of
from targets.choices import PlanState
from targets.forms.plans import (
    DriftForm,
    GoalEditForm,
    GoalForm,
    MilestoneEditForm,
    MilestoneForm,
)
from targets.models import Goal, Milestone, Plan
from targets.selectors.goals import get_milestone, milestones_of, weight_sum
from targets.selectors.nesting import offered_to, part_above, parts_below
from targets.selectors.plans import get_goal, get_plan, goals_of
from targets.selectors.products import mix_of
from targets.selectors.worksheet import newest_of
from targets.services.milestones import add_milestone, change_milestone, remove_milestone
from targets.services.nesting import follow_parent, record_drift
from targets.services.objectives import create_objective
from targets.services.plans import WHOLE_BP, GoalChanges, change_goal, create_goal
from targets.views.addresses import address_of
from targets.views.frames import Frame, frame_of, shown_in
from targets.views.places import in_place
from targets.views.workspace import letters_of


@require_GET
@page()
def goal(request: TenantRequest, plan_id: int) -> HttpResponseBase:
    frame = frame_of(request, plan_id)
    shown = shown_in(request, frame, "goal")
    if frame.goal is None or not frame.sees_all:
        return redirect(_address(request, "plan", frame.plan, frame.goal))
    shown |= _shown(request, frame, frame.goal)
    return render(request, "targets/goal.html#goal" if request.htmx else "targets/goal.html", shown)


@require_GET
@page()
def goal_smart(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponseBase:
    """How many letters hold, for the page with the numbers: it asks once it stands, since this reads much."""
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    address = _address(request, "goal", goal.plan, goal)
    if not request.htmx or not sight_of(request.actor, request.today).of_unit(goal.plan.root_unit_id):
        return redirect(address)
    letters = letters_of(goal, request.today)
    shown = {"address": address, "met": sum(letter.ok for letter in letters), "of": len(letters)}
    return render(request, "targets/includes/smart_line.html", shown)


def _shown(request: TenantRequest, frame: Frame, goal: Goal) -> dict[str, Any]:
    weighs = weight_sum(frame.goals)
    return {
        "scale": scale_of(goal.kpi, request.organisation.currency),
        "letters": letters_of(goal, request.today),
        "milestones": milestones_of(goal),
        "mix": None if is_level(goal.kpi) else mix_of(request.actor, goal, at=request.now),
        "has_methods": not is_level(goal.kpi),
        "worksheet": newest_of(goal),
        "above": part_above(goal),
        "below": parts_below(goal),
        "weights": [(each, each.weight_bp / WHOLE_BP) for each in frame.goals],
        "weight_sum": weighs / WHOLE_BP,
        "is_weighed_out": weighs == WHOLE_BP,
        "weight": goal.weight_bp / WHOLE_BP,
    }


@page(Scope.TARGETS_WRITE)
def goal_new(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)
    taken = {goal.kpi.key for goal in goals_of([plan])[plan.pk]}
    kpis = [kpi for kpi in all_kpis().filter(is_retired=False) if kpi.key not in taken]
    form = GoalForm(kpis, request.actor, request.today, sent(request), initial=_offered(request, plan, kpis))

    def make(data: dict[str, Any]) -> str:
        changes = _changes(request, form, data)
        amount = changes.pop("amount")
        kpi = form.kpis[data["kpi"]]
        goal = create_goal(request.actor, plan=plan, kpi=kpi, amount=amount, details=changes, at=request.now)
        return _address(request, "plan", plan, goal)

    dialog = Dialog(
        title=_("New goal"),
        submit=_("Add the goal"),
        back=_address(request, "plan", plan),
        done=_("The goal is added, spread evenly over the months."),
    )
    return answer(request, form, make, dialog)


def _offered(request: TenantRequest, plan: Plan, kpis: Sequence[Kpi]) -> dict[str, Any]:
    """The first KPI of which the plan above has a part for this one, with that part."""
    offered = offered_to(plan)
    first = next((kpi for kpi in kpis if kpi.pk in offered), None)
    if first is None:
        return {}
    amount = from_stored(offered[first.pk], first, request.organisation.currency)
    return {"kpi": first.key, "amount": amount}


@page(Scope.TARGETS_WRITE)
def goal_edit(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    form = GoalEditForm(goal, request.actor, request.today, sent(request))

    def change(data: dict[str, Any]) -> None:
        change_goal(
            request.actor,
            goal=goal,
            changes=_changes(request, form, data),
            expected_version=data["version"],
            reason=data["said"],
            at=request.now,
        )

    return _changed(request, goal, form, change, title=_("Change the goal"), done=_("Saved."))


@page(Scope.TARGETS_WRITE)
def goal_follow(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    form = DriftForm(
        sent(request),
        initial={"version": goal.version},
        needs_reason=goal.plan.state == PlanState.PUBLISHED,
    )

    def follow(data: dict[str, Any]) -> None:
        follow_parent(
            request.actor,
            goal=goal,
            reason=data["why"],
            expected_version=data["version"],
            at=request.now,
        )

    note = _(
        "The plan's unit takes the numbers that the plan above has for these months,"
        " and so do the units below that differ without a reason on record."
    )
    return _changed(request, goal, form, follow, title=_("Follow the plan above"), note=note)


@page(Scope.TARGETS_WRITE)
def goal_drift(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    form = DriftForm(sent(request), initial={"version": goal.version}, needs_reason=True)

    def record(data: dict[str, Any]) -> None:
        record_drift(
            request.actor,
            goal=goal,
            reason=data["why"],
            expected_version=data["version"],
            at=request.now,
        )

    note = _("The goal stays as it is. The difference is kept with your reason, and both plans show it.")
    return _changed(request, goal, form, record, title=_("Record why it differs"), note=note)


@page(Scope.TARGETS_WRITE)
def milestone_new(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    form = MilestoneForm(goal, request.organisation.currency, sent(request))

    def add(data: dict[str, Any]) -> None:
        add_milestone(request.actor, goal=goal, **form.changes(data), at=request.now)  # type: ignore[misc]

    return _changed(request, goal, form, add, title=_("New milestone"))


@page(Scope.TARGETS_WRITE)
def milestone_edit(request: TenantRequest, plan_id: int, goal_id: int, milestone_id: int) -> HttpResponse:
    milestone = _milestone(request, plan_id, goal_id, milestone_id)
    form = MilestoneEditForm(milestone, request.organisation.currency, sent(request))

    def change(data: dict[str, Any]) -> None:
        change_milestone(
            request.actor,
            milestone=milestone,
            changes=form.changes(data),
            expected_version=data["version"],
            at=request.now,
        )

    return _changed(request, milestone.goal, form, change, title=_("Change the milestone"))


@require_POST
@page(Scope.TARGETS_WRITE)
def milestone_done(request: TenantRequest, plan_id: int, goal_id: int, milestone_id: int) -> HttpResponse:
    """Ticked: done today, or not done after all."""
    milestone = _milestone(request, plan_id, goal_id, milestone_id)
    change_milestone(
        request.actor,
        milestone=milestone,
        changes={"done_on": None if milestone.done_on else request.today},
        expected_version=None,
        at=request.now,
    )
    return redirect(_address(request, "goal", milestone.goal.plan, milestone.goal))


@page(Scope.TARGETS_WRITE)
def milestone_remove(request: TenantRequest, plan_id: int, goal_id: int, milestone_id: int) -> HttpResponse:
    milestone = _milestone(request, plan_id, goal_id, milestone_id)
    form = VersionedForm(sent(request), initial={"version": milestone.version})

    def remove(data: dict[str, Any]) -> None:
        remove_milestone(request.actor, milestone=milestone, expected_version=data["version"], at=request.now)

    return _changed(
        request,
        milestone.goal,
        form,
        remove,
        title=_("Remove the milestone"),
        note=milestone.name,
        danger=True,
    )


def _milestone(request: TenantRequest, plan_id: int, goal_id: int, milestone_id: int) -> Milestone:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    return get_milestone(goal, milestone_id)


def _changed(
    request: TenantRequest,
    goal: Goal,
    form: Any,
    call: Any,
    *,
    title: Any,
    note: Any = "",
    done: Any = "",
    danger: bool = False,
) -> HttpResponse:
    """A dialog about the goal; the page below it then shows the goal anew."""
    dialog = Dialog(
        title=title,
        submit=_("Remove") if danger else _("Save"),
        back=_address(request, "goal", goal.plan, goal),
        note=note,
        done=done,
        is_danger=danger,
    )
    return in_place(request, answer(request, form, call, dialog))


def _changes(request: TenantRequest, form: GoalForm, data: dict[str, Any]) -> GoalChanges:
    """With the objective that was named anew, if one was."""
    changes = form.changes(data)
    if name := data["new_objective"]:
        changes["objective_id"] = create_objective(request.actor, name=name, at=request.now).pk
    return changes


def _address(request: TenantRequest, name: str, plan: Plan, goal: Goal | None = None) -> str:
    address = address_of(request, name, plan_id=plan.pk)
    return f"{address}?{urlencode({'goal': goal.pk})}" if goal else address
