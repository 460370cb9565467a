"""Who changed what, from what to what, when and why: one list over the event tables of all apps.

An event keeps the row as it was before. What it became is the next event of the same row, or the row itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model, Q

from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope

#: Never shown, though they are kept: what a key's secret hashes to, and plain bookkeeping.
HIDDEN = frozenset({"digest", "version", "organisation", "id"})


@dataclass(frozen=True)
class Change:
    field: str
    before: object
    after: object


@dataclass(frozen=True, order=True)
class Place:
    """Where an entry stands in the list: events of one transaction share their time."""

    at: datetime
    kind: str
    event_id: int


@dataclass(frozen=True)
class Entry:
    place: Place
    at: datetime
    kind: str
    object_id: int
    action: str
    actor: str
    reason: str
    title: str
    changes: tuple[Change, ...]
    #: The row as it was before, or as it was made or removed.
    row: Mapping[str, Any]


@cache
def event_models() -> Mapping[str, type[Model]]:
    """Kind → its event table: "person" → PersonEvent."""
    events = (model for model in apps.get_models() if hasattr(model, "pgh_tracked_model"))
    return {model.pgh_tracked_model._meta.model_name: model for model in events}


def entries(
    actor: Actor,
    *,
    kind: str | None = None,
    object_id: int | None = None,
    by: str | None = None,
    before: Place | None = None,
    limit: int = 100,
) -> list[Entry]:
    """The newest first, from `before` on backwards; `by` is an `Actor.id`. For administrators only."""
    actor.require(Scope.ADMIN)
    tables = event_models()
    chosen = [tables[kind]] if kind and kind in tables else list(tables.values())
    found = [entry for table in chosen for entry in _of_table(actor, table, object_id, by, before, limit)]
    return sorted(found, key=lambda entry: entry.place, reverse=True)[:limit]


def history_of(actor: Actor, kind: str, object_id: int, *, limit: int = 20) -> list[Entry]:
    """What happened to one object, the newest first. Whoever may open the object may read it."""
    return list(_of_table(actor, event_models()[kind], object_id, None, None, limit))


def _of_table(
    actor: Actor, table: Any, object_id: int | None, by: str | None, before: Place | None, limit: int
) -> Iterable[Entry]:
    tenant = "id" if table.pgh_tracked_model._meta.model_name == "organisation" else "organisation_id"
    rows = table.objects.filter(**{tenant: actor.organisation.pk})
    if object_id is not None:
        rows = rows.filter(pgh_obj_id=object_id)
    if by is not None:
        rows = rows.filter(pgh_context__actor=by)
    if before is not None:
        rows = rows.filter(_earlier(table.pgh_tracked_model._meta.model_name, before))
    events = list(rows.order_by("-pgh_created_at", "-pgh_id")[:limit].values())
    following = _what_followed(table, tenant, actor, events)
    for event in events:
        yield _entry(table, event, following.get(event["pgh_id"]))


def _earlier(kind: str, place: Place) -> Q:
    """The events of one table that stand after `place` in a list with the newest first."""
    same = Q(pgh_created_at=place.at)
    if kind > place.kind:
        same = Q(pk__in=[])
    elif kind == place.kind:
        same &= Q(pgh_id__lt=place.event_id)
    return Q(pgh_created_at__lt=place.at) | same


def _what_followed(
    table: Any, tenant: str, actor: Actor, events: list[dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """Event → the row as it stood after it. Two queries for any number of events."""
    ids = {event["pgh_obj_id"] for event in events}
    if not ids:
        return {}
    own = {tenant: actor.organisation.pk}
    later = table.objects.filter(**own, pgh_obj_id__in=ids, pgh_id__gte=min(e["pgh_id"] for e in events))
    live = table.pgh_tracked_model._default_manager.filter(**own, pk__in=ids)
    after = {row["id"]: row for row in live.values()}
    result: dict[int, dict[str, Any]] = {}
    for event in later.order_by("-pgh_id").values():
        if (row := after.get(event["pgh_obj_id"])) is not None:
            result[event["pgh_id"]] = row
        after[event["pgh_obj_id"]] = event
    return result


def _entry(table: Any, event: dict[str, Any], after: dict[str, Any] | None) -> Entry:
    context = event["pgh_context"] or {}
    action = event["pgh_label"]
    kind = table.pgh_tracked_model._meta.model_name
    return Entry(
        place=Place(event["pgh_created_at"], kind, event["pgh_id"]),
        at=event["pgh_created_at"],
        kind=kind,
        object_id=event["pgh_obj_id"],
        action=action,
        actor=context.get("actor_name", ""),
        reason=context.get("reason", ""),
        title=str(event.get("name") or event.get("key") or ""),
        changes=tuple(_changes(table, event, after or {})) if action == "update" else (),
        row=event,
    )


def _changes(table: Any, before: dict[str, Any], after: dict[str, Any]) -> Iterable[Change]:
    for field in table.pgh_tracked_model._meta.local_concrete_fields:
        old, new = before.get(field.attname), after.get(field.attname)
        if field.name not in HIDDEN and old != new:
            yield Change(field=field.name, before=old, after=new)
