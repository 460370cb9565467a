"""A number opened: the records that make it, which sum to it."""

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kpis.choices import KpiUnit
from kpis.values import Holder
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.money import from_minor
from salestargets.tenancy.choices import Role
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.requests import TenantRequest, page
from targets.amounts import from_stored, scale_of
from targets.forms.viewing import ViewForm
from targets.models import Goal
from targets.selectors.periods import span_of
from targets.selectors.plans import get_goal
from targets.selectors.records import Record, every_record, holder_name, records_of
from targets.selectors.today import held_by
from targets.views.addresses import address_of

ROWS = 50


@require_GET
@page()
def records(request: TenantRequest, holder: Holder) -> HttpResponseBase:
    form = ViewForm(request.GET, today=request.today)
    name = holder_name(request.actor, holder, request.today)
    goal = _goal(request, form, holder)
    if wanted := wanted_format(request):
        rows = every_record(goal, holder, on=request.today, as_of=form.day)
        return export(
            rows, columns=columns(goal), name=f"records-{holder.kind}-{holder.id}", file_format=wanted
        )
    found = records_of(
        goal, holder, on=request.today, as_of=form.day, after=request.GET.get("after", ""), limit=ROWS
    )
    shown = {
        "form": form,
        "name": name,
        "goal": goal,
        "last_day": span_of(goal.plan).last_day,
        "holder": holder,
        "found": found,
        "scale": scale_of(goal.kpi, request.organisation.currency),
        "back": f"{address_of(request, 'holder', holder=holder)}?{urlencode(form.wish(goal))}",
        "steers": request.actor.role != Role.REP,
    }
    return render(request, "targets/records.html", shown, status=form.status_code)


def columns(goal: Goal) -> list[Column[Record]]:
    currency, is_money = goal.organisation.currency, goal.kpi.unit == KpiUnit.MONEY
    return [
        Column(_("Record"), lambda record: record.row.name),
        Column(_("External id"), lambda record: record.row.external_id),
        Column(_("Customer"), lambda record: record.customer),
        Column(_("Credited to"), lambda record: record.person),
        Column(_("Date"), lambda record: record.row.day, "day"),
        Column(_("Amount of the record"), _amount, "money"),
        Column(_("Currency"), lambda record: record.row.currency),
        Column(
            goal.kpi.label,
            lambda record: from_stored(record.row.value, goal.kpi, currency),
            "money" if is_money else "number",
        ),
    ]


def _amount(record: Record) -> Any:
    row = record.row
    return None if row.amount_minor is None else from_minor(row.amount_minor, str(row.currency))


def _goal(request: TenantRequest, form: ViewForm, holder: Holder) -> Goal:
    if form.goal_id:
        return get_goal(request.actor, form.goal_id, request.today)
    held = held_by(request.actor, holder=holder, day=form.day or request.today, on=request.today)
    if held is None:
        raise NotFound(N_("There is no such goal."), code="not_found")
    goal: Goal = held.chosen(None).goal
    return goal
