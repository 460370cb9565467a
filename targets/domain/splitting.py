"""A unit's number given to its children: top-down, exact, with the reason for every share.

Amounts are whole: minor units of money, or counts. At every node
`parent + over-assigned = Σ children + unallocated`.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Generic, TypeVar

from salestargets.kernel.apportion import Weight, apportion
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_, Message
from salestargets.kernel.rational import ratio

Key = TypeVar("Key", bound=Hashable)


class Method(StrEnum):
    """Where the weights come from."""

    EVEN = "even"
    HISTORY = "history"
    WEIGHTS = "weights"


@dataclass(frozen=True, slots=True)
class Child(Generic[Key]):
    """Someone who gets a share. `key` is the caller's; None means not known, which is not zero.

    `history` is the child's actual in the reference period, in the unit of the amount that is split; `weight`
    its own weight; `hold` an amount it keeps whatever the method says.
    """

    key: Key
    name: str
    history: int | None = None
    weight: Weight | None = None
    hold: int | None = None


@dataclass(frozen=True, slots=True)
class Part(Generic[Key]):
    """A child's share: `amount` given, `share` of the parent's amount, None where that is 0.

    `computed` is what the method alone would give, without holds; None where all weights are zero.
    """

    key: Key
    amount: int
    computed: int | None
    weight: Weight
    share: Fraction | None
    is_held: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """What a node has left to give, or has given too much: never both, never below zero."""

    unallocated: int
    over_assigned: int


@dataclass(frozen=True, slots=True)
class SplitResult(Generic[Key]):
    """`parts` in the order of the children; `warnings` say what the reader should know of the weights."""

    parent: int
    parts: tuple[Part[Key], ...]
    warnings: tuple[Message, ...]

    @property
    def balance(self) -> Balance:
        return balance(self.parent, (part.amount for part in self.parts))

    @property
    def amounts(self) -> dict[Key, int]:
        return {part.key: part.amount for part in self.parts}


def balance(parent: int, children: Iterable[int]) -> Balance:
    """The two terms that close `parent + over_assigned = Σ children + unallocated`."""
    left = parent - sum(children)
    return Balance(unallocated=max(left, 0), over_assigned=max(-left, 0))


def split(amount: int, children: Sequence[Child[Key]], method: str) -> SplitResult[Key]:
    """`amount` among `children`: some keep their hold, the others share the rest by the method's weights.

    Where everyone is held, or nobody is there, the rest stays unallocated. DomainError codes:
    `unknown_method`, `no_history`, `negative_history`, `missing_weight`, and those of `apportion`.
    """
    weights = _weights(children, method)
    holds = {n: child.hold for n, child in enumerate(children) if child.hold is not None}
    if len(holds) == len(children):
        *amounts, _ = apportion(amount, [*weights, 1], holds=holds)
    else:
        if method == Method.HISTORY and amount != sum(holds.values()):
            _check_some_history([child for child in children if child.hold is None])
        amounts = apportion(amount, weights, holds=holds)
    computed = apportion(amount, weights) if any(weights) else [None] * len(weights)
    parts = tuple(
        Part(child.key, given, alone, weight, ratio(given, amount), is_held=child.hold is not None)
        for child, given, alone, weight in zip(children, amounts, computed, weights, strict=True)
    )
    return SplitResult(amount, parts, _warnings(children, method))


def split_tree(
    amount: int,
    root: Key,
    children: Mapping[Key, Sequence[Child[Key]]],
    method: str,
    *,
    methods: Mapping[Key, str] | None = None,
) -> dict[Key, SplitResult[Key]]:
    """`split` at `root` and at every node below it that has children, parents first.

    `methods` tells where another method than `method` is used. Errors are those of `split`.
    """
    results: dict[Key, SplitResult[Key]] = {}
    waiting = [(root, amount)]
    for node, given in waiting:  # grows while it is walked
        if below := children.get(node, ()):
            results[node] = split(given, below, (methods or {}).get(node, method))
            waiting.extend(results[node].amounts.items())
    return results


def _weights(children: Sequence[Child[Key]], method: str) -> list[Weight]:
    if method not in _SOURCES:
        raise DomainError(N_("There is no such split method. Choose another one."), code="unknown_method")
    return _SOURCES[Method(method)](children)


def even_weights(children: Sequence[Child[Key]]) -> list[Weight]:
    """Everyone weighs the same."""
    return [1 for _ in children]


def history_weights(children: Sequence[Child[Key]]) -> list[Weight]:
    """Everyone weighs what they reached in the reference period; without history, nothing."""
    if negative := [child.name for child in children if (child.history or 0) < 0]:
        raise DomainError(
            N_("History is below zero for: {names}. Hold their amounts, or choose another method."),
            code="negative_history",
            params={"names": ", ".join(negative)},
        )
    return [child.history or 0 for child in children]


def own_weights(children: Sequence[Child[Key]]) -> list[Weight]:
    """Everyone weighs what was entered for them; someone who is held needs no weight."""
    missing = [child.name for child in children if child.weight is None and child.hold is None]
    if missing:
        raise DomainError(
            N_("A weight is missing for: {names}. Enter one, or 0 for no share."),
            code="missing_weight",
            params={"names": ", ".join(missing)},
        )
    return [child.weight or 0 for child in children]


_SOURCES: Mapping[str, Callable[[Sequence[Child[Any]]], list[Weight]]] = {
    Method.EVEN: even_weights,
    Method.HISTORY: history_weights,
    Method.WEIGHTS: own_weights,
}


def _check_some_history(free: Sequence[Child[Key]]) -> None:
    if not any(child.history for child in free):
        raise DomainError(
            N_("Nobody has any history to split by: {names}. Choose another method or reference period."),
            code="no_history",
            params={"names": ", ".join(child.name for child in free)},
        )


def _warnings(children: Sequence[Child[Key]], method: str) -> tuple[Message, ...]:
    if method != Method.HISTORY:
        return ()
    newcomers = [child.name for child in children if child.history is None and child.hold is None]
    if not newcomers:
        return ()
    return (Message(N_("No history, therefore no share: {names}."), {"names": ", ".join(newcomers)}),)
