"""Bad input of every kind, in every place that takes any: refused in words, and nothing is written.

The places and the values come from the operations' own descriptions.
"""

import json
import time

import pytest
from django.http import HttpResponse
from django.utils.http import urlencode

from salestargets.api.inputs import object_schema
from salestargets.api.operations import RawBody, needs_version
from tests.isolation.bad_values import bad_scalars, bad_versions
from tests.isolation.examples import EXAMPLES
from tests.isolation.matrix import Route, TwoSides, api_operations, digest_of
from tests.isolation.placeholders import filled

ROUTES = [route for route in api_operations() if route.name in EXAMPLES]
JSON = "application/json"
#: Bodies that are no JSON, or more than any JSON may be.
NO_JSON = {
    "cut off": b'{"a":',
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "closed and deep": b"[" * 50_000 + b"]" * 50_000,
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "a NUL": b'{"name": "\x00"}',
    "an escaped NUL": b'{"name": "\\u0000"}',
    "half a character": b'{"name": "\\ud800"}',
    "a key twice": b'{"name": "a", "name": "b"}',
    "NaN": b'{"name": NaN}',
    "a huge number": b'{"name": 1e999}',
    "a number of a million digits": b'{"name": ' + b"1" * 1_000_000 + b"}",
    "too much": b'"' + b"a" * (10 * 1024 * 1024) + b'"',
    "two documents": b"{} {}",
}
#: Seconds of work by which something is stuck, as a pattern that tries everything; far from what any takes.
STUCK = 20
BAD_IDS = ("0", "-1", "²", "٣", "1_0", "01", "1.0", str(2**63), "9" * 400, "%00", "1%0a", "a", "%20")


def each(routes: list[Route]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", routes, ids=lambda route: route.name)


class Sender:
    """Sends bad requests and remembers what was not refused, or got stuck."""

    def __init__(self, sides: TwoSides, route: Route) -> None:
        self.client, self.route = sides.caller_of(EXAMPLES[route.name]).client, route
        self.good = filled(EXAMPLES[route.name].request, sides.ours.as_found)
        self.path = route.path.format(**self.good["path"])
        self.body = b"" if self.good["body"] is None else json.dumps(self.good["body"]).encode()
        self.taken: list[object] = []

    def send(
        self, told: object, *, path: str = "", query: object = None, body: object, kind: str = JSON
    ) -> None:
        url = (path or self.path) + (f"?{urlencode(query, doseq=True)}" if query else "")
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"If-Match": '"1"'} if needs_version(self.route.operation, self.route.method) else {}
        started = time.thread_time()
        answer = self.client.generic(self.route.method, url, data=data, content_type=kind, headers=headers)
        took = time.thread_time() - started
        if not is_refusal(answer) or took > STUCK:
            self.taken.append((told, answer.status_code, answer.content[:300], round(took, 2)))


def is_refusal(answer: HttpResponse) -> bool:
    """4xx, told as a problem; or every record of a bulk refused by name."""
    if answer.status_code == 200 and "rejected" in (told := answer.json()):
        return bool(told["rejected"]) and not told["created"] and not told["updated"]
    is_problem = answer.headers["Content-Type"] == "application/problem+json"
    return 400 <= answer.status_code < 500 and is_problem and bool(answer.json()["detail"])


@pytest.fixture
def sender(sides: TwoSides, route: Route):
    made = Sender(sides, route)
    before = digest_of(sides.ours.organisation)
    yield made
    assert made.taken == []
    assert digest_of(sides.ours.organisation) == before


@each([route for route in ROUTES if "{" in route.path])
def test_what_cannot_be_an_id_is_no_object(sender: Sender, route):
    for place in (part for part in route.path.split("/") if part.startswith("{")):
        for bad in BAD_IDS:
            path = route.path.replace(place, bad).format(**sender.good["path"])
            sender.send((place, bad), path=path, body=sender.body)


@each(ROUTES)
def test_a_query_is_read_strictly(sender: Sender, route):
    good, body = sender.good["query"], sender.body
    for name in ("ordering", "organisation", "page_size", "fields", "limit[]", "\u202elimit"):
        sender.send(name, query={**good, name: "1"}, body=body)
    for field in route.operation.query:
        sender.send((field.name, "twice"), query={**good, field.name: ["1", "1"]}, body=body)
        for bad in bad_scalars(field.schema):
            if isinstance(bad, str) and "\ud800" not in bad:  # a URL cannot hold half a character
                sender.send((field.name, bad), query={**good, field.name: bad}, body=body)


@each([route for route in ROUTES if route.operation.body is not None and EXAMPLES[route.name].form is None])
def test_a_body_is_read_strictly(sender: Sender, route):
    body = route.operation.body
    schema = body.schema if isinstance(body, RawBody) else object_schema(body)
    for bad in bad_versions(schema, sender.good["body"]):
        sender.send(bad, query=sender.good["query"], body=bad)


@each([route for route in ROUTES if route.operation.body is not None])
def test_what_is_no_json_is_refused(sender: Sender, route):
    query = sender.good["query"]
    for told, raw in NO_JSON.items():
        sender.send(told, query=query, body=raw)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        sender.send(kind, query=query, body=b"{}", kind=kind)
