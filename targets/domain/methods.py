"""Methods that propose a number, side by side, and their blend.

Every method is a dataclass of its inputs: what was entered or read, None where it is not known, which is not
0. `propose` gives its number, or says what is missing. Amounts are whole and of one unit: minor units of
money, or counts; rates and shares are exact (`Decimal` or `Fraction`, 0.1 for 10 %). Proposals are rounded
half to even, only the break-even upwards, since less would miss the profit. No proposal is below zero.

`as_json` writes inputs down exactly, and `from_json` reads them back equal.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from math import ceil, prod
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

from salestargets.kernel.apportion import Weight
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_, Message
from salestargets.kernel.rational import Fraction, Number

WHOLE_YEARS_FOR_A_SEASON = 2


class ProposalMethod(StrEnum):
    HISTORY_GROWTH = "history_growth"
    MOVING_AVERAGE = "moving_average"
    SEASONAL_INDEX = "seasonal_index"
    MARKET = "market"
    BREAK_EVEN = "break_even"
    CAPACITY = "capacity"
    FUNNEL = "funnel"
    BOTTOM_UP = "bottom_up"


@dataclass(frozen=True, slots=True)
class Inputs(ABC):
    """What a method works with."""

    method: ClassVar[ProposalMethod]

    @abstractmethod
    def answer(self) -> Fraction | Message:
        """The number before rounding, or what is missing and what to do about it."""

    def as_json(self) -> dict[str, Any]:
        values = {field.name: _encoded(getattr(self, field.name)) for field in fields(self)}
        return {"method": self.method.value, **values}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A method's `amount`, or what is `missing` for one: always one of them. `inputs` stay beside it."""

    method: ProposalMethod
    amount: int | None
    missing: Message | None
    inputs: Inputs


def propose(inputs: Inputs) -> Proposal:
    """What the method makes of its inputs."""
    answer = inputs.answer()
    if not isinstance(answer, Message) and answer < 0:
        answer = Message(N_("It comes out below zero. Check what it is worked out from."))
    if isinstance(answer, Message):
        return Proposal(inputs.method, None, answer, inputs)
    return Proposal(inputs.method, round(answer), None, inputs)


def blend(amounts: Sequence[int | None], weights: Sequence[Weight]) -> int | None:
    """The mean of `amounts` by `weights`, one for each, rounded half to even.

    An amount that is missing drops out, and the others share its weight in proportion to theirs. None where
    nothing is left that weighs anything. DomainError `negative_weight`.
    """
    if any(weight < 0 for weight in weights):
        raise DomainError(N_("A weight is below zero. Weights must be zero or more."), code="negative_weight")
    known = [(a, Fraction(weight)) for a, weight in zip(amounts, weights, strict=True) if a is not None]
    whole = sum(weight for _, weight in known)
    return round(sum(amount * weight for amount, weight in known) / whole) if whole else None


@dataclass(frozen=True, slots=True)
class HistoryGrowth(Inputs):
    """Last year's same period × (1 + growth)."""

    method = ProposalMethod.HISTORY_GROWTH
    last_year: int | None
    growth: Number | None

    def answer(self) -> Fraction | Message:
        if self.last_year is None:
            return Message(N_("There is no result of the same period last year. Choose another method."))
        if self.growth is None:
            return Message(N_("Enter the growth over last year, 0 % for none."))
        return self.last_year * (1 + Fraction(self.growth))


@dataclass(frozen=True, slots=True)
class MovingAverage(Inputs):
    """The mean of the last `n` periods, each as long as the one that is planned; the oldest is first."""

    method = ProposalMethod.MOVING_AVERAGE
    periods: tuple[int | None, ...]
    n: int

    def answer(self) -> Fraction | Message:
        if self.n < 1:
            return Message(N_("Average one period at least."))
        known = [actual for actual in self.periods[-self.n :] if actual is not None]
        if len(known) < self.n:
            return Message(
                N_(
                    "Results known of the last {n} periods: {known}. Average fewer, or choose another method."
                ),
                {"known": len(known), "n": self.n},
            )
        return Fraction(sum(known), self.n)


