"""Product groups of a goal: chosen, and its number divided among them."""

import hashlib
import secrets
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.tenancy.choices import Scope
from salestargets.web.dialogs import Dialog, answer, is_first, leave, sent
from salestargets.web.requests import TenantRequest, accepted, page, refuse
from targets.amounts import scale_of
from targets.choices import MAKING
from targets.forms.products import GroupsForm, ProductSplitForm
from targets.models import Goal
from targets.selectors.plans import get_goal
from targets.selectors.products import groups_of, known_groups, shares_of
from targets.services.plans import check_may_lead
from targets.services.product_groups import set_product_groups
from targets.services.products import ProductPreview, ProductSplit, preview_products, split_products
from targets.views.addresses import address_of
from targets.views.places import in_place


@page(Scope.TARGETS_WRITE)
def product_groups(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    goal = _goal(request, plan_id, goal_id)
    shares = shares_of(goal)
    groups = list(dict.fromkeys([*(share.group for share in shares), *known_groups()]))
    form = GroupsForm(goal, request.organisation.currency, groups, shares, sent(request))

    def choose(data: dict[str, Any]) -> None:
        rules = form.rules(data)
        set_product_groups(
            request.actor, goal=goal, rules=rules, expected_version=data["version"], at=request.now
        )

    dialog = Dialog(
        title=_("Product groups"),
        submit=_("Save"),
        back=_back(request, goal),
        done=_("The product groups are chosen."),
        note=_("The number is divided among those you choose. Each may have a least share or a least amount.")
        if groups
        else _("No product has a group yet. They come with an import or over the API; then choose here."),
    )
    shown = {"imports": request.actor.may(Scope.RECORDS_WRITE)}
    template = "targets/product_groups.html"
    return in_place(request, answer(request, form, choose, dialog, template=template, shown=shown))


@page(Scope.TARGETS_WRITE)
def product_split(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    """First shown, then applied; what was shown is what is applied."""
    goal = _goal(request, plan_id, goal_id)
    form = ProductSplitForm(goal, request.organisation.currency, groups_of(goal), sent(request))
    asked = _asked(form)
    is_meant = "apply" in request.POST and asked and request.POST.get("seen") == _fingerprint(asked)
    if is_meant and accepted(form, lambda data: _apply(request, goal, form, data)):
        return in_place(request, leave(request, _back(request, goal)))
    preview = _preview(request, goal, form, asked) if asked else None
    shown = {
        "form": form,
        "goal": goal,
        "may_choose": goal.plan.state in MAKING,
        "preview": preview,
        "warnings": [message.render(gettext) for message in preview.warnings] if preview else (),
        "seen": _fingerprint(asked) if asked else "",
        "once": secrets.token_urlsafe(16),
        "scale": scale_of(goal.kpi, request.organisation.currency),
        "back": _back(request, goal),
    }
    template = "targets/product_split.html"
    place = f"{template}#dialog" if request.htmx else template
    return render(request, place, shown, status=422 if form.errors else 200)


def _goal(request: TenantRequest, plan_id: int, goal_id: int) -> Goal:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    check_may_lead(request.actor, goal.plan.root_unit_id, at=request.now)
    return goal


def _asked(form: ProductSplitForm) -> ProductSplit | None:
    """What the form asks for, as far as it can be read."""
    if not form.is_bound or set(form.errors) - {"reason", "effective_on", NON_FIELD_ERRORS}:
        return None
    try:
        return form.request(form.cleaned_data)
    except DomainError as error:
        refuse(form, error)
        return None


def _preview(
    request: TenantRequest, goal: Goal, form: ProductSplitForm, asked: ProductSplit
) -> ProductPreview | None:
    try:
        return preview_products(request.actor, goal=goal, request=asked, at=request.now)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        refuse(form, error)
        return None


def _apply(request: TenantRequest, goal: Goal, form: ProductSplitForm, data: dict[str, Any]) -> None:
    if not is_first(request):
        return
    split_products(
        request.actor,
        goal=goal,
        request=form.request(data),
        expected_version=data["version"],
        at=request.now,
        **data["because"],
    )
    messages.success(request, gettext("The number is divided, to the last unit."))


def _fingerprint(asked: ProductSplit) -> str:
    """So that nothing else is applied than what was previewed."""
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


def _back(request: TenantRequest, goal: Goal) -> str:
    return f"{address_of(request, 'goal', plan_id=goal.plan_id)}?{urlencode({'goal': goal.pk})}"
