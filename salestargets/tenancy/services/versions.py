"""Two people, one row: the second to save is told, never the first overwritten."""

from collections.abc import Mapping
from typing import TypeVar

from django.db.models import Model

from salestargets.kernel.errors import Stale
from salestargets.kernel.messages import N_

M = TypeVar("M", bound=Model)


def lock(row: M, *, expected_version: int | None) -> M:
    """The row locked for this transaction; refused where it is no longer the version that was read."""
    manager = type(row)._base_manager
    locked = manager.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    check_version(locked.version, expected_version)  # type: ignore[attr-defined]
    return locked


def check_version(version: int, expected_version: int | None) -> None:
    """Refused where it is another one than was read; None is not compared."""
    if expected_version not in (None, version):
        raise Stale(
            N_("Someone else changed this in the meantime. Look at the new values and try again."),
            code="stale",
        )


def save_changes(row: M, changes: Mapping[str, object]) -> bool:
    """Save what differs and count the version up. False when nothing differs."""
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(row, name, changes[name])
    row.version += 1  # type: ignore[attr-defined]
    row.save(update_fields=[*changed, "version"])
    return True
