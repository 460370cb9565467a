"""A unit's number given to its children: top-down, exact, with the reason for every share.

Amounts are whole: minor units of money, or counts, never below zero. At every node
`parent + over-assigned = Σ children + unallocated`. A split goes through these steps, each after the other:

1. holds first, the rest by largest remainder of the method's weights within floors and caps (`apportion`);
   with buckets, the buckets first and then the members of each;
2. the ramp of new hires: what they do not carry yet stays unallocated, or goes to the others;
3. padding: what was not held is scaled up.

As with every largest-remainder method, a larger amount may cost someone one smallest unit (the Alabama
paradox; Balinski and Young, Fair Representation, 1982), and the order decides ties only.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from salestargets.kernel.apportion import Weight, apportion
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_, Message
from salestargets.kernel.rational import Fraction, Number, ratio

Key = TypeVar("Key", bound=Hashable)
Someone = Sequence["Child[Any]"]


class Method(StrEnum):
    """What children weigh by: their `basis`, except where everyone weighs the same.

    History, potential, capacity and pipeline are known or not known; weights and fixed amounts are entered.
    """

    EVEN = "even"
    HISTORY = "history"
    POTENTIAL = "potential"
    CAPACITY = "capacity"
    PIPELINE = "pipeline"
    WEIGHTS = "weights"
    FIXED = "fixed"


class Ramping(StrEnum):
    """Where goes what a new hire does not carry yet."""

    KEEP = "keep"  # it stays with the parent, unallocated
    SHARE = "share"  # to everyone, in proportion: weights are multiplied by the ramp


@dataclass(frozen=True, slots=True)
class Child(Generic[Key]):
    """Someone who gets a share. `key` is the caller's; None means not known, which is not zero.

    `basis` is what the method weighs by, in any one unit; for fixed amounts, the amount. `hold` is an amount
    it keeps whatever the method says. `floor` and `cap` bound its share. `ramp` is the part of a full target
    it carries in this period, 0 to 1, None for all. `group` names its bucket.
    """

    key: Key
    name: str
    basis: Number | None = None
    hold: int | None = None
    floor: int | None = None
    cap: int | None = None
    ramp: Fraction | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A group that gets its part before its members do: a `fixed` amount, or one by `weight`.

    Where no bucket has a weight, those that are not fixed weigh what all their members weigh.
    """

    name: str
    weight: Weight | None = None
    fixed: int | None = None


