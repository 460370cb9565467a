"""A plan's course: every move of it, and who has acknowledged their number."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from salestargets.tenancy.choices import Scope
from salestargets.web.asked import asked_choice, page_of
from salestargets.web.requests import TenantRequest, page
from targets.amounts import scale_of
from targets.choices import IN_FORCE, AnswerState, PlanState
from targets.models import Goal
from targets.selectors.acknowledgements import answers_in, asks_of, number_of
from targets.selectors.course import moves_of
from targets.views.frames import Frame, frame_of, shown_in


@require_GET
@page()
def course(request: TenantRequest, plan_id: int) -> HttpResponse:
    frame = frame_of(request, plan_id)
    shown = {**shown_in(request, frame, "course"), "moves": moves_of(frame.plan)}
    if frame.plan.state in IN_FORCE and frame.goal:
        shown |= _answers(request, frame, frame.goal)
    return render(request, "targets/course.html", shown)


def _answers(request: TenantRequest, frame: Frame, goal: Goal) -> dict[str, object]:
    asks = asks_of(frame.plan, frame.sight).filter(target__goal=goal)
    counts, state = answers_in(goal, frame.sight), asked_choice(request, "state", AnswerState.values)
    found = page_of(request, (asks.filter(state=state) if state else asks).order_by("person__name", "id"))
    return {
        "counts": counts,
        "asks": found,
        "rows": [(ask, *number_of(ask)) for ask in found],
        "scale": scale_of(goal.kpi, request.organisation.currency),
        "state": state,
        "states": AnswerState.choices,
        "may_remind": frame.plan.state == PlanState.PUBLISHED
        and counts.waiting > counts.silent
        and request.actor.may(Scope.TARGETS_WRITE),
    }
