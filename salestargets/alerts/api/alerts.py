from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from rest_framework.request import Request

from salestargets.alerts.models import Alert, Rule
from salestargets.alerts.registry import KINDS
from salestargets.alerts.selectors import get_alert, get_rule, inbox, rules
from salestargets.alerts.services.alerts import acknowledge
from salestargets.alerts.services.rules import change_rule
from salestargets.api.inputs import BOOLEAN, ID, MOMENT, Field, decimal
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import Reference, reference, reference_columns
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope

IS_OPEN = Field("open", BOOLEAN, "False: only those that have cleared; both kinds if left out.").optional()
LEVEL = decimal(max_digits=4, decimal_places=3)
IS_ENABLED = Field("is_enabled", BOOLEAN).optional()
RAISE_BELOW = Field("raise_below", LEVEL, "Below this pace index a warning is raised.").optional()
CRITICAL_BELOW = Field("critical_below", LEVEL, "Below this one it is critical.").optional()
CLEAR_AT = Field("clear_at", LEVEL, "From this one on it clears.").optional()


class AlertRow(TypedDict):
    """`facts` are the numbers that say why, as they were when the severity last changed."""

    id: int
    rule: str
    severity: str
    headline: str
    unit: Reference | None
    person: Reference | None
    facts: dict[str, Any]
    raised_at: datetime
    changed_at: datetime
    cleared_at: datetime | None
    acknowledged_at: datetime | None


class RuleRow(TypedDict):
    id: int
    key: str
    name: str
    about: str
    is_enabled: bool
    raise_below: Decimal
    critical_below: Decimal
    clear_at: Decimal
    version: int


class Alerts(TenantView):
    @operation(Scope.READ, query=(IS_OPEN, *PAGE), answers=Page[AlertRow])
    def get(self, request: Request) -> Page[AlertRow]:
        """The alerts about everyone you see, the newest first."""
        alerts = inbox(self.actor, self.today, is_open=self.query[IS_OPEN])
        rows = alerts.values(*_COLUMNS, "rule__key", *reference_columns("unit"), *reference_columns("person"))
        return self.page(rows, key=Key(raised_at=MOMENT, id=ID), row=_alert_row, descending=True)


class OneAlert(TenantView):
    @operation(Scope.READ, answers=AlertRow)
    def get(self, request: Request, alert_id: int) -> AlertRow:
        """One alert."""
        return _alert_of(get_alert(self.actor, alert_id, self.today))


class AlertAcknowledgement(TenantView):
    @operation(Scope.READ, answers=AlertRow)
    def post(self, request: Request, alert_id: int) -> AlertRow:
        """Say that you have seen it. The first one counts; it stays open until the number recovers."""
        return _alert_of(acknowledge(self.actor, alert_id=alert_id, at=self.at))


class Rules(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[RuleRow])
    def get(self, request: Request) -> Page[RuleRow]:
        """When you are warned."""
        return self.page(rules().values(*_RULE_COLUMNS), key=Key(id=ID), row=_rule_row)


class OneRule(TenantView):
    @operation(Scope.READ, answers=RuleRow)
    def get(self, request: Request, rule_id: int) -> RuleRow:
        """One rule."""
        return _rule_of(get_rule(rule_id))

    @operation(
        Scope.ADMIN,
        body=(IS_ENABLED, RAISE_BELOW, CRITICAL_BELOW, CLEAR_AT),
        answers=RuleRow,
        versioned=True,
    )
    def patch(self, request: Request, rule_id: int) -> RuleRow:
        """Other levels, or off."""
        sent = self.body.only(IS_ENABLED, RAISE_BELOW, CRITICAL_BELOW, CLEAR_AT)
        return _rule_of(
            change_rule(self.actor, rule=get_rule(rule_id), expected_version=self.version, **sent)
        )


_COLUMNS = (
    "id",
    "severity",
    "facts",
    "raised_at",
    "changed_at",
    "cleared_at",
    "acknowledged_at",
)
_RULE_COLUMNS = ("id", "key", "is_enabled", "raise_below", "critical_below", "clear_at", "version")


def _alert_of(alert: Alert) -> AlertRow:
    held = {
        f"{kind}_{name}": getattr(holder, attribute) if holder else None
        for kind, holder in (("unit", alert.unit), ("person", alert.person))
        for name, attribute in (("id", "pk"), ("_external_id", "external_id"), ("_name", "name"))
    }
    own = {name: getattr(alert, name) for name in _COLUMNS}
    return _alert_row({**own, **held, "rule__key": alert.rule.key})


def _alert_row(row: Mapping[str, Any]) -> AlertRow:
    return {
        "id": row["id"],
        "rule": row["rule__key"],
        "severity": row["severity"],
        "headline": KINDS[row["rule__key"]].headline(row["facts"]),
        "unit": reference(row, "unit") if row["unit_id"] else None,
        "person": reference(row, "person") if row["person_id"] else None,
        "facts": row["facts"],
        "raised_at": row["raised_at"],
        "changed_at": row["changed_at"],
        "cleared_at": row["cleared_at"],
        "acknowledged_at": row["acknowledged_at"],
    }


def _rule_of(rule: Rule) -> RuleRow:
    return _rule_row({name: getattr(rule, name) for name in _RULE_COLUMNS})


def _rule_row(row: Mapping[str, Any]) -> RuleRow:
    kind = KINDS[row["key"]]
    return {
        "id": row["id"],
        "key": row["key"],
        "name": str(kind.name),
        "about": str(kind.about),
        "is_enabled": row["is_enabled"],
        "raise_below": row["raise_below"],
        "critical_below": row["critical_below"],
        "clear_at": row["clear_at"],
        "version": row["version"],
    }
