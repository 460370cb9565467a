"""The routes as the URL configuration has them, requests to them, and what must not be told by an answer."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

import orjson
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils.http import urlencode

from salestargets.api.checks import PUBLIC
from salestargets.api.inputs import HOLDER, ID
from salestargets.api.operations import METHODS, Operation, RawBody, needs_version, operation_of
from salestargets.api.routes import api_routes
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.security import tenant_column
from tests.api.clients import Api
from tests.isolation.examples import Example
from tests.isolation.placeholders import ABSENT_NAME, Name, Nobody, Owner, Path, filled, places
from tests.isolation.sides import CANARY, CANARY_AMOUNT, CANARY_MINOR, Side

API = "/api/v1/"
CANARIES = (CANARY, CANARY_AMOUNT, str(CANARY_MINOR), f"{CANARY_MINOR:,}")
#: Each request is given texts of its own.
NEW = re.compile(rb"new-[0-9]+")
#: Headers that differ between any two answers, whoever asks.
VARYING = {"date", "content-length", "x-request-id"}


@dataclass(frozen=True)
class Route:
    """An operation under the name that `examples.py` has for it: `GET units/{unit_id}`."""

    name: str
    method: str
    path: str
    operation: Operation


def api_operations() -> Iterator[Route]:
    for pattern, view in api_routes():
        if view in PUBLIC:
            continue
        for method in METHODS:
            declared = operation_of(view.view_class, method)
            if declared is not None:
                path = "/" + _with_braces(pattern)
                name = f"{method.upper()} {path.removeprefix(API).rstrip('/')}"
                yield Route(name, method.upper(), path, declared)


def _with_braces(pattern: str) -> str:
    """`units/<id:unit_id>/` as OpenAPI has it: `units/{unit_id}/`."""
    parts = (
        "{" + part.strip("<>").partition(":")[2] + "}" if part.startswith("<") else part
        for part in pattern.split("/")
    )
    return "/".join(parts)


def declared_ids(declared: Operation) -> Iterator[Path]:
    """Where the operation takes ids: `("query", "person")`, `("body", "changes", "target")`."""
    for field in declared.query:
        if field.reader in (ID, HOLDER):
            yield ("query", field.name)
    for field in declared.body if isinstance(declared.body, tuple) else ():
        yield from _ids_of(field.schema, ("body", field.name))


def _ids_of(schema: Any, path: Path) -> Iterator[Path]:
    if schema.get("format") == "int64" or schema.get("pattern") == HOLDER.schema["pattern"]:
        yield path
    if schema.get("type") == "array":
        yield from _ids_of(schema["items"], path)
    for name, part in schema.get("properties", {}).items():
        yield from _ids_of(part, (*path, name))


@dataclass(frozen=True)
class TwoSides:
    """Ours, which asks; theirs, which must not be seen."""

    ours: Side
    theirs: Side

    @property
    def caller(self) -> "Caller":
        return Caller(Api(self.ours.key))

    def caller_of(self, example: Example) -> "Caller":
        """Who asks for an example: a key, or the administrator where a key has no business."""
        return Caller(self.ours.session(self.ours.admin)) if example.by_session else self.caller


class Caller:
    """Sends a request as one key or one session, and reads the answer as the outside sees it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def send(
        self,
        route: Route,
        example: Example,
        owner: Owner,
        other: tuple[Path, Owner] | None = None,
        extra: tuple[str, dict[str, Any]] | None = None,
        **headers: str,
    ) -> HttpResponse:
        sent = filled(example.request, owner, other)
        if extra is not None:
            sent[extra[0]] = {**(sent[extra[0]] or {}), **extra[1]}
        if needs_version(route.operation, route.method):
            headers.setdefault("If-Match", '"1"')
        path = route.path.format(**sent["path"])
        texts = {name: json.dumps(it) if isinstance(it, bool) else it for name, it in sent["query"].items()}
        url = f"{path}?{urlencode(texts)}" if texts else path
        if sent["form"] is not None:
            file = SimpleUploadedFile("rows.csv", example.file.encode())
            return self.client.post(url, data={**sent["form"], "file": file}, headers=headers)
        data = {} if sent["body"] is None else {"data": orjson.dumps(sent["body"])}
        return self.client.generic(
            route.method, url, headers=headers, content_type="application/json", **data
        )


def outside(answer: HttpResponse, sent: str = "") -> tuple[int, bytes, dict[str, str]]:
    """All that an answer tells, but for the name that was `sent` itself."""
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in VARYING}
    return answer.status_code, NEW.sub(b"new", without(body_of(answer), sent)), headers


