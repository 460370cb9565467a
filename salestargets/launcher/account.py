"""PostgreSQL refuses to run as root: which account runs it then, and can that account reach the files?"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from salestargets.launcher.console import LauncherError

#: Linux capabilities with which the account passes folders that only root may enter, such as /root.
_PASS_FOLDERS = ("dac_read_search", "dac_override")


@dataclass(frozen=True)
class Account:
    uid: int
    name: str
    setpriv: tuple[str, ...] = ()
    """The options of setpriv that turn root into this account; none where no change is needed."""


def account_for(folder: Path, *, must_reach: Iterable[Path]) -> Account:
    """Ourselves, unless we are root: then the owner of the folder, or `nobody` where root owns that too."""
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), name=pwd.getpwuid(os.geteuid()).pw_name)
    entry = _owner(folder)
    plain = ("--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--clear-groups")
    paths = [folder, *must_reach]
    for options in (
        plain,
        *((*plain, f"--inh-caps=+{cap}", f"--ambient-caps=+{cap}") for cap in _PASS_FOLDERS),
    ):
        if _can_reach(options, paths):
            return Account(uid=entry.pw_uid, name=entry.pw_name, setpriv=options)
    raise LauncherError(
        f"PostgreSQL does not run as root, and the account {entry.pw_name!r} cannot enter {folder}. "
        "Keep the checkout in a folder that others may enter (chmod o+x), or run as an ordinary user."
    )


def _owner(folder: Path) -> pwd.struct_passwd:
    uid = folder.stat().st_uid
    try:
        return pwd.getpwuid(uid) if uid else pwd.getpwnam("nobody")
    except KeyError as error:
        raise LauncherError(
            f"{folder} belongs to the unknown user {uid}. Give it to a known one with chown."
        ) from error


def _can_reach(options: tuple[str, ...], paths: list[Path]) -> bool:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise LauncherError(
            "As root, PostgreSQL needs `setpriv` (util-linux) to start. Run as an ordinary user instead."
        )
    checks = [[setpriv, *options, "--", "/usr/bin/test", "-x", str(path)] for path in paths]
    return all(subprocess.run(check, check=False, capture_output=True).returncode == 0 for check in checks)
