"""What can be measured, and who wants to know. Higher apps register here; kpis never imports them.

A source says in SQL where records are, whom they are credited to and what they are worth. Cells, curves and
the records behind a number are all made from that one text, so that they cannot disagree. The tenant of every
table stands in `where`, as `organisation_id = %(organisation)s`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise

from kpis.choices import KpiUnit

#: The group of dirty keys that concern every measure, such as a person's move.
EVERY_GROUP = ""


@dataclass(frozen=True)
class Measure:
    """A sum over records. A flow happens on a day; a stock is what there is at a moment."""

    key: str
    unit: KpiUnit
    label: Promise
    is_stock: bool = False


@dataclass(frozen=True)
class Term:
    """What one record adds to a measure. Null: it counts as a record, but its worth is not known."""

    value: str
    where: str = "true"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Records of one kind that are credited to people."""

    table: str
    where: str
    person: str
    day: str
    record: str
    #: By what else its sums can be taken apart, by name: a column each.
    slices: Mapping[str, str]
    #: What to show of a record in a list, by name.
    about: Mapping[str, str]
    terms: Mapping[str, Term]


@dataclass(frozen=True, kw_only=True)
class Flow(Source):
    """Records counted on their `day`. An index must find those of a person between two days.

    `group` is the word on the dirty keys that their tables write.
    """

    group: str


@dataclass(frozen=True, kw_only=True)
class Stock(Source):
    """Records that are there now, or were there before the day `%(before)s`, as far as their dates tell."""

    now: str
    then: str


@dataclass(frozen=True)
class ChangedCells:
    """Whose cells changed, and in which months: at least all that did."""

    person_ids: frozenset[int]
    unit_ids: frozenset[int]
    months: frozenset[date]


#: Called in the transaction that changed the cells.
Follower = Callable[[ChangedCells, datetime], None]

#: (id, external id, name) of products, for those who list numbers by product.
ProductNames = Callable[[Iterable[int]], Iterable[tuple[int, str, str]]]

MEASURES: dict[str, Measure] = {}
FLOWS: list[Flow] = []
STOCKS: list[Stock] = []
FOLLOWERS: list[Follower] = []
PRODUCT_NAMES: list[ProductNames] = []


def register_measures(measures: Iterable[Measure]) -> None:
    MEASURES.update({measure.key: measure for measure in measures})


def register_flow(flow: Flow) -> None:
    FLOWS.append(flow)


def register_stock(stock: Stock) -> None:
    STOCKS.append(stock)


def register_follower(follower: Follower) -> None:
    FOLLOWERS.append(follower)


def register_product_names(names: ProductNames) -> None:
    PRODUCT_NAMES.append(names)


def flows_of(group: str) -> list[Flow]:
    return [flow for flow in FLOWS if group in (EVERY_GROUP, flow.group)]
