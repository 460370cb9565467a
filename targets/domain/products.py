"""A number divided by product group, and the mix: a total and a minimum of some groups, both to be met.

Amounts are whole, in the unit of the goal. A minimum is a value, or a share of a total; shares are rounded up
to the next whole unit, so that whoever has the amount also has the share.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar

from salestargets.kernel.apportion import Weight, apportion
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.rational import Fraction, Number, ratio
from targets.domain.phasing import phase_children
from targets.domain.splitting import Child, SplitResult, split

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Group(Generic[Key]):
    """A product group that gets a part. `basis` and `hold` are those of a child in a split.

    `floor` is the least amount, `min_share` the least share of the whole, 0 to 1; the greater one counts.
    """

    key: Key
    name: str
    basis: Number | None = None
    hold: int | None = None
    floor: int | None = None
    min_share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class MixRule(Generic[Key]):
    """At least this share of all that was sold, and at least this amount, is of the group."""

    key: Key
    min_share: Fraction | None = None
    min_amount: int | None = None


@dataclass(frozen=True, slots=True)
class MixLine(Generic[Key]):
    """`needed` by the rule of a group. `share` is that of all that was sold; None is not known."""

    key: Key
    needed: int | None
    actual: int | None
    share: Fraction | None

    @property
    def short(self) -> int | None:
        """What is missing, 0 where nothing is."""
        return _short(self.needed, self.actual)


@dataclass(frozen=True, slots=True)
class MixResult(Generic[Key]):
    """`short` is what the total lacks; `lines` are the minimums, in the order of the rules."""

    short: int | None
    lines: tuple[MixLine[Key], ...]

    @property
    def is_met(self) -> bool | None:
        """The total and every minimum; None as long as something is not known and nothing known is missed."""
        shorts = [self.short, *(line.short for line in self.lines)]
        if any(shorts):
            return False
        return None if None in shorts else True


def split_groups(total: int, groups: Sequence[Group[Key]], method: str) -> SplitResult[Key]:
    """`total` among `groups` by `method`, each at least its minimum, exactly.

    DomainError codes: `invalid_share`, `hold_below_minimum`, and those of `split`, such as
    `floors_exceed_total` where the minimums do not fit. All name the groups.
    """
    if odd := [group for group in groups if not 0 <= (group.min_share or 0) <= 1]:
        raise _about(odd, "invalid_share", N_("A minimum share is from 0 to 100 %. Change it for: {names}."))
    if low := [
        group for group in groups if group.hold is not None and group.hold < (_least(total, group) or 0)
    ]:
        raise _about(
            low,
            "hold_below_minimum",
            N_("The amount held is below the minimum. Change one of them for: {names}."),
        )
    return split(
        total,
        [Child(group.key, group.name, group.basis, group.hold, _least(total, group)) for group in groups],
        method,
    )


def split_people_by_groups(
    person_totals: Sequence[int],
    group_totals: Sequence[int],
    weights: Sequence[Sequence[Weight] | None] | None = None,
) -> list[list[int]]:
    """A row for each person that sums to their total, a column for each group.

    Where the people's totals sum to the groups', so do the columns, each exactly. What is not passed on to
    people keeps a mix of its own, and what is over-assigned raises all groups in proportion. `weights` has
    what each person sells of each group; without it, or where a row is None, theirs is the mix of all. Errors
    are those of `apportion_two_way`.
    """
    rows = weights or [None] * len(person_totals)
    shapes = [list(group_totals) if row is None else row for row in rows]
    return phase_children(person_totals, group_totals, weights=shapes)


def months_by_group(amounts: Sequence[int], months: Sequence[int]) -> list[tuple[int, ...]]:
    """A row of months for each group's amount, of which the columns sum to `months` where the rows do.

    Each takes its part of what those before it have left, by largest remainder: rows and columns are exact,
    none is below zero, and all have the shape of `months` within a few units. Less than `months` leaves a
    rest in every month; more raises all months in proportion (evenly where all are zero).
    """
    left = list(months)
    if sum(amounts) > sum(left):
        left = apportion(sum(amounts), left if any(left) else [1] * len(left))
    rows = []
    for amount in amounts:
        row = apportion(amount, left) if amount else [0] * len(left)
        left = [rest - part for rest, part in zip(left, row, strict=True)]
        rows.append(tuple(row))
    return rows


def mix_met(
    total_target: int | None,
    total_actual: int | None,
    rules: Sequence[MixRule[Key]],
    actuals_by_group: Mapping[Key, int | None],
) -> MixResult[Key]:
    """Whether the total is reached and every minimum kept, and what is missing of each.

    A minimum share is of what was sold in total, so that more of other groups asks for more of this one;
    where it should not, give a minimum amount. A group that is not in `actuals_by_group` is not known.
    """
    lines = []
    for rule in rules:
        actual = actuals_by_group.get(rule.key)
        lines.append(MixLine(rule.key, _needed(rule, total_actual), actual, ratio(actual, total_actual)))
    return MixResult(_short(total_target, total_actual), tuple(lines))


def _needed(rule: MixRule[Key], total: int | None) -> int | None:
    if rule.min_share is None:
        return rule.min_amount or 0
    return None if total is None else max(ceil(total * rule.min_share), rule.min_amount or 0)


def _short(needed: int | None, actual: int | None) -> int | None:
    return None if needed is None or actual is None else max(needed - actual, 0)


def _least(total: int, group: Group[Key]) -> int | None:
    if group.min_share is None:
        return group.floor
    return max(ceil(total * group.min_share), group.floor or 0)


def _about(groups: Sequence[Group[Key]], code: str, text: str) -> DomainError:
    return DomainError(text, code=code, params={"names": ", ".join(group.name for group in groups)})
