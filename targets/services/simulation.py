"""What stands behind a change of numbers, and what it would mean: worked out, to be frozen with a request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from kpis.models import Kpi
from kpis.selectors import actuals
from salestargets.alerts.models import Rule
from salestargets.alerts.services.alerts import open_severities
from salestargets.kernel.rational import Fraction, Number, ratio, rounded
from salestargets.tenancy.models import Organisation
from targets.amounts import is_level, stored_actual
from targets.domain.progress import PLACES, Timeline
from targets.frozen import Effect, Evidence, Fact, Held, Left, Move, Simulation, Who
from targets.models import Goal, PlanningRules
from targets.selectors.figures import Line, Standing, clock_of, measured, values_of
from targets.selectors.periods import calendar_for, just_before, span_of, year_before
from targets.selectors.rules import planning_rules
from targets.selectors.sheets import NOTHING, Sheet, Spread
from targets.selectors.smart import references_of
from targets.selectors.team import open_counterpart
from targets.selectors.trees import Node
from targets.services.pace_rule import PACE, levels_of, severity_of, subject_of


@dataclass(frozen=True)
class _Case:
    """What both need: the sheet as it is and as it would be, and what the records say."""

    sheet: Sheet
    then: Sheet
    numbers: Mapping[Node, Spread]
    nodes: Sequence[Node]
    values: Mapping[Node, int | None]
    clock: Timeline
    organisation: Organisation
    at: datetime

    @property
    def goal(self) -> Goal:
        return self.sheet.goal

    @property
    def today(self) -> date:
        return self.organisation.today(self.at)

    def standings(self, sheet: Sheet) -> dict[Node, Standing]:
        lines = [_line(sheet, node) for node in self.nodes]
        found = measured(self.goal, lines, self.values, self.clock, self.organisation, self.at)
        return {one.node: one for one in found}


def studied(
    sheet: Sheet, numbers: Mapping[Node, Spread], organisation: Organisation, *, at: datetime
) -> tuple[Evidence, Simulation]:
    """Of the holders whose numbers change, and of the plan's unit. The same few queries for any number."""
    case = _case(sheet, numbers, organisation, at)
    before, after = case.standings(sheet), case.standings(case.then)
    evidence: Evidence = {
        "as_of": case.today.isoformat(),
        "band": _band(),
        "holders": _facts(case, before),
        "references": _references(case),
    }
    simulation: Simulation = {
        "holders": _effects(case, before, after),
        "balances": _balances(case),
    }
    return evidence, simulation


def moves_of(sheet: Sheet, numbers: Mapping[Node, Spread]) -> list[Move]:
    return [_move(sheet, node, spread) for node, spread in numbers.items()]


def who(sheet: Sheet, node: Node) -> Who:
    return {
        "holder": str(node),
        "unit": node.unit_id,
        "person": node.person_id,
        "name": sheet.tree.name(node),
    }


def _case(sheet: Sheet, numbers: Mapping[Node, Spread], organisation: Organisation, at: datetime) -> _Case:
    goal, today = sheet.goal, organisation.today(at)
    nodes = list(dict.fromkeys([*numbers, sheet.tree.root]))
    cells = {
        node: sheet.cells.get(node, NOTHING)._replace(agreed=spread.amount, agreed_months=spread.months)
        for node, spread in numbers.items()
    }
    return _Case(
        sheet=sheet,
        then=replace(sheet, cells={**sheet.cells, **cells}),
        numbers=numbers,
        nodes=nodes,
        values=values_of(goal, nodes, on=today),
        clock=clock_of(goal.plan, today, calendar_for([goal], organisation)),
        organisation=organisation,
        at=at,
    )


def _line(sheet: Sheet, node: Node) -> Line:
    cell = sheet.cells.get(node, NOTHING)
    return Line(node, cell.target_id or None, cell.amount, cell.months)


def _move(sheet: Sheet, node: Node, spread: Spread) -> Move:
    cell = sheet.cells.get(node, NOTHING)
    return {
        **who(sheet, node),
        "before": cell.amount,
        "months_before": None if cell.months is None else list(cell.months),
        "after": spread.amount,
        "months_after": None if spread.months is None else list(spread.months),
    }


