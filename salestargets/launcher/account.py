"""PostgreSQL refuses to run as root: as whom does it run then, and can that account reach the files?"""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from salestargets.launcher.console import LauncherError, say

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    uid: int
    """Who owns the files of the server."""
    name: str
    """Who the server takes itself for."""
    prefix: tuple[str, ...] = ()
    """What turns root into this account, before a command."""


def account_for(owner: int, *, must_reach: Iterable[Path]) -> Account:
    """Ourselves, unless we are root.

    For root: the owner of the data, if that is someone else; root by another name in a user namespace, which
    needs no rights on any file; and where there are no namespaces (in most containers) the account `nobody`.
    """
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), name=pwd.getpwuid(os.geteuid()).pw_name)
    if owner != 0:
        return _become(_known(owner))
    if renamed := _in_namespace():
        return renamed
    for path in must_reach:
        _let_through(path)
    return _become(pwd.getpwnam(UNPRIVILEGED))


def _become(entry: pwd.struct_passwd) -> Account:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise LauncherError(
            "As root, PostgreSQL needs `setpriv` (util-linux). Run as an ordinary user instead."
        )
    prefix = (setpriv, f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--")
    return Account(uid=entry.pw_uid, name=entry.pw_name, prefix=prefix)


def _in_namespace() -> Account | None:
    entry = pwd.getpwnam(UNPRIVILEGED)
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    prefix = (unshare, "--user", f"--map-user={entry.pw_uid}", f"--map-group={entry.pw_gid}", "--")
    works = subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode == 0
    return Account(uid=0, name=entry.pw_name, prefix=prefix) if works else None


def _known(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError as error:
        raise LauncherError(
            f"The data belongs to the unknown user {uid}. Give it to a known one with chown."
        ) from error


def _let_through(path: Path) -> None:
    """Let others pass (not read) the folders above the path; some systems shut them at /root."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            say(f"PostgreSQL does not run as root. So that its account can pass {folder}: chmod o+x {folder}")
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
