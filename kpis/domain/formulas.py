"""How a KPI is written down: measures joined by + and −, each perhaps filtered, perhaps of another time.

won_amount                                   a measure over the period asked for
won_amount:3f9a1c2b04                        the same, of the records that a selection names only
won_amount@year_before                       the same days, a year earlier
won_amount@trailing_year                     the twelve months up to the end of the period, or to now
won_amount-won_amount@year_before            what it grew by
10000                                        a number, below the line of what is entered in hundredths
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_


class Window(StrEnum):
    """Over which days a measure is taken when a period is asked for."""

    PERIOD = ""
    YEAR_BEFORE = "year_before"
    TRAILING_YEAR = "trailing_year"


_OPERAND = re.compile(r"([+-]?)([a-z0-9_]+(?::[a-z0-9]+)?)(?:@([a-z_]+))?")


@dataclass(frozen=True, slots=True)
class Operand:
    """A measure in a formula; `measure` may name a selection of it, or be a plain number."""

    measure: str
    sign: int = 1
    window: Window = Window.PERIOD

    @property
    def name(self) -> str:
        """What tells its sums apart: the measure and its window."""
        return f"{self.measure}@{self.window}" if self.window else self.measure

    @property
    def number(self) -> int | None:
        return int(self.measure) if self.measure.isdigit() else None


def parse(expression: str) -> tuple[Operand, ...]:
    """The operands in order; none for an empty text. DomainError `invalid_formula` for anything else."""
    found, end = [], 0
    while end < len(expression):
        match = _OPERAND.match(expression, end)
        if match is None or (end and not match[1]):
            raise _INVALID
        sign, measure, window = match.groups()
        if window and window not in set(Window):
            raise _INVALID
        found.append(Operand(measure, -1 if sign == "-" else 1, Window(window or "")))
        end = match.end()
    return tuple(found)


def written(operands: Iterable[Operand]) -> str:
    """What `parse` reads back."""
    text = "".join(f"{'-' if one.sign < 0 else '+'}{one.name}" for one in operands)
    return text.removeprefix("+")


def base_measure(name: str) -> str:
    """The registered measure behind an operand's name or a selection's key."""
    return name.partition("@")[0].partition(":")[0]


_INVALID = DomainError(
    N_("A formula joins measures by + and −, as in won_count+lost_count."), code="invalid_formula"
)
