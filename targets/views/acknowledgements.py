"""What a holder says of their number, and reminding those who have said nothing."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.choices import Scope
from salestargets.web.dialogs import Dialog, answer, sent
from salestargets.web.requests import TenantRequest, page
from targets.forms.moves import AnswerForm, ContestForm
from targets.selectors.plans import get_plan, get_target
from targets.services.acknowledgements import acknowledge, remind
from targets.views.addresses import address_of


@page()
def target_acknowledge(request: TenantRequest, target_id: int) -> HttpResponse:
    form = AnswerForm(sent(request), initial={"number": request.GET.get("number", "")})
    dialog = Dialog(
        title=_("Acknowledge your number"),
        submit=_("I acknowledge it"),
        back=address_of(request, "today"),
        done=_("Thank you. Your manager sees that you know your number."),
        note=_("You have seen it and take it. You can still contest it later."),
    )
    return _answer(request, target_id, form, dialog, is_contested=False)


@page()
def target_contest(request: TenantRequest, target_id: int) -> HttpResponse:
    form = ContestForm(sent(request), initial={"number": request.GET.get("number", "")})
    dialog = Dialog(
        title=_("Contest your number"),
        submit=_("Contest it"),
        back=address_of(request, "today"),
        done=_("Whoever gives you the number has been told what you contest."),
    )
    return _answer(request, target_id, form, dialog, is_contested=True)


@page(Scope.TARGETS_WRITE)
def acknowledgements_remind(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)
    dialog = Dialog(
        title=_("Remind those who have not answered"),
        submit=_("Remind"),
        back=address_of(request, "course", plan_id=plan.pk),
        done=_("They have been reminded."),
        note=_(
            "Everyone below you who has not answered yet is told once more, at most once a day. Who has no"
            " sign-in cannot be told here."
        ),
    )

    def call(_data: dict[str, Any]) -> None:
        remind(request.actor, plan=plan, at=request.now)

    return answer(request, forms.Form(sent(request)), call, dialog)


def _answer(
    request: TenantRequest, target_id: int, form: AnswerForm, dialog: Dialog, *, is_contested: bool
) -> HttpResponse:
    target = get_target(request.actor, target_id, request.today)

    def call(data: dict[str, Any]) -> None:
        acknowledge(
            request.actor,
            target=target,
            version=data["number"],
            is_contested=is_contested,
            comment=data.get("comment", ""),
            at=request.now,
        )

    return answer(request, form, call, dialog)