@dataclass(frozen=True, slots=True)
class Part(Generic[Key]):
    """A child's part of `parent`: the `amount` it gets in the end.

    `full` is what it would get with everyone whole and nothing padded. `computed` is what the method alone
    would give, without holds, bounds and buckets; None where it would give nothing to go by. `is_bounded`: it
    stands, before or after the ramp, at its floor or its cap.
    """

    key: Key
    amount: int
    full: int
    computed: int | None
    weight: Weight
    is_held: bool
    is_bounded: bool
    parent: int

    @property
    def share(self) -> Fraction | None:
        """Of the parent's amount; None where that is 0."""
        return ratio(self.amount, self.parent)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a node has left to give, or has given too much: never both, never below zero."""

    unallocated: int
    over_assigned: int


@dataclass(frozen=True, slots=True)
class SplitResult(Generic[Key]):
    """`parts` in the order of the children; `warnings` say what the reader should know of the weights.

    `unramped` is what new hires do not carry yet and nobody else got; `padded` what was added at the end.
    """

    parent: int
    parts: tuple[Part[Key], ...]
    warnings: tuple[Message, ...]
    unramped: int
    padded: int

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


def split(
    amount: int,
    children: Sequence[Child[Key]],
    method: str,
    *,
    padding: Fraction = Fraction(0),
    ramped: Ramping = Ramping.KEEP,
    buckets: Sequence[Bucket] = (),
) -> SplitResult[Key]:
    """`amount` among `children`: some keep their hold, the others share the rest by the method's weights.

    Where everyone is held, or nobody is there, the rest stays unallocated. Fixed amounts are given as they
    were entered, whatever their sum, and are not ramped. A ramp never goes below a floor. `padding` is a
    share: at 1/20 all who are not held get 5 % more in total, in proportion to what they had, within caps.

    DomainError codes: `negative`, `unknown_method`, `invalid_ramp`, `invalid_padding`; of the weights
    `no_history`, `no_basis`, `negative_history`, `negative_basis`, `negative_weight`, `missing_weight`,
    `zero_weights`, `missing_amount`, `fractional_amount`, `nobody_ramped`; of the bounds those of
    `apportion`, `outside_bounds`, `no_room_to_pad`; `invalid_bucket`, `unknown_bucket`, `empty_bucket`. All
    about people name them.
    """
    _check(amount, children, padding)
    task = _Task(amount, children, method, buckets)
    weights = _weights(children, method)
    full = _full(task, weights)
    given = _ramped(task, weights, full, ramped)
    final = _padded(children, given, padding)
    alone = _alone(task, weights)
    return SplitResult(
        parent=amount,
        parts=tuple(map(_part, children, final, full, alone, weights, [amount] * len(full))),
        warnings=_warnings(children, method),
        unramped=sum(full) - sum(given),
        padded=sum(final) - sum(given),
    )


def split_tree(
    amount: int,
    root: Key,
    children: Mapping[Key, Sequence[Child[Key]]],
    method: str,
    *,
    methods: Mapping[Key, str] | None = None,
    paddings: Mapping[Key, Fraction] | None = None,
    buckets: Mapping[Key, Sequence[Bucket]] | None = None,
    ramped: Ramping = Ramping.KEEP,
) -> dict[Key, SplitResult[Key]]:
    """`split` at `root` and at every node below it that has children, parents first.

    `methods`, `paddings` and `buckets` tell by parent where another method than `method`, any padding, or
    buckets are used. What is padded above is what is split below. Errors are those of `split`.
    """
    methods, paddings, buckets = methods or {}, paddings or {}, buckets or {}
    results: dict[Key, SplitResult[Key]] = {}
    waiting = [(root, amount)]
    for node, given in waiting:  # grows while it is walked
        if below := children.get(node, ()):
            results[node] = split(
                given,
                below,
                methods.get(node, method),
                padding=paddings.get(node, Fraction(0)),
                ramped=ramped,
                buckets=buckets.get(node, ()),
            )
            waiting.extend(results[node].amounts.items())
    return results


@dataclass(frozen=True, slots=True)
class _Task:
    """What is asked for: an amount, among whom, how."""

    amount: int
    children: Someone
    method: str
    buckets: Sequence[Bucket]


def _part(
    child: Child[Key], amount: int, full: int, alone: int | None, weight: Weight, parent: int
) -> Part[Key]:
    is_held = child.hold is not None
    bounds = () if is_held else (child.floor, child.cap)
    return Part(child.key, amount, full, alone, weight, is_held, amount in bounds or full in bounds, parent)


def _alone(task: _Task, weights: Sequence[Weight]) -> Sequence[int | None]:
    """What the method gives where nothing is held, bounded, ramped or padded."""
    if task.method == Method.FIXED:
        return [None if child.basis is None else int(child.basis) for child in task.children]
    return apportion(task.amount, weights) if any(weights) else [None] * len(weights)


def _check(amount: int, children: Someone, padding: Fraction) -> None:
    if amount < 0:
        raise DomainError(N_("A target cannot be below zero."), code="negative", field="amount")
    if padding < 0:
        raise DomainError(N_("Padding is zero or more, for example 5 %."), code="invalid_padding")
    if odd := [child for child in children if child.ramp is not None and not 0 <= child.ramp <= 1]:
        raise _about(odd, "invalid_ramp", N_("A ramp is from 0 to 100 %. Change it for: {names}."))


# Weights


@dataclass(frozen=True, slots=True)
class _Known:
    """What is said of a basis that is known of some and not of others."""

    unknown: str
    nobody: str
    code: str = "no_basis"


_KNOWN: Mapping[str, _Known] = {
    Method.HISTORY: _Known(
        unknown=N_("No history, therefore no share: {names}."),
        nobody=N_("Nobody has any history to split by: {names}. Choose another method or reference period."),
        code="no_history",
    ),
    Method.POTENTIAL: _Known(
        unknown=N_("No known potential, therefore no share: {names}."),
        nobody=N_("Nobody has a known potential: {names}. Enter some, or choose another method."),
    ),
    Method.CAPACITY: _Known(
        unknown=N_("No known capacity, therefore no share: {names}."),
        nobody=N_(
            "Nobody has any capacity: {names}. Check who sells in this period, or choose another method."
        ),
    ),
    Method.PIPELINE: _Known(
        unknown=N_("No open pipeline, therefore no share: {names}."),
        nobody=N_("Nobody has an open pipeline to split by: {names}. Choose another method."),
    ),
}
_ENTERED = {
    Method.WEIGHTS: ("missing_weight", N_("A weight is missing for: {names}. Enter one, or 0 for no share.")),
    Method.FIXED: ("missing_amount", N_("An amount is missing for: {names}. Enter one, or 0 for nothing.")),
}
_BELOW_ZERO = {Method.HISTORY: "negative_history", Method.WEIGHTS: "negative_weight"}


def _weights(children: Someone, method: str) -> list[Weight]:
    """Everyone's basis; someone who is held needs none."""
    if method not in list(Method):
        raise DomainError(N_("There is no such split method. Choose another one."), code="unknown_method")
    if method == Method.EVEN:
        return [1] * len(children)
    if method in _ENTERED and (missing := [child for child in _free(children) if child.basis is None]):
        raise _about(missing, *_ENTERED[Method(method)])
    weights = [child.basis or 0 for child in children]
    if weights and min(weights) < 0:
        raise _about(
            [child for child in children if (child.basis or 0) < 0],
            _BELOW_ZERO.get(Method(method), "negative_basis"),
            N_("Nothing is split by what is below zero: {names}. Hold an amount, or choose another method."),
        )
    return weights


