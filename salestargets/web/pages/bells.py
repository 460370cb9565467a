"""The bells alone, asked for again and again by an open page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from salestargets.web.bells import bells_of
from salestargets.web.requests import TenantRequest, page


@require_GET
@page()
def bells(request: TenantRequest) -> HttpResponse:
    """Nothing where they say what the page shows already, so that it is not touched."""
    found = bells_of(request)
    if request.GET.get("mark") == found.mark:
        return HttpResponse(status=204)
    return render(request, "includes/bells.html", {"bells": found})
