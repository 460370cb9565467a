from collections.abc import Iterator
from pathlib import Path

import pytest

from salestargets.launcher.folder import DataFolder, held
from salestargets.launcher.postgres import Postgres, embedded_postgres


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    """A data folder that is ours."""
    folder = DataFolder(tmp_path / "data")
    folder.path.mkdir()
    with held(folder):
        yield folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL of its own, whose login is the superuser."""
    folder = DataFolder(tmp_path_factory.mktemp("server"))
    with held(folder), embedded_postgres(folder, durable=False) as postgres:
        yield postgres
