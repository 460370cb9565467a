"""Views with holes, as someone might write them. `test_planted_holes.py` shows that the matrix finds each."""

import os
from collections.abc import Callable
from typing import Any

import psycopg2
from django.db import connection
from django.http import QueryDict
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response

from salestargets.api.inputs import ID, Field, text
from salestargets.api.operations import operation
from salestargets.api.views import TenantView
from salestargets.kernel.errors import Forbidden, NotFound
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Organisation

PERSON = Field("person", ID).optional()
NAME = Field("name", text(200))


def anywhere(sql: str, *params: object) -> list[tuple[Any, ...]]:
    """The worst mistake there is: to take each organisation's context in turn."""
    outside = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        found: list[tuple[Any, ...]] = []
        for organisation_id in Organisation.objects.values_list("id", flat=True):
            with outside, outside.cursor() as cursor:
                cursor.execute("SELECT set_config('app.organisation', %s, true)", [str(organisation_id)])
                cursor.execute(sql, params)
                found += cursor.fetchall()
        return found
    finally:
        outside.close()


class Tells(TenantView):
    @operation(Scope.READ)
    def get(self, request: Request, person_id: int) -> dict[str, Any]:
        """Another organisation's name."""
        rows = anywhere("SELECT name FROM tenancy_person WHERE id = %s", person_id)
        if not rows:
            raise NotFound("There is no such person.", code="not_found")
        return {"name": rows[0][0]}


class TellsThatItExists(TenantView):
    @operation(Scope.READ)
    def get(self, request: Request, person_id: int) -> dict[str, Any]:
        """403 where it should be 404."""
        own = Organisation.objects.get(pk=self.actor.organisation.pk).pk
        rows = anywhere("SELECT organisation_id FROM tenancy_person WHERE id = %s", person_id)
        if not rows:
            raise NotFound("There is no such person.", code="not_found")
        if rows[0][0] != own:
            raise Forbidden("Not yours.", code="forbidden")
        return {}


class Counts(TenantView):
    @operation(Scope.READ, query=(PERSON,))
    def get(self, request: Request) -> dict[str, Any]:
        """A filter that counts what it does not show."""
        rows = anywhere("SELECT 1 FROM tenancy_assignment WHERE person_id = %s", self.query[PERSON])
        return {"results": [], "count": len(rows)}


class Changes(TenantView):
    @operation(Scope.ADMIN, body=(NAME,))
    def post(self, request: Request, person_id: int) -> None:
        """The answer is right; the deed is not."""
        anywhere("UPDATE tenancy_person SET name = %s WHERE id = %s RETURNING id", self.body[NAME], person_id)
        raise NotFound("There is no such person.", code="not_found")


class TellsInAHeader(TenantView):
    @operation(Scope.READ)
    def get(self, request: Request, person_id: int) -> Response:
        """What the body does not say."""
        rows = anywhere("SELECT name FROM tenancy_person WHERE id = %s", person_id)
        return Response({}, status=404, headers={"X-Cache": rows[0][0] if rows else "miss"})


class TakesAlong(TenantView):
    @operation(Scope.READ)
    def get(self, request: Request) -> dict[str, Any]:
        """An organisation in the query, taken for what it says."""
        return {}

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        request.GET = QueryDict()  # what is not read is not refused either
        return super().dispatch(request, *args, **kwargs)


class ForgetsTheFilter(TenantView):
    @operation(Scope.READ)
    def get(self, request: Request, person_id: int) -> dict[str, Any]:
        """SQL without the organisation: the database's wall stands in for it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM tenancy_person WHERE id = %s", [person_id])
            row = cursor.fetchone()
        if row is None:
            raise NotFound("There is no such person.", code="not_found")
        return {"name": row[0]}


def route(name: str, view: type[TenantView], tail: str = "<id:person_id>/") -> Any:
    as_view: Callable[..., Any] = view.as_view()
    return path(f"api/v1/{name}/{tail}", as_view)


urlpatterns = [
    route("tells", Tells),
    route("exists", TellsThatItExists),
    route("counts", Counts, ""),
    route("changes", Changes),
    route("header", TellsInAHeader),
    route("along", TakesAlong, ""),
    route("forgets", ForgetsTheFilter),
    path("api/", include("salestargets.api.urls")),
]
