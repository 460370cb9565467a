"""Whom a template is for: the first one in order whose rule fits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody, or a unit, on a day. `tenure` in months, None: long ago; `units` and all those above them."""

    job: str
    level: str
    tenure: int | None
    units: frozenset[int]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is empty or None is not asked for. Tenure in months, half-open."""

    jobs: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    tenure_from: int | None = None
    tenure_to: int | None = None
    units: frozenset[int] = frozenset()

    def fits(self, who: Who) -> bool:
        """Jobs and levels are the same whatever their case; who came long ago has been there for ever."""
        return (
            _is_among(who.job, self.jobs)
            and _is_among(who.level, self.levels)
            and (who.tenure is None or self.tenure_from is None or self.tenure_from <= who.tenure)
            and (self.tenure_to is None or (who.tenure is not None and who.tenure < self.tenure_to))
            and (not self.units or not self.units.isdisjoint(who.units))
        )


def _is_among(word: str, words: frozenset[str]) -> bool:
    return not words or word.casefold() in {one.casefold() for one in words}


class Ruled(Protocol):
    @property
    def rule(self) -> Rule: ...


R = TypeVar("R", bound=Ruled)


def first_fitting(in_order: Iterable[R], who: Who) -> R | None:
    return next((one for one in in_order if one.rule.fits(who)), None)


def months_of_tenure(hired_on: date, day: date) -> int:
    """Calendar months since the month of hiring, which is month 0 on whatever day they came."""
    return (day.year - hired_on.year) * 12 + day.month - hired_on.month
