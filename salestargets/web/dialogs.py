"""A form that changes something: in the page's dialog, or on a page of its own where there is no script."""

import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pghistory
from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from salestargets.jobs.models import IdempotencyKey
from salestargets.web.fields import TextField
from salestargets.web.registry import Text
from salestargets.web.requests import TenantRequest, accepted

#: Does what the form asks; may say the address to go to.
Call = Callable[[dict[str, Any]], str | None]
#: A form that was sent this long ago is not sent again by a second click.
REMEMBERED = timedelta(hours=24)
_TOKEN = re.compile(r"[-_A-Za-z0-9]{1,100}")


@dataclass(frozen=True, kw_only=True)
class Dialog:
    """What a form is called, what its button says, where it leads and what is said there.

    Without `submit` there is nothing to send yet: the form says why.
    """

    title: Text
    submit: Text
    back: str
    done: Text = ""
    note: Text = ""
    is_danger: bool = False


class VersionedForm(forms.Form):
    """An edit carries the version that was read, so that it overwrites nobody else's."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class ReasonForm(forms.Form):
    """Says why, for the log."""

    reason = TextField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Kept with the change in the log.")
    )


class RemovalForm(ReasonForm, VersionedForm):
    """What is removed is what was shown."""


def sent(request: TenantRequest) -> QueryDict | None:
    """What to bind a form to."""
    return request.POST if request.method == "POST" else None


def answer(
    request: TenantRequest,
    form: BaseForm,
    call: Call,
    dialog: Dialog,
    *,
    template: str = "web/dialog.html",
    shown: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show the form; once sent, do what it asks and go back, or show it again with what is wrong.

    What is `shown` may name a template that stands `above` the fields. A `template` of one's own is a page
    with the form on it, and what else is `shown`.
    """
    leads_to: list[str | None] = []
    if request.method == "POST" and accepted(form, lambda data: leads_to.append(once(request, data, call))):
        if dialog.done:
            messages.success(request, str(dialog.done))
        return leave(request, leads_to[0] or dialog.back)
    context = {
        **(shown or {}),
        "form": form,
        "dialog": dialog,
        "once": secrets.token_urlsafe(16),
        "is_stale": form.has_error(NON_FIELD_ERRORS, code="stale"),
    }
    place = [f"{template}#dialog", template] if request.htmx else template  # a page may have no such part
    return render(request, place, context, status=422 if form.is_bound else 200)


def once(request: TenantRequest, data: dict[str, Any], call: Call) -> str | None:
    """Call, unless this very form has been sent before; the reason goes to the log."""
    if not is_first(request):
        return None
    with because(data.pop("reason", "")):
        return call(data)


def because(reason: str) -> AbstractContextManager[object]:
    return pghistory.context(reason=reason) if reason else nullcontext()


def is_first(request: TenantRequest) -> bool:
    """Whether this copy of a form comes for the first time. A twin under way is waited for."""
    token = request.POST.get("once", "")
    if not _TOKEN.fullmatch(token):
        return True
    IdempotencyKey.objects.filter(created_at__lt=request.now - REMEMBERED).delete()
    _row, is_new = IdempotencyKey.objects.get_or_create(
        organisation=request.organisation,
        actor=request.actor.id,
        key=f"form:{token}",
        defaults={"request_digest": b"", "created_at": request.now},
    )
    return is_new


def leave(request: TenantRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
