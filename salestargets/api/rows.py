"""How answers speak of units and people, everywhere the same: id, external_id, name."""

from collections.abc import Mapping
from typing import Any, TypedDict


class Reference(TypedDict):
    id: int
    external_id: str
    name: str


def reference(row: Mapping[str, Any], prefix: str) -> Reference:
    """The one a `values()` row speaks of by `<prefix>_id`, `<prefix>__external_id` and `<prefix>__name`."""
    return {
        "id": row[f"{prefix}_id"],
        "external_id": row[f"{prefix}__external_id"],
        "name": row[f"{prefix}__name"],
    }


def reference_columns(prefix: str) -> tuple[str, str, str]:
    return (f"{prefix}_id", f"{prefix}__external_id", f"{prefix}__name")
