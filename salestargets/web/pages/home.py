"""Where one lands after signing in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from salestargets.tenancy.choices import Role
from salestargets.tenancy.selectors import organisations_of
from salestargets.web.registry import first_steps
from salestargets.web.requests import TenantRequest, page


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Straight into the only organisation; a choice where there are several; a word where there is none."""
    organisations = list(organisations_of(request.user))  # type: ignore[arg-type]
    if len(organisations) == 1:
        return redirect("organisation", slug=organisations[0].slug)
    return render(request, "web/home.html", {"organisations": organisations})


@require_GET
@page()
def organisation(request: TenantRequest) -> HttpResponse:
    """Administrators see the first steps until all are taken; everyone else, and then, today's page."""
    is_begun = request.actor.role != Role.ADMIN or all(step.is_done(request.actor) for step in first_steps())
    return redirect("today" if is_begun else "start", slug=request.organisation.slug)
