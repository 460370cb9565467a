"""All routes, for the system check and for the tests that walk them."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def api_routes() -> Iterator[tuple[str, Any]]:
    """(path with its converters, view callable), as the URL configuration has them."""
    return ((route, view) for route, view in all_routes() if route.startswith("api/"))


def all_routes() -> Iterator[tuple[str, Any]]:
    return _walk(get_resolver().url_patterns, "")


def _walk(patterns: Sequence[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern.callback
