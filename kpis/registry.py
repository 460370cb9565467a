"""What can be measured, and who wants to know. Higher apps register here; kpis never imports them.

A source says in SQL where records are, whom they are credited to and what they are worth. Cells, curves and
the records behind a number are all made from that one text, so that they cannot disagree. The tenant of every
table stands in `where`, as `organisation_id = %(organisation)s`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise

from kpis.choices import Base, FilterKind, KpiUnit

#: The group of dirty keys that concern every measure, such as a person's move.
EVERY_GROUP = ""


@dataclass(frozen=True)
class Measure:
    """A sum over records.

    A flow happens on a day and adds up over days; a level is what there is at a moment, or what can only be
    told for the period that is asked for. `subject` is what its records are, for those who choose from many.
    """

    key: str
    unit: KpiUnit
    label: Promise
    subject: Promise
    is_level: bool = False
    base: Base = Base.NONE


@dataclass(frozen=True)
class Filter:
    """A field by which the records of a measure can be chosen.

    `options`: what there is to choose from, as (value, label); of these values only, or the first thousand.
    """

    key: str
    label: Promise
    kind: FilterKind
    options: Callable[[Collection[Any] | None], Iterable[tuple[Any, str]]] | None = None


@dataclass(frozen=True)
class Term:
    """What one record adds to a measure. Null: it counts as a record, but its worth is not known."""

    value: str
    where: str = "true"
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Linked:
    """A column of a row that a record names, if it names one: the row of `table` of which `where` holds."""

    column: str
    table: str
    where: str


#: By what records can be chosen: key of a `Filter` → where it stands.
Filters = Mapping[str, str | Linked]


@dataclass(frozen=True)
class About:
    """What to show of a record in a list: a column each."""

    name: str
    external_id: str
    customer: str = "NULL::bigint"
    amount: str = "NULL::bigint"
    currency: str = "NULL::text"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Records of one kind that count for people. `kind` is their name in the API."""

    kind: str
    table: str
    where: str
    person: str
    day: str
    record: str
    #: Its own key in `table`, where a record has several rows that count.
    line: str = ""
    #: By what else its sums can be taken apart, by name: a column each.
    slices: Mapping[str, str] = field(default_factory=dict)
    filters: Filters = field(default_factory=dict)
    about: About
    terms: Mapping[str, Term]


@dataclass(frozen=True, kw_only=True)
class Flow(Source):
    """Records counted on their `day`. An index must find those of a person between two days.

    `group` is the word on the dirty keys that their tables write. Not `kept`: no cells are made of it,
    because its terms depend on the days asked for, from `%(starts_on)s` on and before `%(ends_on)s`; its
    measures are levels.
    """

    group: str
    kept: bool = True


@dataclass(frozen=True, kw_only=True)
class Stock(Source):
    """Records that are there now, or were there before the day `%(before)s`, as far as their dates tell."""

    now: str
    then: str


@dataclass(frozen=True, kw_only=True)
class Held(Source):
    """Rows that say something of a `holder` themselves, and are not rolled up: what `matches` says of it.

    `matches` may speak of holder.kind, holder.holder_id and holder.within (the unit of a place); `then` of
    the day `%(before)s` before which the rows count.
    """

    matches: str
    then: str


@dataclass(frozen=True)
class ChangedCells:
    """Whose cells changed, and in which months: at least all that did."""

    person_ids: frozenset[int]
    unit_ids: frozenset[int]
    months: frozenset[date]


#: Called in the transaction that changed the cells.
Follower = Callable[[ChangedCells, datetime], None]

#: (id, external id, name) of records of a kind, for those who name them beside numbers.
Names = Callable[[Collection[int]], Iterable[tuple[int, str, str]]]

#: The address of a record's page, from the slug of its organisation and its id.
RecordPage = Callable[[str, int], str]

MEASURES: dict[str, Measure] = {}
FILTERS: dict[str, Filter] = {}
SOURCES: list[Source] = []
FOLLOWERS: list[Follower] = []
NAMES: dict[str, Names] = {}
RECORD_PAGES: dict[str, RecordPage] = {}


def register_measures(measures: Iterable[Measure]) -> None:
    MEASURES.update({measure.key: measure for measure in measures})


def register_filters(filters: Iterable[Filter]) -> None:
    FILTERS.update({one.key: one for one in filters})


def register_sources(sources: Iterable[Source]) -> None:
    SOURCES.extend(sources)


def register_follower(follower: Follower) -> None:
    FOLLOWERS.append(follower)


def register_names(kind: str, names: Names) -> None:
    NAMES[kind] = names


def register_record_page(kind: str, address: RecordPage) -> None:
    RECORD_PAGES[kind] = address


def names_of(kind: str, ids: Collection[int]) -> list[tuple[int, str, str]]:
    return list(NAMES[kind](ids)) if kind in NAMES else []


def kept_flows(group: str) -> list[Flow]:
    """The flows that cells are made of; of one group, or of all."""
    flows = (source for source in SOURCES if isinstance(source, Flow) and source.kept)
    return [flow for flow in flows if group in (EVERY_GROUP, flow.group)]


def sources_of(measure: str) -> list[Source]:
    return [source for source in SOURCES if measure in source.terms]


def is_kept(measure: str) -> bool:
    """Whether there are cells of it."""
    return all(isinstance(source, Flow) and source.kept for source in sources_of(measure))


def filters_of(measure: str) -> list[Filter]:
    """By what the records of a measure can be chosen: what all of its sources know."""
    known = [source.filters.keys() for source in sources_of(measure)]
    return [one for key, one in FILTERS.items() if known and all(key in filters for filters in known)]
