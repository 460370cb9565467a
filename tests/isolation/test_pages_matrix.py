"""No page tells anything of another organisation: every route of the URL configuration is tried.

A route whose parts are unknown here fails, so that none is forgotten.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.utils.html import escape

from salestargets.accounts.models import User
from salestargets.api.routes import all_routes
from salestargets.tenancy.access import SCOPES
from salestargets.tenancy.choices import Role
from tests.isolation.matrix import TwoSides, body_of, digest_of, told
from tests.isolation.placeholders import Id, Nobody, Owner
from tests.isolation.sides import Side

SLUG = "o/<slug:slug>/"
#: What belongs to no organisation, and why.
PUBLIC = {
    "": "leads a member to their organisation, anyone else to the sign-in",
    "start/": "makes a first organisation, while there is none",
    "language/": "sets a cookie",
    "accounts/": "django-allauth: of a sign-in",
    "api/": "in test_api_matrix.py",
}
#: Which object a part of an address names. A KPI is known by its key, which is the same everywhere.
PARTS: dict[str, Id | str] = {
    "id:person_id": Id("person"),
    "id:unit_id": Id("unit"),
    "id:assignment_id": Id("assignment"),
    "id:mentorship_id": Id("mentorship"),
    "id:member_id": Id("member"),
    "id:key_id": Id("key"),
    "id:day_id": Id("day"),
    "id:year_id": Id("fiscal year"),
    "id:alert_id": Id("alert"),
    "id:rule_id": Id("rule"),
    "id:notice_id": Id("notice"),
    "id:deal_id": Id("deal"),
    "id:record_id": Id("activity"),
    "slug:kind": "activities",
    "id:rate_id": Id("rate"),
    "id:run_id": Id("import"),
    "id:target_id": Id("published target"),
    "id:plan_id": Id("plan"),
    "id:goal_id": Id("goal"),
    "id:milestone_id": Id("milestone"),
    "id:adjustment_id": Id("adjustment"),
    "id:objective_id": Id("objective"),
    "id:potential_id": Id("potential"),
    "id:proposal_id": Id("proposal"),
    "id:template_id": Id("template"),
    "id:trigger_id": Id("trigger"),
    "id:kpi_id": Id("manual kpi"),
    "id:closing_id": Id("closing"),
    "id:entry_id": Id("entry"),
    "id:review_id": Id("review"),
    "holder:holder": Id("planned unit"),
    "slug:key": "won_revenue",
}
#: What pages are asked with, behind the question mark, and which object it may name.
ASKED = {
    "goal": "goal",
    "plan": "plan",
    "unit": "unit",
    "person": "person",
    "owner": "person",
    "stage": "stage",
    "customer": "customer",
    "holder": "unit",
    "review": "review",
    "target": "target",
}
#: Nobody accepts what they proposed themselves.
OWN = (f"{SLUG}proposals/<id:proposal_id>/accept/",)
_TOKEN = re.compile(rb'(csrfmiddlewaretoken" value=|X-CSRFToken[^A-Za-z0-9]+)"?[A-Za-z0-9]{32,64}')


@dataclass(frozen=True)
class Page:
    route: str
    view: Any

    @property
    def parts(self) -> list[str]:
        return re.findall(r"<([^>]+)>", self.route.removeprefix(SLUG))

    def address(self, slug: str, owner: Owner, other: tuple[str, Owner] | None = None) -> str:
        path = self.route.replace("<slug:slug>", slug)
        for part in self.parts:
            whose = other[1] if other is not None and other[0] == part else owner
            path = path.replace(f"<{part}>", written(part, whose))
        return f"/{path}"


def written(part: str, owner: Owner) -> str:
    placeholder = PARTS[part]
    if isinstance(placeholder, str):
        return placeholder
    return f"unit/{placeholder.of(owner)}" if part == "holder:holder" else str(placeholder.of(owner))


def pages() -> Iterator[Page]:
    for route, view in all_routes():
        if route.startswith(SLUG):
            yield Page(route, view)


PAGES = list(pages())
KNOWN = [page for page in PAGES if set(page.parts) <= set(PARTS)]
WITH_OBJECTS = [page for page in KNOWN if any(isinstance(PARTS[part], Id) for part in page.parts)]


def each(some: list[Page]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", some, ids=lambda page: page.route.removeprefix(SLUG) or "home")


def member(side: Side, user: User | None = None) -> Client:
    client = Client()
    side.sign_in(client, user or side.admin)
    return client


def names_looked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What views look for in what they are asked with, as it comes."""
    names: list[str] = []

    def seen(original: Any) -> Any:
        def look(query: QueryDict, key: str, *more: Any, **named: Any) -> Any:
            if key not in names:
                names.append(key)
            return original(query, key, *more, **named)

        return look

    for method in ("__getitem__", "__contains__", "get", "getlist"):
        monkeypatch.setattr(QueryDict, method, seen(getattr(QueryDict, method)))
    return names


#: Where who comes by GET to what only takes POST is led.
ABOVE = "<above>"


