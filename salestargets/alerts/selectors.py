"""Who is shown which alert: the holder and whoever manages them; administrators and viewers all."""

from datetime import date

from django.db.models import Q, QuerySet

from salestargets.alerts.models import Alert, Rule
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, sight_of


def inbox(actor: Actor, on: date, *, is_open: bool | None = True) -> QuerySet[Alert]:
    """The alerts in sight, the newest first; `is_open` False: cleared ones, None: both."""
    alerts = Alert.objects.select_related("rule", "unit", "person", "acknowledged_by")
    if is_open is not None:
        alerts = alerts.filter(cleared_at__isnull=is_open)
    sight = sight_of(actor, on)
    if not sight.everything:
        alerts = alerts.filter(Q(unit__in=sight.unit_ids) | Q(person__in=sight.person_ids))
    return alerts.order_by("-raised_at", "-id")


def get_alert(actor: Actor, alert_id: int, on: date) -> Alert:
    alert = inbox(actor, on, is_open=None).filter(pk=alert_id).first()
    if alert is None:
        raise NotFound(N_("There is no such alert."), code="not_found")
    return alert


def rules() -> QuerySet[Rule]:
    return Rule.objects.order_by("key")


def get_rule(rule_id: int) -> Rule:
    rule = Rule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise NotFound(N_("There is no such rule."), code="not_found")
    return rule
