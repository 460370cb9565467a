"""One plan: its goals, whether they are SMART, and who gives whom which number in which month."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kpis.closings import last_correction
from kpis.values import Holder
from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import asked_text
from salestargets.web.exports import wanted_format
from salestargets.web.registry import Text
from salestargets.web.requests import TenantRequest, page
from targets.amounts import is_level, scale_of
from targets.choices import IN_FORCE, MAKING, PlanState
from targets.domain.difficulty import Difficulty
from targets.exports import sheet_file
from targets.forms.viewing import ThenForm
from targets.models import Goal
from targets.selectors.arranging import opened
from targets.selectors.as_of import Then
from targets.selectors.difficulty import difficulties
from targets.selectors.goals import is_given_on
from targets.selectors.periods import span_of
from targets.selectors.products import ALL, check_group, groups_of
from targets.selectors.rows import SheetRow, sheet_rows
from targets.selectors.smart import smart_findings
from targets.views.addresses import address_of
from targets.views.folds import folds_of
from targets.views.frames import Frame, frame_of, shown_in


@dataclass(frozen=True)
class Row:
    """A line of the sheet, and what may be done to it."""

    row: SheetRow
    toggle: str
    is_folded: bool
    may_set: bool
    may_split: bool
    may_hold: bool
    difficulty: Difficulty | None


@dataclass(frozen=True)
class Letter:
    name: Text
    ok: bool
    missing: str
    mend: str


@require_GET
@page()
def plan(request: TenantRequest, plan_id: int) -> HttpResponseBase:
    frame = frame_of(request, plan_id)
    goal = frame.goal
    if goal is None:
        return render(request, "targets/plan.html", shown_in(request, frame, "plan"))
    form = ThenForm(request.GET)
    group = check_group(goal, asked_text(request, "group"))
    if wanted := wanted_format(request):
        return sheet_file(
            request.actor, goal, group=group, then=form.then, on=request.today, file_format=wanted
        )
    is_table = form.then or request.GET.get("view") == "table"
    sheet = _table(request, goal, form.then, group) if is_table else _grid(request, goal)
    shown = {
        **shown_in(request, frame, "plan"),
        **_goal(request, goal),
        **sheet,
        **_then(goal, form, group),
        **_corrected(request, frame, goal),
        **_groups(goal, group),
    }
    return render(request, "targets/plan.html#workspace" if request.htmx else "targets/plan.html", shown)


def _goal(request: TenantRequest, goal: Goal) -> dict[str, Any]:
    return {
        "goal": goal,
        "scale": scale_of(goal.kpi, request.organisation.currency),
        "asks_smart": goal.plan.state != PlanState.CLOSED,
        "is_bare": not is_given_on(goal),
        "is_level": is_level(goal.kpi),
        "topmost": Holder("unit", goal.plan.root_unit_id),
    }


def _corrected(request: TenantRequest, frame: Frame, goal: Goal) -> dict[str, Any]:
    """Whether anything of its closed months came to be otherwise later, for who sees all of it."""
    plan = goal.plan
    if plan.state not in IN_FORCE or not frame.sees_all:
        return {}
    correction = last_correction(plan.root_unit_id, goal.kpi, span_of(plan))
    return {"correction": correction, "closes_months": request.actor.may(Scope.ADMIN)}


def letters_of(goal: Goal, on: date) -> list[Letter]:
    """What is missing of each letter of SMART, and how to mend it."""
    return [
        Letter(NAMES[found.letter], found.ok, _told(found.missing), _told(found.mend))
        for found in smart_findings(goal, on=on)
    ]


def _then(goal: Goal, form: ThenForm, group: str) -> dict[str, Any]:
    """How it read on another day."""
    return {"form": form, "keep": {"goal": goal.pk, **({"group": group} if group else {})}}


def _groups(goal: Goal, group: str) -> dict[str, Any]:
    """The product groups to choose from, and the one that is looked at."""
    groups = groups_of(goal)
    return {
        "group": group,
        "groups": [ALL, *groups] if groups else [],
        "group_query": f"?{urlencode({'group': group})}" if group else "",
    }


def _grid(request: TenantRequest, goal: Goal) -> dict[str, Any]:
    """The grid fetches its numbers itself."""
    return {
        "grid_url": address_of(request, "grid", plan_id=goal.plan_id, goal_id=goal.pk),
        "table": other_view(request, "table"),
        "writes": _writes(request, goal),
    }


def _writes(request: TenantRequest, goal: Goal) -> bool:
    return request.actor.may(Scope.TARGETS_WRITE) and goal.plan.state in (*MAKING, PlanState.PUBLISHED)


def other_view(request: TenantRequest, view: str) -> str:
    """The same goal as a plain table, which needs no script, or as the grid again."""
    query = request.GET.copy()
    query.pop("view", None)
    if view:
        query["view"] = view
    return f"{request.path}?{query.urlencode()}"


def _table(request: TenantRequest, goal: Goal, then: Then, group: str) -> dict[str, Any]:
    rows = sheet_rows(request.actor, goal, on=request.today, then=then, group=group)
    places = [row.place for row in rows]
    folds, by_node = folds_of(request, places), {row.place.node: row for row in rows}
    shown = opened(places, folds.open_ids, key=None, falling=False)
    writes = not then and _writes(request, goal)
    sight = sight_of(request.actor, request.today)
    numbers = {place.node: by_node[place.node].total.amount for place in shown}
    given = {node: amount for node, amount in numbers.items() if amount is not None}
    hard = {} if group else difficulties(goal, given, on=request.today)

    def line(row: SheetRow) -> Row:
        node, has_number = row.place.node, row.total.amount is not None
        may_set = writes and row.is_writable
        return Row(
            row=row,
            toggle=folds.toggle(node) if row.place.has_children else "",
            is_folded=not folds.is_open(node),
            may_set=may_set,
            may_split=writes and has_number and row.place.has_children and sight.of_unit(node.unit_id),
            may_hold=may_set and has_number and row.place.parent is not None,
            difficulty=hard.get(node),
        )

    return {
        "rows": [line(by_node[place.node]) for place in shown],
        "months": rows[0].months if rows else [],
        "has_past": not group,
        "folds": folds,
        "grid": other_view(request, ""),
        "writes": writes,
    }


NAMES = {
    "S": _("Specific"),
    "M": _("Measurable"),
    "A": _("Achievable"),
    "R": _("Relevant"),
    "T": _("Time-bound"),
}


def _told(message: Any) -> str:
    return str(message.render(gettext)) if message else ""
