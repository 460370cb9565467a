"""Which places of a tree a page shows: those whose units are open, in an order; or the ones that match."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from targets.selectors.rows import Place
from targets.selectors.trees import Node

#: What a key says of a place: None is not known, and comes last either way.
Key = Callable[[Place], Any]

ROWS_AT_FIRST = 40
NOBODY: Mapping[Node, int] = {}


def opened(
    places: Sequence[Place], open_ids: Collection[int], *, key: Key | None, falling: bool
) -> list[Place]:
    """Depth first, with what is below the open units; children of one unit in the order of the key."""
    below: dict[Node | None, list[Place]] = {}
    for place in places:
        below.setdefault(place.parent, []).append(place)

    def walk(parent: Node | None) -> Iterator[Place]:
        for place in ordered(below.get(parent, ()), key=key, falling=falling):
            yield place
            if place.node.is_unit and place.node.unit_id in open_ids:
                yield from walk(place.node)

    return list(walk(None))


def ordered(places: Sequence[Place], *, key: Key | None, falling: bool) -> list[Place]:
    if key is None:
        return list(places)
    values: Mapping[Node, Any] = {place.node: key(place) for place in places}
    known = [place for place in places if values[place.node] is not None]
    unknown = [place for place in places if values[place.node] is None]
    return [*sorted(known, key=lambda place: values[place.node], reverse=falling), *unknown]


def open_at_first(places: Sequence[Place], heads: Mapping[Node, int] = NOBODY) -> frozenset[int]:
    """As many levels, from the top, as keep the page short; the topmost always.

    `heads`: how many people are right below a unit, where the places are those of units alone.
    """
    units = [place for place in places if place.node.is_unit and place.has_children]
    depths = Counter(place.depth for place in places)
    for place in units:
        depths[place.depth + 1] += heads.get(place.node, 0)
    rows = list(accumulate(depths[depth] for depth in range(max(+depths, default=0) + 1)))
    levels = [depth for depth in range(1, len(rows)) if depth == 1 or rows[depth] <= ROWS_AT_FIRST]
    return frozenset(place.node.unit_id for place in units if place.depth < max(levels, default=0))
