"""The data folder: all that a running installation keeps, and the lock that gives it to one launcher."""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from salestargets.launcher.console import LauncherError

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class DataFolder:
    path: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def runtime_env(self) -> Path:
        return self.path / "runtime.env"

    @property
    def lock(self) -> Path:
        return self.path / "launcher.lock"


def data_folder(environ: Mapping[str, str]) -> DataFolder:
    path = Path(environ.get("DATA_DIR") or REPOSITORY / ".data").expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(path) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise _not_writable(path)
    return DataFolder(path)


def _not_writable(path: Path) -> LauncherError:
    return LauncherError(
        f"The data folder {path} cannot be written. Choose another: DATA_DIR=/your/folder make run"
    )


@contextmanager
def held(folder: DataFolder) -> Iterator[None]:
    """Hold the folder for this process. The lock ends with it, however it ends, so it is never stale."""
    try:
        lock = folder.lock.open("a+")
    except OSError as error:
        raise _not_writable(folder.path) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _in_use(folder) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        for private in (folder.secrets, folder.logs):
            private.mkdir(mode=0o700, exist_ok=True)
        yield


def _in_use(folder: DataFolder) -> LauncherError:
    return LauncherError(
        f"salestargets already runs with {folder.path} (process {folder.lock.read_text() or 'unknown'}). "
        "Stop that one, or choose another folder and port: DATA_DIR=/another/folder PORT=8001 make run"
    )


def is_held(folder: DataFolder) -> bool:
    if not folder.lock.exists():
        return False
    with folder.lock.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def secret(folder: DataFolder, name: str) -> str:
    """The secret of that name, made on first use and kept."""
    path = folder.secrets / name
    if not path.exists() or not path.read_text():
        write_private(path, secrets.token_urlsafe(48))
    return path.read_text()


def write_runtime_env(folder: DataFolder, variables: Mapping[str, str]) -> None:
    write_private(folder.runtime_env, "".join(f"{key}={value}\n" for key, value in variables.items()))


def read_runtime_env(folder: DataFolder) -> dict[str, str]:
    lines = folder.runtime_env.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner reads, complete or not at all."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    temporary.replace(path)
