"""The password of the demo's sign-ins: made for each installation, kept where only its owner reads."""

import secrets
from pathlib import Path

from salestargets.launcher.folder import write_private

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_GROUPS, _GROUP = 4, 4


def demo_password(data_dir: Path) -> str:
    """The one of this data folder, made on first use."""
    path = data_dir / "secrets" / "demo_password"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, _new_password())
    return path.read_text()


def _new_password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
