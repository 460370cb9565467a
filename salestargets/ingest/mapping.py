"""Which column of a file is which field of a record, and how its values are meant."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from salestargets.ingest.cells import Convert, DateOrder, DecimalMark, Habits, converter, leaves_alone
from salestargets.ingest.fields import Field
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text

#: In `values`: what every other value means.
ANYTHING_ELSE = "*"

_FEW = 3

Columns = dict[str, list[str | None]]


@dataclass(frozen=True)
class FileMapping:
    """`columns` names the columns of a field, of which the first that is not empty counts."""

    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: Field → {other field: values}: given only where the other field has one of these values.
    when: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    date_order: DateOrder = "ymd"
    decimal_mark: DecimalMark = "."
    #: Records of other kinds that these need, such as the stages of a funnel.
    records: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As people keep it; what says nothing is left out."""
        columns = {name: parts[0] if len(parts) == 1 else list(parts) for name, parts in self.columns.items()}
        written = {
            "columns": columns,
            "constants": dict(self.constants),
            "values": {name: dict(meant) for name, meant in self.values.items()},
            "when": {
                name: {other: list(values) for other, values in conditions.items()}
                for name, conditions in self.when.items()
            },
            "date_order": self.date_order if self.date_order != "ymd" else None,
            "decimal_mark": self.decimal_mark if self.decimal_mark != "." else None,
            "records": {kind: [dict(record) for record in records] for kind, records in self.records.items()},
        }
        return {name: part for name, part in written.items() if part}


def read_mapping(data: object, *, fields: Iterable[str]) -> FileMapping:
    """A mapping as people keep it, read strictly. DomainError `invalid_mapping` names what is wrong."""
    parts = _mapping(data, "mapping")
    known = set(fields)
    if unknown := sorted(set(parts) - _PARTS.keys()):
        raise _invalid(unknown[0], N_("A mapping has no such part."))
    mapping = FileMapping(**{"columns": {}} | {name: _PARTS[name](part) for name, part in parts.items()})
    for name in [*mapping.columns, *mapping.constants, *mapping.values, *mapping.when]:
        if name not in known:
            raise _invalid(name, N_("There is no such field."))
    return mapping


def _columns(part: object) -> dict[str, tuple[str, ...]]:
    columns = {}
    for name, given in _mapping(part, "columns").items():
        found = tuple(_text(column, name) for column in (given if isinstance(given, list) else [given]))
        if not 1 <= len(found) <= 10:
            raise _invalid(name, N_("Name one column, or a few."))
        columns[name] = found
    return columns


def _constants(part: object) -> dict[str, str]:
    return {name: _text(value, name) for name, value in _mapping(part, "constants").items()}


def _values(part: object) -> dict[str, dict[str, str]]:
    return {
        name: {_text(old, name): _text(new, name) for old, new in _mapping(meant, name).items()}
        for name, meant in _mapping(part, "values").items()
    }


def _when(part: object) -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        name: {
            _text(other, name): tuple(_text(value, name) for value in _list(values, name))
            for other, values in _mapping(conditions, name).items()
        }
        for name, conditions in _mapping(part, "when").items()
    }


def _records(part: object) -> dict[str, tuple[dict[str, str], ...]]:
    return {
        kind: tuple(_constants(record) for record in _list(records, kind))
        for kind, records in _mapping(part, "records").items()
    }


def _one_of(*choices: str) -> Callable[[object], str]:
    def read(part: object) -> str:
        if isinstance(part, str) and part in choices:
            return str(part)
        raise _invalid("mapping", N_("Write dates as ymd, dmy or mdy, and decimals as . or ,"))

    return read


_PARTS: Mapping[str, Callable[[object], Any]] = {
    "columns": _columns,
    "constants": _constants,
    "values": _values,
    "when": _when,
    "date_order": _one_of("ymd", "dmy", "mdy"),
    "decimal_mark": _one_of(".", ","),
    "records": _records,
}


def _mapping(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict) or len(value) > 1000:
        raise _invalid(name, N_("Enter an object."))
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list) or len(value) > 1000:
        raise _invalid(name, N_("Enter a list."))
    return value


