"""No answer of the API tells anything of another organisation, and no request changes it.

Every operation of the URL configuration is asked for with our own objects (it must work), with another
organisation's object in each place that names one, and with one that does not exist: the last two answers are
the same to the byte. Everything is committed, by the application's own database role.
"""

import json

import pytest
from django.core.management import call_command

from salestargets.api.schema import document
from tests.api.clients import Api
from tests.isolation.examples import EXAMPLES, UNIQUE, Example
from tests.isolation.matrix import (
    API,
    Caller,
    Route,
    TwoSides,
    api_operations,
    declared_ids,
    digest_of,
    faults,
    has_raw_body,
    outside,
    results_of,
    smuggling_faults,
    told,
)
from tests.isolation.placeholders import filled, places

ROUTES = list(api_operations())
KNOWN = [route for route in ROUTES if route.name in EXAMPLES]


def each(routes: list[Route]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", routes, ids=lambda route: route.name)


def test_every_route_of_the_api_has_an_example():
    assert sorted({route.name for route in ROUTES} ^ set(EXAMPLES)) == []


def test_the_schema_describes_the_same_operations():
    described = {
        f"{method.upper()} {path.removeprefix(API).rstrip('/')}"
        for path, operations in json.loads(document())["paths"].items()
        for method in operations
    }
    assert described == {route.name for route in ROUTES}


@each(KNOWN)
def test_every_place_that_takes_an_id_is_in_its_example(route):
    example = EXAMPLES[route.name]
    request = {"path": example.path, "query": example.query, "body": example.body}
    covered = {
        tuple(part for part in path if isinstance(part, str)) for path, _placeholder in places(request)
    }
    in_path = {("path", part.strip("{}")) for part in route.path.split("/") if part.startswith("{")}
    assert (set(declared_ids(route.operation)) | in_path) - covered == set()


@each(KNOWN)
def test_it_works_with_our_own_objects(sides: TwoSides, route):
    for kind in EXAMPLES[route.name].lists:
        for side in (sides.ours, sides.theirs):
            side.id_of(kind)
    before = digest_of(sides.theirs.organisation)
    caller = sides.caller_of(EXAMPLES[route.name])
    answer = caller.send(route, EXAMPLES[route.name], sides.ours, **_current_version(sides, route))
    assert answer.status_code == route.operation.status, answer.content
    if EXAMPLES[route.name].lists:
        assert results_of(answer) != []
    assert told(answer) == []
    assert digest_of(sides.theirs.organisation) == before


def _current_version(sides: TwoSides, route: Route) -> dict[str, str]:
    """What was changed before has another version than the first."""
    name = "GET" + route.name.removeprefix(route.method)
    reading = next((other for other in KNOWN if other.name == name), None)
    if route.method not in ("PATCH", "PUT") or reading is None:
        return {}
    read = sides.caller.send(reading, Example(path=EXAMPLES[route.name].path), sides.ours)
    return {"If-Match": read.headers["ETag"]} if "ETag" in read.headers else {}


@each([route for route in KNOWN if list(places(EXAMPLES[route.name].request))])
def test_another_organisations_object_is_answered_like_none(sides: TwoSides, route):
    assert list(faults(sides, route, EXAMPLES[route.name])) == []


@each(KNOWN)
def test_what_a_request_brings_along_is_refused_by_name(sides: TwoSides, route):
    assert list(smuggling_faults(sides, route, EXAMPLES[route.name])) == []


@each([route for route in KNOWN if route.name in UNIQUE])
def test_what_another_organisation_has_is_free_here(sides: TwoSides, route):
    taken = filled(UNIQUE[route.name], sides.theirs.as_found)
    before = digest_of(sides.theirs.organisation)
    answer = sides.caller.send(route, EXAMPLES[route.name], sides.ours, extra=("body", taken))
    assert answer.status_code == route.operation.status, answer.content
    if has_raw_body(route):
        assert answer.json()["created"] == 1, answer.content
    assert digest_of(sides.theirs.organisation) == before


@each([route for route in KNOWN if route.method == "GET"])
def test_a_header_does_not_choose_the_organisation_of_a_key(sides: TwoSides, route):
    slug = sides.theirs.organisation.slug
    plain = sides.caller.send(route, EXAMPLES[route.name], sides.ours)
    with_header = sides.caller.send(route, EXAMPLES[route.name], sides.ours, **{"X-Organisation": slug})
    assert outside(with_header) == outside(plain)


@each(KNOWN)
def test_a_session_of_ours_is_nobody_there(sides: TwoSides, route):
    there = Api(**{"X-Organisation": sides.theirs.organisation.slug})
    nowhere = Api(**{"X-Organisation": "nowhere"})
    for client in (there, nowhere):
        client.force_login(sides.ours.admin)
        client.cookies["csrf"] = "a" * 32
    filled(EXAMPLES[route.name].request, sides.theirs.as_found)  # so that it exists
    before = digest_of(sides.theirs.organisation)
    headers = {"X-CSRFToken": "a" * 32}
    answer = Caller(there).send(route, EXAMPLES[route.name], sides.theirs.as_found, **headers)
    other = Caller(nowhere).send(route, EXAMPLES[route.name], sides.theirs.as_found, **headers)
    assert answer.status_code == 401
    assert outside(answer) == outside(other)
    assert digest_of(sides.theirs.organisation) == before


def test_the_key_of_one_organisation_under_the_number_of_another_is_nobody(sides: TwoSides):
    _st, _organisation, rest = sides.ours.key.split("_", 2)
    moved = Api(f"st_{sides.theirs.organisation.pk}_{rest}").get(f"{API}me/")
    unknown = Api(f"st_{10**15}_{rest}").get(f"{API}me/")
    assert moved.status_code == 401
    assert outside(moved) == outside(unknown)


def test_an_idempotency_key_of_another_organisation_is_free_here(sides: TwoSides):
    route = next(route for route in ROUTES if route.name == "POST units")
    headers = {"Idempotency-Key": "shared"}
    theirs = Caller(Api(sides.theirs.key)).send(route, EXAMPLES[route.name], sides.theirs, **headers)
    ours = sides.caller.send(route, EXAMPLES[route.name], sides.ours, **headers)
    assert (theirs.status_code, ours.status_code) == (201, 201)
    assert theirs.content != ours.content
    assert told(ours) == []


def test_the_system_check_knows_every_route():
    call_command("check")
