"""The inbox: what deviates, since when, how badly and why; and the levels at which it does."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from salestargets.alerts.models import Alert
from salestargets.alerts.registry import KINDS
from salestargets.alerts.selectors import get_rule, inbox
from salestargets.alerts.selectors import rules as all_rules
from salestargets.alerts.services.alerts import acknowledge
from salestargets.alerts.services.rules import change_rule
from salestargets.tenancy.choices import Role, Scope
from salestargets.web.asked import asked_back, page_of
from salestargets.web.dialogs import Dialog, ReasonForm, VersionedForm, answer, sent
from salestargets.web.fields import PercentField
from salestargets.web.requests import TenantRequest, page


@require_GET
@page()
def alerts(request: TenantRequest) -> HttpResponse:
    is_open = request.GET.get("state") != "cleared"
    found = page_of(request, inbox(request.actor, request.today, is_open=is_open))
    shown = {
        "alerts": found,
        "rows": [_told(alert) for alert in found],
        "is_open": is_open,
        "may_acknowledge": request.actor.role != Role.VIEWER,
    }
    return render(request, "alerts/alerts.html", shown)


def _told(alert: Alert) -> tuple[Alert, str, list[tuple[str, str]]]:
    kind = KINDS[alert.rule.key]
    return alert, kind.headline(alert.facts), kind.numbers(alert.facts)


@require_POST
@page()
def acknowledge_alert(request: TenantRequest, alert_id: int) -> HttpResponse:
    acknowledge(request.actor, alert_id=alert_id, at=request.now)
    return redirect(asked_back(request, otherwise=reverse("alerts", args=[request.organisation.slug])))


@require_GET
@page(Scope.ADMIN)
def rules(request: TenantRequest) -> HttpResponse:
    rows = [(rule, KINDS[rule.key]) for rule in all_rules()]
    return render(request, "alerts/rules.html", {"rows": rows})


class RuleForm(ReasonForm, VersionedForm):
    is_enabled = forms.BooleanField(label=_("Switched on"), required=False)
    raise_below = PercentField(
        label=_("Behind below"), help_text=_("In percent of what was expected by now.")
    )
    critical_below = PercentField(label=_("At risk below"))
    clear_at = PercentField(
        label=_("Clears at"), help_text=_("A little above the first, so that it does not come and go.")
    )

    field_order = ["is_enabled", "raise_below", "critical_below", "clear_at", "reason"]


@page(Scope.ADMIN)
def rule_edit(request: TenantRequest, rule_id: int) -> HttpResponse:
    rule = get_rule(rule_id)
    names = ("is_enabled", "raise_below", "critical_below", "clear_at", "version")
    form = RuleForm(sent(request), initial={name: getattr(rule, name) for name in names})
    dialog = Dialog(
        title=gettext("Levels of “{name}”").format(name=KINDS[rule.key].name),
        submit=_("Save"),
        done=_("Saved. The levels count from the next change of a number on."),
        back=reverse("rules", args=[request.organisation.slug]),
    )

    def save(data: dict[str, Any]) -> None:
        change_rule(request.actor, rule=rule, expected_version=data.pop("version"), **data)

    return answer(request, form, save, dialog)
