"""Somebody leaves: what is left of their number goes to others, by a rule that is chosen and a request."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Person
from salestargets.web.asked import asked_id
from salestargets.web.choosing import Choices
from salestargets.web.dialogs import Dialog, answer, sent
from salestargets.web.requests import TenantRequest, page
from targets.amounts import scale_of
from targets.forms.handover import HandoverForm
from targets.models import Goal
from targets.selectors.periods import span_of
from targets.selectors.plans import get_goal, may_set, sees
from targets.selectors.ramps import earliest
from targets.selectors.rules import planning_rules
from targets.selectors.sheets import Sheet, sheet_of
from targets.selectors.trees import Node
from targets.services.handover import hand_over, preview_handover
from targets.views.addresses import address_of

#: The part of the dialog that is fetched anew while the form is filled.
EFFECT = "effect"


@page(Scope.TARGETS_WRITE)
def handover(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    sheet = sheet_of(goal)
    leavers = _leavers(request, sheet)
    form = HandoverForm(
        _choices(sheet, leavers),
        _choices(sheet, _successors(request, sheet)),
        sent(request),
        initial=_initial(request, sheet, leavers),
    )
    shown = {
        **(_previewed(request, goal, form) if request.method == "POST" else {}),
        "plan": goal.plan,
        "goal": goal,
        "scale": scale_of(goal.kpi, request.organisation.currency),
        "has_leavers": bool(leavers),
    }
    if request.htmx and request.htmx.target == EFFECT:
        return render(request, "targets/handover.html#effect", shown)

    def ask(data: dict[str, Any]) -> str:
        found, reason = form.handover(data), data["why"]
        made = hand_over(request.actor, goal=goal, handover=found, reason=reason, at=request.now)
        return address_of(request, "adjustment", adjustment_id=made.pk)

    back = address_of(request, "plan_adjustments", plan_id=plan_id)
    dialog = Dialog(
        title=_("Hand over a number"),
        submit=_("Ask"),
        back=f"{back}?{urlencode({'goal': goal.pk})}",
        done=_("It is asked for. Those who may decide are told."),
    )
    return answer(request, form, ask, dialog, template="targets/handover.html", shown=shown)


def _leavers(request: TenantRequest, sheet: Sheet) -> list[Node]:
    """People with a number that the actor may set."""
    sight = sight_of(request.actor, request.today)
    return [
        node
        for node, _depth in sheet.tree.walk()
        if node.person_id and sheet.given(node) and may_set(request.actor, sight, sheet.tree, node)
    ]


def _successors(request: TenantRequest, sheet: Sheet) -> list[Node]:
    sight = sight_of(request.actor, request.today)
    people = [node for node in sheet.tree.present() if node.person_id and sees(sight, node)]
    return sorted(people, key=sheet.tree.name)


def _choices(sheet: Sheet, nodes: Sequence[Node]) -> Choices:
    return [(str(node), sheet.tree.name(node)) for node in nodes]


def _initial(request: TenantRequest, sheet: Sheet, leavers: Sequence[Node]) -> dict[str, Any]:
    """From the person's own last day there where it is known and in the plan; else from today."""
    asked, span = asked_id(request, "person"), span_of(sheet.goal.plan)
    chosen = next((node for node in leavers if node.person_id == asked), None)
    left_on = _left_on(sheet, chosen) if chosen else None
    day = left_on if left_on and span.start < left_on < span.end else request.today
    return {
        "person": str(chosen) if chosen else None,
        "leaves_on": min(max(day, span.start), span.last_day),
        "rule": planning_rules().leaver_rule,
    }


def _left_on(sheet: Sheet, node: Node) -> date | None:
    return earliest(Person.objects.get(pk=node.person_id or 0).left_on, sheet.tree.labels[node].left_on)


def _previewed(request: TenantRequest, goal: Goal, form: HandoverForm) -> dict[str, Any]:
    """What is entered so far would do this, or why it cannot."""
    form.is_valid()
    if not form.is_told(form.cleaned_data):
        return {}
    found = form.handover(form.cleaned_data)
    try:
        preview = preview_handover(request.actor, goal=goal, handover=found, at=request.now)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return {"problem": error.render(gettext)}
    return {"simulation": preview.simulation, "is_preview": True}
