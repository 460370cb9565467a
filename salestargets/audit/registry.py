"""What the log must be told to be read: which whole numbers of a table are money in minor units."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Amounts:
    """Fields of a kind that are money in some rows and counts in others; `are_money` tells for many rows."""

    fields: Collection[str]
    are_money: Callable[[Sequence[Row]], Sequence[bool]]


AMOUNTS: dict[str, Amounts] = {}


def register_amounts(kind: str, amounts: Amounts) -> None:
    AMOUNTS[kind] = amounts
