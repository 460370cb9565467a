"""Scorecards: one's own, anybody's in sight, and those of a unit beside each other."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kpis.standing import own_holder
from kpis.values import Holder
from kpis.writing import written
from salestargets.kernel.fiscal import FiscalCalendar
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction, rounded
from salestargets.tenancy.choices import Role
from salestargets.tenancy.selectors import fiscal_calendar_of, get_unit
from salestargets.web.asked import asked_choice, asked_day, asked_id, asked_text
from salestargets.web.choosing import unit_choices
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.requests import TenantRequest, page
from targets.choices import TargetOrigin
from targets.selectors.scorecards import Part, Scorecard, scorecard, scorecards_in
from targets.views.addresses import address_of

SPANS = {"month": _("Month"), "quarter": _("Quarter"), "half": _("Half-year"), "year": _("Year")}
PLACES = 6

PARTS: list[Column[Any]] = [
    Column(_("KPI"), lambda line: line["part"].kpi.label),
    Column(_("Weight"), lambda line: _ratio(line["part"].weight), "percent"),
    Column(_("Target"), lambda line: line["target"]),
    Column(_("Target from"), lambda line: line["part"].aim.origin.label),
    Column(_("Actual"), lambda line: line["actual"]),
    Column(_("Attainment"), lambda line: _ratio(line["part"].attainment), "percent"),
    Column(_("Score"), lambda line: _ratio(line["part"].score), "percent"),
    Column(_("Weighted score"), lambda line: _ratio(line["part"].weighted), "percent"),
]
CARDS: list[Column[Any]] = [
    Column(_("Name"), lambda card: card.name),
    Column(_("Template"), lambda card: card.fit.version.template.label if card.fit else None),
    Column(_("Score"), lambda card: _ratio(card.total.value), "percent"),
    Column(_("Weight without a score"), lambda card: _ratio(card.total.unscored), "percent"),
]
SORTS: dict[str, Callable[[Scorecard], Any]] = {
    "name": lambda card: card.name,
    "template": lambda card: str(card.fit.version.template.label) if card.fit else None,
    "score": lambda card: card.total.value,
    "unscored": lambda card: card.total.unscored or None,
}


@require_GET
@page()
def scorecards(request: TenantRequest) -> HttpResponse | FileResponse:
    """Of a unit and the people in it, for those who lead or read; a rep is shown their own."""
    holder = own_holder(request.actor, request.today)
    chosen = asked_id(request, "unit")
    if holder is None:
        return render(request, "targets/scorecard_none.html")
    if chosen is None and holder.kind == "person":
        return _card(request, holder)
    unit = get_unit(request.actor, chosen or holder.id, request.today)
    period, about = _period(request)
    sheet = scorecards_in(request.actor, unit, period, on=request.today)
    people = _sorted(request, _matching(request, sheet.people))
    if wanted := wanted_format(request):
        return export(people, columns=CARDS, name=f"scorecards-{unit.pk}", file_format=wanted)
    shown = {
        **about,
        "unit": unit,
        "units": unit_choices(request.actor, request.today),
        "card": sheet.unit,
        "below": [_row(request, card, about) for card in sheet.units],
        "people": [_row(request, card, about) for card in people],
        "search": asked_text(request),
        "total": _ratio(sheet.unit.total.value),
        "unscored": _ratio(sheet.unit.total.unscored),
        "own": address_of(request, "scorecard", holder=Holder("unit", unit.pk)),
    }
    return render(request, "targets/scorecards.html", shown)


@require_GET
@page()
def scorecard_of(request: TenantRequest, holder: Holder) -> HttpResponse | FileResponse:
    return _card(request, holder.whole)


def _card(request: TenantRequest, holder: Holder) -> HttpResponse | FileResponse:
    period, about = _period(request)
    card = scorecard(request.actor, holder, period, on=request.today)
    lines = [_line(request, card, part) for part in card.parts]
    if wanted := wanted_format(request):
        return export(lines, columns=PARTS, name=f"scorecard-{holder.kind}-{holder.id}", file_format=wanted)
    shown = {
        **about,
        "card": card,
        "lines": lines,
        "total": _ratio(card.total.value),
        "points": _ratio(card.total.points),
        "scored": _ratio(card.total.scored),
        "unscored": _ratio(card.total.unscored),
        "is_led": card.fit is not None and card.fit.holder != card.holder,
        "steers": request.actor.role != Role.REP,
        "led": address_of(request, "scorecard", holder=card.fit.holder) if card.fit else "",
    }
    return render(request, "targets/scorecard.html", shown)


def _line(request: TenantRequest, card: Scorecard, part: Part) -> dict[str, Any]:
    currency, holder = request.organisation.currency, card.fit.holder if card.fit else card.holder
    records: dict[str, str | int] = {holder.kind: holder.id, "in": card.period.start.isoformat()}
    return {
        "part": part,
        "origin": TargetOrigin(part.aim.origin).label,
        "ramp": _ratio(part.aim.ramp),
        "weight": _ratio(part.weight),
        "target": written(part.aim.target, part.kpi, currency),
        "base": written(part.aim.base, part.kpi, currency),
        "actual": written(part.actual, part.kpi, currency),
        "attainment": _ratio(part.attainment),
        "score": _ratio(part.score),
        "weighted": _ratio(part.weighted),
        "records": f"{address_of(request, 'kpi', key=part.kpi.key)}?{urlencode(records)}",
        "history": address_of(request, "history", target_id=part.aim.target_ids[0])
        if part.aim.target_ids
        else "",
        "mix": f"{address_of(request, 'holder', holder=part.aim.nodes[0].holder)}?goal={part.aim.goal.pk}"
        if part.unmet_mix and part.aim.goal
        else "",
    }


def _row(request: TenantRequest, card: Scorecard, about: dict[str, Any]) -> dict[str, Any]:
    query = urlencode({"in": card.period.start.isoformat(), "span": about["span"]})
    if card.holder.kind == "unit":
        link = f"{address_of(request, 'scorecards')}?{urlencode({'unit': card.holder.id})}&{query}"
    else:
        link = f"{address_of(request, 'scorecard', holder=card.holder)}?{query}"
    return {
        "card": card,
        "link": link,
        "total": _ratio(card.total.value),
        "unscored": _ratio(card.total.unscored),
    }


def _matching(request: TenantRequest, cards: Sequence[Scorecard]) -> list[Scorecard]:
    wanted = asked_text(request).casefold()
    return [card for card in cards if wanted in card.name.casefold()]


def _sorted(request: TenantRequest, cards: Sequence[Scorecard]) -> list[Scorecard]:
    """What is empty comes last, whichever way."""
    asked = request.GET.get("sort", "")
    key = SORTS.get(asked.removeprefix("-"), SORTS["name"])
    known = [card for card in cards if key(card) is not None]
    rest = [card for card in cards if key(card) is None]
    return [*sorted(known, key=key, reverse=asked.startswith("-")), *rest]


def _period(request: TenantRequest) -> tuple[Period, dict[str, Any]]:
    calendar = fiscal_calendar_of(request.organisation)
    span = asked_choice(request, "span", SPANS) or "quarter"
    period = _of(calendar, span, asked_day(request, "in") or request.today)
    about = {
        "period": period,
        "period_name": calendar.name(period),
        "span": span,
        "spans": SPANS.items(),
        "before": period.start - timedelta(days=1),
        "after": period.end if period.end <= request.today else None,
        "is_running": period.contains(request.today),
    }
    return period, about


def _of(calendar: FiscalCalendar, span: str, day: date) -> Period:
    match span:
        case "month":
            return calendar.period_of(day)
        case "half":
            return calendar.half_of(day)
        case "year":
            return calendar.year_of(day)
        case _:
            return calendar.quarter_of(day)


def _ratio(value: Fraction | None) -> Decimal | None:
    return rounded(value, PLACES)
