"""What a member was told: a list of their own, opened one by one; and whether it comes by e-mail too."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from salestargets.alerts.models import Notice
from salestargets.alerts.registry import NOTICE_KINDS, NoticeKind
from salestargets.alerts.selectors import own_notices, takes_mail
from salestargets.alerts.services.notices import choose_mail, mark_all_read, mark_read
from salestargets.web.asked import asked_back, page_of
from salestargets.web.dialogs import Dialog, answer, sent
from salestargets.web.requests import TenantRequest, page


@require_GET
@page()
def notices(request: TenantRequest) -> HttpResponse:
    only_unread = request.GET.get("state") == "unread"
    found = page_of(request, own_notices(request.actor, unread=only_unread or None))
    shown = {
        "notices": found,
        "rows": [_worded(notice) for notice in found],
        "only_unread": only_unread,
        "has_unread": any(notice.read_at is None for notice in found),
    }
    return render(request, "alerts/notices.html", shown)


def _worded(notice: Notice) -> tuple[Notice, NoticeKind, str, list[tuple[str, str]]]:
    kind = NOTICE_KINDS[notice.kind]
    return notice, kind, kind.headline(notice.facts), kind.lines(notice.facts)


@require_GET
@page()
def open_notice(request: TenantRequest, notice_id: int) -> HttpResponse:
    """To what it is about; it is read by that."""
    notice = mark_read(request.actor, notice_id=notice_id, at=request.now)
    return redirect(reverse("organisation", args=[request.organisation.slug]) + notice.path)


@require_POST
@page()
def read_notice(request: TenantRequest, notice_id: int) -> HttpResponse:
    mark_read(request.actor, notice_id=notice_id, at=request.now)
    return _back(request)


@require_POST
@page()
def read_notices(request: TenantRequest) -> HttpResponse:
    mark_all_read(request.actor, at=request.now)
    return _back(request)


def _back(request: TenantRequest) -> HttpResponse:
    return redirect(asked_back(request, otherwise=reverse("notices", args=[request.organisation.slug])))


class PreferenceForm(forms.Form):
    by_mail = forms.BooleanField(
        label=_("Send me notices by e-mail as well"),
        required=False,
        help_text=_("In this organisation. What you have read here already is not sent."),
    )


@page()
def preference(request: TenantRequest) -> HttpResponse:
    form = PreferenceForm(sent(request), initial={"by_mail": takes_mail(request.actor)})
    dialog = Dialog(
        title=_("Notices by e-mail"),
        submit=_("Save"),
        done=_("Saved."),
        back=reverse("notices", args=[request.organisation.slug]),
    )

    def save(data: dict[str, Any]) -> None:
        choose_mail(request.actor, by_mail=data["by_mail"])

    return answer(request, form, save, dialog)
