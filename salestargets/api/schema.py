"""OpenAPI from the declarations: each operation describes itself, and nothing is written twice."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

import orjson
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent, resolve_type_hint

from salestargets.api.inputs import Field, object_schema
from salestargets.api.operations import FileAnswer, Operation, RawBody, needs_version, operation_of

JSON = "application/json"
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs."},
        "detail": {"type": "string", "description": "For people, in the language of Accept-Language."},
        "errors": {
            "type": "object",
            "description": "What is wrong with which field, by its path.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}


class OperationSchema(AutoSchema):
    """Describes a handler of a `TenantView` from its `@operation`."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        declared = operation_of(self.view, method)
        if declared is None:
            return None
        self.path, self.path_regex, self.registry = path, path_regex, registry
        handler = getattr(self.view, method.lower())
        words = [word for word in path.split("/") if word and word not in ("api", "v1")]
        described: dict[str, Any] = {
            "operationId": "_".join([method.lower(), *words]).translate(str.maketrans("-", "_", "{}")),
            "summary": " ".join((handler.__doc__ or "").split()),
            "tags": [words[0]],
            "security": [{"key": []}, {"session": [], "organisation": []}],
            "parameters": self._parameters(declared, method),
            "responses": self._responses(declared),
        }
        if body := _body(declared):
            described["requestBody"] = body
        return described

    def _parameters(self, declared: Operation, method: str) -> list[dict[str, Any]]:
        path = self._resolve_path_parameters(re.findall(r"{(\w+)}", self.path))  # type: ignore[no-untyped-call]
        query = [_parameter(field) for field in declared.query]
        headers = []
        if method != "GET" and declared.keeps_answer:
            headers.append(_header("Idempotency-Key", required=False, maxLength=200))
        if declared.versioned:
            headers.append(_header("If-Match", required=needs_version(declared, method), example='"1"'))
        return [*path, *query, *headers]

    def _responses(self, declared: Operation) -> dict[str, Any]:
        good: dict[str, Any] = {"description": "Done"}
        if isinstance(declared.answers, FileAnswer):
            file = {"schema": {"type": "string", "format": "binary"}}
            good["content"] = dict.fromkeys(declared.answers.media_types, file)
        elif declared.answers is not None:
            good["content"] = {JSON: {"schema": schema_of(declared.answers, self.registry)}}
        problem = component("Problem", PROBLEM, self.registry)
        refused = {"description": "Refused", "content": {"application/problem+json": {"schema": problem}}}
        return {str(declared.status): good, "default": refused}


def _body(declared: Operation) -> dict[str, Any] | None:
    if declared.body is None:
        return None
    if isinstance(declared.body, RawBody):
        media_type, schema = declared.body.media_type, dict(declared.body.schema)
    else:
        media_type, schema = JSON, object_schema(declared.body)
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _parameter(field: Field[Any]) -> dict[str, Any]:
    described = {"name": field.name, "in": "query", "required": field.required, "schema": field.schema}
    return {**described, "description": field.help} if field.help else described


def _header(name: str, *, required: bool, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": {"type": "string", **schema}}


def component(name: str, schema: Mapping[str, Any], registry: ComponentRegistry) -> dict[str, Any]:
    """A reference to `schema`, kept once under its name. Two that differ must have two names."""
    made = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name, schema=dict(schema))
    registry.register_on_missing(made)
    if registry[made].schema != made.schema:
        raise ImproperlyConfigured(f"Two different answers are called {name}: give one another name.")
    return dict(made.ref)


def schema_of(hint: Any, registry: ComponentRegistry) -> dict[str, Any]:
    """The schema of a type: TypedDicts become components, the rest is drf-spectacular's."""
    origin, args = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        return component(hint.__name__, _object(hint, get_type_hints(hint), registry), registry)
    if is_typeddict(origin):  # Page[Row]
        hints = {name: _filled(of, args[0]) for name, of in get_type_hints(origin).items()}
        return component(f"{origin.__name__}Of{args[0].__name__}", _object(origin, hints, registry), registry)
    if hint is Any:
        return {}
    if hint is Decimal:
        return {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "1200.50"}
    if origin is list:
        return {"type": "array", "items": schema_of(args[0], registry)}
    if origin is dict and args[1] is not Any:
        return {"type": "object", "additionalProperties": schema_of(args[1], registry)}
    if origin in (Union, UnionType) and NoneType in args:
        return _nullable(hint, registry)
    return dict(resolve_type_hint(hint))


def _object(row: Any, hints: Mapping[str, Any], registry: ComponentRegistry) -> dict[str, Any]:
    properties = {name: schema_of(hint, registry) for name, hint in hints.items()}
    required = [name for name in hints if name in row.__required_keys__]
    return {"type": "object", "properties": properties, "required": required}


def _filled(hint: Any, arg: Any) -> Any:
    """`list[R]` with R filled in."""
    return hint[arg] if getattr(hint, "__parameters__", ()) else hint


def _nullable(hint: Any, registry: ComponentRegistry) -> dict[str, Any]:
    (inner,) = (arg for arg in get_args(hint) if arg is not NoneType)
    schema = schema_of(inner, registry)
    return {"allOf": [schema], "nullable": True} if "$ref" in schema else {**schema, "nullable": True}


@lru_cache(maxsize=1)
def document() -> bytes:
    """The whole description; it does not change while the process lives."""
    with translation.override("en"):
        return orjson.dumps(SchemaGenerator().get_schema(request=None, public=True))


def schema_json(request: HttpRequest) -> HttpResponse:
    return HttpResponse(document(), content_type="application/vnd.oai.openapi+json")


def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")
