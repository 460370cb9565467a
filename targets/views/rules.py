"""Settings: how the organisation plans, and what may give rise to an adjustment."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from kpis.selectors import all_kpis
from salestargets.tenancy.choices import Scope
from salestargets.web.dialogs import Dialog, answer, sent
from salestargets.web.requests import TenantRequest, page
from targets.forms.rules import RulesForm, TriggerEditForm, TriggerForm
from targets.selectors.rules import get_trigger, planning_rules, triggers
from targets.services.rules import change_rules, change_trigger, create_trigger
from targets.views.addresses import address_of

#: (title, about, fields) of the parts of the page.
PARTS = (
    (
        _("Approvals"),
        _("Who may change what alone, and how long people have to answer."),
        ("needs_approval", "move_limit", "answer_days"),
    ),
    (_("Achievable"), _("When a goal counts as achievable by itself."), ("band_low", "band_high")),
    (_("People who come and go"), _("How much they carry, and who takes over."), ("ramp", "leaver_rule")),
)


@page(Scope.ADMIN)
def planning(request: TenantRequest) -> HttpResponse:
    form = RulesForm(planning_rules(), sent(request))
    dialog = Dialog(title=_("Planning"), submit=_("Save"), done=_("Saved."), back=_here(request))

    def save(data: dict[str, Any]) -> None:
        changes = form.changes(data)
        change_rules(request.actor, changes=changes, expected_version=data["version"])

    shown = {
        "parts": [(title, about, [form[name] for name in names]) for title, about, names in PARTS],
        "triggers": triggers(),
    }
    return answer(request, form, save, dialog, template="targets/planning.html", shown=shown)


@page(Scope.ADMIN)
def trigger_new(request: TenantRequest) -> HttpResponse:
    form = TriggerForm(list(all_kpis()), sent(request))
    dialog = Dialog(title=_("New trigger"), submit=_("Add"), done=_("Added."), back=_here(request))

    def make(data: dict[str, Any]) -> None:
        create_trigger(request.actor, changes=form.changes(data))

    return answer(request, form, make, dialog)


@page(Scope.ADMIN)
def trigger_edit(request: TenantRequest, trigger_id: int) -> HttpResponse:
    trigger = get_trigger(trigger_id)
    form = TriggerEditForm(trigger, list(all_kpis()), sent(request))
    dialog = Dialog(title=_("Change the trigger"), submit=_("Save"), done=_("Saved."), back=_here(request))

    def save(data: dict[str, Any]) -> None:
        change_trigger(
            request.actor, trigger=trigger, changes=form.changes(data), expected_version=data["version"]
        )

    return answer(request, form, save, dialog)


def _here(request: TenantRequest) -> str:
    return address_of(request, "planning")