def _text(value: object, name: str) -> str:
    try:
        return clean_text(value, max_length=200)
    except DomainError as error:
        raise _invalid(name, error.message, error.params) from None


def _invalid(name: str, message: object, params: Mapping[str, object] | None = None) -> DomainError:
    return DomainError(message, code="invalid_mapping", field=f"mapping.{name}", params=params)


@dataclass(frozen=True)
class Mapper:
    """Rows of one file to records, a column at a time: a text that repeats is converted once."""

    by_name: Mapping[str, "_Column"]
    when: Mapping[str, Mapping[str, tuple[str, ...]]]

    def records(self, rows: Sequence[Sequence[str]]) -> list[dict[str, str | None]]:
        columns = self.columns(rows)
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

    def columns(self, rows: Sequence[Sequence[str]], *, only: Collection[str] = ()) -> Columns:
        """Field → its values in all rows. Only some fields are quicker, where no condition concerns them."""
        asked = self.by_name if not only or self.when.keys() & only else only
        wanted = {name: column for name, column in self.by_name.items() if name in asked}
        cells = _cells(rows, {place for column in wanted.values() for place in column.places})
        nothing = ("",) * len(rows)
        columns: Columns = {
            name: column.convert([cells.get(place, nothing) for place in column.places], nothing)
            for name, column in wanted.items()
        }
        for name, conditions in self.when.items():
            if name in columns:
                columns[name] = self._conditional(columns, name, conditions)
        return columns

    def _conditional(
        self, columns: Columns, name: str, conditions: Mapping[str, tuple[str, ...]]
    ) -> list[str | None]:
        """Nothing where another field has none of the values that this one goes with."""
        column = columns[name]
        for other, values in conditions.items():
            theirs = columns.get(other) or [None] * len(column)
            column = [mine if its in values else None for mine, its in zip(column, theirs, strict=True)]
        return column


@dataclass(frozen=True)
class _Column:
    places: tuple[int, ...]
    constant: str | None
    meant: Mapping[str, str]
    read: Convert
    leaves_alone: Callable[[str], bool]

    def convert(self, columns: Sequence[Sequence[str]], nothing: Sequence[str]) -> list[str | None]:
        """Of the columns of a field the first that is not empty counts."""
        texts = columns[0] if len(columns) == 1 else list(map(_first, zip(nothing, *columns, strict=True)))
        if not self.meant and self.leaves_alone("".join(texts)):
            return [text or self.constant for text in texts]
        known = {text: self._value(text) for text in set(texts)}
        return [known[text] for text in texts]

    def _value(self, text: str) -> str | None:
        if not text:
            return self.constant
        meant = self.meant.get(text) or self.meant.get(text.casefold()) or self.meant.get(ANYTHING_ELSE)
        return meant or self.read(text) or None


def mapper(
    mapping: FileMapping, header: Sequence[str], *, fields: Mapping[str, Field], habits: Habits
) -> Mapper:
    """Bind a mapping to a file. DomainError `invalid_mapping` where the file has no such column."""
    places = {name: place for place, name in enumerate(header)}
    for name, columns in mapping.columns.items():
        for column in columns:
            if column not in places:
                raise DomainError(
                    N_("The file has no column “{column}”."),
                    code="invalid_mapping",
                    field=f"mapping.columns.{name}",
                    params={"column": column},
                )
    bound = {
        name: _Column(
            tuple(places[column] for column in mapping.columns.get(name, ())),
            mapping.constants.get(name),
            _folded(mapping.values.get(name, {})),
            converter(fields.get(name), habits),
            leaves_alone(fields.get(name), habits),
        )
        for name in [*mapping.columns, *mapping.constants]
    }
    return Mapper(bound, mapping.when)


def _cells(rows: Sequence[Sequence[str]], places: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Place → its column. A few are picked out; that is slower for many than to turn the table over."""
    if len(places) <= _FEW:
        return {place: [row[place] if place < len(row) else "" for row in rows] for place in places}
    return dict(enumerate(zip_longest(*rows, fillvalue="")))


def _first(cells: Sequence[str]) -> str:
    return next(filter(None, cells), "")


def _folded(meant: Mapping[str, str]) -> dict[str, str]:
    return {old.casefold(): new for old, new in meant.items()} | dict(meant)