@dataclass(frozen=True, slots=True)
class SeasonalIndex(Inputs):
    """Mean level × index of the period, as in classical decomposition (Persons, 1919).

    `years` hold the results of equally many periods each, the oldest first; `period` is the place of the one
    that is planned, from 0. Its index is the mean, over the years, of its result by the mean of its year. The
    level is the mean of the last year. Years with a result that is not known do not count.
    """

    method = ProposalMethod.SEASONAL_INDEX
    years: tuple[tuple[int | None, ...], ...]
    period: int

    def answer(self) -> Fraction | Message:
        whole = [known for year in self.years if (known := _known(year))]
        if len(whole) < WHOLE_YEARS_FOR_A_SEASON:
            return Message(
                N_("Whole years with results: {count}. A season needs {least}; else choose another method."),
                {"count": len(whole), "least": WHOLE_YEARS_FOR_A_SEASON},
            )
        if not all(0 <= self.period < len(year) for year in whole):
            return Message(N_("Choose one of the periods of the year."))
        means = [Fraction(sum(year), len(year)) for year in whole]
        indices = [year[self.period] / mean for year, mean in zip(whole, means, strict=True)]
        return means[-1] * sum(indices, Fraction(0)) / len(whole)


@dataclass(frozen=True, slots=True)
class Market(Inputs):
    """Size of the market × (1 + its growth) × the share wanted of it."""

    method = ProposalMethod.MARKET
    size: int | None
    growth: Number | None
    share: Number | None

    def answer(self) -> Fraction | Message:
        if self.size is None or self.growth is None or self.share is None:
            return Message(N_("Enter the size of the market, its growth, and the share you want of it."))
        if not 0 <= self.share <= 1:
            return Message(N_("A share of the market is from 0 to 100 %."))
        return self.size * (1 + Fraction(self.growth)) * Fraction(self.share)


@dataclass(frozen=True, slots=True)
class BreakEven(Inputs):
    """(Fixed cost + wanted profit) / contribution ratio, rounded up (cost-volume-profit analysis).

    The contribution ratio is what is left of a sale after its variable cost. `mix` are pairs of a group's
    share of sales and its ratio; where given, the ratio is their mean by share.
    """

    method = ProposalMethod.BREAK_EVEN
    fixed_cost: int | None
    wanted_profit: int | None
    contribution_ratio: Number | None = None
    mix: tuple[tuple[Number, Number], ...] = ()

    def answer(self) -> Fraction | Message:
        if self.fixed_cost is None or self.wanted_profit is None:
            return Message(N_("Enter the fixed cost and the profit you want."))
        if any(share < 0 for share, _ in self.mix):
            return Message(N_("A share of sales is zero or more."))
        ratio = self.ratio()
        if ratio is None:
            return Message(
                N_("Enter the contribution ratio, or the share and the ratio of each product group.")
            )
        if ratio <= 0:
            return Message(
                N_("No sale leaves anything to cover the fixed cost. Check prices, costs and the mix.")
            )
        return Fraction(ceil((self.fixed_cost + self.wanted_profit) / ratio))

    def ratio(self) -> Fraction | None:
        """The contribution ratio that counts."""
        exact = [(Fraction(share), Fraction(ratio)) for share, ratio in self.mix]
        if shares := sum(share for share, _ in exact):
            return sum((share * ratio for share, ratio in exact), Fraction(0)) / shares
        return None if self.contribution_ratio is None else Fraction(self.contribution_ratio)


@dataclass(frozen=True, slots=True)
class Capacity(Inputs):
    """Ramped people × what a whole one brings in the period."""

    method = ProposalMethod.CAPACITY
    ramped_heads: Number | None
    productivity: int | None

    def answer(self) -> Fraction | Message:
        if self.ramped_heads is None or self.productivity is None:
            return Message(N_("Enter how many people sell, and what one of them brings in the period."))
        return Fraction(self.ramped_heads) * self.productivity


