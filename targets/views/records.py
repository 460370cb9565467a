"""A number opened: the records that make it, which sum to it."""

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from kpis.behind import Opened, holder_name
from kpis.selectors import actual
from kpis.values import Holder
from kpis.views.behind import asked_part, file_of, shown_records
from kpis.writing import written
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.choices import Role
from salestargets.web.exports import wanted_format
from salestargets.web.requests import TenantRequest, page
from targets.forms.viewing import ViewForm
from targets.models import Goal
from targets.selectors.periods import span_of
from targets.selectors.plans import get_goal
from targets.selectors.today import held_by
from targets.views.addresses import address_of


@require_GET
@page()
def records(request: TenantRequest, holder: Holder) -> HttpResponseBase:
    form = ViewForm(request.GET, today=request.today)
    name = holder_name(request.actor, holder, request.today)
    goal = _goal(request, form, holder)
    part, span = asked_part(request, goal.kpi), span_of(goal.plan)
    opened = Opened(goal.kpi, holder, span, request.today, as_of=form.day, part=part)
    if wanted := wanted_format(request):
        return file_of(request, opened, wanted)
    value = actual(holder, goal.kpi, span, on=request.today, as_of=form.day)
    shown = {
        **shown_records(request, opened, value),
        "form": form,
        "name": name,
        "goal": goal,
        "last_day": span.last_day,
        "holder": holder,
        "value": written(value.value, goal.kpi, request.organisation.currency),
        "back": f"{address_of(request, 'holder', holder=holder)}?{urlencode(form.wish(goal))}",
        "steers": request.actor.role != Role.REP,
    }
    return render(request, "targets/records.html", shown, status=form.status_code)


def _goal(request: TenantRequest, form: ViewForm, holder: Holder) -> Goal:
    if form.goal_id:
        return get_goal(request.actor, form.goal_id, request.today)
    held = held_by(request.actor, holder=holder, day=form.day or request.today, on=request.today)
    if held is None:
        raise NotFound(N_("There is no such goal."), code="not_found")
    goal: Goal = held.chosen(None).goal
    return goal
