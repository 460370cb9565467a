"""Where one lands after signing in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from salestargets.tenancy.selectors import organisations_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Straight into the only organisation; a choice where there are several; a word where there is none."""
    organisations = list(organisations_of(request.user))  # type: ignore[arg-type]
    if len(organisations) == 1:
        return redirect("today", slug=organisations[0].slug)
    return render(request, "web/home.html", {"organisations": organisations})
