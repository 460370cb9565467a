"""No endpoint without a declared scope: checked at start, so that none can be forgotten."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from salestargets.api.operations import METHODS, operation_of
from salestargets.api.problems import unknown_path
from salestargets.api.routes import api_routes
from salestargets.api.schema import docs, schema_json
from salestargets.api.views import TenantView

#: The same for everyone and about no organisation.
PUBLIC = frozenset({schema_json, docs, unknown_path})


@register
def every_operation_declares_its_scope(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    return [Error(fault, id="api.E001") for route, view in api_routes() for fault in _faults(route, view)]


def _faults(route: str, view: Any) -> Iterator[str]:
    if view in PUBLIC:
        return
    cls = getattr(view, "view_class", None)
    if not (isinstance(cls, type) and issubclass(cls, TenantView)):
        yield f"/{route} is not answered by a TenantView."
        return
    for method in METHODS:
        if hasattr(cls, method) and operation_of(cls, method) is None:
            yield f"/{route} does not declare its operation for {method.upper()}."
