"""An installation of its own: servers and processes as `make run` has them, to be killed and started."""

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from salestargets.launcher.address import free_address
from salestargets.launcher.folder import DataFolder, held
from salestargets.launcher.processes import Process
from salestargets.launcher.run import allowed_hosts, application, wait_until_alive
from salestargets.launcher.services import services
from salestargets.launcher.setup import manage, migrate

_FOREIGN = ("DATABASE_", "REDIS_URL", "CACHE_URL", "SECRET_KEY", "DATA_DIR", "DJANGO_SETTINGS_MODULE")
PATIENCE = 60.0


@dataclass(frozen=True)
class Installation:
    folder: DataFolder
    env: Mapping[str, str]
    host: str
    port: int
    postgres: Process
    valkey: Process
    web: Process
    worker: Process
    beat: Process

    def manage(self, *arguments: str) -> str:
        return manage(self.folder, self.env, *arguments)

    @property
    def sees_all(self) -> str:
        """The login for which row-level security does not hold: what the proof reads with."""
        return self.env["DATABASE_BYPASS_URL"]


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """Everything up, with empty tables, while the context lasts."""
    data = DataFolder(folder)
    environ = own_environment() | {"PORT": str(free_port()), "API_REQUESTS_PER_MINUTE": "1000000"}
    with held(data), ExitStack() as stack:
        servers = stack.enter_context(services(data, environ))
        address = free_address(environ)
        env = {**environ, **servers.variables, "ALLOWED_HOSTS": allowed_hosts(environ, address)}
        migrate(data, env)
        web, worker, beat = processes = application(data, env, address)
        for process in processes:
            stack.callback(process.stop)
            process.start()
        wait_until_alive(address, processes)
        postgres, valkey = servers.processes
        yield Installation(data, env, address.local_host, address.port, postgres, valkey, web, worker, beat)


def own_environment() -> dict[str, str]:
    """Ours without what names servers, so that none but our own are used."""
    return {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}


def kill_group(process: Process) -> None:
    """The process and all its children, at once, without a chance to say anything."""
    os.killpg(_pid(process), signal.SIGKILL)
    _wait_for_end(process)


def kill_child(process: Process) -> None:
    """One child that does the work; its parent lives."""
    children = Path(f"/proc/{_pid(process)}/task/{_pid(process)}/children").read_text().split()
    os.kill(int(children[-1]), signal.SIGKILL)


def silence(process: Process, *, seconds: float) -> None:
    """It accepts connections and says nothing: worse than being gone."""
    os.kill(_pid(process), signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(_pid(process), signal.SIGCONT)


def crash(process: Process) -> None:
    """PostgreSQL gives up all it is doing, and replays its log at the next start."""
    os.kill(_pid(process), signal.SIGQUIT)
    _wait_for_end(process)


def start_postgres(place: Installation) -> None:
    place.postgres.start()
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg2.connect(place.sees_all, connect_timeout=5).close()
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _pid(process: Process) -> int:
    if process.pid is None:
        raise RuntimeError(f"{process.name} does not run.")
    return process.pid


def _wait_for_end(process: Process) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.exit_code is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{process.name} does not end.")
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