def _warnings(children: Someone, method: str) -> tuple[Message, ...]:
    unknown = [child for child in _free(children) if child.basis is None] if method in _KNOWN else []
    return (Message(_KNOWN[method].unknown, {"names": _names(unknown)}),) if unknown else ()


def _free(children: Sequence[Child[Key]]) -> list[Child[Key]]:
    return [child for child in children if child.hold is None]


# What everyone gets when whole


def _full(task: _Task, weights: Sequence[Weight]) -> list[int]:
    if task.method == Method.FIXED:
        return _fixed(task.children)
    if task.buckets:
        return _by_bucket(task, weights)
    return _shared(task.amount, task.children, weights, task.method)


def _fixed(children: Someone) -> list[int]:
    if odd := [child for child in _free(children) if child.basis != int(child.basis or 0)]:
        raise _about(odd, "fractional_amount", N_("Enter an amount without a fraction for: {names}."))
    amounts = [int(child.basis or 0) if child.hold is None else child.hold for child in children]
    if outside := [
        child for child, amount in zip(children, amounts, strict=True) if _is_outside(child, amount)
    ]:
        raise _about(
            outside,
            "outside_bounds",
            N_("The amount is below the minimum or above the maximum of: {names}. Change one of them."),
        )
    return amounts


def _is_outside(child: Child[Any], amount: int) -> bool:
    low, high = child.floor, child.cap
    return child.hold is None and ((low is not None and amount < low) or (high is not None and amount > high))


def _shared(amount: int, children: Someone, weights: Sequence[Weight], method: str) -> list[int]:
    """Holds first, the rest by weight within the bounds; errors name those concerned."""
    holds = _bounds(children, lambda child: child.hold)
    try:
        if len(holds) == len(children):  # someone else takes the rest
            return apportion(amount, [*weights, 1], holds=holds)[:-1]
        return apportion(
            amount,
            weights,
            holds=holds,
            floors=_bounds(children, lambda child: child.floor),
            caps=_bounds(children, lambda child: child.cap),
        )
    except DomainError as error:
        raise _named(error, children, weights, method) from None


def _bounds(children: Someone, bound: Callable[[Child[Any]], int | None]) -> dict[int, int]:
    return {n: value for n, child in enumerate(children) if (value := bound(child)) is not None}


_NAMED: Mapping[str, tuple[Callable[[Child[Any]], bool], str]] = {
    "holds_exceed_total": (
        lambda child: child.hold is not None,
        N_("The amounts held are more than there is to share. Lower or release a hold of: {names}."),
    ),
    "floors_exceed_total": (
        lambda child: bool(child.floor) and child.hold is None,
        N_("The minimums are more than there is to share. Lower the minimum of: {names}."),
    ),
    "caps_below_total": (
        lambda child: child.cap is not None and child.hold is None,
        N_("The maximums leave a rest that nobody may take. Raise the maximum of: {names}."),
    ),
    "floor_above_cap": (
        lambda child: child.hold is None and child.cap is not None and (child.floor or 0) > child.cap,
        N_("The minimum is above the maximum. Change one of them for: {names}."),
    ),
    "zero_weights": (
        lambda child: child.hold is None,
        N_("All weights are zero, so there is no proportion to share by. Enter a weight for: {names}."),
    ),
}


def _named(error: DomainError, children: Someone, weights: Sequence[Weight], method: str) -> DomainError:
    """The same error, naming those whose input must change."""
    code = error.code
    if code in ("no_parts", "zero_weights"):  # those who weigh anything stand at their caps, or nobody does
        weigh = any(w for w, child in zip(weights, children, strict=True) if child.hold is None)
        code = "caps_below_total" if weigh else "zero_weights"
        if not weigh and (known := _KNOWN.get(method)):
            return _about(_free(children), known.code, known.nobody)
    concerns, text = _NAMED[code]
    return _about([child for child in children if concerns(child)], code, text)


