"""What every page about one plan has around it: name and state, its goals, the ways to its other pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Sight, sight_of
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import asked_id
from salestargets.web.registry import Text
from salestargets.web.requests import TenantRequest
from targets.choices import IN_FORCE, MAKING, PlanState
from targets.models import Goal, Plan
from targets.selectors.acknowledgements import Answers, answers_in
from targets.selectors.course import moves_of, moves_open, steps_of
from targets.selectors.periods import span_of
from targets.selectors.plans import get_plan, goals_of
from targets.views.addresses import address_of
from targets.views.folds import check_steers


@dataclass(frozen=True)
class Frame:
    """A plan, the goal that is looked at, and what the actor may do with the plan as a whole."""

    plan: Plan
    goals: Sequence[Goal]
    goal: Goal | None
    sight: Sight
    sees_all: bool
    leads: bool


@dataclass(frozen=True)
class Tab:
    """A page about the plan: `plans/<id>/…`, with `?goal=`."""

    url_name: str
    label: Text
    is_shown: Callable[[Frame], bool] = lambda _frame: True


#: What a move of the plan is called on its button, and its icon.
BUTTONS: dict[str, tuple[Text, str]] = {
    "open": (_("Open for proposals"), "messages-square"),
    "submit": (_("Submit"), "send"),
    "take_back": (_("Take back"), "undo-2"),
    "approve": (_("Approve"), "badge-check"),
    "publish": (_("Publish"), "send"),
    "close": (_("Close"), "lock"),
}
#: In the order of the work.
TABS: tuple[Tab, ...] = (
    Tab("plan", _("Numbers")),
    Tab("goal", _("Goal"), lambda frame: frame.sees_all),
    Tab("agreement", _("Agreement"), lambda frame: frame.goal is not None),
    Tab("fairness", _("Fairness")),
    Tab("plan_adjustments", _("Adjustments"), lambda frame: frame.plan.state in IN_FORCE),
    Tab("course", _("Course")),
)


def frame_of(request: TenantRequest, plan_id: int) -> Frame:
    """The plan, and the goal of `?goal=`, else its first; for those who steer or look on."""
    check_steers(request)
    plan = get_plan(request.actor, plan_id, request.today)
    goals, goal_id = goals_of([plan])[plan.pk], asked_id(request, "goal")
    sight = sight_of(request.actor, request.today)
    sees_all = sight.of_unit(plan.root_unit_id)
    return Frame(
        plan=plan,
        goals=goals,
        goal=next(iter(goals), None) if goal_id is None else _chosen(goals, goal_id),
        sight=sight,
        sees_all=sees_all,
        leads=sees_all and request.actor.may(Scope.TARGETS_WRITE),
    )


def _chosen(goals: Sequence[Goal], goal_id: int) -> Goal:
    found = next((goal for goal in goals if goal.pk == goal_id), None)
    if found is None:
        raise NotFound(N_("There is no such goal."), code="not_found")
    return found


def shown_in(request: TenantRequest, frame: Frame, url_name: str) -> dict[str, Any]:
    """For `targets/includes/plan_frame.html`, around the page of this name."""
    plan, leads = frame.plan, frame.leads
    return {
        "plan": plan,
        "span": span_of(plan),
        "goals": frame.goals,
        "goal": frame.goal,
        "tabs": _tabs(request, frame, url_name),
        "sees_all": frame.sees_all,
        "leads": leads,
        "may_change": leads and plan.state != PlanState.CLOSED,
        "may_add": leads and plan.state in MAKING,
        "steps": steps_of(plan, moves_of(plan)),
        "buttons": _buttons(request, frame),
        "answers": _answers(frame),
        "exports": frame.goal is not None and url_name == "plan",
        "address": request.get_full_path(),
    }


def _buttons(request: TenantRequest, frame: Frame) -> list[tuple[Text, str, str]]:
    """What may be done with the plan now: label, address, icon; the main thing last."""
    if not frame.goals:
        return []
    moves = moves_open(request.actor, frame.plan, leads=frame.leads, on=request.today)
    shown = [(*BUTTONS[move], address_of(request, f"plan_{move}", plan_id=frame.plan.pk)) for move in moves]
    return [(label, href, glyph) for label, glyph, href in shown]


def _answers(frame: Frame) -> Answers | None:
    """How those in sight answered about the goal's numbers in force."""
    if frame.plan.state != PlanState.PUBLISHED or frame.goal is None:
        return None
    return answers_in(frame.goal, frame.sight)


def _tabs(request: TenantRequest, frame: Frame, url_name: str) -> list[tuple[Text, str, bool]]:
    """Label, address, and whether it is this page."""
    query = f"?{urlencode({'goal': frame.goal.pk})}" if frame.goal else ""
    return [
        (
            tab.label,
            address_of(request, tab.url_name, plan_id=frame.plan.pk) + query,
            tab.url_name == url_name,
        )
        for tab in TABS
        if tab.is_shown(frame)
    ]
