from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from salestargets.web.requests import TenantRequest, page
from targets.views.folds import check_steers


@require_GET
@page()
def plans(request: TenantRequest) -> HttpResponse:
    check_steers(request)
    return render(request, "targets/plans.html", {})
