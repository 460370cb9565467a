"""The base of every endpoint: who, what and when are settled before a handler runs; it returns plain data.

class Units(TenantView):
    @operation(Scope.READ, query=(NAME, *PAGE), answers=Page[UnitRow])
    def get(self, request: Request) -> Page[UnitRow]:
        '''The units you see.'''
        return self.page(units_seen(self.actor, on=self.today).values(...), key=Key(id=ID), row=unit_row)
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from salestargets.api import idempotency
from salestargets.api.authentication import actor_of
from salestargets.api.etags import etag, expected_version
from salestargets.api.inputs import Values, read_body, read_query
from salestargets.api.operations import METHODS, Operation, needs_version, operation_of
from salestargets.api.pagination import CURSOR, LIMIT, Key, Page, paginate
from salestargets.api.parsers import JsonAlways
from salestargets.api.schema import OperationSchema
from salestargets.api.throttling import PerActor
from salestargets.tenancy.access import Actor
from salestargets.tenancy.middleware import note_actor

R = TypeVar("R")


class TenantView(APIView):
    http_method_names = [*METHODS, "head"]
    throttle_classes = [PerActor]
    content_negotiation_class = JsonAlways
    schema = OperationSchema()

    actor: Actor
    at: datetime
    today: date
    #: The clean query and body, as declared: `self.query[OWNER]`, `self.body[NAME]`.
    query: Values
    body: Values
    #: From If-Match, where the operation is `versioned`; None where it was left out and may be.
    version: int | None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As in DRF, but the handler runs in a savepoint: an error undoes all it wrote, and nothing else."""
        self.args, self.kwargs = args, kwargs
        self.request = rest = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(rest, *args, **kwargs)
            response = self._answer(rest, operation_of(self, rest.method or ""))
        except Exception as error:
            response = self.handle_exception(error)
        self.response = self.finalize_response(rest, response, *args, **kwargs)
        return self.response

    def page(
        self,
        rows: QuerySet[Any, Mapping[str, Any]],
        *,
        key: Key,
        row: Callable[[Mapping[str, Any]], R],
        descending: bool = False,
    ) -> Page[R]:
        """One page of rows, for an operation whose query includes `*PAGE`."""
        limit, cursor = self.query[LIMIT], self.query[CURSOR]
        return paginate(
            rows, self.request, key=key, limit=limit, cursor=cursor, row=row, descending=descending
        )

    def _answer(self, request: Request, declared: Operation | None) -> Response:
        if declared is None:
            self.http_method_not_allowed(request)
            raise AssertionError("unreachable")
        self._settle(request, declared)
        if request.method in ("GET", "HEAD"):
            return self._handle(request, declared)
        with transaction.atomic():
            return self._once(request, declared)

    def _settle(self, request: Request, declared: Operation) -> None:
        self.actor, self.at = actor_of(request), timezone.now()
        note_actor(self.actor)
        self.today = self.actor.organisation.today(self.at)
        self.query = read_query(request.query_params, declared.query)
        if isinstance(declared.body, tuple):
            self.body = read_body(request.data, declared.body)
        if declared.versioned:
            is_required = needs_version(declared, request.method or "")
            self.version = expected_version(request, is_required=is_required)

    def _once(self, request: Request, declared: Operation) -> Response:
        claim = idempotency.claim(request, at=self.at, keeps_answer=declared.keeps_answer)
        if claim is not None and claim.answer is not None:
            return _with_etag(claim.answer)
        response = self._handle(request, declared)
        if claim is not None:
            claim.keep(response)
        return response

    def _handle(self, request: Request, declared: Operation) -> Response:
        handler = getattr(self, (request.method or "").lower())
        answer = handler(request, **self.kwargs)
        if isinstance(answer, HttpResponseBase):  # a file
            return answer  # type: ignore[return-value]
        return _with_etag(Response(answer, status=declared.status))


def _with_etag(response: Response) -> Response:
    if isinstance(response.data, dict) and isinstance(version := response.data.get("version"), int):
        response["ETag"] = etag(version)
    return response
