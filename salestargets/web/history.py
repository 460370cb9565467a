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

from salestargets.audit.registry import AMOUNTS
from salestargets.audit.selectors import Change, Entry, Place, event_models
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
    reader = _Reader(_names(entries), _places(entries), currency)
    return [reader.line(entry) for entry in entries]


@dataclass(frozen=True)
class _Reader:
    names: Names
    places: Mapping[Place, int | None]
    currency: str

    def line(self, entry: Entry) -> Line:
        model = event_models()[entry.kind].pgh_tracked_model  # type: ignore[attr-defined]
        fields = [model._meta.get_field(name) for name in SUBJECTS.get(entry.kind, ("name",))]
        parts = [self.shown(field, entry.row.get(field.attname), entry) for field in fields]
        return Line(
            entry=entry,
            action=ACTIONS.get(entry.action, entry.action),
            kind=KINDS.get(entry.kind, entry.kind),
            subject=" · ".join(part for part in parts if part != NONE),
            changes=tuple(
                self.told(change, model._meta.get_field(change.field), entry)
                for change in said(entry.changes)
            ),
        )

    def told(self, change: Change, field: Any, entry: Entry) -> Told:
        label = FIELDS.get(change.field, change.field)
        return Told(label, self.shown(field, change.before, entry), self.shown(field, change.after, entry))

    def shown(self, field: Any, value: Any, entry: Entry) -> str:
        """A stored value as people read it."""
        if value is None or value == "":
            return NONE
        if field.is_relation:
            return self.names.get((field.related_model, value), f"#{value}")
        if field.name.endswith("_minor"):
            own = entry.row.get("currency") if field.name != "base_minor" else None
            return formats.money(value, own or self.currency)
        if entry.kind in AMOUNTS and field.name in AMOUNTS[entry.kind].fields:
            amounts = value if isinstance(value, list | tuple) else [value]
            return ", ".join(self.amount(amount, self.places[entry.place]) for amount in amounts)
        return plain(field, value)

    def amount(self, stored: int, places: int | None) -> str:
        if places is None:
            return formats.money(stored, self.currency)
        return formats.number(Decimal(stored).scaleb(-places))


def said(changes: Iterable[Change]) -> Iterable[Change]:
    return (change for change in changes if change.field not in UNSAID)


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
        (model, found.pk): str(getattr(found, "label", found))
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


def _places(entries: Sequence[Entry]) -> dict[Place, int | None]:
    """What the amounts of a line are: of how many decimals, or money."""
    found: dict[Place, int | None] = {}
    for kind, amounts in AMOUNTS.items():
        own = [entry for entry in entries if entry.kind == kind]
        if own:
            found |= zip(
                (entry.place for entry in own), amounts.places([entry.row for entry in own]), strict=True
            )
    return found
