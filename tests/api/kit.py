"""A small API of its own, so that the kit is tested apart from the endpoints built on it."""

from typing import TypedDict

from django.urls import include, path
from rest_framework.request import Request

from salestargets.api.inputs import BOOLEAN, DATE, HOLDER, ID, Field, list_of, object_of, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.views import TenantView
from salestargets.kernel.errors import NotFound, Stale
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Person, WorkingDayException

ON = Field("on", DATE).optional()
HOLDER_FIELD = Field("holder", HOLDER).optional()
DAY = Field("day", DATE)
IS_WORKING = Field("is_working", BOOLEAN).otherwise(False)
NAME = Field("name", text(20)).nullable()
PARTS = Field("parts", list_of(object_of(DAY, NAME), at_most=2)).optional()


class DayRow(TypedDict):
    id: int
    day: str
    version: int


class PersonName(TypedDict):
    id: int
    name: str


class Days(TenantView):
    @operation(Scope.READ, query=(ON, HOLDER_FIELD), answers=dict[str, str])
    def get(self, request: Request) -> dict[str, str]:
        """What was asked."""
        return {"on": str(self.query[ON]), "holder": str(self.query[HOLDER_FIELD])}

    @operation(Scope.ADMIN, body=(DAY, IS_WORKING, NAME, PARTS), answers=DayRow, status=201)
    def post(self, request: Request) -> DayRow:
        """A day that differs from the calendar."""
        made = WorkingDayException.objects.create(
            day=self.body[DAY], is_working=self.body[IS_WORKING], name=self.body[NAME] or ""
        )
        if self.body[NAME] == "undo":
            raise NotFound("Written, then refused", code="not_found")
        return {"id": made.pk, "day": made.day.isoformat(), "version": 1}


class Day(TenantView):
    @operation(Scope.ADMIN, answers=DayRow, versioned=True)
    def patch(self, request: Request, day_id: int) -> DayRow:
        """One change."""
        if self.version != 1:
            raise Stale("Changed meanwhile", code="stale")
        return {"id": day_id, "day": "2026-01-01", "version": 2}

    @operation(Scope.ADMIN, status=204)
    def delete(self, request: Request, day_id: int) -> None:
        """Take it away."""
        raise ZeroDivisionError("secret inside")


class People(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[PersonName])
    def get(self, request: Request) -> Page[PersonName]:
        """Names."""
        return self.page(
            Person.objects.values("id", "name"),
            key=Key(name=text(200), id=ID),
            row=lambda row: {"id": row["id"], "name": row["name"]},
        )


urlpatterns = [
    path("api/v1/days/", Days.as_view()),
    path("api/v1/days/<id:day_id>/", Day.as_view()),
    path("api/v1/people/", People.as_view()),
    path("api/", include("salestargets.api.urls")),
]
