"""A goal's numbers from a file: what it would change, then that."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext

from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import asked_text
from salestargets.web.dialogs import is_first, leave, sent
from salestargets.web.requests import TenantRequest, accepted, page
from targets.amounts import scale_of
from targets.forms.products import FileForm
from targets.models import Goal
from targets.selectors.plans import get_goal
from targets.selectors.products import check_group
from targets.services.cells import StaleEdits
from targets.services.sheet_files import SheetDiff, apply_seen, read_sheet
from targets.views.addresses import address_of
from targets.views.places import in_place


@page(Scope.TARGETS_WRITE)
def upload(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    """`?group=` a product group. The file is read and shown; what was shown is what is written."""
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    group = check_group(goal, asked_text(request, "group"))
    form = FileForm(goal, request.organisation.currency, sent(request), request.FILES or None)
    stale: list[str] = []
    if "apply" in request.POST and accepted(form, lambda data: _apply(request, goal, data, stale)):
        return in_place(request, leave(request, _back(request, goal, group)))
    found = _read(request, goal, group, form)
    shown = {
        "form": form,
        "goal": goal,
        "group": group,
        "found": found,
        "seen": found.seen if found else "" if stale else request.POST.get("seen", ""),
        "stale": stale,
        "once": secrets.token_urlsafe(16),
        "scale": scale_of(goal.kpi, request.organisation.currency),
        "back": _back(request, goal, group),
    }
    template = "targets/upload.html"
    place = f"{template}#dialog" if request.htmx else template
    return render(request, place, shown, status=422 if form.errors else 200)


def _read(request: TenantRequest, goal: Goal, group: str, form: FileForm) -> SheetDiff | None:
    file = form.cleaned_data.get("file") if form.is_bound and not form.errors else None
    if file is None:
        if form.is_bound and "apply" not in request.POST:
            form.add_error("file", gettext("Choose a file."))
        return None
    try:
        return read_sheet(request.actor, goal=goal, group=group, content=file, at=request.now)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.add_error(None, error.render(gettext))
        for cell, texts in error.errors.items():
            form.add_error(None, [f"{cell}: {text}" for text in texts])
        return None


def _apply(request: TenantRequest, goal: Goal, data: dict[str, Any], stale: list[str]) -> None:
    if not is_first(request):
        return
    try:
        apply_seen(request.actor, goal=goal, seen=data["seen"], at=request.now, **data["because"])
    except StaleEdits as error:
        stale += [str(each.node) for each in error.stale]
        raise
    messages.success(request, gettext("The numbers of the file are written."))


def _back(request: TenantRequest, goal: Goal, group: str) -> str:
    query: dict[str, str] = {"goal": str(goal.pk), **({"group": group} if group else {})}
    return f"{address_of(request, 'plan', plan_id=goal.plan_id)}?{urlencode(query)}"
