"""What was given from above against what was promised from below: every gap explained, down to the people.

    gap = given − proposed                  above zero: less is promised than was given

A person's proposal is their own. A unit's is the sum of its children's, or its manager's own instead. Its gap
then consists of exactly these terms:

    gap(unit) = Σ gap(children) + held back + overridden
    held back = given(unit) − Σ given(children)             not passed on; below zero, more than there was
    overridden = Σ proposed(children) − proposed(unit)      promised below, and not by the manager

so that the gaps of the leaves and both terms of all units sum to the gap of the root.

None is no answer yet, and not 0: the number that was given stands in, the gap is 0, and the row says so.
Where no number was given there is none to pass on: it counts as nothing in these sums.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Place = tuple[Key, Key | None, int]  # a node, its parent, how deep it is


class Source(StrEnum):
    """Where a node's proposal comes from."""

    OWN = "own"  # a person's, or a manager's instead of the sum
    SUM = "sum"
    GIVEN = "given"  # nobody has answered; the given number stands in


@dataclass(frozen=True, slots=True)
class Row(Generic[Key]):
    """A node's numbers, in the unit of the goal.

    `proposed` is the amount that counts, from `source`; `rolled_up` the sum of the children's, None at a
    leaf. `waiting` of the `leaves` at the node or below it have not answered yet.
    """

    key: Key
    parent: Key | None
    depth: int
    given: int | None
    proposed: int
    source: Source
    rolled_up: int | None
    gap: int
    held_back: int
    overridden: int
    waiting: int
    leaves: int

    @property
    def is_leaf(self) -> bool:
        return self.rolled_up is None


class Reason(StrEnum):
    """Why a part of a gap is there."""

    PROMISE = "promise"  # a leaf promises another number than it was given
    HELD_BACK = "held_back"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class Term(Generic[Key]):
    """A part of the gap of the root, above or below zero, and whose it is."""

    key: Key
    reason: Reason
    amount: int


def reconcile(
    root: Key,
    children: Mapping[Key, Sequence[Key]],
    given: Mapping[Key, int | None],
    proposed: Mapping[Key, int | None],
    overrides: Mapping[Key, int | None] | None = None,
) -> tuple[Row[Key], ...]:
    """A row for `root` and everyone below it, parents before their children.

    `children` is a tree by parent. `proposed` are the answers of leaves: people, and units nobody is below;
    `overrides` those of managers for their unit. A key that is missing is None.
    """
    places = list(_places(root, children))
    rows: dict[Key, Row[Key]] = {}
    for place in reversed(places):
        key = place[0]
        own = (overrides or {}).get(key)
        if below := [rows[child] for child in children.get(key, ())]:
            rows[key] = _unit(place, given.get(key), own, below)
        else:
            rows[key] = _leaf(place, given.get(key), proposed.get(key) if own is None else own)
    return tuple(rows[key] for key, _parent, _depth in places)


def terms(rows: Iterable[Row[Key]]) -> tuple[Term[Key], ...]:
    """What the gap of the root consists of, without zeros, the largest first; the amounts sum to it."""
    found = [term for row in rows for term in _terms(row) if term.amount]
    return tuple(sorted(found, key=lambda term: -abs(term.amount)))


def _places(root: Key, children: Mapping[Key, Sequence[Key]]) -> Iterator[Place[Key]]:
    """Depth first."""
    waiting: list[Place[Key]] = [(root, None, 0)]
    while waiting:
        key, parent, depth = waiting.pop()
        yield key, parent, depth
        waiting += [(child, key, depth + 1) for child in reversed(children.get(key, ()))]


def _leaf(place: Place[Key], given: int | None, answer: int | None) -> Row[Key]:
    key, parent, depth = place
    proposed = (given or 0) if answer is None else answer
    return Row(
        key=key,
        parent=parent,
        depth=depth,
        given=given,
        proposed=proposed,
        source=Source.GIVEN if answer is None else Source.OWN,
        rolled_up=None,
        gap=(given or 0) - proposed,
        held_back=0,
        overridden=0,
        waiting=int(answer is None),
        leaves=1,
    )


def _unit(place: Place[Key], given: int | None, own: int | None, below: Sequence[Row[Key]]) -> Row[Key]:
    key, parent, depth = place
    rolled_up = sum(row.proposed for row in below)
    proposed = rolled_up if own is None else own
    return Row(
        key=key,
        parent=parent,
        depth=depth,
        given=given,
        proposed=proposed,
        source=Source.SUM if own is None else Source.OWN,
        rolled_up=rolled_up,
        gap=(given or 0) - proposed,
        held_back=(given or 0) - sum(row.given or 0 for row in below),
        overridden=rolled_up - proposed,
        waiting=sum(row.waiting for row in below),
        leaves=sum(row.leaves for row in below),
    )


def _terms(row: Row[Key]) -> Iterator[Term[Key]]:
    if row.is_leaf:
        yield Term(row.key, Reason.PROMISE, row.gap)
    yield Term(row.key, Reason.HELD_BACK, row.held_back)
    yield Term(row.key, Reason.OVERRIDDEN, row.overridden)
