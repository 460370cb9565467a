"""Worlds that last: built once for the tests of a module that begin with them, beneath their transactions.

`@lasting` makes a fixture of a builder. What it built stays in the database, uncommitted, until a test of the
module begins with something else. Each test works in a savepoint above it, and gets a copy of its own of what
the builder returned. A test that commits gets everything built anew.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from copy import deepcopy
from datetime import datetime
from inspect import signature
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction

Build = Callable[..., Any]

#: What the running test begins with, by the builder.
_given: dict[Build, Any] = {}


def lasting(build: Build | None = None, *, at: datetime | None = None) -> Any:
    """A fixture that is built once, at a moment where one is named. It may use other such fixtures alone."""
    if build is None:
        return lambda build: lasting(build, at=at)

    def made(**used: Any) -> Any:
        return _given[made] if made in _given else anew(**used)

    def anew(**used: Any) -> Any:
        with time_machine.travel(at, tick=False) if at else nullcontext():
            return build(**used)

    made.anew = anew  # type: ignore[attr-defined]
    made.__name__, made.__doc__, made.__signature__ = build.__name__, build.__doc__, signature(build)  # type: ignore[attr-defined]
    return pytest.fixture(made)


class Layers:
    """Transactions upon each other; each holds what one builder made, upon all that is below."""

    def __init__(self) -> None:
        self._layers: list[tuple[Build, transaction.Atomic, dict[Build, Any]]] = []

    def be(self, wanted: dict[Build, dict[str, Build]]) -> None:
        """Keep what is wanted as far as it is there, and build the rest: builder → what it uses, by name."""
        if connection.closed_in_transaction:  # with a streamed answer that a test closed: all is gone
            while self._layers:
                self._take_off()
        built, order = [build for build, _atomic, _made in self._layers], list(wanted)
        while built != order[: len(built)]:
            self._take_off()
            built.pop()
        for build in order[len(built) :]:
            self._put_on(build, wanted[build])

    def given(self) -> dict[Build, Any]:
        return deepcopy(self._layers[-1][2]) if self._layers else {}

    def _put_on(self, build: Build, uses: dict[str, Build]) -> None:
        made = self.given()
        atomic = transaction.Atomic(using=None, savepoint=True, durable=False)
        atomic._from_testcase = True  # type: ignore[attr-defined]  # durable blocks may begin above it
        atomic.__enter__()
        self._layers.append((build, atomic, made))
        made[build] = build.anew(**{name: made[used] for name, used in uses.items()})  # type: ignore[attr-defined]

    def _take_off(self) -> None:
        _build, atomic, _made = self._layers.pop()
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


def what_lasts(item: pytest.Function) -> dict[Build, dict[str, Build]]:
    """The builders that a test begins with, each after those that it uses."""
    known = item._fixtureinfo.name2fixturedefs
    found: dict[Build, dict[str, Build]] = {}

    def find(name: str, place: int = -1) -> None:
        if len(known.get(name, ())) < -place:
            return
        fixture, uses = known[name][place], {}
        for used in fixture.argnames:
            below = place - 1 if used == name else -1
            find(used, below)
            if used in known:
                uses[used] = known[used][below].func
        if hasattr(fixture.func, "anew"):
            assert all(hasattr(one, "anew") for one in uses.values()), f"not all that {name} uses lasts"
            found.setdefault(fixture.func, uses)

    for name in item.fixturenames:
        find(name)
    return found


def begin(layers: Layers, item: pytest.Function) -> Iterator[None]:
    layers.be({} if commits(item) else what_lasts(item))
    _given.update(layers.given())
    cache.clear()  # it knows of the same organisation from the test before
    yield
    _given.clear()


def commits(item: pytest.Function) -> bool:
    marker = item.get_closest_marker("django_db")
    asked = bool(marker and marker.kwargs.get("transaction"))
    return asked or not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames)
