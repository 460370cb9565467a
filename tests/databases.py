"""One throw-away database per test process, copied from the migrated one that the launcher made.

The tests connect as the application's plain role; its owner copies, renews and drops the databases.
"""

import os
import time
from dataclasses import dataclass

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege
from psycopg2.sql import SQL, Identifier

from salestargets.launcher.database_url import changed, parts

HOW_TO_RUN = "Use `make test ARGS=…` or `python -m salestargets.launcher exec --fresh -- pytest …`."


@dataclass(frozen=True)
class Copy:
    """A copy of the migrated database, and who uses it."""

    owner_url: str
    template: str
    name: str
    app: str

    def make(self) -> None:
        """Make it, or make it anew."""
        self.drop()
        self._as_owner("CREATE DATABASE {name} TEMPLATE {template}")
        self._as_owner("REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        self._as_owner("GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {app}")

    def drop(self) -> None:
        """Autovacuum may be at work in it, which nobody but a superuser ends: it goes by itself."""
        for patience in (0.1, 0.4, 1.6, 6.4):
            try:
                return self._as_owner("DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            except InsufficientPrivilege:
                time.sleep(patience)
        return self._as_owner("DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _as_owner(self, statement: str) -> None:
        connection = psycopg2.connect(changed(self.owner_url, name="postgres"))
        connection.autocommit = True
        names = {"name": self.name, "template": self.template, "app": self.app}
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    SQL(statement).format(**{key: Identifier(value) for key, value in names.items()})
                )
        finally:
            connection.close()


def copy_for(worker: str) -> Copy:
    """The database of one pytest worker; ends the run where the launcher did not prepare one."""
    app, owner_url = parts(os.environ.get("DATABASE_URL", "")), os.environ.get("DATABASE_OWNER_URL", "")
    template = app["dbname"]
    if "_test_" not in template or not owner_url:
        pytest.exit(f"No throw-away database here. {HOW_TO_RUN}", returncode=4)
    return Copy(owner_url=owner_url, template=template, name=f"{template}_{worker}", app=app["user"])
