from typing import Any

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from salestargets.web.requests import TenantRequest


def address_of(request: TenantRequest, name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"slug": request.organisation.slug, **kwargs})


def came_from(request: TenantRequest, *, otherwise: str) -> str:
    """Where the form says it was sent from, as long as that is one of our own addresses."""
    back = request.POST.get("next", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else address_of(request, otherwise)
