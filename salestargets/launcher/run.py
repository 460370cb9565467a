"""`make run`: the servers, then web, worker and beat together, until Ctrl-C or until one will not live."""

import http.client
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from salestargets.launcher.address import Address, free_address
from salestargets.launcher.console import LauncherError, say
from salestargets.launcher.folder import REPOSITORY, DataFolder, data_folder, held, write_runtime_env
from salestargets.launcher.processes import Process, last_lines
from salestargets.launcher.services import services
from salestargets.launcher.setup import collect_assets, manage, migrate
from salestargets.launcher.signals import signals_end_us
from salestargets.launcher.watch import watch

PATIENCE = 180
#: A worker's statement may work through a whole organisation; a page's may not.
WORKER_STATEMENT_TIMEOUT = "300s"


def run(environ: Mapping[str, str]) -> None:
    """Run everything until a signal ends it.

    Raises LauncherError with what is wrong and the way out.
    """
    folder = data_folder(environ)
    with signals_end_us(), held(folder), ExitStack() as stack:  # what starts last stops first
        address = free_address(environ)
        stack.callback(folder.runtime_env.unlink, missing_ok=True)
        servers = stack.enter_context(services(folder, environ))
        described = {**servers.variables, "PORT": str(address.port)}
        hosts = {"ALLOWED_HOSTS": allowed_hosts(environ, address)}
        env = {**to_try_out(environ, address), **environ, **described, **hosts}
        write_runtime_env(folder, described)
        migrate(folder, env)
        collect_assets(folder, env)
        sign_ins = load_demo(folder, env) if environ.get("DEMO", "1") == "1" else ""
        children = application(folder, env, address)
        for child in children:
            stack.callback(child.stop)
            child.start()
        wait_until_alive(address, children)
        say(announcement(folder, address, sign_ins))
        watch([*servers.processes, *children])


def to_try_out(environ: Mapping[str, str], address: Address) -> Mapping[str, str]:
    """On one's own machine the demo's sign-ins stand on the sign-in page, and anyone may start empty."""
    is_own = address.host in ("127.0.0.1", "::1", "localhost") and environ.get("HTTPS", "0") == "0"
    return {"DEMO_SIGN_INS": "1", "OPEN_START": "1"} if is_own and not environ.get("DATABASE_URL") else {}


def load_demo(folder: DataFolder, env: Mapping[str, str]) -> str:
    say("Loading the demo organisation, unless it is there already.")
    patient = {**env, "STATEMENT_TIMEOUT": WORKER_STATEMENT_TIMEOUT}
    return manage(folder, patient, "load_demo", "--show-sign-ins")


def application(folder: DataFolder, env: Mapping[str, str], address: Address) -> list[Process]:
    """Web, worker and beat; none gets the login of the owner or the one that passes row-level security."""
    plain = {**env, "DATABASE_OWNER_URL": "", "DATABASE_BYPASS_URL": ""}
    patient = {**plain, "STATEMENT_TIMEOUT": WORKER_STATEMENT_TIMEOUT}
    celery = ["-m", "celery", "--app", "salestargets.celery:app"]
    gunicorn = ["-m", "gunicorn", "salestargets.wsgi:application", "--bind", address.bind]
    threads = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "10"]

    def process(name: str, arguments: Sequence[str], variables: Mapping[str, str]) -> Process:
        log = folder.logs / f"{name}.log"
        return Process(name=name, argv=[sys.executable, *arguments], log=log, cwd=REPOSITORY, env=variables)

    return [
        process("web", [*gunicorn, *threads, "--no-control-socket"], plain),
        process("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"], patient),
        process("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile="], plain),
    ]


def allowed_hosts(environ: Mapping[str, str], address: Address) -> str:
    return environ.get("ALLOWED_HOSTS") or ",".join(
        dict.fromkeys(["localhost", "127.0.0.1", "[::1]", address.host])
    )


def wait_until_alive(address: Address, children: Sequence[Process]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _is_alive(address):
        dead = next((child for child in children if child.exit_code is not None), None)
        if dead:
            raise LauncherError(f"{dead.name} does not start ({dead.log}):\n{last_lines(dead.log)}")
        if time.monotonic() > deadline:
            raise LauncherError(
                f"The web server does not answer ({children[0].log}):\n{last_lines(children[0].log)}"
            )
        time.sleep(0.1)


def _is_alive(address: Address) -> bool:
    connection = http.client.HTTPConnection(address.local_host, address.port, timeout=5)
    try:
        connection.request("GET", "/livez", headers={"Host": "localhost"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def announcement(folder: DataFolder, address: Address, sign_ins: str) -> str:
    lines = ["", f"salestargets is ready: {address.url}", ""]
    if sign_ins:
        lines += [sign_ins.rstrip(), ""]
    return "\n".join([*lines, f"Data stays in {folder.path}, logs in {folder.logs}. Ctrl-C stops it.", ""])
