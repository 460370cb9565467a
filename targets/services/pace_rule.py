"""The rule on pace: one alert for each target that falls behind, until it recovers."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.choices import KpiUnit
from salestargets.alerts.models import Rule
from salestargets.alerts.models import Severity as Loudness
from salestargets.alerts.registry import RuleKind
from salestargets.alerts.services.alerts import Finding, apply, open_severities
from salestargets.kernel.rational import Fraction
from salestargets.web.templatetags import formats
from targets.amounts import from_stored
from targets.choices import Status
from targets.domain.alerting import DEFAULT_LEVELS, Levels, Severity, pace_severity
from targets.domain.progress import Timeline
from targets.models import Goal
from targets.selectors.figures import Standing

PACE = "pace"
#: Of more, all open alerts are read: to name them takes longer.
MANY = 100


def subject_of(target_id: int) -> str:
    return f"target:{target_id}"


def warn(
    found: Mapping[Goal, Sequence[Standing]],
    clocks: Mapping[Goal, Timeline],
    *,
    currency: str,
    at: datetime,
) -> None:
    """Raise, change and clear, for all of these standings at once."""
    rule = Rule.objects.filter(key=PACE).first()
    if rule is None:
        return
    open_now = _open_now(rule, found.values())
    changes = {
        subject_of(standing.target_id): _finding(goal, standing, severity, currency)
        for goal, standings in found.items()
        for standing, severity in _changes(rule, standings, clocks[goal], open_now)
        if standing.target_id
    }
    apply(rule, changes, at=at)


def _open_now(rule: Rule, found: Collection[Sequence[Standing]]) -> dict[int, Loudness]:
    """Target → how loud its open alert is."""
    subjects = None
    if sum(map(len, found)) <= MANY:
        subjects = [subject_of(one.target_id) for standings in found for one in standings if one.target_id]
    open_now = open_severities(rule, subjects)
    return {int(subject.partition(":")[2]): severity for subject, severity in open_now.items()}


def _changes(
    rule: Rule, standings: Iterable[Standing], clock: Timeline, open_now: Mapping[int, Loudness]
) -> Iterator[tuple[Standing, Loudness | None]]:
    """Of which an alert is to be raised, changed or cleared, and how loud it is to be."""
    levels = levels_of(rule)
    for standing in standings:
        current = open_now.get(standing.target_id or 0)
        if current is None and (standing.pace is None or standing.pace >= rule.raise_below):
            continue
        severity = severity_of(levels, standing, clock, current)
        loud = None if severity is None else Loudness(severity)
        if loud != current:
            yield standing, loud


def stop_warning(target_ids: Iterable[int], *, at: datetime) -> None:
    """What is closed is not behind any more."""
    if rule := Rule.objects.filter(key=PACE).first():
        apply(rule, {subject_of(target_id): None for target_id in target_ids}, at=at)


def levels_of(rule: Rule | None) -> Levels | None:
    """Between what the rule warns; None: it does not."""
    if rule is None or not rule.is_enabled:
        return None
    levels = (rule.raise_below, rule.critical_below, rule.clear_at, DEFAULT_LEVELS.guard)
    return Levels(*(Fraction(level) for level in levels))


def severity_of(
    levels: Levels | None, standing: Standing, clock: Timeline, current: Loudness | None
) -> Severity | None:
    """How loud the rule is about a standing, where it is `current` now."""
    if levels is None:
        return None
    return pace_severity(
        None if standing.pace is None else Fraction(standing.pace),
        elapsed=clock.calendar,
        is_reached=standing.status == Status.REACHED,
        current=Severity(current) if current else None,
        levels=levels,
    )


def _finding(goal: Goal, standing: Standing, severity: Loudness | None, currency: str) -> Finding | None:
    if severity is None:
        return None
    node = standing.node
    return Finding(
        severity=severity,
        unit_id=node.unit_id if node.is_unit else None,
        person_id=node.person_id,
        facts=_facts(goal, standing, currency),
    )


def _facts(goal: Goal, standing: Standing, currency: str) -> dict[str, Any]:
    """Numbers as text, as people write them."""
    numbers = {name: getattr(standing, name) for name in ("target", "actual", "expected")}
    return {
        "plan": goal.plan_id,
        "plan_name": goal.plan.name,
        "goal": goal.pk,
        "holder": str(standing.node),
        "kpi": goal.kpi.key,
        "unit": goal.kpi.unit,
        "currency": currency,
        **{name: str(from_stored(number, goal.kpi, currency)) for name, number in numbers.items()},
        "pace": str(standing.pace),
        "as_of": standing.as_of.isoformat(),
    }


def _headline(facts: Mapping[str, Any]) -> str:
    percent = round(100 * Decimal(facts["pace"]))
    return gettext("At %(percent)d%% of what was expected by now in “%(plan)s”") % {
        "percent": percent,
        "plan": facts["plan_name"],
    }


def _numbers(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    labels = {
        "target": gettext("Target"),
        "actual": gettext("Actual"),
        "expected": gettext("Expected by then"),
    }
    told = [(label, _amount(facts, name)) for name, label in labels.items()]
    return [*told, (gettext("As of"), formats.day(date.fromisoformat(facts["as_of"])))]


def _amount(facts: Mapping[str, Any], name: str) -> str:
    value = Decimal(facts[name])
    is_money = facts["unit"] == KpiUnit.MONEY
    return formats.money_round(value, facts["currency"]) if is_money else formats.number(value)


PACE_RULE = RuleKind(
    key=PACE,
    name=_("Behind pace"),
    about=_("Warns when a target falls behind what is expected by now, and clears when it recovers."),
    raise_below=Decimal("0.97"),
    critical_below=Decimal("0.85"),
    clear_at=Decimal("1.00"),
    headline=_headline,
    numbers=_numbers,
)
