import json
from collections.abc import Callable

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import is_valid_path

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def pages_are_not_stored(get_response: GetResponse) -> GetResponse:
    """No shared computer's cache or back button shows a page after signing out."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def deeds_lead_to_their_page(get_response: GetResponse) -> GetResponse:
    """Who comes by GET to what only a form is sent to, as after signing in, is led to the page above it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_page = request.method == "GET" and request.path_info.startswith("/o/")
        if is_page and response.status_code == 405:
            return redirect(page_above(request.path_info))
        return response

    return middleware


def page_above(path: str) -> str:
    """The nearest address that there is, segment by segment; the start page is above all."""
    above = path.rstrip("/").rpartition("/")[0] + "/"
    return above if is_valid_path(above) else page_above(above)


def messages_for_htmx(get_response: GetResponse) -> GetResponse:
    """A fragment has no place for messages: they travel as an event, which app.js shows as toasts."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if is_swapped(request, response):
            toasts = [{"level": m.level_tag, "text": str(m)} for m in get_messages(request)]
            if toasts:
                response.headers["HX-Trigger"] = with_event(response.headers.get("HX-Trigger", ""), toasts)
        return response

    return middleware


def is_swapped(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether htmx shows this response in place, so that no later page would show the messages."""
    leaves = response.status_code in range(300, 400) or "HX-Redirect" in response or "HX-Refresh" in response
    return bool(getattr(request, "htmx", False)) and not leaves


def with_event(header: str, toasts: list[dict[str, str]]) -> str:
    events = json.loads(header) if header.startswith("{") else dict.fromkeys(filter(None, header.split(", ")))
    return json.dumps({**events, "toasts": {"items": toasts}})
