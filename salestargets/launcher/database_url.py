"""Reading and changing the parts of a `postgres://` URL."""

from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
from psycopg2.extensions import parse_dsn

from salestargets.launcher.console import LauncherError


def parts(url: str) -> dict[str, str]:
    """The connection parameters of the URL, by libpq's names.

    Raises LauncherError if it is not a PostgreSQL URL.
    """
    try:
        if url.startswith(("postgres://", "postgresql://")):
            return dict(parse_dsn(url))
    except psycopg2.ProgrammingError:
        pass  # its message would show the password
    raise LauncherError("A database URL must look like postgres://user:password@host:5432/database.")


def changed(
    url: str, *, user: str | None = None, password: str | None = None, name: str | None = None
) -> str:
    """The same server with another login or another database."""
    split = urlsplit(url)
    login, _, host = split.netloc.rpartition("@")
    if user is not None:
        login = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    path = split.path if name is None else f"/{quote(name, safe='')}"
    return urlunsplit(split._replace(netloc=f"{login}@{host}" if login else host, path=path))
