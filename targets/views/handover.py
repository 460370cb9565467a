"""Somebody leaves: what is left of their number goes to others, by a rule that is chosen and a request."""

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
from targets.selectors.rules import planning_rules
from targets.selectors.sheets import Sheet, sheet_of
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
        leavers, _successors(request, sheet), sent(request), initial=_initial(request, goal, leavers)
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


def _leavers(request: TenantRequest, sheet: Sheet) -> Choices:
    """People with a number that the actor may set."""
    sight = sight_of(request.actor, request.today)
    return [
        (node.person_id, sheet.tree.name(node))
        for node, _depth in sheet.tree.walk()
        if node.person_id and sheet.given(node) and may_set(request.actor, sight, sheet.tree, node)
    ]


def _successors(request: TenantRequest, sheet: Sheet) -> Choices:
    sight = sight_of(request.actor, request.today)
    people = ((node, node.person_id) for node in sheet.tree.present() if sees(sight, node))
    return sorted(
        ((person_id, sheet.tree.name(node)) for node, person_id in people if person_id),
        key=lambda choice: choice[1],
    )


def _initial(request: TenantRequest, goal: Goal, leavers: Choices) -> dict[str, Any]:
    """From the person's own last day where it is known and in the plan; else from today."""
    chosen = asked_id(request, "person")
    chosen = chosen if chosen in dict(leavers) else None
    left_on = Person.objects.get(pk=chosen).left_on if chosen else None
    span = span_of(goal.plan)
    day = left_on if left_on and span.start < left_on < span.end else request.today
    return {
        "person": chosen,
        "leaves_on": min(max(day, span.start), span.last_day),
        "rule": planning_rules().leaver_rule,
    }


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
