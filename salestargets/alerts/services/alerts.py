"""One open alert for each subject of a rule: raised once, made worse or better, cleared; never deleted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg2.extras import Json

from salestargets.alerts.models import Alert, Rule, Severity
from salestargets.alerts.selectors import get_alert
from salestargets.kernel.errors import Forbidden
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import current_organisation_id


@dataclass(frozen=True, slots=True)
class Finding:
    """A subject deviates: how badly, who holds it (a unit or a person), and the numbers that say why."""

    severity: Severity
    unit_id: int | None
    person_id: int | None
    facts: Mapping[str, Any]


def open_severities(rule: Rule, subjects: Collection[str] | None = None) -> dict[str, Severity]:
    """How loud the open alerts of these subjects are, or of all."""
    rows = Alert.objects.filter(rule=rule, cleared_at__isnull=True)
    rows = rows if subjects is None else rows.filter(subject__in=subjects)
    return {subject: Severity(severity) for subject, severity in rows.values_list("subject", "severity")}


def apply(rule: Rule, evaluated: Mapping[str, Finding | None], *, at: datetime) -> None:
    """Bring the open alerts of these subjects in line; None: nothing is wrong. Two statements for any number.

    The facts are those of the last change of severity, and `changes` among them lists all there were.
    """
    found = {subject: finding for subject, finding in sorted(evaluated.items()) if finding}
    values: dict[str, Any] = {"organisation": current_organisation_id(), "rule": rule.pk, "at": at}
    with connection.cursor() as cursor:
        if well := [subject for subject, finding in evaluated.items() if finding is None]:
            cursor.execute(_CLEAR, {**values, "subjects": well, "change": _change(at, "cleared")})
        if found:
            cursor.execute(_RAISE, {**values, **_columns(found, at)})


def acknowledge(actor: Actor, *, alert_id: int, at: datetime) -> Alert:
    """Someone has seen it. The first one counts; it stays open until the number recovers."""
    alert = get_alert(actor, alert_id, actor.organisation.today(at))
    if actor.role == Role.VIEWER or (actor.role is None and not actor.may(Scope.TARGETS_WRITE)):
        raise Forbidden(N_("Your role or key may not do this."), code="forbidden")
    unseen = Alert.objects.filter(pk=alert.pk, acknowledged_at__isnull=True)
    unseen.update(acknowledged_at=at, acknowledged_by=actor.user)
    alert.refresh_from_db()
    return alert


def _columns(found: Mapping[str, Finding], at: datetime) -> dict[str, list[Any]]:
    return {
        "subjects": list(found),
        "units": [finding.unit_id for finding in found.values()],
        "people": [finding.person_id for finding in found.values()],
        "severities": [finding.severity.value for finding in found.values()],
        "facts": [Json(dict(finding.facts)) for finding in found.values()],
        "changes": [_change(at, finding.severity.value) for finding in found.values()],
    }


def _change(at: datetime, to: str) -> Any:
    return Json([{"at": at.isoformat(), "to": to}])


_CLEAR = """
UPDATE alerts_alert
SET cleared_at = %(at)s, changed_at = %(at)s,
    facts = jsonb_set(facts, '{changes}', COALESCE(facts->'changes', '[]') || %(change)s::jsonb)
WHERE organisation_id = %(organisation)s AND rule_id = %(rule)s AND subject = ANY(%(subjects)s)
  AND cleared_at IS NULL
"""

_RAISE = """
INSERT INTO alerts_alert AS alert
    (organisation_id, rule_id, subject, unit_id, person_id, severity, facts, raised_at, changed_at)
SELECT %(organisation)s, %(rule)s, subject, unit_id, person_id, severity,
       facts || jsonb_build_object('changes', change), %(at)s, %(at)s
FROM unnest(%(subjects)s::text[], %(units)s::bigint[], %(people)s::bigint[], %(severities)s::text[],
            %(facts)s::jsonb[], %(changes)s::jsonb[])
     AS found (subject, unit_id, person_id, severity, facts, change)
ON CONFLICT (organisation_id, rule_id, subject) WHERE cleared_at IS NULL DO UPDATE
SET severity = excluded.severity, changed_at = excluded.changed_at,
    -- What got worse is shown as new.
    acknowledged_at = CASE WHEN excluded.severity <> 'critical' THEN alert.acknowledged_at END,
    acknowledged_by_id = CASE WHEN excluded.severity <> 'critical' THEN alert.acknowledged_by_id END,
    facts = excluded.facts || jsonb_build_object('changes',
        COALESCE(alert.facts->'changes', '[]') || (excluded.facts->'changes'))
WHERE alert.severity <> excluded.severity
"""
