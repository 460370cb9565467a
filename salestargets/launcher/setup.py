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
    """Run a management command, with its messages in the log; return what it printed.

    Raises LauncherError with the last lines of the log if it fails.
    """
    log = folder.logs / "setup.log"
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, env=env, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    with log.open("a") as output:
        output.write(f"manage.py {' '.join(arguments)}\n{done.stdout}{done.stderr}\n")
    if done.returncode != 0:
        raise LauncherError(f"`manage.py {' '.join(arguments)}` failed ({log}):\n{last_lines(log)}")
    return done.stdout
