"""From the external ids that rows speak of to the records here."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import ABSENT, Ref, Rows, Value
from salestargets.ingest.kinds import Call, Errors, SqlParams, get_kind
from salestargets.kernel.arrays import array
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

#: (kind, source, references) → those that people agreed to mean a record, and which. Kept by a higher app.
Aliases = Callable[[str, str, Collection[str]], Mapping[str, int]]

_OF_THE_SOURCE = """
SELECT external_id, id FROM {table}
WHERE organisation_id = %(organisation)s AND source = %(source)s AND external_id = ANY(%(references)s)
"""
_ONLY_ONE = """
SELECT external_id, min(id) FROM {table}
WHERE organisation_id = %(organisation)s AND external_id = ANY(%(references)s)
GROUP BY external_id HAVING count(*) = 1
"""


@dataclass(frozen=True)
class Unresolved:
    """A row speaks in `field` of a record that is not here.

    `rest` is the remainder of a list's row, to be written when the record arrives.
    """

    external_id: str
    field: str
    target_kind: str
    reference: str
    rest: dict[str, Value] | None = None


@dataclass
class Resolver:
    call: Call
    aliases: Aliases
    _known: dict[str, dict[str, int]] = field(default_factory=dict)

    def find(self, kind: str, references: Collection[str]) -> Mapping[str, int]:
        """Reference → id, without those not found. One query a kind, two more for what its source has not."""
        known = self._known.setdefault(kind, {})
        if asked := [reference for reference in references if reference not in known]:
            known.update(self.look_up(kind, asked))
        return known

    def look_up(self, kind: str, references: Sequence[str]) -> dict[str, int]:
        """The same without memory, for records that the call itself makes."""
        own = self._ask(_OF_THE_SOURCE, kind, references)
        rest = [reference for reference in references if reference not in own]
        if not rest:
            return own
        return {**self._ask(_ONLY_ONE, kind, rest), **self.aliases(kind, self.call.source, rest), **own}

    def _ask(self, statement: str, kind: str, references: Sequence[str]) -> dict[str, int]:
        params: SqlParams = {
            "source": self.call.source,
            "organisation": self.call.organisation_id,
            "references": array(list(references)),
        }
        with connection.cursor() as cursor:
            cursor.execute(statement.format(table=get_kind(kind).table), params)
            return dict(cursor.fetchall())


def resolve(batch: Batch, resolver: Resolver) -> list[Unresolved]:
    """Put ids in the place of references. A required one that is not known takes its row out."""
    _gather(batch, resolver)
    batch.reject(_unknown_required(batch, resolver))
    lists = [part for part in batch.kind.lists if part.name in batch.columns]
    for part in lists:
        _resolve_items(batch, part, resolver)
        batch.reject(_repeated_keys(batch, part))
    unresolved = [one for field_ in _refs(batch) for one in _resolve_column(batch, field_, resolver)]
    return unresolved + [one for part in lists for one in _waiting_items(batch, part)]


def _refs(batch: Batch) -> list[Ref]:
    """A reference that is not stored as it came is a post-step's to resolve."""
    fields = [field_ for field_ in batch.kind.fields if field_.name in batch.columns]
    return [field_ for field_ in fields if isinstance(field_, Ref) and field_.stored]


def _resolve_column(batch: Batch, field_: Ref, resolver: Resolver) -> Iterator[Unresolved]:
    known = resolver.find(field_.kind, ())
    column = batch.columns[field_.name]
    unknown = _texts(column) - known.keys()
    ids: dict[Value, Value] = {None: None, ABSENT: ABSENT, **known, **dict.fromkeys(unknown)}
    batch.columns[field_.name] = list(map(ids.__getitem__, column))
    if unknown:
        for row, value in enumerate(column):
            if value in unknown:
                yield Unresolved(batch.external_ids[row], field_.name, field_.kind, value)


def _gather(batch: Batch, resolver: Resolver) -> None:
    """All references of all fields to one kind are asked for at once."""
    wanted: dict[str, set[str]] = {}
    for field_ in _refs(batch):
        wanted.setdefault(field_.kind, set()).update(_texts(batch.columns[field_.name]))
    for part in batch.kind.lists:
        for name, column in batch.items.get(part.name, {}).items():
            if isinstance(ref := part.by_name[name], Ref):
                wanted.setdefault(ref.kind, set()).update(_texts(column))
    for kind, references in wanted.items():
        resolver.find(kind, references)


def _texts(column: Collection[Value]) -> set[str]:
    return {value for value in set(column) if type(value) is str}


def _unknown_required(batch: Batch, resolver: Resolver) -> dict[int, Errors]:
    problems: dict[int, Errors] = {}
    for field_ in filter(lambda field_: field_.required, _refs(batch)):
        known = resolver.find(field_.kind, ())
        for row, value in enumerate(batch.columns[field_.name]):
            if value is not ABSENT and value not in known:
                problems.setdefault(row, {})[field_.name] = [_not_known(value)]
    return problems


def _not_known(reference: str) -> DomainError:
    return DomainError(
        N_("“{reference}” is not known here. Send it first."),
        code="unknown_reference",
        params={"reference": reference},
    )


def _ref_of(part: Rows) -> Ref:
    (ref,) = (field_ for field_ in part.fields if isinstance(field_, Ref))
    return ref


def _resolve_items(batch: Batch, part: Rows, resolver: Resolver) -> None:
    ref, columns = _ref_of(part), batch.items[part.name]
    known = resolver.find(ref.kind, ())
    columns[ref.name] = [
        known.get(value, value) if type(value) is str else value for value in columns.get(ref.name, [])
    ]


def _waiting_items(batch: Batch, part: Rows) -> Iterator[Unresolved]:
    """An item whose reference is not known waits; the others of its list go on."""
    ref, columns = _ref_of(part), batch.items[part.name]
    for row, items in enumerate(batch.columns[part.name]):
        for item in () if items is ABSENT else items:
            if type(columns[ref.name][item]) is str:
                rest = {name: column[item] for name, column in columns.items() if name != ref.name}
                yield Unresolved(batch.external_ids[row], part.name, ref.kind, columns[ref.name][item], rest)


def _repeated_keys(batch: Batch, part: Rows) -> dict[int, Errors]:
    columns = [batch.items[part.name].get(name, []) for name in part.key]
    keys = list(zip(*columns, strict=True))
    return {
        row: {part.name: [REPEATED]}
        for row, items in enumerate(batch.columns[part.name])
        if items is not ABSENT and len({keys[item] for item in items}) < len(items)
    }


REPEATED = DomainError(N_("The same row is given twice. Keep one of them."), code="repeated")
