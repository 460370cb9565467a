"""Rows of a call, read strictly and column by column: a column of texts that repeat is read once a text."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any

from salestargets.ingest.fields import ABSENT, REQUIRED, Currency, Field, Name, Rows, Value
from salestargets.ingest.kinds import EXTERNAL_ID, UPDATED_AT, Call, Errors, Kind, Shape
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

NOT_AN_OBJECT = DomainError(N_("A record is an object with fields."), code="not_an_object")
UNKNOWN_FIELD = DomainError(N_("There is no such field."), code="unknown_field")
NOT_A_LIST = DomainError(N_("Enter a list."), code="not_a_list")


@dataclass(slots=True)
class Batch:
    """What can land: equally long columns, one for each field that any row gives.

    A list field's column holds the range of its items in `items`. `rejected` is by place in the call.
    """

    kind: Kind
    places: list[int]
    shapes: list[Shape]
    columns: dict[str, list[Value]]
    items: dict[str, dict[str, list[Value]]]
    rejected: dict[int, Errors]
    #: The external ids as they came, by place in the call.
    sent_ids: Sequence[object]
    repeated: int = 0

    def __len__(self) -> int:
        return len(self.places)

    @property
    def external_ids(self) -> list[str]:
        return self.columns.get(EXTERNAL_ID.name, [])

    def values(self, name: str) -> Sequence[Value]:
        """A column, ABSENT throughout where no row speaks of the field."""
        return self.columns.get(name) or [ABSENT] * len(self)

    def reject(self, problems: Mapping[int, Errors]) -> None:
        """Take rows out, by their place in this batch."""
        if not problems:
            return
        for row, errors in problems.items():
            self.rejected.setdefault(self.places[row], {}).update(errors)
        self._keep([row for row in range(len(self)) if row not in problems])

    def _keep(self, rows: Sequence[int]) -> None:
        self.places = [self.places[row] for row in rows]
        self.shapes = [self.shapes[row] for row in rows]
        self.columns = {name: [column[row] for row in rows] for name, column in self.columns.items()}

    def part(self, rows: Sequence[int]) -> "Batch":
        """Some of the rows, without what was rejected."""
        part = replace(self, rejected={}, repeated=0)
        part._keep(rows)
        return part

    def overlay_repeated(self) -> None:
        """One row for each external id: the newest `updated_at` wins, else the last.

        It keeps what only the other gave, as if they had come one after the other.
        """
        rows_of: dict[str, list[int]] = {}
        for row, external_id in enumerate(self.external_ids):
            rows_of.setdefault(external_id, []).append(row)
        if len(rows_of) == len(self):
            return
        self.repeated += len(self) - len(rows_of)
        moments = self.values(UPDATED_AT.name)
        for rows in rows_of.values():
            for row in rows[1:]:
                self._overlay(rows[0], row, newer=not _is_older(moments[row], moments[rows[0]]))
        self._keep([rows[0] for rows in rows_of.values()])

    def _overlay(self, kept: int, other: int, *, newer: bool) -> None:
        for column in self.columns.values():
            if column[other] is not ABSENT and (newer or column[kept] is ABSENT):
                column[kept] = column[other]
        self.shapes[kept] |= self.shapes[other]
        if newer:
            self.places[kept] = self.places[other]


def _is_older(moment: Value, than: Value) -> bool:
    known = moment is not ABSENT and than is not ABSENT and moment is not None and than is not None
    return known and moment < than


def read_rows(kind: Kind, rows: Sequence[object], call: Call) -> Batch:
    """Everything that can be told without the database: types, formats, unknown names, the kind's rules."""
    objects, shapes, problems = _objects(rows, kind.names, kind.implied)
    return _read(kind, lambda name: _column(name, objects, shapes), shapes, call, problems)


def read_columns(kind: Kind, columns: Mapping[str, Sequence[Value]], call: Call) -> Batch:
    """The same for a table, in which all rows speak of the same fields."""
    count = len(columns[EXTERNAL_ID.name])
    shape = kind.implied(frozenset(columns))
    raw = {name: columns.get(name) or list(repeat(None, count)) for name in shape}
    return _read(kind, lambda name: raw.get(name, []), [shape] * count, call, {})


def _read(
    kind: Kind,
    raw: Callable[[str], Sequence[Value]],
    shapes: list[Shape],
    call: Call,
    problems: dict[int, Errors],
) -> Batch:
    columns = _read_columns(kind.fields, raw, call, problems)
    items: dict[str, dict[str, list[Value]]] = {}
    for part in kind.lists:
        if column := raw(part.name):
            columns[part.name], items[part.name] = _read_lists(part, column, call, problems)
    places = list(range(len(shapes)))
    batch = Batch(kind, places, shapes, columns, items, rejected={}, sent_ids=raw(EXTERNAL_ID.name))
    batch.reject(problems)
    batch.overlay_repeated()
    for rule in kind.rules:
        batch.reject(rule(batch, call))
    return batch


