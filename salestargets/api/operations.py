"""What one method of one path does, said once: for permissions, parsing, OpenAPI and the safety tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from salestargets.api.inputs import Field
from salestargets.tenancy.choices import Scope

H = TypeVar("H", bound=Callable[..., Any])

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class RawBody:
    """A body that a service reads by itself, such as a bulk of records. Described, not parsed, here."""

    schema: Mapping[str, Any]
    media_type: str = "application/json"


@dataclass(frozen=True)
class FileAnswer:
    """A file of one of these media types; the handler returns the response itself."""

    media_types: tuple[str, ...]


@dataclass(frozen=True)
class Operation:
    """`answers` is the type the handler returns: a TypedDict, `Page[…]`, a `FileAnswer`, None for nothing.

    `versioned`: a change of the object itself must carry If-Match, what else is done may. Not `keeps_answer`:
    the answer holds a secret and is never stored, so that an Idempotency-Key is refused.
    """

    scope: Scope
    query: tuple[Field[Any], ...] = ()
    body: tuple[Field[Any], ...] | RawBody | None = None
    answers: Any = None
    status: int = 200
    versioned: bool = False
    keeps_answer: bool = True


def operation(
    scope: Scope,
    *,
    query: Sequence[Field[Any]] = (),
    body: Sequence[Field[Any]] | RawBody | None = None,
    answers: Any = None,
    status: int = 200,
    versioned: bool = False,
    keeps_answer: bool = True,
) -> Callable[[H], H]:
    """Declare what a handler of a `TenantView` does: see `Operation`."""
    parts = body if body is None or isinstance(body, RawBody) else tuple(body)
    declared = Operation(scope, tuple(query), parts, answers, status, versioned, keeps_answer)

    def mark(handler: H) -> H:
        handler.operation = declared  # type: ignore[attr-defined]
        return handler

    return mark


def needs_version(declared: Operation, method: str) -> bool:
    """Whether a request without If-Match is refused."""
    return declared.versioned and method in ("PATCH", "PUT")


def operation_of(view: object, method: str) -> Operation | None:
    """The declaration of a view's (or its class's) method, None where it has no such handler."""
    name = "get" if method.lower() == "head" else method.lower()
    return getattr(getattr(view, name, None), "operation", None) if name in METHODS else None
