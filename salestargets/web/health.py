"""Is it up, is it ready; and a calm answer while the database is not."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError, connection
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
    return "ok" if cache.set("readyz", 1, 5) else "unreachable"


class DatabaseDownMiddleware:
    """A lost database is a 503 that says when to come back, not a stack trace."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError):
            return unavailable()

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return unavailable() if isinstance(error, OperationalError | InterfaceError) else None


def unavailable() -> HttpResponse:
    return HttpResponse(
        "The database does not answer. Please try again in a moment.\n数据库暂时无法访问，请稍后重试。\n",
        status=503,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": "5"},
    )
