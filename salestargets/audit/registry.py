"""What the log must be told to be read: what the whole numbers of a table stand for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Amounts:
    """Fields of a kind, alone or in lists, in smallest units: of money in some rows, else of some decimals.

    `places` tells for many rows how many decimals they have; None stands for money.
    """

    fields: Collection[str]
    places: Callable[[Sequence[Row]], Sequence[int | None]]


AMOUNTS: dict[str, Amounts] = {}


def register_amounts(kind: str, amounts: Amounts) -> None:
    AMOUNTS[kind] = amounts
