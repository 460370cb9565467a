"""The servers salestargets needs, its own or the environment's, with the variables that describe them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from salestargets.launcher.console import LauncherError, say
from salestargets.launcher.folder import DataFolder, secret
from salestargets.launcher.postgres import embedded_postgres
from salestargets.launcher.processes import Process
from salestargets.launcher.provision import (
    Logins,
    derived_logins,
    drop,
    find_logins,
    may_provision,
    provision,
)
from salestargets.launcher.valkey import check_answers, embedded_valkey, next_database

DATABASE = "salestargets"


@dataclass(frozen=True)
class Services:
    variables: Mapping[str, str]
    """What settings.py reads: DATABASE_URL and the like."""
    processes: tuple[Process, ...]
    """The servers we started ourselves."""


@contextmanager
def services(folder: DataFolder, environ: Mapping[str, str]) -> Iterator[Services]:
    """Servers that keep their data, with the roles and the database made."""
    with ExitStack() as stack:
        processes = []
        if environ.get("DATABASE_URL"):
            say("Using the database of DATABASE_URL.")
            logins = find_logins(environ, password_of=lambda kind: secret(folder, f"database_{kind}"))
        else:
            say("Starting PostgreSQL.")
            postgres = stack.enter_context(embedded_postgres(folder))
            processes.append(postgres.process)
            logins = provision(postgres.url, derived_logins(postgres.url, database=DATABASE))
        redis_url = _broker(stack, folder, environ, processes)
        yield _described(folder, environ, logins, redis_url, processes)


@contextmanager
def throwaway_services(folder: DataFolder, environ: Mapping[str, str]) -> Iterator[Services]:
    """Servers, or at least a database, that are gone afterwards."""
    with ExitStack() as stack:
        processes = []
        if admin_url := environ.get("DATABASE_URL"):
            if not may_provision(admin_url):
                raise LauncherError(
                    "Tests make their own database: DATABASE_URL needs a login with CREATEROLE and CREATEDB."
                )
        else:
            postgres = stack.enter_context(embedded_postgres(folder, durable=False))
            processes.append(postgres.process)
            admin_url = postgres.url
        wanted = derived_logins(admin_url, database=f"{DATABASE}_test_{os.getpid()}")
        stack.callback(drop, admin_url, wanted)
        logins = provision(admin_url, wanted, for_tests=True)
        redis_url = _broker(stack, folder, environ, processes)
        yield _described(folder, environ, logins, redis_url, processes)


def _broker(
    stack: ExitStack, folder: DataFolder, environ: Mapping[str, str], processes: list[Process]
) -> str:
    if url := environ.get("REDIS_URL"):
        check_answers(url)
        return url
    valkey = stack.enter_context(embedded_valkey(folder))
    processes.append(valkey.process)
    return valkey.url


def _described(
    folder: DataFolder, environ: Mapping[str, str], logins: Logins, redis_url: str, processes: list[Process]
) -> Services:
    variables = {
        **logins.environment(),
        "REDIS_URL": redis_url,
        "CACHE_URL": environ.get("CACHE_URL") or next_database(redis_url),
        "SECRET_KEY": environ.get("SECRET_KEY") or secret(folder, "secret_key"),
        "DATA_DIR": str(folder.path),
    }
    return Services(variables=variables, processes=tuple(processes))
