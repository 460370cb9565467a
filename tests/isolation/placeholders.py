"""Where a request speaks of an object, it says which kind; whose object it is, is put in when it is sent."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

ABSENT_ID = 9_000_000_000_000_017
ABSENT_NAME = "no-such-external-id"

Path = tuple[str | int, ...]
_numbers = itertools.count(1)


class Owner(Protocol):
    """Who has objects of every kind: an organisation in the test world, or nobody."""

    def id_of(self, kind: str) -> int: ...

    def name_of(self, kind: str) -> str: ...


class Nobody:
    def id_of(self, kind: str) -> int:
        return ABSENT_ID

    def name_of(self, kind: str) -> str:
        return ABSENT_NAME


class Whose(Protocol):
    kind: str

    def of(self, owner: Owner) -> Any: ...


@dataclass(frozen=True)
class Id:
    kind: str

    def of(self, owner: Owner) -> int:
        return owner.id_of(self.kind)


@dataclass(frozen=True)
class Name:
    """The external id (or key) by which others refer to an object."""

    kind: str

    def of(self, owner: Owner) -> str:
        return owner.name_of(self.kind)


@dataclass(frozen=True)
class Holder:
    """`unit:7`: which sort of holder, and which object it is."""

    sort: str
    kind: str

    def of(self, owner: Owner) -> str:
        return f"{self.sort}:{owner.id_of(self.kind)}"


@dataclass(frozen=True)
class New:
    """A text that nothing has yet, another one each time it is sent."""

    form: str = "new-{}"


def places(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Where in a request objects are named, with their placeholders."""
    if isinstance(tree, Id | Name | Holder):
        yield path, tree
    for key, part in _parts(tree):
        yield from places(part, (*path, key))


def filled(tree: Any, owner: Owner, other: tuple[Path, Owner] | None = None, path: Path = ()) -> Any:
    """The request with `owner`'s objects, except that at the path of `other` it names those of its owner."""
    if isinstance(tree, New):
        return tree.form.format(next(_numbers))
    if isinstance(tree, Id | Name | Holder):
        return tree.of(other[1] if other is not None and other[0] == path else owner)
    if isinstance(tree, dict):
        return {key: filled(part, owner, other, (*path, key)) for key, part in tree.items()}
    if isinstance(tree, list):
        return [filled(part, owner, other, (*path, n)) for n, part in enumerate(tree)]
    return tree


def _parts(tree: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(tree, dict):
        yield from tree.items()
    elif isinstance(tree, list):
        yield from enumerate(tree)
