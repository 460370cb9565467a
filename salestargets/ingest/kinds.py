"""A kind of record, described once: for bulk REST, files, OpenAPI and SQL alike."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from salestargets.ingest.fields import Field, Moment, Rows, Text
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_

if TYPE_CHECKING:
    from salestargets.ingest.batch import Batch
    from salestargets.ingest.merge import Landed
    from salestargets.ingest.references import Resolver


#: Values for a statement, by the names it calls them.
SqlParams = dict[str, Any]
#: Field (or `shares.0.percent`) → what is wrong with it.
Errors = dict[str, list[DomainError]]
#: The fields a row speaks of.
Shape = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of upsert: for whom, from where, when."""

    organisation_id: int
    currency: str
    source: str
    today: date
    at: datetime
    #: Where the organisation's days begin and end.
    zone: tzinfo


@dataclass(frozen=True)
class Computed:
    """A column made in SQL from the staged row `i`, wherever the field it `follows` is given."""

    follows: str
    expression: Callable[[Call], tuple[str, SqlParams]]


#: Adds derived columns to what was read, and tells which rows break a rule. Pure.
Rule = Callable[["Batch", Call], Mapping[int, Errors]]
#: Follows the rows once they have landed; returns the ids of records it changed.
After = Callable[["Batch", "Landed", Call, "Resolver"], Iterable[int]]
#: Makes anew what is derived from these records, by their ids.
Derive = Callable[[Collection[int], Call], None]


@dataclass(frozen=True, kw_only=True)
class Kind:
    name: str
    table: str
    #: What people call it, in the plural; translated where it is shown.
    label: str
    fields: tuple[Field, ...]
    lists: tuple[Rows, ...] = ()
    #: Filled by a rule, never by a client.
    derived: tuple[Field, ...] = ()
    #: Who speaks of one field speaks of these too: an amount is nothing without its currency.
    implies: Mapping[str, Shape] = field(default_factory=dict)
    computed: Mapping[str, Computed] = field(default_factory=dict)
    #: What the database keeps by itself beside a record; told, and never a change of the record.
    kept: tuple[Field, ...] = ()
    rules: tuple[Rule, ...] = ()
    after: tuple[After, ...] = ()
    #: For changes that come by other ways than a call; `derives_from` are the references that matter to it.
    derive: Derive | None = None
    derives_from: Shape = frozenset()
    #: Reference that is not a column → what to do when its record arrives: (this id, that id) pairs.
    settlers: Mapping[str, Callable[[Sequence[tuple[int, int]], Call], None]] = field(default_factory=dict)
    #: What hangs on a record and is no record itself: name → SQL for it, given the record `d`.
    images: Mapping[str, str] = field(default_factory=dict)
    #: Puts back what `images` showed: (record id, its image) each.
    restore: Callable[[Sequence[tuple[int, Mapping[str, Any]]]], None] | None = None
    #: Takes away what hangs on records and is no record itself, before they are deleted.
    detach: Callable[[Collection[int]], None] | None = None
    #: Name of a constraint → what to tell whoever broke it.
    conflicts: Mapping[str, str] = field(default_factory=dict)
    is_versioned: bool = False
    #: Has `deleted_at` and `changed_at`: deleting leaves a tombstone that an upsert lifts.
    has_tombstones: bool = False
    by_name: Mapping[str, Field] = field(init=False)
    lists_by_name: Mapping[str, Rows] = field(init=False)

    def __post_init__(self) -> None:
        both = (EXTERNAL_ID, *self.fields, UPDATED_AT)
        object.__setattr__(self, "fields", both)
        object.__setattr__(self, "by_name", {item.name: item for item in both})
        object.__setattr__(self, "lists_by_name", {item.name: item for item in self.lists})

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.by_name) | frozenset(self.lists_by_name)

    def implied(self, shape: Shape) -> Shape:
        more = (self.implies.get(name, frozenset()) for name in shape)
        return shape.union({EXTERNAL_ID.name}, *more)

    def schema(self) -> dict[str, object]:
        """JSON Schema of a record as a client sends it."""
        parts: tuple[Field | Rows, ...] = (*self.fields, *self.lists)
        return {
            "type": "object",
            "properties": {part.name: part.schema() for part in parts},
            "required": [EXTERNAL_ID.name],
            "additionalProperties": False,
        }


EXTERNAL_ID = Text(
    name="external_id",
    max_length=200,
    min_length=1,
    required=True,
    default=None,
    help="The id in the source.",
)
UPDATED_AT = Moment(
    name="updated_at",
    column="source_updated_at",
    help="When the source changed the record. One older than the stored one does not overwrite it.",
)

KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> Kind:
    if KINDS.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"Two kinds are called {kind.name!r}.")
    return kind


def get_kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound(N_("There is no such kind of record."), code="not_found")
    return KINDS[name]
