"""The funnel: what is open now, stage by stage, and what came and went in a period."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kpis.selectors import get_holder
from kpis.values import Holder
from pipeline.choices import DealStatus
from pipeline.funnel import Funnel, Step, funnel
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.money import from_minor
from salestargets.kernel.parsing import strict_id
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Number, rounded
from salestargets.tenancy.selectors import fiscal_calendar_of, tree, visible_people
from salestargets.web import charts
from salestargets.web.choosing import INDENT
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.fields import DayField
from salestargets.web.requests import TenantRequest, page

#: More people than this are found on the team's page, not in a list of choices.
MOST_PEOPLE = 500


class FunnelForm(forms.Form):
    """To people a period ends with its last day; an error leaves the wish aside."""

    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("To"), required=False)

    def __init__(self, data: Any, default: Period) -> None:
        own = {"first": default.start, "last": default.last_day}
        super().__init__({**own, **{name: data[name] for name in own if data.get(name)}})
        self.default = default
        self.is_valid()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first."))
        return data

    @property
    def period(self) -> Period:
        if self.errors:
            return self.default
        return Period(self.cleaned_data["first"], self.cleaned_data["last"] + timedelta(days=1))


@require_GET
@page()
def funnel_page(request: TenantRequest) -> HttpResponseBase:
    form = FunnelForm(request.GET, this_quarter(request))
    choices = holder_choices(request)
    holder = asked_holder(request, choices)
    if holder is None:
        return render(request, "pipeline/funnel.html", {"form": form, "found": None})
    found = funnel(holder, form.period, on=request.today)
    steps = [step for step in found.steps if is_shown(step)]
    if wanted := wanted_format(request):
        columns = columns_of(request.organisation.currency)
        return export(steps, columns=columns, name="funnel", file_format=wanted)
    shown = {
        "form": form,
        "period": form.period,
        "choices": choices,
        "holder": str(holder),
        "found": found,
        "rates": rates_of(found, request.organisation.currency),
        "steps": steps,
        "open_count": sum(step.now.count for step in steps),
        "open_amount": sum(step.now.amount for step in steps),
        "unpriced": sum(step.now.unpriced for step in steps),
        "figure": chart(steps),
    }
    return render(request, "pipeline/funnel.html", shown, status=422 if form.errors else 200)


def this_quarter(request: TenantRequest) -> Period:
    """From its first day up to today."""
    calendar = fiscal_calendar_of(request.organisation)
    return Period(calendar.quarter_of(request.today).start, request.today + timedelta(days=1))


def holder_choices(request: TenantRequest) -> list[tuple[str, str]]:
    """Units in sight, each below its own, then people."""
    units = [
        (f"unit:{unit.id}", f"{INDENT * unit.depth}{unit.name}")
        for unit in tree(request.actor, request.today)
    ]
    people = visible_people(request.actor, request.today).values_list("id", "name")[:MOST_PEOPLE]
    return [*units, *((f"person:{person_id}", name) for person_id, name in people)]


def asked_holder(request: TenantRequest, choices: Sequence[tuple[str, str]]) -> Holder | None:
    """Whom the address names, if they are in sight; else the first there is."""
    text = request.GET.get("holder") or next((key for key, _name in choices), "")
    if not text:
        return None
    kind, _colon, holder_id = text.partition(":")
    try:
        number = strict_id(holder_id)
    except DomainError as error:
        raise NotFound(N_("There is no such holder."), code="not_found") from error
    if kind not in ("unit", "person"):
        raise NotFound(N_("There is no such holder."), code="not_found")
    return get_holder(request.actor, "unit" if kind == "unit" else "person", number, request.today)


def is_shown(step: Step) -> bool:
    """Stages of closed deals only where something stands or came in them."""
    return is_open(step) or bool(step.now.count or step.entered)


def is_open(step: Step) -> bool:
    return step.stage is None or step.stage.category == DealStatus.OPEN


def name_of(step: Step) -> str:
    return step.stage.name if step.stage else gettext("In no stage")


def rates_of(found: Funnel, currency: str) -> dict[str, Any]:
    """None where there is nothing to divide by."""
    return {
        "win_rate": rounded(found.win_rate, 6),
        "value_win_rate": rounded(found.value_win_rate, 6),
        "average_deal": None if found.average_deal is None else round(found.average_deal),
        "cycle_mean": days(found.cycle.mean),
        "cycle_median": days(found.cycle.median),
        "currency": currency,
    }


def days(value: Number | None) -> Any:
    return rounded(value, 1)


def chart(steps: Sequence[Step]) -> charts.Figure:
    """A stock, not a conversion: each bar says its count and nothing of the one before."""
    standing = [step for step in steps if is_open(step) or step.now.count]
    names, counts = [name_of(step) for step in standing], [step.now.count for step in standing]
    trace = charts.funnel(gettext("Open deals"), names, counts).update(textinfo="value")
    return charts.figure(trace, hovermode="closest", yaxis={"showgrid": False})


def columns_of(currency: str) -> list[Column[Step]]:
    return [
        Column(_("Stage"), name_of),
        Column(_("Open deals"), lambda step: step.now.count, "number"),
        Column(_("Amount"), lambda step: from_minor(step.now.amount, currency), "money"),
        Column(_("Not priced"), lambda step: step.now.unpriced, "number"),
        Column(_("Entered in the period"), lambda step: step.entered, "number"),
    ]