@dataclass(frozen=True, slots=True)
class Funnel(Inputs):
    """Leads × every conversion × average deal + what is expected of the deals that are open already."""

    method = ProposalMethod.FUNNEL
    leads: int | None
    conversions: tuple[Number | None, ...]
    average_deal: int | None
    open_expected: int = 0

    def answer(self) -> Fraction | Message:
        known = [Fraction(rate) for rate in self.conversions if rate is not None]
        if self.leads is None or self.average_deal is None or not known or len(known) < len(self.conversions):
            return Message(N_("Enter the leads, every conversion, and the average deal."))
        if not all(0 <= rate <= 1 for rate in known):
            return Message(N_("A conversion is from 0 to 100 %."))
        return self.leads * prod(known, start=Fraction(1)) * self.average_deal + self.open_expected


@dataclass(frozen=True, slots=True)
class BottomUp(Inputs):
    """The sum of what everyone proposes. As long as one answer is missing there is none: it is not zero."""

    method = ProposalMethod.BOTTOM_UP
    proposals: tuple[int | None, ...]

    def answer(self) -> Fraction | Message:
        known = [proposal for proposal in self.proposals if proposal is not None]
        if not known or len(known) < len(self.proposals):
            return Message(
                N_("Answers so far: {known} of {of}. Ask for the others."),
                {"known": len(known), "of": len(self.proposals)},
            )
        return Fraction(sum(known))


_KINDS = (HistoryGrowth, MovingAverage, SeasonalIndex, Market, BreakEven, Capacity, Funnel, BottomUp)
_BY_METHOD: Mapping[str, type[Inputs]] = {kind.method: kind for kind in _KINDS}
_UNREADABLE = object()
_NUMBER = re.compile(r"-?[0-9]{1,100}(?:\.[0-9]{1,100}|/0*[1-9][0-9]{0,99})?")


def from_json(data: Mapping[str, Any]) -> Inputs:
    """The inputs that `as_json` wrote. DomainError `invalid_inputs` for anything else."""
    method = str(data.get("method"))
    kind = _BY_METHOD.get(method)
    if kind is None:
        raise _invalid(N_("There is no such method. Enter one of: {names}."), names=_BY_METHOD)
    names, shapes = [field.name for field in fields(kind)], get_type_hints(kind)
    if data.keys() - {"method"} != set(names):
        raise _invalid(N_("“{method}” has exactly these inputs: {names}."), method=method, names=names)
    return kind(**{name: _read(name, data[name], shapes[name]) for name in names})


def _read(name: str, value: object, shape: Any) -> Any:
    try:
        found = _decoded(value)
    except ValueError:
        found = _UNREADABLE
    if not _fits(found, shape):
        text = N_("“{name}” is not as it is answered: amounts in the smallest unit, rates as text.")
        raise _invalid(text, name=name)
    return found


def _fits(value: object, shape: Any) -> bool:
    """Whether a value is of the type that a field is declared with."""
    if get_origin(shape) is not tuple:
        return isinstance(value, shape)
    if not isinstance(value, tuple):
        return False
    first, *others = get_args(shape)
    parts = [first] * len(value) if others == [...] else [first, *others]
    return len(value) == len(parts) and all(map(_fits, value, parts))


def _encoded(value: object) -> object:
    """Integers as they are, decimals as text, fractions as text with a stroke."""
    if isinstance(value, tuple):
        return [_encoded(one) for one in value]
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return f"{value:f}" if isinstance(value, Decimal) else value


def _decoded(value: object) -> object:
    if isinstance(value, list):
        return tuple(_decoded(one) for one in value)
    if value is None or type(value) is int:
        return value
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise ValueError(value)
    return Fraction(value) if "/" in value else Decimal(value)


def _invalid(text: str, *, names: Iterable[str] = (), **params: object) -> DomainError:
    params = {**params, "names": ", ".join(names)}
    return DomainError(text, code="invalid_inputs", field="inputs", params=params)


def _known(year: Sequence[int | None]) -> list[int] | None:
    """The results of a year of which all are known, and whose sum is above zero."""
    results = [actual for actual in year if actual is not None]
    return results if len(results) == len(year) and sum(results) > 0 else None
