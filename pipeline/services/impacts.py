"""What records that come in mean to plans: asked while they stand, whether or not they are to stay."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from salestargets.tenancy.changes import between, structure
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.registry import Impact, impacts_of

#: Whose rows may move people and units, which plans have numbers for.
STRUCTURE = frozenset({"units", "people", "assignments", "roster"})


@contextmanager
def telling(organisation: Organisation, kinds: Iterable[str]) -> Iterator[list[Impact]]:
    """What became of people and units meanwhile, filled in at the end: by then new ones have names."""
    found: list[Impact] = []
    before = structure() if STRUCTURE.intersection(kinds) else None
    yield found
    if before is not None:
        found += impacts_of(organisation, between(before, structure()))