def outside(answer: HttpResponse, address: str) -> tuple[int, bytes, str]:
    """All that an answer tells, but for where it was asked."""
    body = _TOKEN.sub(b"<token>", body_of(answer))
    for said in (address, escape(address)):
        body = body.replace(said.encode(), b"<address>")
    leads_to = answer.headers.get("Location", "").replace(address, "<address>")
    return answer.status_code, body, ABOVE if leads_to and address.startswith(leads_to) else leads_to


def test_every_route_is_a_page_of_an_organisation_or_public_for_a_reason():
    strange = [
        route
        for route, _view in all_routes()
        if not route.startswith(SLUG) and route not in PUBLIC and not route.startswith(("accounts/", "api/"))
    ]
    assert strange == []


def test_every_part_of_an_address_is_known():
    assert {part for page in PAGES for part in page.parts} - set(PARTS) == set()


def test_every_page_says_what_it_takes_to_open_it():
    assert [page.route for page in PAGES if not hasattr(page.view, "scope")] == []


@each(KNOWN)
def test_it_opens_with_our_own_objects(sides: TwoSides, page):
    """By GET; what only takes POST leads to a page, and gets an empty form, which is undone."""
    sides.ours.id_of("published target")  # the records of a holder are those of a number
    address = page.address(sides.ours.organisation.slug, sides.ours.as_found)
    client = member(sides.ours)
    answer = client.get(address)
    if outside(answer, address)[2] == ABOVE:
        with transaction.atomic():
            sent = client.post(address)
            transaction.set_rollback(True)
        answer = answer if sent.status_code == 405 else sent
    expected = (403,) if page.route in OWN else (200, 302, 303, 422)
    assert answer.status_code in expected, (address, answer.status_code)
    assert told(answer) == []


@each(KNOWN)
def test_a_part_of_it_can_be_asked_for(sides: TwoSides, page):
    """As htmx does, of any page, also of one that has no such part."""
    sides.ours.id_of("published target")
    address = page.address(sides.ours.organisation.slug, sides.ours.as_found)
    with closing(member(sides.ours).get(address, headers={"HX-Request": "true"})) as answer:
        assert answer.status_code < 500
        assert told(answer) == []


@each(WITH_OBJECTS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_organisations_object_is_answered_like_none(sides: TwoSides, page, method):
    client, slug = member(sides.ours), sides.ours.organisation.slug
    for part in page.parts:
        if isinstance(PARTS[part], str):
            continue
        both = (sides.theirs.as_found, Nobody())
        addresses = [page.address(slug, sides.ours.as_found, (part, whose)) for whose in both]
        before = digest_of(sides.theirs.organisation)
        theirs, nobodys = (getattr(client, method)(address) for address in addresses)
        seen = outside(theirs, addresses[0]), outside(nobodys, addresses[1])
        assert seen[0] == seen[1], part
        assert theirs.status_code in (404, 405) or seen[0][2] == ABOVE, (part, theirs.status_code)
        assert told(theirs) == []
        assert digest_of(sides.theirs.organisation) == before, part


@each(KNOWN)
def test_what_is_asked_behind_the_question_mark_tells_nothing(
    sides: TwoSides, page, monkeypatch: pytest.MonkeyPatch
):
    client = member(sides.ours)
    address = page.address(sides.ours.organisation.slug, sides.ours.as_found)
    looked_for = names_looked_for(monkeypatch)
    client.get(address).close()
    for name in looked_for:  # grows while it is walked
        if not (kind := ASKED.get(name)):
            continue
        theirs, nobody = sides.theirs.as_found.id_of(kind), Nobody().id_of(kind)
        for form in ("{}", "unit:{}", "person/{}"):
            asked = [f"{address}?{name}={form.format(one)}" for one in (theirs, nobody)]
            with closing(client.get(asked[0])) as answer, closing(client.get(asked[1])) as other:
                assert answer.status_code == other.status_code, asked
                assert told(answer) == [], asked


@each(KNOWN)
def test_another_organisations_pages_do_not_exist_for_us(sides: TwoSides, page):
    client = member(sides.ours)
    there = page.address(sides.theirs.organisation.slug, sides.theirs.as_found)
    nowhere = page.address("nowhere", sides.theirs.as_found)
    before = digest_of(sides.theirs.organisation)
    for method in (client.get, client.post):
        answer, other = method(there), method(nowhere)
        assert answer.status_code == 404
        assert outside(answer, there) == outside(other, nowhere)
        assert told(answer) == []
    assert digest_of(sides.theirs.organisation) == before


@each(KNOWN)
def test_nobody_is_sent_to_the_sign_in_whether_there_is_an_organisation_or_not(sides: TwoSides, page):
    there = page.address(sides.theirs.organisation.slug, sides.theirs.as_found)
    nowhere = page.address("nowhere", sides.theirs.as_found)
    answer, other = Client().get(there), Client().get(nowhere)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert outside(answer, there) == outside(other, nowhere)


@each(KNOWN)
@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_its_scopes_say(sides: TwoSides, page, role):
    user = User.objects.get(pk=sides.ours.id_of(f"user {role}"))
    address = page.address(sides.ours.organisation.slug, sides.ours.as_found)
    with closing(member(sides.ours, user).get(address)) as answer:
        if page.view.scope not in SCOPES[role] and outside(answer, address)[2] != ABOVE:
            assert answer.status_code == 403
        assert answer.status_code < 500
