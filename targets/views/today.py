"""Where someone stands: one's own page, and that of any holder in sight, by the same view."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from kpis.values import Holder
from pipeline.deciding import deciding_deals
from salestargets.tenancy.choices import Role
from salestargets.web.requests import TenantRequest, page
from targets.amounts import Scale, scale_of
from targets.charts import progress_chart, weekly
from targets.choices import PlanState
from targets.domain.difficulty import Difficulty
from targets.forms.viewing import ViewForm
from targets.models import Acknowledgement
from targets.selectors.acknowledgements import awaited_of, holds_from, number_of
from targets.selectors.agreement import Asked, asked_of
from targets.selectors.difficulty import difficulties
from targets.selectors.history import own_share
from targets.selectors.products import Mix, groups_of, mixes_of
from targets.selectors.records import holder_name
from targets.selectors.today import Held, Today, held_by, mark_of, today_of
from targets.views.addresses import address_of

UNCHANGED = 204  # htmx leaves the page as it is


@require_GET
@page()
def today(request: TenantRequest) -> HttpResponse:
    return _stand(request, None)


@require_GET
@page()
def holder(request: TenantRequest, holder: Holder) -> HttpResponse:
    holder_name(request.actor, holder, request.today)
    return _stand(request, holder)


def _stand(request: TenantRequest, holder: Holder | None) -> HttpResponse:
    form = ViewForm(request.GET, today=request.today)
    held = held_by(request.actor, holder=holder, day=form.day or request.today, on=request.today)
    if held is None:
        return _nothing(request, form, holder)
    mark = mark_of(held, on=request.today)
    if request.htmx and request.GET.get("mark") == mark:
        return HttpResponse(status=UNCHANGED)
    found = today_of(
        request.actor, held, goal_id=form.goal_id, as_of=form.day, against=form.compared, at=request.now
    )
    shown = {
        **_page(request, form, holder),
        **_shown(request, found, held, form.day),
        **_links(request, form, found, held, mark),
        "deals": deciding_deals(
            held.holder, before=found.goal.plan.ends_on, on=request.today, as_of=form.day
        ),
    }
    template = "targets/today.html#live" if request.htmx else "targets/today.html"
    return render(request, template, shown, status=form.status_code)


def _page(request: TenantRequest, form: ViewForm, holder: Holder | None) -> dict[str, Any]:
    return {
        "form": form,
        "keep": {"goal": form.goal_id, "against": form.compared if form.is_original else ""},
        "is_own": holder is None,
        "steers": request.actor.role != Role.REP,
        "may_acknowledge": request.actor.role != Role.VIEWER,
        "asked": _asked(request) if holder is None and not request.htmx else (),
        "awaited": _awaited(request) if holder is None else (),
    }


def _asked(request: TenantRequest) -> list[tuple[Asked, Scale]]:
    """The numbers that they are to propose themselves."""
    currency = request.organisation.currency
    found = asked_of(request.actor, on=request.today)
    return [(asked, scale_of(asked.goal.kpi, currency)) for asked in found]


def _awaited(request: TenantRequest) -> list[tuple[Acknowledgement, str, int | None, Scale, date | None]]:
    """The numbers that wait for their word: whose, how much, and from when, where that is yet to come."""
    asks, currency = awaited_of(request.actor), request.organisation.currency
    return [
        (ask, *number_of(ask), scale_of(ask.target.goal.kpi, currency), _to_come(ask, request.today))
        for ask in asks
    ]


def _to_come(ask: Acknowledgement, on: date) -> date | None:
    since = holds_from(ask)
    return since if since > on else None


def _shown(request: TenantRequest, found: Today, held: Held, as_of: date | None) -> dict[str, Any]:
    goal, currency = found.goal, request.organisation.currency
    return {
        "today": found,
        "may_ask": goal.plan.state == PlanState.PUBLISHED and request.actor.role != Role.VIEWER,
        "holder": held.holder,
        "name": held.name,
        "scale": scale_of(goal.kpi, currency),
        "figure": progress_chart(found.curve, found.standing.target, goal.kpi, currency),
        "weeks": weekly(found.curve),
        "beside": [(other, stand, scale_of(other.kpi, currency)) for other, stand in found.beside],
        "alerts": held.alerts,
        "own": own_share(found.origin, found.target),
        "mix": _mix(request, found, as_of),
        "difficulty": _difficulty(found, request),
    }


def _mix(request: TenantRequest, found: Today, as_of: date | None) -> Mix | None:
    """By product group, where the goal has any; what is worked out now costs the others nothing."""
    if not groups_of(found.goal):
        return None
    return mixes_of(found.goal, [found.node], on=request.today, as_of=as_of)[found.node]


def _difficulty(found: Today, request: TenantRequest) -> Difficulty | None:
    number = found.standing.target
    if number is None:
        return None
    return difficulties(found.goal, {found.node: number}, on=request.today)[found.node]


def _links(request: TenantRequest, form: ViewForm, found: Today, held: Held, mark: str) -> dict[str, str]:
    wish = form.wish(found.goal)
    live = urlencode({**wish, "mark": mark})
    return {
        "address": f"{request.path}?{urlencode(wish)}",
        "live": "" if form.day else f"{request.path}?{live}",
        "records": f"{address_of(request, 'records', holder=held.holder)}?{urlencode(wish)}",
        "history": address_of(request, "history", target_id=found.target.pk),
    }


def _nothing(request: TenantRequest, form: ViewForm, holder: Holder | None) -> HttpResponse:
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "targets/nothing.html", _page(request, form, holder), status=form.status_code)