def _facts(case: _Case, standings: Mapping[Node, Standing]) -> list[Fact]:
    opened, rates, history = _open(case), _win_rates(case), _history(case)
    rules = planning_rules()
    return [
        {
            **who(case.sheet, node),
            "target": found.target,
            "actual": found.actual,
            "expected": found.expected,
            "gap": found.gap,
            "attainment": _text(found.attainment),
            "pace": _text(found.pace),
            "forecast": found.forecast,
            "status": found.status.value,
            "open": opened.get(node),
            "coverage": _text(ratio(opened.get(node), found.gap)) if (found.gap or 0) > 0 else None,
            "win_rate": rates.get(node),
            "history": history.get(node),
            "times_before": _text(ratio(found.target, history.get(node))),
            "times_after": _text(ratio(case.then.given(node), history.get(node))),
            "is_in_band": _in_band(rules, ratio(case.then.given(node), history.get(node))),
        }
        for node, found in standings.items()
    ]


def _references(case: _Case) -> list[Held]:
    root, rules = case.sheet.tree.root, planning_rules()
    now, then = case.sheet.given(root), case.then.given(root)
    return [
        {
            "key": reference.key,
            "about": reference.about.text,
            "params": {name: str(value) for name, value in reference.about.params.items()},
            "amount": reference.amount,
            "times_before": _text(ratio(now, reference.amount)),
            "times_after": _text(ratio(then, reference.amount)),
            "is_in_band": _in_band(rules, ratio(then, reference.amount)),
        }
        for reference in references_of(case.goal, on=case.today)
        if reference.amount is not None
    ]


def _effects(case: _Case, before: Mapping[Node, Standing], after: Mapping[Node, Standing]) -> list[Effect]:
    nodes = list(case.numbers)
    rule = Rule.objects.filter(key=PACE).first()
    subjects = {node: subject_of(target_id) for node in nodes if (target_id := before[node].target_id)}
    loud = open_severities(rule, list(subjects.values())) if rule else {}
    levels = levels_of(rule)
    effects: list[Effect] = []
    for node in nodes:
        current = loud.get(subjects.get(node, ""))
        now = severity_of(levels, after[node], case.clock, current)
        effects.append(
            {
                **_move(case.sheet, node, case.numbers[node]),
                "attainment_before": _text(before[node].attainment),
                "attainment_after": _text(after[node].attainment),
                "pace_before": _text(before[node].pace),
                "pace_after": _text(after[node].pace),
                "status_before": before[node].status.value,
                "status_after": after[node].status.value,
                "alert_before": current.value if current else None,
                "alert_after": now.value if now else None,
            }
        )
    return effects


def _balances(case: _Case) -> list[Left]:
    """At the units that give the numbers, and at those that give on what they were given."""
    if is_level(case.goal.kpi):
        return []
    tree = case.sheet.tree
    above = [tree.parents[node] for node in case.numbers if node in tree.parents]
    own = [node for node in case.numbers if tree.below(node)]
    return [_left(case, node) for node in dict.fromkeys([*above, *own])]


def _left(case: _Case, node: Node) -> Left:
    before, after = case.sheet.balance(node), case.then.balance(node)
    return {
        **who(case.sheet, node),
        "unallocated_before": before.unallocated,
        "unallocated_after": after.unallocated,
        "over_before": before.over_assigned,
        "over_after": after.over_assigned,
    }


def _open(case: _Case) -> dict[Node, int]:
    """What is open to be won; nothing where nothing of that kind can be."""
    counterpart = open_counterpart(case.goal.kpi)
    if counterpart is None:
        return {}
    holders = [node.holder for node in case.nodes]
    found = actuals(holders, counterpart, span_of(case.goal.plan), on=case.today)
    return {node: found[node.holder].numerator for node in case.nodes}


def _win_rates(case: _Case) -> dict[Node, str | None]:
    """Of the plan's span so far."""
    kpi = Kpi.objects.filter(key="win_rate").first()
    if kpi is None:
        return {}
    found = actuals([node.holder for node in case.nodes], kpi, span_of(case.goal.plan), on=case.today)
    return {node: _text(found[node.holder].value) for node in case.nodes}


def _history(case: _Case) -> dict[Node, int | None]:
    kpi, span = case.goal.kpi, span_of(case.goal.plan)
    for earlier in (year_before(span), just_before(span)):
        found = actuals({node.holder.whole for node in case.nodes}, kpi, earlier, on=case.today)
        values = {node: stored_actual(found[node.holder.whole], kpi) for node in case.nodes}
        if any(values.values()):
            return {node: value or None for node, value in values.items()}
    return {}


def _band() -> list[str]:
    rules = planning_rules()
    return [str(rules.band_low), str(rules.band_high)]


def _in_band(rules: PlanningRules, times: Fraction | None) -> bool | None:
    return None if times is None else Fraction(rules.band_low) <= times <= Fraction(rules.band_high)


def _text(value: Number | None) -> str | None:
    found = rounded(value, PLACES)
    return None if found is None else str(found)
