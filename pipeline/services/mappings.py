"""Mappings of columns to fields: saved by name, shipped for known exports, or guessed from the header."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from pipeline.models import ImportMapping
from pipeline.services.roster import ROSTER, ROSTER_FIELDS
from salestargets.ingest.fields import Field
from salestargets.ingest.kinds import KINDS, get_kind
from salestargets.ingest.mapping import FileMapping, read_mapping
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope

_FOLDER = Path(__file__).resolve().parent.parent / "mappings"
_SYNONYMS = "synonyms"


@dataclass(frozen=True)
class Preset:
    """A mapping for the standard export of a known system; of a field's columns, those in the file count."""

    name: str
    label: str
    kind: str
    source: str
    signatures: tuple[frozenset[str], ...]
    mapping: FileMapping

    def fits(self, header: Sequence[str]) -> int:
        """How many columns tell that the file is such an export; 0 if it is not."""
        return max((len(signs) for signs in self.signatures if signs <= set(header)), default=0)

    def for_header(self, header: Sequence[str]) -> FileMapping:
        columns = {
            name: tuple(column for column in columns if column in header)
            for name, columns in self.mapping.columns.items()
        }
        return FileMapping(
            columns={name: found for name, found in columns.items() if found},
            constants=self.mapping.constants,
            values={name: meant for name, meant in self.mapping.values.items() if columns.get(name)},
            when={name: rule for name, rule in self.mapping.when.items() if columns.get(name)},
            date_order=self.mapping.date_order,
            decimal_mark=self.mapping.decimal_mark,
            records=self.mapping.records,
        )


def importable_kinds() -> tuple[str, ...]:
    return (ROSTER, *KINDS)


def fields_of(kind: str) -> Mapping[str, Field]:
    """The fields that a column can be mapped to. Lists inside a record have no column."""
    return ROSTER_FIELDS if kind == ROSTER else get_kind(kind).by_name


@cache
def presets() -> tuple[Preset, ...]:
    found = (orjson.loads(path.read_bytes()) for path in sorted(_FOLDER.glob("*.json")))
    return tuple(_preset(data) for data in found if "signatures" in data)


def _preset(data: Mapping[str, Any]) -> Preset:
    return Preset(
        name=data["name"],
        label=data["label"],
        kind=data["kind"],
        source=data["source"],
        signatures=tuple(map(frozenset, data["signatures"])),
        mapping=read_mapping(data["mapping"], fields=fields_of(data["kind"])),
    )


def guess_preset(header: Sequence[str], *, kind: str | None = None) -> Preset | None:
    """The known export that this header shows most plainly."""
    fitting = [preset for preset in presets() if kind in (None, preset.kind) and preset.fits(header)]
    return max(fitting, key=lambda preset: preset.fits(header), default=None)


def guess_mapping(kind: str, header: Sequence[str]) -> FileMapping:
    """What the columns of a file probably are, by a known export or by their names."""
    if preset := guess_preset(header, kind=kind):
        return preset.for_header(header)
    words = {_word(name): name for name in reversed(header)}
    columns: dict[str, tuple[str, ...]] = {}
    for field, names in _synonyms(kind).items():
        if found := next((words[name] for name in names if name in words), None):
            columns[field] = (found,)
    if "external_id" not in columns and "name" in columns and kind != ROSTER:
        columns["external_id"] = columns["name"]
    return FileMapping(columns=columns)


def _synonyms(kind: str) -> Mapping[str, list[str]]:
    table = _all_synonyms()
    fields = fields_of(kind)
    return {
        name: [_word(word) for word in (name, *table.get(kind, {}).get(name, ()), *table["*"].get(name, ()))]
        for name in fields
    }


@cache
def _all_synonyms() -> Mapping[str, Mapping[str, list[str]]]:
    found: Mapping[str, Mapping[str, list[str]]] = orjson.loads((_FOLDER / f"{_SYNONYMS}.json").read_bytes())
    return found


def _word(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def save_mapping(actor: Actor, *, name: str, kind: str, mapping: FileMapping) -> ImportMapping:
    """Keep a mapping under a name; one of the same name is replaced."""
    actor.require(Scope.RECORDS_WRITE)
    saved, _ = ImportMapping.objects.update_or_create(
        name=clean_text(name, max_length=100, min_length=1),
        defaults={"kind": kind, "mapping": mapping.as_json()},
    )
    return saved


def named_mapping(name: str, *, kind: str, header: Sequence[str]) -> FileMapping:
    """A saved mapping, or one that ships with us."""
    saved = ImportMapping.objects.filter(name=name, kind=kind).first()
    if saved is not None:
        return read_mapping(saved.mapping, fields=fields_of(kind))
    for preset in presets():
        if preset.name == name and preset.kind == kind:
            return preset.for_header(header)
    raise NotFound(N_("There is no mapping of this name."), code="not_found", field="mapping")
