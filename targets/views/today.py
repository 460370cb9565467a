"""Where someone stands: one's own page, and that of any holder in sight, by the same view."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET
from django_htmx.http import trigger_client_event

from kpis.behind import holder_name
from kpis.values import Holder
from pipeline.deciding import deciding_deals
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Role
from salestargets.web.requests import TenantRequest, page
from targets.amounts import Scale, scale_of
from targets.charts import progress_chart, weekly
from targets.choices import PlanState
from targets.domain.difficulty import Difficulty
from targets.forms.viewing import ViewForm
from targets.models import Acknowledgement, Goal, Target
from targets.selectors.acknowledgements import awaited_of, holds_from, number_of
from targets.selectors.agreement import Asked, asked_of
from targets.selectors.difficulty import difficulties
from targets.selectors.figures import Line
from targets.selectors.history import origin_of, own_share
from targets.selectors.periods import calendar_for
from targets.selectors.products import Mix, groups_of, mixes_of
from targets.selectors.today import (
    Held,
    Today,
    curve_of,
    held_by,
    line_of,
    mark_of,
    news_of,
    node_of,
    today_of,
)
from targets.views.addresses import address_of

UNCHANGED = 204  # htmx leaves the page as it is


@require_GET
@page()
def stand(request: TenantRequest, holder: Holder | None = None) -> HttpResponse:
    """The numbers, and what to do now. `deals` and `way` are read once the page stands."""
    form, held = _held(request, holder)
    if held is None:
        return _nothing(request, form, holder)
    news = news_of(held, on=request.today)
    mark = mark_of(held, news, on=request.today)
    if request.htmx and request.GET.get("mark") == mark:
        return HttpResponse(status=UNCHANGED)
    found = today_of(
        request.actor, held, news, goal_id=form.goal_id, as_of=form.day, against=form.compared, at=request.now
    )
    shown = {
        **_page(request, form, holder, held.targets),
        **_shown(request, found, held),
        "alerts": () if form.day else news.alerts,
        **_links(request, form, found, held, mark),
    }
    if request.htmx:
        return trigger_client_event(render(request, "targets/today.html#live", shown), "numbers")
    return render(request, "targets/today.html", shown, status=form.status_code)


@require_GET
@page()
def deals(request: TenantRequest, holder: Holder | None = None) -> HttpResponse:
    """The open deals that decide a number."""
    form, held, target = _target(request, holder)
    before = target.goal.plan.ends_on
    found = deciding_deals(held.holder, before=before, on=request.today, as_of=form.day)
    return _part(request, "targets/today_deals.html", form, held, target, {"deals": found})


@require_GET
@page()
def way(request: TenantRequest, holder: Holder | None = None) -> HttpResponse:
    """The way so far, the product mix, and how the number was made."""
    form, held, target = _target(request, holder)
    goal, calendar = target.goal, calendar_for([target.goal], request.organisation)
    line = line_of(goal, node_of(target), form.day or request.today, against=form.compared)
    points = curve_of(goal, line, calendar, as_of=form.day, on=request.today)
    origin = origin_of(target.pk, sight_of(request.actor, request.today))
    shown = {
        "figure": progress_chart(points, line.given, goal.kpi, request.organisation.currency),
        "weeks": weekly(points),
        "mix": _mix(target, request.today, form.day),
        "difficulty": _difficulty(goal, line, request.today),
        "origin": origin,
        "own": own_share(origin, target),
        "may_ask": goal.plan.state == PlanState.PUBLISHED and request.actor.role != Role.VIEWER,
        "history": address_of(request, "history", target_id=target.pk),
    }
    return _part(request, "targets/today_way.html", form, held, target, shown)


def _held(request: TenantRequest, holder: Holder | None) -> tuple[ViewForm, Held | None]:
    if holder is not None:
        holder_name(request.actor, holder, request.today)
    form = ViewForm(request.GET, today=request.today)
    day = form.day or request.today
    return form, held_by(request.actor, holder=holder, day=day, on=request.today)


def _target(request: TenantRequest, holder: Holder | None) -> tuple[ViewForm, Held, Target]:
    """The number that is looked at; 404 where they hold none."""
    form, held = _held(request, holder)
    if held is None:
        raise NotFound(N_("There is no such target."), code="not_found")
    return form, held, held.chosen(form.goal_id)


def _part(
    request: TenantRequest, template: str, form: ViewForm, held: Held, target: Target, shown: dict[str, Any]
) -> HttpResponse:
    """A part of the page, or where there is no script a page of its own."""
    about = {
        "form": form,
        "name": held.name,
        "holder": node_of(target).holder,
        "goal": target.goal,
        "day": form.day or request.today,
        "back": f"../?{urlencode(form.wish(target.goal))}",
        "scale": scale_of(target.goal.kpi, request.organisation.currency),
    }
    return render(request, f"{template}#part" if request.htmx else template, {**about, **shown})


def _page(
    request: TenantRequest, form: ViewForm, holder: Holder | None, known: Sequence[Target] = ()
) -> dict[str, Any]:
    """What waits for an answer does so now: it is not part of how it stood on another day."""
    is_own_now = holder is None and form.day is None
    return {
        "form": form,
        "keep": {"goal": form.goal_id, "against": form.compared if form.is_original else ""},
        "is_own": holder is None,
        "steers": request.actor.role != Role.REP,
        "may_acknowledge": request.actor.role != Role.VIEWER,
        "asked": _asked(request) if is_own_now and not request.htmx else (),
        "awaited": _awaited(request, known) if is_own_now else (),
    }


def _asked(request: TenantRequest) -> list[tuple[Asked, Scale]]:
    """The numbers that they are to propose themselves."""
    currency = request.organisation.currency
    found = asked_of(request.actor)
    return [(asked, scale_of(asked.goal.kpi, currency)) for asked in found]


def _awaited(
    request: TenantRequest, known: Sequence[Target]
) -> list[tuple[Acknowledgement, str, int | None, Scale, date | None]]:
    """The numbers that wait for their word: whose, how much, and from when, where that is yet to come."""
    asks, currency = awaited_of(request.actor, known), request.organisation.currency
    return [
        (ask, *number_of(ask), scale_of(ask.target.goal.kpi, currency), _to_come(ask, request.today))
        for ask in asks
    ]


def _to_come(ask: Acknowledgement, on: date) -> date | None:
    since = holds_from(ask)
    return since if since > on else None


def _shown(request: TenantRequest, found: Today, held: Held) -> dict[str, Any]:
    currency = request.organisation.currency
    return {
        "today": found,
        "holder": held.holder,
        "name": held.name,
        "scale": scale_of(found.goal.kpi, currency),
        "beside": [
            (other, node_of(other).holder, stand, scale_of(other.goal.kpi, currency))
            for other, stand in found.beside
        ],
    }


def _mix(target: Target, on: date, as_of: date | None) -> Mix | None:
    """By product group, where the goal has any; what is worked out now costs the others nothing."""
    if not groups_of(target.goal):
        return None
    node = node_of(target)
    return mixes_of(target.goal, [node], on=on, as_of=as_of)[node]


def _difficulty(goal: Goal, line: Line, on: date) -> Difficulty | None:
    if line.given is None:
        return None
    return difficulties(goal, {line.node: line.given}, on=on)[line.node]


def _links(request: TenantRequest, form: ViewForm, found: Today, held: Held, mark: str) -> dict[str, str]:
    wish = form.wish(found.goal)
    query = urlencode(wish)
    return {
        "address": f"{request.path}?{query}",
        "live": "" if form.day else f"{request.path}?{urlencode({**wish, 'mark': mark})}",
        "records": f"{address_of(request, 'records', holder=node_of(found.target).holder)}?{query}",
        "deals": f"{request.path}deals/?{query}",
        "way": f"{request.path}way/?{query}",
    }


def _nothing(request: TenantRequest, form: ViewForm, holder: Holder | None) -> HttpResponse:
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "targets/nothing.html", _page(request, form, holder), status=form.status_code)
