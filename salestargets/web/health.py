"""Is it up, is it ready."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class HealthMiddleware:
    """Answers before host checks, sessions and tenants: probes come from anywhere and know nobody."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == "/livez":
            return HttpResponse("ok", content_type="text/plain")
        if request.path_info == "/readyz":
            return readiness()
        return self.get_response(request)


def readiness() -> JsonResponse:
    """Ready means that the database answers and has every migration. The broker may be down: work waits."""
    checks = {"database": _database(), "broker": _broker()}
    return JsonResponse(checks, status=200 if checks["database"] == "ok" else 503)


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        return (
            "migrations are missing" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"
        )
    except DatabaseError:
        return "unreachable"


def _broker() -> str:
    cache.set("readyz", "here", 5)
    return "ok" if cache.get("readyz") else "unreachable"
