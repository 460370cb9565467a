"""Every refusal as `application/problem+json` (RFC 9457), told in the caller's language, in one place."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response

from salestargets.api.renderers import dumps
from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound, Stale

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class BadRequest(DomainError):  # noqa: N818  a name for what happened
    """The request itself is malformed: its query, its headers, its JSON."""


class TooLarge(DomainError):  # noqa: N818
    """More than is taken in one request."""


class PreconditionRequired(DomainError):  # noqa: N818
    """A change that must say which version it changes did not."""


#: The most special first; any other DomainError is a 422.
_STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (Stale, 412),
    (Conflict, 409),
    (BadRequest, 400),
    (TooLarge, 413),
    (PreconditionRequired, 428),
)

_REFUSED_BY_DATABASE = {
    "23505": (409, "duplicate", _("There is one with the same key already.")),
    "23P01": (409, "overlap", _("Its dates overlap those of another one.")),
    "23503": (409, "in_use", _("Another object still refers to it, or it refers to one that is gone.")),
    "23514": (422, "not_allowed", _("The values contradict each other.")),
}


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to an error raised in a view. What nobody foresaw is logged, and told without its inside."""
    request: HttpRequest = context["request"]._request
    if isinstance(error, DomainError):
        return _domain(error)
    if isinstance(error, exceptions.APIException):
        return _rest(error)
    if isinstance(error, DatabaseError | InterfaceError):
        return _database(error, request)
    if isinstance(error, Http404):
        return problem(404, code="not_found", detail=_("There is no such object."))
    if isinstance(error, PermissionDenied):
        return problem(403, code="forbidden", detail=_("Your role or key may not do this."))
    if isinstance(error, RequestDataTooBig):
        return problem(413, code="too_large", detail=_("The request is too large. Send it in smaller parts."))
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return problem(400, code="bad_request", detail=_("The request could not be read."))
    return _unforeseen(error, request)


def problem(
    status: int,
    *,
    code: str,
    detail: object,
    errors: Mapping[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    body = problem_body(status, code=code, detail=detail, errors=errors)
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)


def problem_body(
    status: int, *, code: str, detail: object, errors: Mapping[str, list[str]] | None = None
) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": str(detail)}
    return {**body, "errors": dict(errors)} if errors else body


@csrf_exempt
def unknown_path(request: HttpRequest) -> HttpResponse:
    """Whatever below /api/ is no route, or a route whose id cannot be one."""
    body = problem_body(404, code="not_found", detail=_("There is no such object."))
    return HttpResponse(dumps(body), status=404, content_type=MEDIA_TYPE)


def _domain(error: DomainError) -> Response:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 422)
    detail = error.render(gettext)
    errors = error.errors or ({error.field: [detail]} if error.field else None)
    return problem(status, code=error.code, detail=detail, errors=errors)


def _rest(error: exceptions.APIException) -> Response:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    code = error.default_code if isinstance(error.detail, list | dict) else error.get_codes()
    detail = error.default_detail if isinstance(error.detail, list | dict) else error.detail
    return problem(error.status_code, code=str(code), detail=detail, headers=headers)


def _database(error: DatabaseError | InterfaceError, request: HttpRequest) -> Response:
    if isinstance(error, IntegrityError):
        known = _REFUSED_BY_DATABASE.get(getattr(error.__cause__, "pgcode", ""))
        if known:
            status, code, detail = known
            return problem(status, code=code, detail=detail)
        return _unforeseen(error, request)
    if isinstance(error, DataError):
        return problem(422, code="out_of_range", detail=_("A value is too large to be stored."))
    log.warning("database_busy", error=repr(error))
    busy = _("The database is busy or does not answer. Please try again in a moment.")
    return problem(503, code="busy", detail=busy, headers={"Retry-After": "2"})


def _unforeseen(error: Exception, request: HttpRequest) -> Response:
    log.error("api_error", exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return problem(500, code="internal", detail=_("Something went wrong on our side. It has been noted."))