def without(body: bytes, sent: str) -> bytes:
    return body.replace(orjson.dumps(sent)[1:-1], b"<sent>") if sent else body


def body_of(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def results_of(answer: HttpResponse) -> Any:
    return json.loads(answer.content)["results"]


def digest_of(organisation: Organisation) -> dict[str, tuple[int, int]]:
    """Table → how many rows of the organisation and a digest of them; shared tables by what they hold."""
    with acting_for(organisation.pk), connection.cursor() as cursor:
        if cursor.connection not in _PREPARED:  # a thousand tests ask; planning takes longer than reading
            cursor.execute(f"PREPARE digest AS {_digests()}")
            _PREPARED.add(cursor.connection)
        cursor.execute("EXECUTE digest")
        return {table: (count, digest) for table, count, digest in cursor.fetchall()}


_PREPARED: WeakSet[Any] = WeakSet()


def _digests() -> str:
    models = (model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy)
    columns = {model._meta.db_table: tenant_column(model) for model in models if model._meta.managed}
    del columns["api_apikeyuse"]  # that a key was used, is kept also where it was refused
    parts = [_digest(table, f"{table} t", column) for table, column in columns.items() if column is not None]
    waiting = "(SELECT id, queue, organisation_id FROM jobs_wake) t"
    return " UNION ALL ".join([*parts, _digest("jobs_wake", waiting, "organisation_id")])


def _digest(name: str, rows: str, column: str) -> str:
    return (
        f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {rows}"
        f" WHERE {column} = current_setting('app.organisation')::bigint"
    )


def told(answer: HttpResponse, sent: str = "") -> list[str]:
    """What an answer tells of the other organisation."""
    said = without(body_of(answer), sent).decode() + str(answer.headers)
    return [canary for canary in CANARIES if canary in said]


def faults(sides: TwoSides, route: Route, example: Example) -> Iterator[str]:
    """Where a request that names another organisation's object is not answered as if there were none."""
    for place, placeholder in places(example.request):
        name = placeholder.of(sides.theirs.as_found)  # so that it exists
        sent = name if isinstance(placeholder, Name) else ""
        before = digest_of(sides.theirs.organisation)
        theirs = sides.caller_of(example).send(route, example, sides.ours, (place, sides.theirs.as_found))
        nobodys = sides.caller_of(example).send(route, example, sides.ours, (place, Nobody()))
        if outside(theirs, sent) != outside(nobodys, ABSENT_NAME):
            yield f"{place}: answered {outside(theirs)}, but {outside(nobodys)} where there is none"
        if not _refuses(theirs, route, place):
            yield f"{place}: {theirs.status_code} is no refusal"
        if canaries := told(theirs, sent):
            yield f"{place}: tells {canaries}"
        if digest_of(sides.theirs.organisation) != before:
            yield f"{place}: changed what is theirs"


def smuggling_faults(sides: TwoSides, route: Route, example: Example) -> Iterator[str]:
    """What a request brings along, without being asked for it, must be refused by its name."""
    theirs = sides.theirs.organisation
    smuggled = {"organisation": theirs.pk, "organisation_id": theirs.pk, "id": 1, "role": "admin", "actor": 1}
    before = digest_of(theirs)
    for part, status, declared in _inputs(route.operation):
        for name in sorted(smuggled.keys() - declared):
            extra = (part, {name: smuggled[name]})
            answer = sides.caller_of(example).send(route, example, sides.ours, extra=extra)
            named = answer.status_code == status and list(answer.json()["errors"]) == [name]
            if not named or told(answer):
                yield f"{name} in the {part}: {answer.status_code} {body_of(answer)!r}"
    if digest_of(theirs) != before:
        yield "changed what is theirs"


def _inputs(declared: Operation) -> Iterator[tuple[str, int, set[str]]]:
    yield "query", 400, {field.name for field in declared.query}
    if isinstance(declared.body, tuple):
        yield "body", 422, {field.name for field in declared.body}


def _refuses(answer: HttpResponse, route: Route, place: Path) -> bool:
    """A filter may find nothing, and a record may wait for what it refers to; else it is a 404 or a 422."""
    if answer.status_code == 200 and place[0] == "query":
        return results_of(answer) == []
    return answer.status_code in (404, 422) or (has_raw_body(route) and answer.status_code == 200)


def has_raw_body(route: Route) -> bool:
    return isinstance(route.operation.body, RawBody)
