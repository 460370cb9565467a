"""Templates: the list, one of them with whom it measures and how it came to be, and by hand for a person."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kpis.choices import Subject
from kpis.forms.templates import ChoiceForm, RetireForm, TemplateEditForm, TemplateForm
from kpis.models import Template
from kpis.selectors import all_kpis
from kpis.services.templates import (
    change_template,
    choose_template,
    create_template,
    draft_of,
    first_day,
    retire_template,
)
from kpis.template_words import base_in_words, rule_in_words, share, target_in_words, what_changed
from kpis.templates import (
    Version,
    all_templates,
    choices_of,
    fits_now,
    fits_of_people,
    get_template,
    read_shelf,
)
from salestargets.kernel.periods import Period
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Person
from salestargets.tenancy.selectors import fiscal_calendar_of, get_person
from salestargets.web.choosing import Choices, unit_choices
from salestargets.web.dialogs import Dialog, answer, sent
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.requests import TenantRequest, page

LIST: list[Column[Any]] = [
    Column(_("Order"), lambda row: row[0].row.position, "number"),
    Column(_("Name"), lambda row: row[0].template.label),
    Column(_("For"), lambda row: row[1]),
    Column(_("KPIs"), lambda row: _weights(row[0])),
    Column(_("Holds from"), lambda row: row[0].row.starts_on, "day"),
    Column(_("People now"), lambda row: row[2], "number"),
]


def _weights(version: Version) -> str:
    return ", ".join(f"{item.kpi.label} {share(item.weight_bp)}" for item in version.items)


@require_GET
@page(Scope.ADMIN)
def templates(request: TenantRequest) -> HttpResponse | FileResponse:
    """What holds today, in order, then what does not."""
    shelf = read_shelf()
    counts = Counter(fit.version.row.pk for _who, fit in fits_now(request.actor, request.today) if fit)
    rows = [(one, rule_in_words(one), counts[one.row.pk]) for one in shelf.on(request.today)]
    if wanted := wanted_format(request):
        return export(rows, columns=LIST, name="kpi-templates", file_format=wanted)
    holding = {version.row.template_id for version, _rule, _count in rows}
    others = [template for template in all_templates() if template.pk not in holding]
    return render(request, "kpis/templates.html", {"rows": rows, "others": others, "unit": Subject.UNIT})


@require_GET
@page(Scope.ADMIN)
def template(request: TenantRequest, template_id: int) -> HttpResponse:
    found = get_template(template_id)
    versions = read_shelf(found).versions[found.pk]
    now = read_shelf(found).of(found.pk, request.today)
    people = [
        (person, fit)
        for person, fit in fits_now(request.actor, request.today)
        if fit and fit.version.row.template_id == found.pk
    ]
    shown = {
        "template": found,
        "now": now,
        "rule": rule_in_words(now) if now else "",
        "items": _items(now or versions[0], request.organisation.currency),
        "people": people,
        "is_for_people": (now or versions[0]).row.subject != Subject.UNIT,
        "versions": _history(versions, request.organisation.currency),
        "is_retired": versions[0].row.is_retired,
    }
    return render(request, "kpis/template.html", shown)


def _items(version: Version, currency: str) -> list[dict[str, Any]]:
    return [
        {
            "item": item,
            "weight": share(item.weight_bp),
            "target": target_in_words(item, currency),
            "base": base_in_words(item, currency),
            "threshold": share(item.threshold_bp),
            "floor": share(item.floor_bp or None),
            "cap": share(item.cap_bp),
        }
        for item in version.items
    ]


def _history(versions: Sequence[Version], currency: str) -> list[tuple[Version, list[Any]]]:
    """Newest first, each with what it changed of the one before."""
    pairs = pairwise([*versions, None])
    return [(after, what_changed(before, after, currency)) for after, before in pairs if after]


@page(Scope.ADMIN)
def template_new(request: TenantRequest) -> HttpResponse:
    start = fiscal_calendar_of(request.organisation).quarter_of(request.today).start
    units = unit_choices(request.actor, request.today)
    form = TemplateForm(list(all_kpis().filter(is_retired=False)), units, start, sent(request))
    dialog = Dialog(title=_("New template"), submit=_("Add"), done=_("Added."), back=_list(request))

    def make(data: dict[str, Any]) -> str:
        made = create_template(
            request.actor,
            name=data["name"],
            draft=form.draft(data),
            starts_on=data["starts_on"],
            reason=data["why"],
            at=request.now,
        )
        return _of(request, made)

    return answer(request, form, make, dialog, template="kpis/template_form.html")


@page(Scope.ADMIN)
def template_edit(request: TenantRequest, template_id: int) -> HttpResponse:
    found = get_template(template_id)
    newest = read_shelf(found).versions[found.pk][0]
    coming = fiscal_calendar_of(request.organisation).quarter_of(request.today).end
    form = TemplateEditForm(
        list(all_kpis().filter(is_retired=False)),
        unit_choices(request.actor, request.today),
        max(coming, newest.row.starts_on),
        sent(request),
        template=found,
        draft=draft_of(newest),
    )
    dialog = Dialog(
        title=gettext("Change {name}").format(name=found.label),
        submit=_("Save"),
        done=_("Saved."),
        back=_of(request, found),
        note=_("What it said before stays as it was, for the periods before."),
    )

    def save(data: dict[str, Any]) -> None:
        change_template(
            request.actor,
            template=found,
            name=data["name"],
            draft=form.draft(data),
            starts_on=data["starts_on"],
            expected_version=data["version"],
            reason=data["why"],
            at=request.now,
        )

    return answer(request, form, save, dialog, template="kpis/template_form.html")


@page(Scope.ADMIN)
def template_retire(request: TenantRequest, template_id: int) -> HttpResponse:
    found = get_template(template_id)
    coming = fiscal_calendar_of(request.organisation).quarter_of(request.today).end
    form = RetireForm(sent(request), initial={"starts_on": coming, "version": found.version})
    dialog = Dialog(
        title=gettext("Retire {name}").format(name=found.label),
        submit=_("Retire"),
        done=_("Saved."),
        back=_of(request, found),
        note=_("From this day on the next template that fits is taken. What was measured before stays."),
        is_danger=True,
    )

    def retire(data: dict[str, Any]) -> None:
        retire_template(
            request.actor,
            template=found,
            starts_on=data["starts_on"],
            expected_version=data["version"],
            reason=data["why"],
            at=request.now,
        )

    return answer(request, form, retire, dialog)


@require_GET
@page()
def person_template(request: TenantRequest, person_id: int) -> HttpResponse:
    """By what a person is measured, as a part of their page or, without script, on one of its own."""
    person = get_person(request.actor, person_id, request.today)
    shown = {
        "person": person,
        "fit": fits_of_people([person], _running(request), request.organisation)[person.pk],
        "choices": choices_of(person),
        "may_edit": request.actor.may(Scope.ADMIN),
    }
    return render(request, f"kpis/person_template.html{'#part' if request.htmx else ''}", shown)


@page(Scope.ADMIN)
def person_template_choose(request: TenantRequest, person_id: int) -> HttpResponse:
    person = get_person(request.actor, person_id, request.today)
    offered = read_shelf().on(request.today)
    names: Choices = [
        (one.row.template_id, str(one.template.label)) for one in offered if one.row.subject != Subject.UNIT
    ]
    start = first_day(request.organisation, request.today)
    form = ChoiceForm(names, sent(request), initial={"starts_on": start, "template": _chosen(person)})
    dialog = Dialog(
        title=gettext("By what is {name} measured?").format(name=person.name),
        submit=_("Save"),
        done=_("Saved."),
        back=reverse("person", args=[request.organisation.slug, person.pk]),
        note=_("What is chosen here wins over the rules, for periods that begin on this day or later."),
    )

    def save(data: dict[str, Any]) -> None:
        choose_template(
            request.actor,
            person=person,
            template=get_template(data["template"]) if data["template"] else None,
            starts_on=data["starts_on"],
            reason=data["why"],
            at=request.now,
        )

    return answer(request, form, save, dialog)


def _chosen(person: Person) -> int | None:
    newest = next(iter(choices_of(person)), None)
    return newest.template_id if newest else None


def _running(request: TenantRequest) -> Period:
    return fiscal_calendar_of(request.organisation).quarter_of(request.today)


def _list(request: TenantRequest) -> str:
    return reverse("kpi_templates", args=[request.organisation.slug])


def _of(request: TenantRequest, template: Template) -> str:
    return reverse("kpi_template", args=[request.organisation.slug, template.pk])
