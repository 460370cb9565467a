"""KPIs made and changed in the browser, without code."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.catalogue import BUILT_IN
from kpis.changes import NewDefinition, Retirement
from kpis.choices import KpiUnit
from kpis.domain.recipes import Recipe
from kpis.forms.kpis import ChangeKpiForm, DefinitionForm, NewKpiForm
from kpis.forms.recipes import RecipeRows
from kpis.models import Kpi
from kpis.recipes import recipe_of, told, units_of
from kpis.selectors import get_kpi
from kpis.services.definitions import (
    Preview,
    change_kpi,
    create_kpi,
    preview_recipe,
    redefine_kpi,
)
from kpis.values import Holder
from kpis.writing import written_as
from salestargets.kernel.errors import DomainError
from salestargets.kernel.periods import Period, add_months, month_of
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.registry import impacts_of
from salestargets.tenancy.selectors import fiscal_calendar_of, root_unit_id
from salestargets.web.dialogs import Dialog, answer, is_first, leave, sent
from salestargets.web.registry import Text
from salestargets.web.requests import TenantRequest, accepted, page, refuse


@dataclass(frozen=True)
class Try:
    """What a recipe gives in a period, written."""

    period: str
    value: str
    above: str
    below: str
    preview: Preview


@page(Scope.ADMIN)
def kpi_new(request: TenantRequest) -> HttpResponse:
    form = NewKpiForm(sent(request))
    rows = _rows(request)

    def save(data: dict[str, Any]) -> str:
        made = create_kpi(
            request.actor,
            key=data["key"],
            unit=data["unit"],
            recipe=_recipe(rows, data),
            facts=form.facts(data),
            at=request.now,
        )
        messages.success(request, gettext("%(kpi)s is measured now.") % {"kpi": made.label})
        return reverse("kpi", args=[request.organisation.slug, made.key])

    return _builder(request, form, rows, save, title=_("A new KPI"), back=_list(request))


@page(Scope.ADMIN)
def kpi_definition(request: TenantRequest, key: str) -> HttpResponse:
    """The next definition of a KPI, from a month on."""
    kpi = get_kpi(key)
    next_month = add_months(month_of(request.today).start, 1)
    form = DefinitionForm(sent(request), initial={"version": kpi.version, "holds_from": next_month})
    rows = _rows(request, recipe_of(kpi))
    back = reverse("kpi", args=[request.organisation.slug, kpi.key])

    def save(data: dict[str, Any]) -> str:
        redefine_kpi(
            request.actor,
            kpi=kpi,
            recipe=rows.recipe(multiplier=kpi.multiplier, times_days=kpi.times_days),
            holds_from=data["holds_from"],
            reason=data["reason"],
            expected_version=data["version"],
            at=request.now,
        )
        messages.success(request, gettext("The new definition is kept."))
        return back

    title = gettext("Another definition of %(kpi)s") % {"kpi": kpi.label}
    return _builder(request, form, rows, save, title=title, back=back, kpi=kpi)


@page(Scope.ADMIN)
def kpi_change(request: TenantRequest, key: str) -> HttpResponse:
    """Name, words, nature and direction; retired or not."""
    kpi = get_kpi(key)
    built_in = key in BUILT_IN
    facts = ("name", "about", "nature", "direction", "decimals", "is_retired", "version")
    initial = {name: getattr(kpi, name) for name in facts}
    form = ChangeKpiForm(sent(request), initial=initial, is_built_in=built_in)

    def change(data: dict[str, Any]) -> None:
        change_kpi(request.actor, kpi=kpi, facts=form.facts(data), expected_version=data["version"])

    dialog = Dialog(
        title=gettext("Change %(kpi)s") % {"kpi": kpi.label},
        submit=_("Save"),
        back=reverse("kpi", args=[request.organisation.slug, kpi.key]),
        done=_("Saved."),
    )
    impacts = [] if kpi.is_retired else impacts_of(request.organisation, Retirement(kpi))
    return answer(
        request, form, change, dialog, shown={"above": "kpis/includes/retiring.html", "impacts": impacts}
    )


def _builder(
    request: TenantRequest,
    form: forms.Form,
    rows: RecipeRows,
    save: Any,
    *,
    title: Text,
    back: str,
    kpi: Kpi | None = None,
) -> HttpResponse:
    """A form that grows row by row; tried on the records there are before it is saved."""
    do = request.POST.get("do", "")
    leads_to: list[str] = []
    if do == "save" and accepted(form, lambda data: leads_to.append(_once(request, save, data, back))):
        return leave(request, leads_to[0])
    if request.method == "POST" and do != "save":
        rows.act(do)
        form = _unjudged(form)
    shown = {
        "form": form,
        "rows": rows,
        "kpi": kpi,
        "title": title,
        "back": back,
        "is_change": kpi is not None,
        "once": secrets.token_urlsafe(16),
        **_tried(request, form, rows, kpi, is_asked=do == "try"),
    }
    place = "kpis/builder.html#builder" if request.htmx else "kpis/builder.html"
    return render(request, place, shown, status=422 if form.is_bound and form.errors else 200)


def _once(request: TenantRequest, save: Any, data: dict[str, Any], back: str) -> str:
    return str(save(data)) if is_first(request) else back


def _unjudged(form: forms.Form) -> forms.Form:
    """The same form with what was entered, without a word about what is missing still."""
    return type(form)(initial={**form.initial, **{name: form.data.get(name) for name in form.fields}})


def _tried(
    request: TenantRequest, form: forms.Form, rows: RecipeRows, kpi: Kpi | None, *, is_asked: bool
) -> dict[str, Any]:
    """The recipe in words and, where asked for, its values; or why it cannot be counted yet."""
    try:
        recipe = _as_entered(rows, form, kpi)
        units = units_of(recipe)
        _offer(form, units)
        words = {"words": told(recipe), "fitting": [str(unit.label) for unit in units]}
        tries = _tries(request, recipe, kpi.unit if kpi else units[0]) if is_asked else None
    except DomainError as error:
        if is_asked:
            refuse_softly(form, error)
        return {"problem": error.render(gettext) if is_asked else ""}
    impacts = impacts_of(request.organisation, NewDefinition(kpi, None)) if kpi else []
    return {**words, "tries": tries, "impacts": impacts}


def _offer(form: forms.Form, units: Sequence[KpiUnit]) -> None:
    """Only what the recipe can be counted in."""
    if "unit" in form.fields:
        form.fields["unit"].widget.choices = [(unit.value, unit.label) for unit in units]


def refuse_softly(form: forms.Form, error: DomainError) -> None:
    """By the form where it was sent; where it only grew, above what was tried."""
    if form.is_bound:
        refuse(form, error)


def _tries(request: TenantRequest, recipe: Recipe, unit: str) -> list[Try]:
    """This quarter and the one before, of the whole organisation."""
    calendar, currency = fiscal_calendar_of(request.organisation), request.organisation.currency
    quarter = calendar.quarter_of(request.today)
    holder = Holder("unit", root_unit_id(request.today))
    return [
        _try(period, recipe, unit, holder, calendar.name(period), currency, request.today)
        for period in (quarter, calendar.quarter_of(date.fromordinal(quarter.start.toordinal() - 1)))
    ]


def _try(
    period: Period, recipe: Recipe, unit: str, holder: Holder, name: str, currency: str, on: date
) -> Try:
    found = preview_recipe(recipe, holder=holder, period=period, on=on)
    above, below = found.value.numerator, found.value.denominator
    return Try(
        period=name,
        value=written_as(found.value.value, unit, currency, decimals=2),
        above=written_as(above, _unit_of(recipe, "numerator"), currency),
        below="" if below is None else written_as(below, _unit_of(recipe, "denominator"), currency),
        preview=found,
    )


def _unit_of(recipe: Recipe, part: str) -> str:
    return units_of(Recipe(getattr(recipe, part)))[0]


def _rows(request: TenantRequest, recipe: Recipe | None = None) -> RecipeRows:
    return RecipeRows(request.organisation.currency, sent=sent(request), recipe=recipe)


def _recipe(rows: RecipeRows, data: dict[str, Any]) -> Recipe:
    return rows.recipe(multiplier=data["multiplier"], times_days=data["times_days"])


def _as_entered(rows: RecipeRows, form: forms.Form, kpi: Kpi | None) -> Recipe:
    """The recipe as far as it can be read from a form that may not be finished."""
    if kpi is not None:
        return rows.recipe(multiplier=kpi.multiplier, times_days=kpi.times_days)
    entered = form.data if form.is_bound else form.initial
    times = str(entered.get("multiplier") or 1)
    return rows.recipe(
        multiplier=int(times) if times.isdigit() else 1, times_days=bool(entered.get("times_days"))
    )


def _list(request: TenantRequest) -> str:
    return reverse("kpis", args=[request.organisation.slug])
