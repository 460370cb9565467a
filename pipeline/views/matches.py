"""Names that probably mean a record we have: agreed to or dismissed by a person, and remembered."""

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from pipeline.labels import kind_label
from pipeline.selectors import unresolved_rows
from pipeline.services.matching import accept_match, dismiss_match, suggest_matches
from salestargets.tenancy.choices import Scope
from salestargets.web.fields import IntegerField, TextField
from salestargets.web.requests import TenantRequest, accepted, page
from salestargets.web.templatetags.formats import number

MOST_WAITING = 50
LARGEST_ID = 2**63 - 1


@require_GET
@page(Scope.RECORDS_WRITE)
def matches(request: TenantRequest) -> HttpResponse:
    found = suggest_matches(request.actor)
    suggested = {(match.kind, match.source, match.reference) for match in found}
    waiting = (
        unresolved_rows(request.actor)
        .values_list("target_kind", "source", "reference")
        .annotate(records=Count("id"))
        .order_by("-records", "target_kind", "reference")[: MOST_WAITING + len(suggested)]
    )
    shown = {
        "matches": [(match, kind_label(match.kind)) for match in found],
        "waiting": [
            (kind_label(kind), source, reference, records)
            for kind, source, reference, records in waiting
            if (kind, source, reference) not in suggested
        ],
    }
    return render(request, "pipeline/imports/matches.html", shown)


class MatchForm(forms.Form):
    kind = TextField(max_length=20)
    source = TextField(max_length=50)
    reference = TextField(max_length=200)
    #: None of ours, where there is none.
    record = IntegerField(minimum=1, maximum=LARGEST_ID, required=False)


@require_POST
@page(Scope.RECORDS_WRITE)
def match(request: TenantRequest) -> HttpResponse:
    form = MatchForm(request.POST)
    if not accepted(form, lambda data: _settle(request, **data)):
        messages.error(request, gettext("That did not work. Please try again."))
    return redirect("matches", request.organisation.slug)


def _settle(request: TenantRequest, *, kind: str, source: str, reference: str, record: int | None) -> None:
    if record is None:
        dismiss_match(request.actor, kind=kind, source=source, reference=reference)
        messages.success(request, gettext("“{name}” will not be offered again.").format(name=reference))
        return
    filled = accept_match(
        request.actor, kind=kind, source=source, reference=reference, record_id=record, at=request.now
    )
    said = ngettext("Matched: {count} record filled in.", "Matched: {count} records filled in.", filled)
    messages.success(request, said.format(count=number(filled)))
