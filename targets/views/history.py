"""How a number came to be: every version of it, and what gave it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from salestargets.tenancy.access import sight_of
from salestargets.web.requests import TenantRequest, page
from targets.amounts import scale_of
from targets.selectors.history import origin_of, own_share, versions_of
from targets.selectors.phasing import by_days
from targets.selectors.plans import get_target


@require_GET
@page()
def history(request: TenantRequest, target_id: int) -> HttpResponse:
    target = get_target(request.actor, target_id, request.today)
    origin = origin_of(target.pk, sight_of(request.actor, request.today))
    shown = {
        "target": target,
        "goal": target.goal,
        "origin": origin,
        "own": own_share(origin, target),
        "versions": versions_of(target),
        "weeks": by_days(target, request.organisation, weeks=True),
        "scale": scale_of(target.goal.kpi, request.organisation.currency),
    }
    template = "targets/history.html#dialog" if request.htmx else "targets/history.html"
    return render(request, template, shown)
