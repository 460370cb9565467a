"""Run one command with the servers up: those of a running `make run`, or our own for as long as it takes."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from salestargets.launcher.console import LauncherError
from salestargets.launcher.folder import DataFolder, data_folder, held, is_held, read_runtime_env
from salestargets.launcher.messages import compile_all
from salestargets.launcher.services import services, throwaway_services
from salestargets.launcher.setup import migrate
from salestargets.launcher.signals import signals_end_us


def execute(command: Sequence[str], environ: Mapping[str, str], *, fresh: bool, tables: bool) -> int:
    """Run the command and return its exit code.

    `fresh` gives it a database of its own that is gone afterwards; `tables` migrates first.
    """
    folder = data_folder(environ)
    with signals_end_us(), _surroundings(folder, environ, fresh=fresh, tables=tables) as env:
        return _call(command, env)


@contextmanager
def _surroundings(
    folder: DataFolder, environ: Mapping[str, str], *, fresh: bool, tables: bool
) -> Iterator[Mapping[str, str]]:
    if fresh:
        with _throwaway(folder, environ, tables=tables) as env:
            yield env
    elif is_held(folder):
        yield {**environ, **_running(folder)}
    else:
        with held(folder), services(folder, environ) as servers:
            env = {**environ, **servers.variables}
            if tables:
                migrate(folder, env)
            yield env


@contextmanager
def _throwaway(
    folder: DataFolder, environ: Mapping[str, str], *, tables: bool
) -> Iterator[Mapping[str, str]]:
    apart = DataFolder(folder.path / "test")  # so that tests and `make run` do not meet
    apart.path.mkdir(exist_ok=True)
    with held(apart):
        shutil.rmtree(apart.postgres, ignore_errors=True)
        with throwaway_services(apart, environ) as servers:
            env = {**environ, **servers.variables}
            if tables:
                migrate(apart, env)
            compile_all()
            yield env


def _running(folder: DataFolder) -> Mapping[str, str]:
    if not folder.runtime_env.exists():
        raise LauncherError(f"salestargets is still starting with {folder.path}. Try again in a moment.")
    return read_runtime_env(folder)


def _call(command: Sequence[str], env: Mapping[str, str]) -> int:
    """The command shares our terminal, so Ctrl-C reaches it too; it gets the time to clean up."""
    try:
        child = subprocess.Popen(command, env=env)
    except OSError as error:
        raise LauncherError(f"{command[0]}: {error.strerror}") from error
    with child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            child.terminate()
            child.wait()
            raise
