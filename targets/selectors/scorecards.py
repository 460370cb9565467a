"""Scorecards: how people and units do by the KPIs of their template, over a fiscal period.

The target of each KPI is the number in force of the holder in a published plan that covers the period; where
there is none, the template's own. Many scorecards take as many statements as one, for each of their KPIs.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import F

from kpis.choices import Direction, Subject, TargetSpan
from kpis.domain.scoring import Bounds, Total, attainment, score, total
from kpis.models import Kpi, TemplateItem
from kpis.models.templates import WHOLE_BP
from kpis.selectors import actuals
from kpis.templates import Fit, fits_of_people, fits_of_units
from kpis.values import Holder, meant
from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.errors import DomainError
from salestargets.kernel.fiscal import FiscalCalendar
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.models import Assignment, Organisation, Person, Unit, UnitClosure, UnitPlacement
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.selectors import calendar_of, fiscal_calendar_of, get_person, get_unit
from targets.amounts import from_stored, is_level
from targets.choices import IN_FORCE, TargetOrigin
from targets.domain.ramp import RampCurve, mean_ramp
from targets.models import Goal
from targets.selectors.figures import Line, lines_of
from targets.selectors.periods import periods_of, span_of
from targets.selectors.products import Mix, groups_of, mixes_of
from targets.selectors.ramps import ramp_curve
from targets.selectors.trees import Node


@dataclass(frozen=True)
class Aim:
    """The target of a KPI for the period, where it is from, and where one begins. None: no target.

    Of a plan, the goal, the numbers it is made of (a mover has several places) and their nodes.
    """

    target: Fraction | None = None
    origin: TargetOrigin = TargetOrigin.NONE
    base: Fraction | None = None
    ramp: Fraction | None = None
    goal: Goal | None = None
    target_ids: tuple[int, ...] = ()
    nodes: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Part:
    """One KPI of a scorecard: what is to be reached, what was, and what that scores.

    Amounts are as `kpis.values.Actual` has them; attainment and score are shares of one. None: undefined.
    """

    item: TemplateItem
    aim: Aim
    actual: Fraction | None
    attainment: Fraction | None
    score: Fraction | None
    unmet_mix: Mix | None = None

    @property
    def kpi(self) -> Kpi:
        found: Kpi = self.item.kpi
        return found

    @property
    def weight(self) -> Fraction:
        return Fraction(self.item.weight_bp, WHOLE_BP)

    @property
    def weighted(self) -> Fraction | None:
        """What it adds to the total."""
        return None if self.score is None else self.score * self.weight


@dataclass(frozen=True)
class Scorecard:
    """A person's or a unit's. No fit: there is nothing that they are measured by."""

    holder: Holder
    name: str
    period: Period
    fit: Fit | None
    parts: Sequence[Part]

    @property
    def total(self) -> Total:
        """With the weight that has no score, as shares of one."""
        return total((part.weight, part.score) for part in self.parts)

    @property
    def without_score(self) -> list[Part]:
        return [part for part in self.parts if part.score is None]


@dataclass(frozen=True)
class Sheet:
    """A unit's scorecard, and those of what is below it: the units right below, and all people."""

    unit: Scorecard
    units: Sequence[Scorecard]
    people: Sequence[Scorecard]


def check_fiscal(period: Period, calendar: FiscalCalendar) -> Period:
    """DomainError unless the period consists of whole fiscal periods, of ten years at most."""
    is_whole = calendar.period_of(period.start).start == period.start
    is_whole = is_whole and calendar.period_of(period.last_day).end == period.end
    if not is_whole or period.days > 3660:
        raise DomainError(
            N_("Choose whole fiscal periods, such as a quarter."), code="not_fiscal", field="to"
        )
    return period


def scorecard(actor: Actor, holder: Holder, period: Period, *, on: date) -> Scorecard:
    """Of one holder whom the actor sees, with the product mixes that are not met."""
    organisation = actor.organisation
    if holder.kind == "unit":
        [card] = _unit_cards([get_unit(actor, holder.id, on)], period, organisation, on=on)
    else:
        [card] = _people_cards([get_person(actor, holder.id, on)], period, organisation, on=on)
    return replace(card, parts=[_with_mix(part, on=on) for part in card.parts])


def scorecards_in(actor: Actor, unit: Unit, period: Period, *, on: date) -> Sheet:
    """Of a unit and whoever is below it on the day that ends the period, or today while it runs."""
    day = min(max(on, period.start), period.last_day)
    below = UnitPlacement.objects.filter(current_on(day), parent=unit).select_related("unit")
    children = [row.unit for row in below.order_by("unit__name", "unit_id")]
    cards = _unit_cards([unit, *children], period, actor.organisation, on=on)
    people = _people_below(actor, unit, day, on=on)
    return Sheet(cards[0], cards[1:], _people_cards(people, period, actor.organisation, on=on))


