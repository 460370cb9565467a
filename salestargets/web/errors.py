"""The last resort for what no view answered, as Django's `handler500`."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

TITLES = {500: "Internal server error", 503: "The database does not answer"}


def server_error(request: HttpRequest) -> HttpResponse:
    """A database that does not answer is 503, come back soon; anything else is our fault, 500."""
    return unavailable(request) if is_lost(sys.exc_info()[1]) else answer(request, 500)


def is_lost(error: BaseException | None) -> bool:
    """Of a connection that broke off, psycopg2 may say no more than that it is a DatabaseError."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def unavailable(request: HttpRequest) -> HttpResponse:
    response = answer(request, 503)
    response.headers["Retry-After"] = "5"
    return response


def answer(request: HttpRequest, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": TITLES[status], "status": status}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    # Without the request: no context processor may ask the database again.
    return HttpResponse(render_to_string(f"{status}.html"), status=status)
