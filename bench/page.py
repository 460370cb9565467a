"""Pages against an empty one: the same process, the same sign-in, the same frame around it."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from django.http import HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.urls import include, path

from bench import bulk
from bench.figures import Figure, middle, seconds
from bench.organisations import Size, deals
from bench.plans import published
from kpis.selectors import get_kpi
from kpis.services import rebuild
from salestargets.accounts.models import User
from salestargets.demo.services import EMAILS, SLUG
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.web.requests import TenantRequest, page
from targets.models import Goal

WARM_UP = 5
GOAL = 3.0
DEALS_EACH = 20
AMOUNT = 900_000_000_00


@page()
def empty(request: TenantRequest) -> HttpResponse:
    """The frame of every page, with nothing in it."""
    return HttpResponse(engines["django"].from_string('{% extends "base.html" %}').render({}, request))


urlpatterns = [path("o/<slug:slug>/empty/", empty), path("", include("salestargets.urls"))]
handler500 = "salestargets.web.errors.server_error"


def an_organisation(size: Size, *, at: datetime) -> Goal:
    """With deals, and a plan in force for a quarter that everyone has a number in."""
    organisation = bulk.an_organisation("pages", size, at=at)
    bulk.load(organisation, "deals", list(deals(size, range(DEALS_EACH * size.people))), at=at)
    rebuild(organisation.pk, at=at)
    with acting_for(organisation.pk):
        kpi = get_kpi("won_revenue")
        return Goal.objects.select_related("plan").get(plan=published(organisation, {kpi: AMOUNT}, at=at))


def measure(goal: Goal, size: Size, *, requests: int) -> list[Figure]:
    """What the demo's rep sees first; and what who leads everyone in a plan waits for.

    The grid is a page and then its numbers: both together are its time.
    """
    slug, people = goal.organisation.slug, f"{size.people:,} people"
    team, plan = f"/o/{slug}/team/", f"/o/{slug}/plans/{goal.plan_id}/"
    numbers = f"{plan}goals/{goal.pk}/grid/"
    rep, leader = _signed_in(EMAILS[Role.REP]), _signed_in(f"admin@{slug}.example")
    with override_settings(ROOT_URLCONF="bench.page"):
        return [
            _figure("Today page of a rep", rep, SLUG, [f"/o/{SLUG}/today/"], requests),
            _figure(f"Team page, {people}", leader, slug, [team], requests),
            _figure(f"Plan page, {people}", leader, slug, [plan], requests),
            _figure(f"Plan page with its grid's numbers, {people}", leader, slug, [plan, numbers], requests),
        ]


def _signed_in(email: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(email=email))
    return client


def _figure(name: str, client: Client, slug: str, addresses: Sequence[str], requests: int) -> Figure:
    """Asked for by turns with the empty page."""
    nothing = f"/o/{slug}/empty/"
    times = [
        (sum(_get(client, address) for address in addresses), _get(client, nothing))
        for _ in range(WARM_UP + requests)
    ][WARM_UP:]
    return Figure(
        name=name,
        ours=1000 * middle([ours for ours, _nothing in times]),
        reference=1000 * middle([nothing for _ours, nothing in times]),
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
