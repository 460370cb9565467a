"""Entries of the log in words: names instead of ids, labels instead of codes, money with its currency."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Field, Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salestargets.audit.selectors import Change, Entry, event_models
from salestargets.web.formatting import NONE
from salestargets.web.registry import Text
from salestargets.web.templatetags import formats
from salestargets.web.words import FIELDS, KINDS, SUBJECTS, UNSAID

ACTIONS: Mapping[str, Text] = {"insert": _("Made"), "update": _("Changed"), "delete": _("Removed")}
Names = Mapping[tuple[type[Model], int], str]


@dataclass(frozen=True)
class Told:
    """A change as people read it."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One line of the log."""

    entry: Entry
    action: Text
    kind: Text
    subject: str
    changes: tuple[Told, ...]


def told(entries: Sequence[Entry], *, currency: str) -> list[Line]:
    """The entries as lines. One query for each table that they refer to, whatever their number."""
    names = _names(entries)
    return [_line(entry, names, currency) for entry in entries]


def _line(entry: Entry, names: Names, currency: str) -> Line:
    model = event_models()[entry.kind].pgh_tracked_model  # type: ignore[attr-defined]

    def text(name: str, value: object) -> str:
        return shown(model._meta.get_field(name), value, entry.row, names, currency)

    fields = SUBJECTS.get(entry.kind, ("name",))
    parts = [text(name, entry.row.get(model._meta.get_field(name).attname)) for name in fields]
    return Line(
        entry=entry,
        action=ACTIONS.get(entry.action, entry.action),
        kind=KINDS.get(entry.kind, entry.kind),
        subject=" · ".join(part for part in parts if part != NONE),
        changes=tuple(
            Told(FIELDS.get(change.field, change.field), text(change.field, change.before),
                 text(change.field, change.after))
            for change in said(entry.changes)
        ),
    )  # fmt: skip


def said(changes: Iterable[Change]) -> Iterable[Change]:
    return (change for change in changes if change.field not in UNSAID)


def shown(field: Any, value: object, row: Mapping[str, Any], names: Names, currency: str) -> str:
    """A stored value as people read it."""
    if value is None or value == "":
        return NONE
    if field.is_relation:
        return names.get((field.related_model, value), f"#{value}")  # type: ignore[arg-type]
    if field.name.endswith("_minor"):
        code = currency if field.name == "base_minor" else row.get("currency") or currency
        return formats.money(value, code)  # type: ignore[arg-type]
    return plain(field, value)


def plain(field: "Field[Any, Any]", value: object) -> str:
    match value:
        case bool():
            return gettext("Yes") if value else gettext("No")
        case datetime():
            return formats.moment(value)
        case date():
            return formats.day(value)
        case Decimal():
            return formats.number(value.normalize())
        case list() | tuple():
            inner = getattr(field, "base_field", field)
            return ", ".join(plain(inner, item) for item in value)
        case _:
            return str(dict(field.flatchoices).get(value, value))


def _names(entries: Sequence[Entry]) -> dict[tuple[type[Model], int], str]:
    ids: dict[type[Model], set[int]] = defaultdict(set)
    for entry in entries:
        for field, value in _references(entry):
            ids[field.related_model].add(value)
    return {
        (model, found.pk): str(found)
        for model, wanted in ids.items()
        for found in model._base_manager.filter(pk__in=wanted)
    }


def _references(entry: Entry) -> Iterable[tuple[Any, int]]:
    """(field, id) of all that the line will name."""
    model = event_models()[entry.kind].pgh_tracked_model  # type: ignore[attr-defined]
    values = [(name, entry.row.get(f"{name}_id")) for name in SUBJECTS.get(entry.kind, ())]
    for change in said(entry.changes):
        values += [(change.field, change.before), (change.field, change.after)]
    for name, value in values:
        field = model._meta.get_field(name)
        if field.is_relation and value is not None:
            yield field, value
