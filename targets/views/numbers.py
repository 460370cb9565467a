"""Numbers of a plan, changed by hand, kept or let go."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kpis.values import Holder
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import asked_back, asked_day, asked_text
from salestargets.web.dialogs import Dialog, answer, sent
from salestargets.web.formatting import format_day
from salestargets.web.requests import TenantRequest, page
from targets.amounts import scale_of
from targets.forms.numbers import NumberForm, OverrideForm
from targets.models import Goal
from targets.selectors.plans import get_goal, get_target, sees
from targets.selectors.sheets import Sheet, sheet_of
from targets.selectors.trees import Node
from targets.services import cells
from targets.services.overrides import withdraw_override
from targets.templatetags.amounts import shown
from targets.views.addresses import address_of
from targets.views.places import changed, in_place


@page(Scope.TARGETS_WRITE)
def number(request: TenantRequest, plan_id: int, goal_id: int, holder: Holder) -> HttpResponse:
    """One cell: `?month=` its first day, without it the whole span; `?group=` of a product group."""
    group = asked_text(request, "group")
    sheet, node = found_in_plan(request, plan_id, goal_id, holder, group=group)
    goal, month = sheet.goal, asked_day(request, "month")
    if month is not None and month not in sheet.months:
        raise NotFound(N_("There is no such month in this plan."), code="not_found")
    cell, amount = sheet.cells.get(node), sheet.given(node, month)
    form = NumberForm(goal, request.organisation.currency, cell, amount, sent(request))

    def change(data: dict[str, Any]) -> None:
        cells.set_target(
            request.actor,
            goal=goal,
            holder=holder,
            month=month,
            amount=form.stored(data["amount"], "amount"),
            group=group,
            expected_version=data["version"],
            at=request.now,
            **data["because"],
        )

    dialog = Dialog(
        title=_title(sheet.tree.name(node), month),
        submit=_("Save"),
        back=back_to(request, goal),
        done=_("Saved."),
        note=_("The months follow in their shape. Numbers above and below stay; what is left is shown there.")
        if month is None
        else _("The total follows. Numbers above and below stay; what is left is shown there."),
    )
    return in_place(request, answer(request, form, change, dialog))


@page(Scope.TARGETS_WRITE)
def override_withdraw(request: TenantRequest, target_id: int) -> HttpResponse:
    """What the split gave holds again."""
    target = get_target(request.actor, target_id, request.today)
    goal, holder = target.goal, Node(target.unit_id, target.person_id).holder
    scale = scale_of(goal.kpi, request.organisation.currency)
    form = OverrideForm(
        goal, request.organisation.currency, sent(request), initial={"version": target.version}
    )

    def withdraw(data: dict[str, Any]) -> None:
        withdraw_override(
            request.actor,
            goal=goal,
            holder=holder,
            group=target.group,
            expected_version=data["version"],
            at=request.now,
            **data["because"],
        )

    dialog = Dialog(
        title=_("Withdraw the number set by hand"),
        submit=_("Withdraw"),
        back=back_to(request, goal),
        done=_("What the split gave holds again."),
        note=_("%(name)s gets %(amount)s again, as the split gave it. Numbers above and below stay.")
        % {"name": target.person or target.unit, "amount": shown(target.computed, scale, cents=True)},
    )
    return in_place(request, answer(request, form, withdraw, dialog))


@require_POST
@page(Scope.TARGETS_WRITE)
def hold(request: TenantRequest, plan_id: int, goal_id: int, holder: Holder) -> HttpResponse:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    is_held = "release" not in request.POST
    try:
        cells.hold(
            request.actor,
            goal=goal,
            cells=[cells.HeldCell(holder)],
            is_held=is_held,
            group=asked_text(request, "group"),
            at=request.now,
        )
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.render(gettext))
    return changed() if request.htmx else redirect(asked_back(request, otherwise=back_to(request, goal)))


def found_in_plan(
    request: TenantRequest, plan_id: int, goal_id: int, holder: Holder, *, group: str = ""
) -> tuple[Sheet, Node]:
    """The goal's sheet and the holder's place in it, both in sight."""
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    sheet = sheet_of(goal, group=group)
    node = sheet.tree.find(holder)
    if not sees(sight_of(request.actor, request.today), node):
        raise NotFound(N_("There is no such holder in this plan."), code="not_found")
    return sheet, node


def _title(name: str, month: date | None) -> str:
    if month is None:
        return gettext("Target of %(name)s") % {"name": name}
    shown = format_day(month, language=get_language() or "en", skeleton="yMMMM")
    return gettext("Target of %(name)s for %(month)s") % {"name": name, "month": shown}


def back_to(request: TenantRequest, goal: Goal) -> str:
    return f"{address_of(request, 'plan', plan_id=goal.plan_id)}?{urlencode({'goal': goal.pk})}"