def _objects(
    rows: Sequence[object], names: frozenset[str], implied: Callable[[Shape], Shape]
) -> tuple[list[Mapping[str, Value]], list[Shape], dict[int, Errors]]:
    """The rows as mappings, and which fields each speaks of. Few different sets of fields occur in a call."""
    objects: list[Mapping[str, Value]] = []
    shapes: list[Shape] = []
    problems: dict[int, Errors] = {}
    known: dict[tuple[str, ...], tuple[Shape, Shape]] = {}
    for number, row in enumerate(rows):
        given = row if isinstance(row, dict) else {}
        if given is not row:
            problems[number] = {"record": [NOT_AN_OBJECT]}
        keys = tuple(given)
        if keys not in known:
            known[keys] = implied(frozenset(keys) & names), frozenset(keys) - names
        shape, unknown = known[keys]
        if unknown:
            problems[number] = {str(name): [UNKNOWN_FIELD] for name in sorted(unknown)[:20]}
        objects.append(given)
        shapes.append(shape)
    return objects, shapes, problems


def _column(name: str, objects: Sequence[Mapping[str, Value]], shapes: Sequence[Shape]) -> list[Value]:
    """The raw values; None where only implied, ABSENT where not spoken of; [] if no row speaks of it."""
    speaking = {name in shape for shape in set(shapes)}
    if speaking == {True}:
        return [row.get(name) for row in objects]
    if True not in speaking:
        return []
    return [row.get(name) if name in shape else ABSENT for row, shape in zip(objects, shapes, strict=True)]


def _read_columns(
    fields: Iterable[Field],
    raw: Callable[[str], Sequence[Value]],
    call: Call,
    problems: dict[int, Errors],
) -> dict[str, list[Value]]:
    columns: dict[str, list[Value]] = {}
    for field in fields:
        sent = raw(field.name)
        if not sent:
            continue
        column = field.read_column(sent, columns)
        if isinstance(field, Currency):
            column = [call.currency if value is None else value for value in column]
        if isinstance(field, Name):
            keys = columns[EXTERNAL_ID.name]
            column = [
                value or (key if isinstance(key, str) else "")
                for value, key in zip(column, keys, strict=True)
            ]
        for row, error in _errors_in(column):
            problems.setdefault(row, {})[field.name] = [error]
        columns[field.name] = column
    return columns


def _errors_in(column: Sequence[Value]) -> Iterator[tuple[int, DomainError]]:
    if any(issubclass(kind, DomainError) for kind in set(map(type, column))):
        yield from ((row, value) for row, value in enumerate(column) if isinstance(value, DomainError))


def _read_lists(
    part: Rows, column: Sequence[Value], call: Call, problems: dict[int, Errors]
) -> tuple[list[Value], dict[str, list[Value]]]:
    """The lists of all rows laid end to end and read as one table."""
    lists = [_list(part, value, problems.setdefault(row, {})) for row, value in enumerate(column)]
    for row in [row for row, errors in problems.items() if not errors]:
        del problems[row]
    flat = list(chain.from_iterable(value for value in lists if value is not ABSENT))
    ranges, owners = _ranges(lists)
    names = frozenset(part.by_name)
    objects, _shapes, found = _objects(flat, names, lambda _shape: names)
    shapes = [names] * len(flat)
    columns = _read_columns(part.fields, lambda name: _column(name, objects, shapes), call, found)
    for item, errors in found.items():
        row = owners[item]
        number = item - ranges[row].start
        named = {f"{part.name}.{number}.{name}".rstrip("."): texts for name, texts in errors.items()}
        problems.setdefault(row, {}).update(named)
    return ranges, columns


def _list(part: Rows, value: Value, errors: Errors) -> Value:
    if value is None:
        return []
    if value is ABSENT:
        return ABSENT
    if not isinstance(value, list):
        errors[part.name] = [NOT_A_LIST]
        return []
    if len(value) > part.most:
        errors[part.name] = [
            DomainError(N_("Enter at most {most} rows."), code="too_many", params={"most": part.most})
        ]
        return []
    return value


def _ranges(lists: Sequence[Value]) -> tuple[list[Any], list[int]]:
    ranges: list[Any] = []
    owners: list[int] = []
    for row, value in enumerate(lists):
        if value is ABSENT:
            ranges.append(ABSENT)
            continue
        start = len(owners)
        owners.extend([row] * len(value))
        ranges.append(range(start, len(owners)))
    return ranges, owners


def missing(batch: Batch) -> dict[int, Errors]:
    """Rows that lack a field which a new record needs: fine only where the record exists already."""
    needed = [field.name for field in batch.kind.fields if field.required]
    lacking: dict[Shape, Errors] = {
        shape: errors
        for shape in set(batch.shapes)
        if (errors := {name: [REQUIRED] for name in needed if name not in shape})
    }
    if not lacking:
        return {}
    return {row: lacking[shape] for row, shape in enumerate(batch.shapes) if shape in lacking}
