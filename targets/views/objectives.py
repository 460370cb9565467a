"""Objectives: which goals serve them, which none does, and which goals serve none."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from salestargets.tenancy.choices import Scope
from salestargets.web.asked import asked_id
from salestargets.web.dialogs import Dialog, VersionedForm, answer, sent
from salestargets.web.requests import TenantRequest, page
from targets.amounts import scale_of
from targets.forms.objectives import ObjectiveEditForm, ObjectiveForm
from targets.models import Objective
from targets.selectors.objectives import (
    Serving,
    all_objectives,
    coverage,
    get_objective,
    may_change_objective,
    plans_to_serve,
)
from targets.selectors.plans import get_plan
from targets.services.objectives import change_objective, create_objective
from targets.views.addresses import address_of
from targets.views.folds import check_steers


@require_GET
@page()
def objectives(request: TenantRequest) -> HttpResponse:
    check_steers(request)
    plan_id = asked_id(request, "plan")
    plan = get_plan(request.actor, plan_id, request.today) if plan_id else None
    found = coverage(request.actor, on=request.today, plan=plan)
    shown = {
        "served": [(*_line(request, one), _goals(request, goals)) for one, goals in found.served],
        "unserved": [_line(request, one) for one in found.unserved],
        "without": _goals(request, found.goals_without),
        "archived": [_line(request, one) for one in all_objectives(archived=True)],
        "plans": plans_to_serve(request.actor, request.today),
        "plan": plan,
        "may_make": request.actor.may(Scope.TARGETS_WRITE),
    }
    return render(request, "targets/objectives.html", shown)


@page(Scope.TARGETS_WRITE)
def objective_new(request: TenantRequest) -> HttpResponse:
    form = ObjectiveForm(request.actor, request.today, sent(request))

    def make(data: dict[str, Any]) -> None:
        create_objective(request.actor, **form.changes(data), at=request.now)  # type: ignore[misc]

    return _answer(request, form, make, title=_("New objective"), submit=_("Add the objective"))


@page(Scope.TARGETS_WRITE)
def objective_edit(request: TenantRequest, objective_id: int) -> HttpResponse:
    objective = get_objective(objective_id)
    form = ObjectiveEditForm(objective, request.actor, request.today, sent(request))

    def change(data: dict[str, Any]) -> None:
        change_objective(
            request.actor,
            objective=objective,
            changes=form.changes(data),
            expected_version=data["version"],
            at=request.now,
        )

    return _answer(request, form, change, title=_("Change the objective"), submit=_("Save"))


@page(Scope.TARGETS_WRITE)
def objective_archive(request: TenantRequest, objective_id: int) -> HttpResponse:
    """Or back from there."""
    objective = get_objective(objective_id)
    form = VersionedForm(sent(request), initial={"version": objective.version})

    def move(data: dict[str, Any]) -> None:
        change_objective(
            request.actor,
            objective=objective,
            changes={"is_archived": not objective.is_archived},
            expected_version=data["version"],
            at=request.now,
        )

    if objective.is_archived:
        title, note = _("Take it back from the archive"), _("It is offered to goals again.")
    else:
        title, note = _("Archive the objective"), _("It is offered no more; goals that serve it keep it.")
    return _answer(request, form, move, title=title, submit=title, note=note)


def _line(request: TenantRequest, objective: Objective) -> tuple[Objective, bool]:
    """With whether the actor may change it."""
    return objective, may_change_objective(request.actor, objective)


def _goals(request: TenantRequest, found: Any) -> list[tuple[Serving, Any]]:
    return [(each, scale_of(each.goal.kpi, request.organisation.currency)) for each in found]


def _answer(
    request: TenantRequest, form: Any, call: Any, *, title: Any, submit: Any, note: Any = ""
) -> HttpResponse:
    dialog = Dialog(
        title=title, submit=submit, back=address_of(request, "objectives"), done=_("Saved."), note=note
    )
    return answer(request, form, call, dialog)
