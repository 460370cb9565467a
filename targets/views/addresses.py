from typing import Any

from django.urls import reverse

from salestargets.web.requests import TenantRequest


def address_of(request: TenantRequest, name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"slug": request.organisation.slug, **kwargs})
