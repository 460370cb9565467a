"""A number divided among those below or spread over the months: first shown, then applied as it was shown."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from kpis.values import Holder
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import asked_text
from salestargets.web.dialogs import is_first, leave, sent
from salestargets.web.registry import Text
from salestargets.web.requests import TenantRequest, accepted, page, refuse
from targets.amounts import scale_of
from targets.forms.numbers import ChangeForm, PhaseForm
from targets.forms.splitting import SplitForm
from targets.services.months import PhaseLine, phase, preview_phase
from targets.services.splits import SplitPreview, apply_split, preview_split
from targets.views.numbers import back_to, found_in_plan
from targets.views.places import in_place

#: What is not part of what was asked for.
_ASIDE = {
    "csrfmiddlewaretoken", "version", "seen", "apply", "preview", "once", "reason", "effective_on",
}  # fmt: skip

Data = Mapping[str, Any]


@page(Scope.TARGETS_WRITE)
def split(request: TenantRequest, plan_id: int, goal_id: int, holder: Holder) -> HttpResponse:
    """Of a product group, where `?group=` names one."""
    sheet, unit = found_in_plan(request, plan_id, goal_id, holder, group=asked_text(request, "group"))
    form, goal = SplitForm(sheet, unit, request.organisation.currency, sent(request)), sheet.goal

    def preview(data: Data) -> SplitPreview:
        return preview_split(request.actor, goal=goal, request=form.request(data), at=request.now)

    def apply(data: Data) -> None:
        because = {"expected_version": data["version"], "at": request.now, **data["because"]}
        apply_split(request.actor, goal=goal, request=form.request(data), **because)

    return _shown_first(
        request,
        form,
        preview,
        apply,
        template="targets/split.html",
        done=_("The number is divided, to the last unit."),
        shown={"name": sheet.tree.name(unit), "amount": sheet.given(unit)},
    )


@page(Scope.TARGETS_WRITE)
def spread(request: TenantRequest, plan_id: int, goal_id: int, holder: Holder) -> HttpResponse:
    """Of a product group, where `?group=` names one."""
    sheet, node = found_in_plan(request, plan_id, goal_id, holder, group=asked_text(request, "group"))
    form, goal = PhaseForm(sheet, holder, request.organisation.currency, sent(request)), sheet.goal

    def preview(data: Data) -> list[PhaseLine]:
        return preview_phase(request.actor, goal=goal, request=form.request(data), at=request.now)

    def apply(data: Data) -> None:
        because = {"expected_version": data["version"], "at": request.now, **data["because"]}
        phase(request.actor, goal=goal, request=form.request(data), **because)

    return _shown_first(
        request,
        form,
        preview,
        apply,
        template="targets/spread.html",
        done=_("The months are spread anew."),
        shown={"name": sheet.tree.name(node), "months": sheet.months},
    )


def _shown_first(
    request: TenantRequest,
    form: ChangeForm,
    preview: Callable[[Data], Any],
    apply: Callable[[Data], None],
    *,
    template: str,
    done: Text,
    shown: Mapping[str, Any],
) -> HttpResponse:
    """Nothing else is applied than what was previewed; a second click applies nothing."""
    goal = form.goal

    def once(data: dict[str, Any]) -> None:
        if is_first(request):
            apply(data)
            messages.success(request, str(done))

    is_meant = "apply" in request.POST and request.POST.get("seen") == _fingerprint(request)
    if is_meant and accepted(form, once):
        return in_place(request, leave(request, back_to(request, goal)))
    found = _tried(form, preview) if request.method == "POST" else None
    form.insist(on_reason=True)
    context = {
        **shown,
        "form": form,
        "goal": goal,
        "preview": found,
        "seen": _fingerprint(request),
        "once": secrets.token_urlsafe(16),
        "scale": scale_of(goal.kpi, request.organisation.currency),
        "back": back_to(request, goal),
    }
    place = f"{template}#dialog" if request.htmx else template
    return render(request, place, context, status=422 if form.errors else 200)


def _tried(form: ChangeForm, preview: Callable[[Data], Any]) -> Any:
    """What it would give, also beside a reason to refuse it; None where that cannot be said."""
    if set(form.errors) - {"reason", "effective_on", NON_FIELD_ERRORS}:
        return None
    try:
        return preview(form.cleaned_data)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        refuse(form, error)
        return None


def _fingerprint(request: TenantRequest) -> str:
    """Of what was asked for."""
    asked = sorted((key, values) for key, values in request.POST.lists() if key not in _ASIDE)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