# Buckets


def _by_bucket(task: _Task, weights: Sequence[Weight]) -> list[int]:
    """The buckets and whoever is held outside of them first, then the members of each."""
    children = task.children
    members = _members(children, task.buckets)
    heads = _heads(task.buckets, members, weights)
    amounts = {n: child.hold or 0 for n, child in enumerate(children) if not child.group}
    everyone = [*heads, *(children[n] for n in amounts)]
    parts = _shared(task.amount, everyone, [head.basis or 0 for head in everyone], Method.WEIGHTS)
    for head, part in zip(heads, parts, strict=False):
        inside = members[head.key]
        if part and not inside:
            raise _about(
                [head], "empty_bucket", N_("Nobody is in: {names}. Put someone there, or give it nothing.")
            )
        own = _shared(part, [children[n] for n in inside], [weights[n] for n in inside], task.method)
        amounts |= zip(inside, own, strict=True)
    return [amounts[n] for n in range(len(children))]


def _members(children: Someone, buckets: Sequence[Bucket]) -> dict[str, list[int]]:
    """Positions by bucket. Whoever is held needs no bucket, but not one that is not there."""
    members: dict[str, list[int]] = {bucket.name: [] for bucket in buckets}
    if len(members) < len(buckets) or "" in members:
        raise DomainError(N_("Give every group a name of its own."), code="invalid_bucket")
    lost = [child for child in children if child.group not in members and (child.group or child.hold is None)]
    if lost:
        raise _about(lost, "unknown_bucket", N_("Choose one of the groups for: {names}."))
    for n, child in enumerate(children):
        if child.group:
            members[child.group].append(n)
    return members


def _heads(
    buckets: Sequence[Bucket], members: Mapping[str, Sequence[int]], weights: Sequence[Weight]
) -> list[Child[str]]:
    """The buckets as children of the parent."""
    has_weights = any(bucket.weight is not None for bucket in buckets)
    heads = [
        Child(
            bucket.name,
            bucket.name,
            bucket.weight if has_weights else sum(Fraction(weights[n]) for n in members[bucket.name]),
            bucket.fixed,
        )
        for bucket in buckets
    ]
    _weights(heads, Method.WEIGHTS)
    return heads


# Ramp and padding


def _ramped(task: _Task, weights: Sequence[Weight], full: list[int], ramping: Ramping) -> list[int]:
    """What they carry of it now. Fixed amounts were meant as they were entered."""
    if task.method == Method.FIXED or all(child.ramp is None for child in task.children):
        return full
    if ramping == Ramping.SHARE:
        return _reallocated(task, weights)
    return list(map(_carried, task.children, full))


def _carried(child: Child[Any], full: int) -> int:
    if child.ramp is None or child.hold is not None:
        return full
    return max(int(full * child.ramp), child.floor or 0)


def _reallocated(task: _Task, weights: Sequence[Weight]) -> list[int]:
    carried = [
        weight if child.ramp is None else Fraction(weight) * child.ramp
        for weight, child in zip(weights, task.children, strict=True)
    ]
    try:
        return _full(task, carried)
    except DomainError as error:
        if error.code not in ("no_history", "no_basis", "zero_weights"):
            raise
        raise DomainError(
            N_("Nobody sells fully or in part yet: {names}. Leave their part unallocated, or hold amounts."),
            code="nobody_ramped",
            params=error.params,
        ) from None


def _padded(children: Someone, given: list[int], padding: Fraction) -> list[int]:
    """All who are not held get `padding` more in total, half to even, in proportion to what they had."""
    free = [n for n, child in enumerate(children) if child.hold is None]
    if not padding or not free:
        return given
    had = [given[n] for n in free]
    caps = _bounds([children[n] for n in free], lambda child: child.cap)
    try:
        more = apportion(round(sum(had) * (1 + padding)), had, caps=caps)
    except DomainError:  # all amounts are zero or more and within their caps: only room can be missing
        raise _about(
            [children[free[n]] for n in caps],
            "no_room_to_pad",
            N_("The maximums leave no room for the padding. Lower it, or raise the maximum of: {names}."),
        ) from None
    padded = dict(zip(free, more, strict=True))
    return [padded.get(n, amount) for n, amount in enumerate(given)]


def _about(children: Iterable[Child[Any]], code: str, text: str) -> DomainError:
    return DomainError(text, code=code, params={"names": _names(children)})


def _names(children: Iterable[Child[Any]]) -> str:
    """As people know them, with their bucket."""
    return ", ".join(f"{child.name} ({child.group})" if child.group else child.name for child in children)
