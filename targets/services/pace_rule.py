"""The rule on pace: one alert for each target that falls behind, until it recovers."""

from collections.abc import Iterable, Mapping, Sequence
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
from targets.domain.alerting import Levels, Severity, pace_severity
from targets.domain.progress import Timeline
from targets.models import Goal
from targets.selectors.figures import Standing

PACE = "pace"


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
    asked = {
        subject_of(standing.target_id): (goal, standing)
        for goal, standings in found.items()
        for standing in standings
        if standing.target_id
    }
    current = open_severities(rule, asked)
    evaluated = {
        subject: _finding(rule, goal, standing, clocks[goal], current.get(subject), currency)
        for subject, (goal, standing) in asked.items()
    }
    apply(rule, evaluated, at=at)


def stop_warning(target_ids: Iterable[int], *, at: datetime) -> None:
    """What is closed is not behind any more."""
    if rule := Rule.objects.filter(key=PACE).first():
        apply(rule, {subject_of(target_id): None for target_id in target_ids}, at=at)


def severity_of(rule: Rule, standing: Standing, clock: Timeline, current: Loudness | None) -> Severity | None:
    """How loud the rule is about a standing, where it is `current` now."""
    if not rule.is_enabled:
        return None
    return pace_severity(
        None if standing.pace is None else Fraction(standing.pace),
        elapsed=clock.calendar,
        is_reached=standing.status == Status.REACHED,
        current=Severity(current) if current else None,
        levels=Levels(rule.raise_below, rule.critical_below, rule.clear_at),
    )


def _finding(
    rule: Rule, goal: Goal, standing: Standing, clock: Timeline, current: Loudness | None, currency: str
) -> Finding | None:
    severity = severity_of(rule, standing, clock, current)
    if severity is None:
        return None
    node = standing.node
    return Finding(
        severity=Loudness(severity),
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
