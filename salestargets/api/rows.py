"""How answers speak of units and people: id, external_id, name; and of what a change would mean."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypedDict

from salestargets.tenancy.models import Organisation
from salestargets.tenancy.registry import Impact, impacts_of


class Reference(TypedDict):
    id: int
    external_id: str
    name: str


def reference(row: Mapping[str, Any], prefix: str) -> Reference:
    """The one a `values()` row speaks of by `<prefix>_id`, `<prefix>__external_id` and `<prefix>__name`."""
    key, external_id, name = reference_columns(prefix)
    return {"id": row[key], "external_id": row[external_id], "name": row[name]}


def reference_or_none(row: Mapping[str, Any], prefix: str) -> Reference | None:
    """The same, where the row may speak of none."""
    return None if row[reference_columns(prefix)[0]] is None else reference(row, prefix)


@cache
def reference_columns(prefix: str) -> tuple[str, str, str]:
    return (f"{prefix}_id", f"{prefix}__external_id", f"{prefix}__name")


class ImpactRow(TypedDict):
    """What a change would mean for something, in words; where that is to be seen; its numbers."""

    text: str
    link: str
    details: list[str]


class Affected(TypedDict):
    """Nothing is changed by asking."""

    affects: list[ImpactRow]


def affects(organisation: Organisation, change: object) -> list[ImpactRow]:
    """What a change that is not made yet would mean."""
    return impact_rows(impacts_of(organisation, change))


def impact_rows(impacts: Iterable[Impact]) -> list[ImpactRow]:
    return [{"text": found.text, "link": found.link, "details": list(found.details)} for found in impacts]
