"""A tree that opens by its address: `?open=3,7` are the open units, remembered wherever the link goes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from salestargets.tenancy.choices import Role
from salestargets.web.requests import TenantRequest
from targets.selectors.arranging import NOBODY, open_at_first
from targets.selectors.rows import Place
from targets.selectors.trees import Node

ALL = "all"
#: Longer lists of ids are no addresses any more.
MOST_TEXT = 4_000


@dataclass(frozen=True)
class Folds:
    request: TenantRequest
    open_ids: frozenset[int]
    all_ids: frozenset[int]

    def is_open(self, node: Node) -> bool:
        return node.is_unit and node.unit_id in self.open_ids

    def toggle(self, node: Node) -> str:
        """The address of this page with one unit opened or closed."""
        return self._address(self.open_ids ^ {node.unit_id})

    @property
    def open_all(self) -> str:
        return self._address(self.all_ids)

    @property
    def close_all(self) -> str:
        return self._address(frozenset())

    def _address(self, open_ids: Collection[int]) -> str:
        query = self.request.GET.copy()
        query["open"] = ALL if open_ids == self.all_ids else ",".join(map(str, sorted(open_ids)))
        return f"{self.request.path}?{query.urlencode(safe=',')}"


def folds_of(request: TenantRequest, places: Sequence[Place], heads: Mapping[Node, int] = NOBODY) -> Folds:
    """`heads`: as for `open_at_first`."""
    units = frozenset(place.node.unit_id for place in places if place.node.is_unit and place.has_children)
    asked = request.GET.get("open")
    if asked is None:
        return Folds(request, open_at_first(places, heads), units)
    ids = asked[:MOST_TEXT].split(",")
    found = units if asked == ALL else frozenset(int(text) for text in ids if text.isdecimal()) & units
    return Folds(request, found, units)


def check_steers(request: TenantRequest) -> None:
    """Pages about others are for those who steer or look on; a rep's page is their own."""
    if request.actor.role == Role.REP:
        raise PermissionDenied