def people_scorecards(actor: Actor, unit: Unit, period: Period, *, on: date) -> list[Scorecard]:
    """Of the people alone."""
    day = min(max(on, period.start), period.last_day)
    return _people_cards(_people_below(actor, unit, day, on=on), period, actor.organisation, on=on)


def _people_below(actor: Actor, unit: Unit, day: date, *, on: date) -> list[Person]:
    within = UnitClosure.objects.filter(current_on(day), ancestor=unit).values("descendant_id")
    seated = Assignment.objects.filter(current_on(day), unit_id__in=within).values("person_id")
    sight = sight_of(actor, on)
    people = Person.objects.filter(pk__in=seated).order_by("name", "id")
    return [person for person in people if sight.of_person(person.pk)]


def _people_cards(
    people: Collection[Person], period: Period, organisation: Organisation, *, on: date
) -> list[Scorecard]:
    fits = fits_of_people(people, period, organisation)
    whose = {person.pk: person for person in people}
    holders = {Holder("person", key): fit for key, fit in fits.items()}
    names = {Holder("person", key): person.name for key, person in whose.items()}
    return _cards(holders, names, whose, period, organisation, on=on)


def _unit_cards(
    units: Collection[Unit], period: Period, organisation: Organisation, *, on: date
) -> list[Scorecard]:
    fits = fits_of_units([unit.pk for unit in units], period)
    holders = {Holder("unit", unit.pk): fits[unit.pk] for unit in units}
    names = {Holder("unit", unit.pk): unit.name for unit in units}
    return _cards(holders, names, {}, period, organisation, on=on)


def _cards(
    fits: Mapping[Holder, Fit | None],
    names: Mapping[Holder, str],
    people: Mapping[int, Person],
    period: Period,
    organisation: Organisation,
    *,
    on: date,
) -> list[Scorecard]:
    known = [fit for fit in fits.values() if fit]
    measured = _measured(known)
    values = {
        kpi.pk: actuals(holders, kpi, period, on=on) if holders else {} for kpi, holders in measured.values()
    }
    planned = _planned(measured, period, organisation, on=on)
    own = _Own(organisation, period) if known else None

    def part(item: TemplateItem, fit: Fit, person: Person | None) -> Part:
        aim = planned.get((item.kpi_id, fit.holder))
        if aim is None and own is not None:
            aim = own.aim(item, person if fit.version.row.subject == Subject.PERSON else None)
        return _part(item, aim or Aim(), values[item.kpi_id][fit.holder].value, organisation.currency)

    return [
        Scorecard(
            holder,
            names[holder],
            period,
            fit,
            [part(item, fit, people.get(holder.id)) for item in fit.version.items] if fit else [],
        )
        for holder, fit in fits.items()
    ]


def _measured(fits: Iterable[Fit]) -> dict[int, tuple[Kpi, list[Holder]]]:
    """KPI \u2192 of whom it is asked, each once."""
    found: dict[int, tuple[Kpi, dict[Holder, None]]] = {}
    for fit in fits:
        for item in fit.version.items:
            found.setdefault(item.kpi_id, (item.kpi, {}))[1][fit.holder] = None
    return {key: (kpi, list(holders)) for key, (kpi, holders) in found.items()}


def _part(item: TemplateItem, aim: Aim, actual: Fraction | None, currency: str) -> Part:
    base = aim.base if aim.base is not None else meant(item.base, item.kpi.unit, currency=currency)
    is_lower = item.kpi.direction == Direction.LOWER
    attained = attainment(actual, aim.target, lower_is_better=is_lower, base=base)
    return Part(item, replace(aim, base=base), actual, attained, score(attained, _bounds(item)))


def _bounds(item: TemplateItem) -> Bounds:
    return Bounds(
        threshold=None if item.threshold_bp is None else Fraction(item.threshold_bp, WHOLE_BP),
        floor=Fraction(item.floor_bp, WHOLE_BP),
        cap=None if item.cap_bp is None else Fraction(item.cap_bp, WHOLE_BP),
    )


def _planned(
    measured: Mapping[int, tuple[Kpi, Sequence[Holder]]],
    period: Period,
    organisation: Organisation,
    *,
    on: date,
) -> dict[tuple[int, Holder], Aim]:
    """(KPI, holder) \u2192 the number in force for the period: of several plans, that of the shortest."""
    goals = _goals_over(period, measured)
    holders = {holder for _kpi, asked in measured.values() for holder in asked}
    day = min(max(on, period.start), period.last_day)
    lines = lines_of(goals, day, holders) if goals and holders else {}
    found: dict[tuple[int, Holder], Aim] = {}
    for goal in goals:
        for holder, places in _by_holder(lines.get(goal.pk, ())).items():
            aim = _aim_of(goal, places, period, organisation.currency)
            if aim is not None:
                found.setdefault((goal.kpi_id, holder), aim)
    return found


