from django.http import HttpResponse

from salestargets.web.requests import TenantRequest

#: Listened to by the workspace, which then fetches itself anew.
CHANGED = "numbers"


def in_place(request: TenantRequest, response: HttpResponse) -> HttpResponse:
    """Where a dialog would leave for its page, let the page below fetch itself instead, and close."""
    return changed() if "HX-Redirect" in response else response


def changed() -> HttpResponse:
    return HttpResponse(headers={"HX-Trigger": CHANGED})
