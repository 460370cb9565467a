"""Who changed what, from what to what, when and why."""

from operator import itemgetter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from salestargets.audit.selectors import Place, entries, event_models
from salestargets.kernel.errors import DomainError
from salestargets.kernel.parsing import strict_datetime, strict_id
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.selectors import members
from salestargets.web.asked import asked_choice, asked_id
from salestargets.web.history import told
from salestargets.web.requests import TenantRequest, page
from salestargets.web.words import KINDS

LINES = 50


@require_GET
@page(Scope.ADMIN)
def audit(request: TenantRequest) -> HttpResponse:
    who = {f"user:{row.user_id}": str(row.user) for row in members(request.actor)}
    found = entries(
        request.actor,
        kind=asked_choice(request, "kind", event_models()),
        object_id=asked_id(request, "object"),
        by=asked_choice(request, "by", who),
        before=asked_place(request),
        limit=LINES + 1,
    )
    shown = {
        "lines": told(found[:LINES], currency=request.organisation.currency),
        "older": _address_of(found[LINES - 1].place) if len(found) > LINES else "",
        "kinds": sorted(((kind, str(KINDS.get(kind, kind))) for kind in event_models()), key=itemgetter(1)),
        "who": who.items(),
        "is_filtered": any(request.GET.get(name) for name in ("kind", "object", "by", "before")),
    }
    return render(request, "web/audit.html", shown)


def asked_place(request: HttpRequest) -> Place | None:
    """Where the page before ended."""
    at, _, rest = request.GET.get("before", "").partition("|")
    kind, _, event_id = rest.partition("|")
    try:
        return Place(strict_datetime(at), kind, strict_id(event_id)) if kind in event_models() else None
    except DomainError:
        return None


def _address_of(place: Place) -> str:
    return f"{place.at.isoformat()}|{place.kind}|{place.event_id}"
