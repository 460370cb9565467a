"""Which days a KPI is taken over, and what it was on them: from a formula and a period to what is read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

from django.db.models import F

from kpis.domain.formulas import Operand, Window, base_measure, parse
from kpis.models import Definition, Kpi
from kpis.registry import MEASURES, Flow, sources_of
from kpis.values import Formula
from salestargets.kernel.periods import Period, shifted_years

Part = Literal["numerator", "denominator"]
#: Above the line, and below.
PARTS: tuple[Part, ...] = ("numerator", "denominator")


class Formulated(Protocol):
    """A KPI, or a formula that no organisation keeps."""

    @property
    def numerator(self) -> str: ...
    @property
    def denominator(self) -> str: ...
    @property
    def multiplier(self) -> int: ...
    @property
    def times_days(self) -> bool: ...


@dataclass(frozen=True)
class Take:
    """Operands that are taken over the same days: of a flow all of them, of a level the last one, or now."""

    operands: Sequence[Operand]
    period: Period
    is_now: bool
    window: Window

    @property
    def is_level(self) -> bool:
        """Whether it is taken at the end of a day."""
        return not any(_has_days(operand) for operand in self.operands)

    @property
    def measures(self) -> list[str]:
        return list(dict.fromkeys(operand.measure for operand in self.operands))


def operands_of(kpi: Formulated, *parts: Part) -> list[Operand]:
    """What the parts of a KPI are made of, in order."""
    wanted = parts or PARTS
    return [operand for part in wanted for operand in parse(getattr(kpi, part))]


def measures_of(kpi: Formulated, *parts: Part) -> list[str]:
    """The registered measures that the parts of a KPI need, each once."""
    return list(dict.fromkeys(base_measure(one.measure) for one in operands_of(kpi, *parts)))


def is_stock(kpi: Formulated) -> bool:
    """Whether it is what there is at a moment, or of a whole period only: it has no days and months."""
    return any(_is_level(operand) for operand in operands_of(kpi))


def definitions_of(kpi: Formulated, period: Period, *, on: date) -> list[tuple[Period, Formulated]]:
    """A KPI may have been something else in earlier months: parts of a period, with what it was then.

    What does not add up over days is what it was on the last day, or is now.
    """
    if not isinstance(kpi, Kpi) or kpi.defined_from is None or period.start >= kpi.defined_from:
        return [(period, kpi)]
    held = list(_held(kpi, period))
    if any(is_stock(formula) for _span, formula in held):
        begun = [formula for span, formula in held if span.start <= max(on, period.start)]
        return [(period, begun[-1])]
    return held


def takes_of(operands: Iterable[Operand], period: Period, *, on: date, as_of: date | None) -> Iterator[Take]:
    """The operands by the days over which they are taken; none where no day has come yet."""
    groups: dict[tuple[Window, bool], list[Operand]] = defaultdict(list)
    for operand in operands:
        groups[operand.window, _has_days(operand)].append(operand)
    tomorrow = on + timedelta(days=1)
    for (window, has_days), found in groups.items():
        span = (_days if has_days else _moment)(period, window, tomorrow, as_of)
        if span is not None:
            is_now = span.end == tomorrow and window != Window.YEAR_BEFORE
            yield Take(found, span, is_now, window)


def factor_of(kpi: Formulated, period: Period, *, on: date, as_of: date | None) -> int:
    """What the quotient is multiplied by: a KPI in days counts those of the period that have come."""
    if not kpi.times_days:
        return kpi.multiplier
    passed = period.before(as_of or on + timedelta(days=1))
    return kpi.multiplier * (passed.days if passed else 0)


def a_year_on(day: date) -> date:
    """A day of the year before, in the year that it is compared with."""
    return shifted_years(day, 1)


def _held(kpi: Kpi, period: Period) -> Iterator[tuple[Period, Formulated]]:
    known = list(Definition.objects.filter(kpi=kpi).order_by(F("holds_from").asc(nulls_first=True)))
    ends = [one.holds_from or date.max for one in known[1:]] + [date.max]
    for one, end in zip(known, ends, strict=True):
        if span := period.intersect(Period(one.holds_from or date.min, end)):
            yield span, Formula(one.numerator, one.denominator, kpi.multiplier, kpi.times_days)


def _is_level(operand: Operand) -> bool:
    return operand.window == Window.TRAILING_YEAR or MEASURES[base_measure(operand.measure)].is_level


def _has_days(operand: Operand) -> bool:
    return any(isinstance(source, Flow) for source in sources_of(base_measure(operand.measure)))


def _days(period: Period, window: Window, tomorrow: date, as_of: date | None) -> Period | None:
    """The days of a flow. Where another year is compared, only days that have come."""
    if window == Window.PERIOD:
        return period if as_of is None else period.before(as_of)
    come = period.before(as_of or tomorrow)
    if come is None:
        return None
    year_before = shifted_years(come.end, -1)
    start = year_before if window == Window.TRAILING_YEAR else shifted_years(come.start, -1)
    end = come.end if window == Window.TRAILING_YEAR else year_before
    return Period(start, end)


def _moment(period: Period, window: Window, tomorrow: date, as_of: date | None) -> Period:
    """The last day on which a level is taken."""
    end = min(period.end, as_of or tomorrow, tomorrow)
    end = shifted_years(end, -1) if window == Window.YEAR_BEFORE else end
    return Period(end - timedelta(days=1), end)
