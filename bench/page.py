"""The Today page against an empty page: the same process, the same sign-in, the same frame around it."""

from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.urls import include, path

from bench.figures import Figure, middle, seconds
from salestargets.accounts.models import User
from salestargets.demo.services import EMAILS, SLUG, load_demo
from salestargets.tenancy.choices import Role

WARM_UP = 5
GOAL = 6.0


def empty(request: HttpRequest) -> HttpResponse:
    """The frame of every page, with nothing in it."""
    return HttpResponse(engines["django"].from_string('{% extends "base.html" %}').render({}, request))


urlpatterns = [path("o/<slug:slug>/empty/", empty), path("", include("salestargets.urls"))]
handler500 = "salestargets.web.errors.server_error"


def measure(*, requests: int, at: datetime) -> Figure:
    """What a rep sees first, asked for by turns with the empty page."""
    load_demo(at=at, password="never used")
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(email=EMAILS[Role.REP]))
    with override_settings(ROOT_URLCONF="bench.page"):
        times = [
            (_get(client, f"/o/{SLUG}/today/"), _get(client, f"/o/{SLUG}/empty/"))
            for _ in range(WARM_UP + requests)
        ][WARM_UP:]
    return Figure(
        name="Today page of a rep",
        ours=1000 * middle([today for today, _nothing in times]),
        reference=1000 * middle([nothing for _today, nothing in times]),
        unit="ms",
        goal=GOAL,
        is_speed=False,
    )


def _get(client: Client, address: str) -> float:
    answers: list[int] = []
    took = seconds(lambda: answers.append(client.get(address).status_code))
    if answers != [HTTPStatus.OK]:
        raise ValueError(f"{address} answers {answers}")
    return took
