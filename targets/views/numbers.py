"""Numbers of a plan, changed: one by hand, a unit's divided, one spread over the months, kept or let go."""

import hashlib
import secrets
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kpis.values import Holder
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import asked_back, asked_day
from salestargets.web.dialogs import Dialog, answer, is_first, leave, sent
from salestargets.web.formatting import format_day
from salestargets.web.requests import TenantRequest, accepted, page, refuse
from targets.amounts import scale_of
from targets.forms.numbers import NumberForm, PhaseForm, SplitForm
from targets.models import Goal
from targets.selectors.plans import get_goal, sees
from targets.selectors.sheets import Sheet, sheet_of
from targets.selectors.trees import Node
from targets.services import cells, splits
from targets.services.months import phase
from targets.services.splits import SplitPreview
from targets.views.addresses import address_of
from targets.views.places import changed, in_place


@page(Scope.TARGETS_WRITE)
def number(request: TenantRequest, plan_id: int, goal_id: int, holder: Holder) -> HttpResponse:
    """One cell: `?month=` its first day, without it the whole span."""
    sheet, node = _found(request, plan_id, goal_id, holder)
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
            expected_version=data["version"],
            at=request.now,
            **data["because"],
        )

    dialog = Dialog(
        title=_title(sheet.tree.name(node), month),
        submit=_("Save"),
        back=_back(request, goal),
        done=_("Saved."),
        note=_("The months follow in their shape. Numbers above and below stay; what is left is shown there.")
        if month is None
        else _("The total follows. Numbers above and below stay; what is left is shown there."),
    )
    return in_place(request, answer(request, form, change, dialog))


@page(Scope.TARGETS_WRITE)
def spread(request: TenantRequest, plan_id: int, goal_id: int, holder: Holder) -> HttpResponse:
    sheet, node = _found(request, plan_id, goal_id, holder)
    goal = sheet.goal
    form = PhaseForm(goal, holder, sheet.months, request.organisation.currency, sent(request))

    def change(data: dict[str, Any]) -> None:
        phase(
            request.actor,
            goal=goal,
            request=form.request(data),
            expected_version=data["version"],
            at=request.now,
            **data["because"],
        )

    dialog = Dialog(
        title=_("Spread over the months: %(name)s") % {"name": sheet.tree.name(node)},
        submit=_("Spread"),
        back=_back(request, goal),
        done=_("The months are spread anew."),
        note=_("Totals stay. Everyone below follows, so that each month sums as the totals do."),
    )
    return in_place(request, answer(request, form, change, dialog, template="targets/spread.html"))


@page(Scope.TARGETS_WRITE)
def split(request: TenantRequest, plan_id: int, goal_id: int, holder: Holder) -> HttpResponse:
    """First shown, then applied; what was shown is what is applied."""
    sheet, unit = _found(request, plan_id, goal_id, holder)
    form = SplitForm(sheet, unit, request.organisation.currency, sent(request))
    is_meant = "apply" in request.POST and request.POST.get("seen") == _fingerprint(request)
    if is_meant and accepted(form, lambda data: _apply(request, sheet.goal, form, data)):
        return in_place(request, leave(request, _back(request, sheet.goal)))
    preview = _preview(request, sheet.goal, form) if request.method == "POST" else None
    form.insist()
    shown = {
        "form": form,
        "goal": sheet.goal,
        "name": sheet.tree.name(unit),
        "amount": sheet.given(unit),
        "preview": preview,
        "warnings": [message.render(gettext) for message in preview.warnings] if preview else (),
        "seen": _fingerprint(request),
        "once": secrets.token_urlsafe(16),
        "scale": scale_of(sheet.goal.kpi, request.organisation.currency),
        "back": _back(request, sheet.goal),
    }
    template = "targets/split.html#dialog" if request.htmx else "targets/split.html"
    return render(request, template, shown, status=422 if form.errors else 200)


@require_POST
@page(Scope.TARGETS_WRITE)
def hold(request: TenantRequest, plan_id: int, goal_id: int, holder: Holder) -> HttpResponse:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    is_held = "release" not in request.POST
    try:
        cells.hold(request.actor, goal=goal, holders=[holder], is_held=is_held, at=request.now)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.render(gettext))
    return changed() if request.htmx else redirect(asked_back(request, otherwise=_back(request, goal)))


def _apply(request: TenantRequest, goal: Goal, form: SplitForm, data: dict[str, Any]) -> None:
    if not is_first(request):
        return
    splits.apply_split(
        request.actor,
        goal=goal,
        request=form.request(data),
        expected_version=data["version"],
        at=request.now,
        **data["because"],
    )
    messages.success(request, gettext("The number is divided, to the last unit."))


def _preview(request: TenantRequest, goal: Goal, form: SplitForm) -> SplitPreview | None:
    """What it would give, also beside a reason to refuse it; None where that cannot be said."""
    if set(form.errors) - {"reason", "effective_on", NON_FIELD_ERRORS}:
        return None
    data = form.cleaned_data
    try:
        return splits.preview_split(request.actor, goal=goal, request=form.request(data), at=request.now)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        refuse(form, error)
        return None


def _found(request: TenantRequest, plan_id: int, goal_id: int, holder: Holder) -> tuple[Sheet, Node]:
    """The goal's sheet and the holder's place in it, both in sight."""
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    sheet = sheet_of(goal)
    node = sheet.tree.find(holder)
    if not sees(sight_of(request.actor, request.today), node):
        raise NotFound(N_("There is no such holder in this plan."), code="not_found")
    return sheet, node


def _fingerprint(request: TenantRequest) -> str:
    """Of what was asked for, so that nothing else is applied than what was previewed."""
    own = {"csrfmiddlewaretoken", "version", "seen", "apply", "preview", "once", "reason", "effective_on"}
    asked = sorted((key, values) for key, values in request.POST.lists() if key not in own)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


def _title(name: str, month: date | None) -> str:
    if month is None:
        return gettext("Target of %(name)s") % {"name": name}
    shown = format_day(month, language=get_language() or "en", skeleton="yMMMM")
    return gettext("Target of %(name)s for %(month)s") % {"name": name, "month": shown}


def _back(request: TenantRequest, goal: Goal) -> str:
    return f"{address_of(request, 'plan', plan_id=goal.plan_id)}?{urlencode({'goal': goal.pk})}"
