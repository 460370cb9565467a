from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import DjangoDbBlocker

from tests.conftest import renew
from tests.databases import Copy
from tests.isolation.matrix import TwoSides
from tests.isolation.sides import CANARY, CANARY_MINOR, a_side


@pytest.fixture(scope="module")
def sides(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, database_copy: Copy
) -> Iterator[TwoSides]:
    """Committed for real, outside any test's transaction, and gone after the module."""
    with django_db_blocker.unblock():
        cache.clear()
        yield TwoSides(a_side("ours", "hausmeise", 120_000), a_side("theirs", CANARY, CANARY_MINOR))
        renew(database_copy)


@pytest.fixture(autouse=True)
def without_rate_limit(settings: pytest.FixtureRequest) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1_000_000


_collected: dict[str, int] = {}


def pytest_itemcollected(item: pytest.Item) -> None:
    _collected.setdefault(item.nodeid, len(_collected))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """As written, and after all others: within a module what is read comes before what is written."""
    others = [item for item in items if item.nodeid not in _collected]
    ours = sorted(
        (item for item in items if item.nodeid in _collected), key=lambda item: _collected[item.nodeid]
    )
    items[:] = others + ours