def _goals_over(period: Period, kpi_ids: Collection[int]) -> list[Goal]:
    """In force, over all of the period; those of shorter plans first, then the ones published last."""
    goals = Goal.objects.filter(
        kpi__in=kpi_ids,
        plan__state__in=IN_FORCE,
        plan__starts_on__lte=period.start,
        plan__ends_on__gte=period.end,
    ).select_related("plan", "kpi")
    return list(goals.order_by(F("plan__ends_on") - F("plan__starts_on"), "-plan__published_at", "-id"))


def _by_holder(lines: Iterable[Line]) -> dict[Holder, list[Line]]:
    found: dict[Holder, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.node.holder.whole].append(line)
    return found


def _aim_of(goal: Goal, places: Sequence[Line], period: Period, currency: str) -> Aim | None:
    """What a goal gives a holder for the period; None where it gives nothing for just these days."""
    if is_level(goal.kpi):  # it does not add up over places: that of the one they came to last
        places = sorted(places, key=lambda line: line.target_id or 0)[-1:]
    amounts = [_within(goal, line, period) for line in places]
    if None in amounts:
        return None
    stored = sum(amount or 0 for amount in amounts)
    unit = goal.kpi.unit
    return Aim(
        target=meant(from_stored(stored, goal.kpi, currency), unit, currency=currency),
        origin=TargetOrigin.PLAN,
        base=meant(from_stored(goal.baseline, goal.kpi, currency), unit, currency=currency),
        goal=goal,
        target_ids=tuple(line.target_id for line in places if line.target_id),
        nodes=tuple(line.node for line in places),
    )


def _within(goal: Goal, line: Line, period: Period) -> int | None:
    """Of a number over a longer plan, its months in the period; None where they are not whole ones of it."""
    if is_level(goal.kpi) or span_of(goal.plan) == period:
        return line.given
    months = periods_of(goal.plan)
    chosen = [n for n, month in enumerate(months) if period.start <= month.start and month.end <= period.end]
    if line.months is None or sum(months[n].days for n in chosen) != period.days:
        return None
    return sum(line.months[n] for n in chosen)


class _Own:
    """The templates' own targets, turned to the period and to those who are new."""

    def __init__(self, organisation: Organisation, period: Period) -> None:
        self.currency, self.period = organisation.currency, period
        fiscal = fiscal_calendar_of(organisation)
        self.months: tuple[Period, ...] = fiscal.periods(period)
        self.spans = {span: _spans_in(self.months, fiscal, span) for span in TargetSpan}
        self.curve: RampCurve = ramp_curve()
        self.calendar: WorkCalendar = calendar_of(organisation, period)

    def aim(self, item: TemplateItem, person: Person | None) -> Aim:
        target = meant(item.target, item.kpi.unit, currency=self.currency)
        if target is None:
            return Aim()
        if is_level(item.kpi):
            return Aim(target, TargetOrigin.TEMPLATE)
        target *= self.spans[TargetSpan(item.target_span)]
        ramp = self._ramp(person) if person and item.is_ramped else Fraction(1)
        if ramp == 1:
            return Aim(target, TargetOrigin.TEMPLATE)
        return Aim(target * ramp, TargetOrigin.RAMPED, ramp=ramp)

    def _ramp(self, person: Person) -> Fraction:
        return mean_ramp(self.curve, person.hired_on, self.months, self.calendar, left_on=person.left_on)


def _spans_in(months: Sequence[Period], fiscal: FiscalCalendar, span: TargetSpan) -> Fraction:
    """How many months or quarters a period is: a month is the same part of its quarter as its fellows."""
    if span == TargetSpan.MONTH:
        return Fraction(len(months))
    quarters = (fiscal.periods(fiscal.quarter_of(month.start)) for month in months)
    return sum((Fraction(1, len(of_quarter)) for of_quarter in quarters), Fraction(0))


def _with_mix(part: Part, *, on: date) -> Part:
    """With the product mix of the goal in the holder's place, where it is not met."""
    goal = part.aim.goal
    if goal is None or len(part.aim.nodes) != 1 or not groups_of(goal):
        return part
    [node] = part.aim.nodes
    mix = mixes_of(goal, [node], on=on)[node]
    return replace(part, unmet_mix=mix) if mix.is_met is False else part
