"""Queries that Django compiles once: it takes several times as long as the database over the answer.

    @compiled_once
    def _members_of(unit: int, day: date) -> QuerySet[Assignment]:
        return Assignment.objects.filter(current_on(day), unit=unit)

    _members_of(unit.pk, day)  # a list

The function is called once, with a mark in the place of each value: it may only pass them on. The
organisation is a mark as well, so that no statement is kept for one. No value may be None; after `__in` it is
a tuple.
"""

from collections.abc import Callable
from copy import copy
from functools import cache, wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

from salestargets.tenancy.context import current_organisation_id, told_later

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
R = TypeVar("R")

_ORGANISATION = "organisation in context"


class Mark(Value):
    """Stands in a statement for a value that is told whenever it runs."""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return "%s", (self,)


def compiled_once(build: Callable[P, QuerySet[M, R]]) -> Callable[P, list[R]]:
    make: Callable[..., QuerySet[M, R]] = build
    names = tuple(signature(build).parameters)

    @cache
    def statement() -> tuple[Any, Any, str, tuple[Any, ...]]:
        with told_later(Mark(_ORGANISATION)):
            queryset: Any = make(**{name: Mark(name) for name in names})
            compiler = queryset.query.get_compiler(queryset.db)
            return queryset, compiler, *compiler.as_sql()

    @wraps(build)
    def rows(*args: P.args, **kwargs: P.kwargs) -> list[R]:
        told = {_ORGANISATION: current_organisation_id(), **dict(zip(names, args, strict=False)), **kwargs}
        if None in told.values():
            raise ValueError(
                f"{build.__name__}: nothing equals NULL; ask another query where there is no value."
            )
        kept, compiler, sql, params = statement()
        values = [_value(told[each.value]) if isinstance(each, Mark) else each for each in params]
        bound, queryset = copy(compiler), kept.all()
        bound.connection = connections[queryset.db]
        bound.as_sql = lambda: (sql, values)
        queryset.query.get_compiler = lambda *_args, **_kwargs: bound
        return list(queryset)

    return rows


def _value(told: Any) -> Any:
    """`IN ()` is not SQL; nothing is in `(NULL)`."""
    return (None,) if told == () else told
