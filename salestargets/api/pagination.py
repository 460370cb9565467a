"""Lists by keyset: a page says where the next begins, so that nothing is skipped while rows come and go.

The cursor holds the last row's key, and no secret: whoever edits one only asks for another place in a list
they may read anyway.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypedDict, TypeVar

import orjson
from django.db.models import Q, QuerySet
from django.utils.http import urlencode
from rest_framework.request import Request

from salestargets.api.inputs import Field, Reader, text, whole
from salestargets.api.problems import BadRequest
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

R = TypeVar("R")


MAX_LIMIT = 1000
LIMIT = Field("limit", whole(1, MAX_LIMIT), "How many rows at most.").otherwise(100)
CURSOR = Field("cursor", text(1000), "Where the page begins, as `next` of the page before says.").optional()
PAGE: tuple[Field[Any], ...] = (LIMIT, CURSOR)


class Page(TypedDict, Generic[R]):
    results: list[R]
    next: str | None


class Key:
    """The order of a list: columns that are never null, the last of them unique, each with its reader."""

    def __init__(self, **readers: Reader[Any]) -> None:
        self.readers = readers

    def after(self, values: Sequence[Any], *, descending: bool) -> Q:
        """Rows beyond the one with these values."""
        beyond, equal = Q(), Q()
        step = "lt" if descending else "gt"
        for name, value in zip(self.readers, values, strict=True):
            beyond |= equal & Q(**{f"{name}__{step}": value})
            equal &= Q(**{name: value})
        first = next(iter(self.readers))
        return Q(**{f"{first}__{step}e": values[0]}) & beyond  # the bound an index understands


def paginate(
    rows: QuerySet[Any, Mapping[str, Any]],
    request: Request,
    *,
    key: Key,
    limit: int,
    cursor: str | None,
    row: Callable[[Mapping[str, Any]], R],
    descending: bool = False,
) -> Page[R]:
    """One page of `rows` (a `values()` queryset that includes the key's columns), each told by `row`."""
    names = list(key.readers)
    ordered = rows.order_by(*[f"-{name}" if descending else name for name in names])
    if cursor is not None:
        values = read_cursor(cursor, list(key.readers.values()))
        ordered = ordered.filter(key.after(values, descending=descending))
    found = list(ordered[: limit + 1])
    last = [found[limit - 1][name] for name in names] if len(found) > limit else None
    return {"results": [row(one) for one in found[:limit]], "next": next_page(request, last)}


def next_page(request: Request, last: Sequence[object] | None) -> str | None:
    """The address of the page that begins after the row with this key; None where there is none."""
    if last is None:
        return None
    cursor = base64.urlsafe_b64encode(orjson.dumps(last)).rstrip(b"=").decode()
    query = {**request.query_params.dict(), "cursor": cursor}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query)}")


def read_cursor(cursor: str, readers: Sequence[Reader[Any]]) -> list[Any]:
    """The key that `next_page` put into a cursor, read as strictly as any input."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return [reader.read(value) for reader, value in zip(readers, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, DomainError):
        raise BadRequest(
            N_("Take the cursor from `next` of the page before."), code="invalid_cursor", field="cursor"
        ) from None
