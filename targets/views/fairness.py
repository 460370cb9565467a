"""Whether a goal asks about as much of everyone: a page of the plan, with the formula on it."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from salestargets.web.requests import TenantRequest, page
from targets.amounts import scale_of
from targets.charts import fairness_chart
from targets.domain.fairness import LEAST, Fairness, Rated
from targets.models import Goal
from targets.selectors.fairness import Judged, fairness_of
from targets.selectors.trees import Node
from targets.views.frames import frame_of, shown_in

#: People in the chart and its table.
MOST = 200


@require_GET
@page()
def fairness(request: TenantRequest, plan_id: int) -> HttpResponse:
    frame = frame_of(request, plan_id)
    shown = shown_in(request, frame, "fairness")
    judged = fairness_of(request.actor, frame.goal, on=request.today) if frame.goal else None
    if frame.goal and judged and judged.targets:
        shown |= _shown(judged, frame.goal, request.organisation.currency)
    return render(request, "targets/fairness.html", shown)


def _furthest(found: Fairness[Node]) -> Sequence[Rated[Node]]:
    """As many as a page can show, furthest from the mean."""
    if len(found.people) <= MOST:
        return found.people
    mean = found.mean or 0.0
    return sorted(found.people, key=lambda rated: -abs(float(rated.ratio or 0) - mean))[:MOST]


def _shown(judged: Judged, goal: Goal, currency: str) -> dict[str, Any]:
    found, capacity = judged.result, judged.capacity
    ranked = sorted(_furthest(found), key=lambda rated: rated.ratio or 0, reverse=True)
    return {
        "judged": judged,
        "result": found,
        "capacity": capacity,
        "monthly": round(capacity.monthly or 0),
        "scale": scale_of(goal.kpi, currency),
        "rows": [
            (rated, judged.targets[rated.key], capacity.months[rated.key], round(capacity.of(rated.key)))
            for rated in ranked
        ],
        "figure": fairness_chart(ranked),
        "few": found.note.render(gettext) if found.note else "",
        "least": LEAST,
        "left_out": len(found.people) - len(ranked),
    }
