"""What a KPI is built of: measures with conditions, above and below a line."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from kpis.domain.formulas import Operand, Window, written


@dataclass(frozen=True)
class Condition:
    """A field of the records and what it must be. `values` are ids, texts, whole numbers or truths."""

    field: str
    op: str
    values: tuple[Any, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"field": self.field, "op": str(self.op), "values": list(self.values)}


@dataclass(frozen=True)
class Ingredient:
    """A measure, of some of its records, over some days, added or subtracted."""

    measure: str
    conditions: tuple[Condition, ...] = ()
    sign: int = 1
    window: Window = Window.PERIOD

    @property
    def operand(self) -> Operand:
        return Operand(key_of(self.measure, self.conditions), self.sign, self.window)


@dataclass(frozen=True)
class Recipe:
    """Above and below the line; nothing below: a plain sum. The factor and the days are for quotients."""

    numerator: tuple[Ingredient, ...]
    denominator: tuple[Ingredient, ...] = ()
    multiplier: int = 1
    times_days: bool = False

    @property
    def ingredients(self) -> Iterable[Ingredient]:
        return chain(self.numerator, self.denominator)

    @property
    def above(self) -> str:
        """As a formula of `domain.formulas`."""
        return written(one.operand for one in self.numerator)

    @property
    def below(self) -> str:
        return written(one.operand for one in self.denominator)


def key_of(measure: str, conditions: Sequence[Condition]) -> str:
    """The measure itself without conditions, else with a digest of them, in whatever order they come."""
    if not conditions:
        return measure
    said = sorted(_said(one) for one in conditions)
    return f"{measure}:{hashlib.sha256('|'.join(said).encode()).hexdigest()[:10]}"


def _said(condition: Condition) -> str:
    values = sorted(condition.values, key=str)
    return json.dumps([condition.field, str(condition.op), values], ensure_ascii=False)
