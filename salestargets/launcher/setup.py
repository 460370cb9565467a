"""Django's own steps before the application starts, each a `manage.py` process of its own."""

import subprocess
import sys
from collections.abc import Mapping

from salestargets.launcher.console import LauncherError, say
from salestargets.launcher.folder import REPOSITORY, DataFolder
from salestargets.launcher.messages import compile_all
from salestargets.launcher.processes import last_lines


def migrate(folder: DataFolder, env: Mapping[str, str]) -> None:
    """Bring the tables up to date, as their owner, however long one statement takes."""
    say("Bringing the database up to date.")
    owner = {**env, "DATABASE_URL": env["DATABASE_OWNER_URL"], "STATEMENT_TIMEOUT": "0"}
    manage(folder, owner, "migrate", "--no-input")


def collect_assets(folder: DataFolder, env: Mapping[str, str]) -> None:
    say("Compiling translations and collecting assets.")
    compile_all()
    manage(folder, env, "collectstatic", "--no-input")


def manage(folder: DataFolder, env: Mapping[str, str], *arguments: str) -> str:
    """Run a management command; return what it printed, which stands in the log too.

    Raises LauncherError with the last lines of the log if it fails.
    """
    log = folder.logs / "setup.log"
    start = log.stat().st_size if log.exists() else 0
    with log.open("a") as output:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=env,
            cwd=REPOSITORY,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        raise LauncherError(f"`manage.py {' '.join(arguments)}` failed ({log}):\n{last_lines(log)}")
    return log.read_bytes()[start:].decode()
