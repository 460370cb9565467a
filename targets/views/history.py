"""How a number came to be: every version of it, and what gave it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from salestargets.tenancy.access import sight_of
from salestargets.web.requests import TenantRequest, page
from salestargets.web.templatetags import formats
from targets.amounts import scale_of
from targets.choices import Phasing, Respread
from targets.domain.difficulty import Difficulty
from targets.models import Target
from targets.selectors.difficulty import difficulties
from targets.selectors.history import origin_of, own_share, steps_of, versions_of
from targets.selectors.in_force import to_come
from targets.selectors.overrides import may_withdraw
from targets.selectors.phasing import by_days
from targets.selectors.plans import get_target
from targets.selectors.trees import Node


@require_GET
@page()
def history(request: TenantRequest, target_id: int) -> HttpResponse:
    target = get_target(request.actor, target_id, request.today)
    origin = origin_of(target.pk, sight_of(request.actor, request.today))
    versions = versions_of(target)
    shown = {
        "target": target,
        "goal": target.goal,
        "origin": origin,
        "may_withdraw": may_withdraw(request.actor, target, on=request.today),
        "own": own_share(origin, target),
        "difficulty": None if target.group else difficulty_of(target, request.today),
        "versions": versions,
        "to_come": to_come(versions, request.today),
        "steps": [(step, told(step.details)) for step in steps_of(target)],
        "weeks": by_days(target, request.organisation, weeks=True),
        "scale": scale_of(target.goal.kpi, request.organisation.currency),
    }
    template = "targets/history.html#dialog" if request.htmx else "targets/history.html"
    return render(request, template, shown)


def difficulty_of(target: Target, on: date) -> Difficulty | None:
    """Where the number in force stands in its holder's own past."""
    node = Node(target.unit_id, target.person_id)
    number = target.given if target.agreed is None else target.agreed
    return None if number is None else difficulties(target.goal, {node: number}, on=on)[node]


def told(details: Mapping[str, Any]) -> str:
    """What was asked for beside the numbers: how months were spread, what else was to move."""
    parts = []
    if method := details.get("method"):
        parts.append(str(Phasing(method).label))
    if "from" in details:
        first, end = date.fromisoformat(details["from"]), date.fromisoformat(details["to"])
        parts.append(
            gettext("%(first)s to %(last)s")
            % {"first": formats.day(first), "last": formats.day(end - timedelta(days=1))}
        )
    if weights := details.get("weights"):
        parts.append(" : ".join(weights))
    if rule := details.get("rule"):
        parts.append(str(Respread(rule).label))
    if "override" in details:
        parts.append(gettext("What the split gave holds again."))
    return " · ".join(parts)
