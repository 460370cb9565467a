"""API keys of the organisation: made, shown once, revoked."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from salestargets.api.models import ApiKey
from salestargets.api.selectors import key_rows
from salestargets.api.services import create_key, revoke_key
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.choices import Role, Scope
from salestargets.web.dialogs import Dialog, ReasonForm, answer, once, sent
from salestargets.web.fields import DayField, TextField
from salestargets.web.registry import NavItem, register_tab
from salestargets.web.requests import TenantRequest, accepted, page

SCOPES_SAY = {
    Scope.READ: _("read records, plans and progress"),
    Scope.RECORDS_WRITE: _("send and delete records"),
    Scope.TARGETS_WRITE: _("make plans and set targets"),
    Scope.ADMIN: _("change settings, people, members and keys"),
}


@require_GET
@page(Scope.ADMIN)
def keys(request: TenantRequest) -> HttpResponse:
    rows = [
        {**row, "scopes": [Scope(scope).label for scope in row["scopes"]], "state": _state(row, request)}
        for row in key_rows(request.actor).order_by("revoked_at", "name", "id")
    ]
    return render(request, "api/keys.html", {"keys": rows})


def _state(row: Any, request: TenantRequest) -> str:
    if row["revoked_at"]:
        return "revoked"
    return "expired" if row["expires_at"] and row["expires_at"] <= request.now else "works"


class KeyForm(forms.Form):
    name = TextField(label=_("Name"), max_length=100, help_text=_("Which integration it is for."))
    scopes = forms.TypedMultipleChoiceField(
        label=_("It may"),
        choices=[(scope.value, about) for scope, about in SCOPES_SAY.items()],
        coerce=Scope,
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = DayField(
        label=_("Ends on"), required=False, help_text=_("The first day on which it no longer works.")
    )


@page(Scope.ADMIN)
def key_new(request: TenantRequest) -> HttpResponse:
    """The secret is in this one answer and nowhere else."""
    form = KeyForm(sent(request), initial={"scopes": [Scope.READ]})
    made: dict[str, str] = {}

    def make(data: dict[str, Any]) -> None:
        made["name"] = data["name"]
        made["plain"] = create_key(actor=request.actor, at=request.now, **data)[1]

    if request.method == "POST" and accepted(form, lambda data: once(request, data, make)):
        return _show_once(request, made)
    dialog = Dialog(title=_("Make an API key"), submit=_("Make it"), back=_back(request))
    return answer(request, form, make, dialog)


def _show_once(request: TenantRequest, made: dict[str, str]) -> HttpResponse:
    if not made:
        return redirect(_back(request))
    return render(request, f"api/key_made.html{'#dialog' if request.htmx else ''}", made)


@page(Scope.ADMIN)
def key_revoke(request: TenantRequest, key_id: int) -> HttpResponse:
    key = ApiKey.objects.filter(pk=key_id).first()
    if key is None:
        raise NotFound(N_("There is no such key."), code="not_found")
    dialog = Dialog(
        title=gettext("Revoke {name}?").format(name=key.name),
        submit=_("Revoke"),
        done=_("Revoked."),
        note=_("Whoever uses it is refused from now on. This cannot be undone."),
        back=_back(request),
        is_danger=True,
    )

    def revoke(_data: dict[str, Any]) -> None:
        revoke_key(actor=request.actor, key_id=key_id, at=request.now)

    return answer(request, ReasonForm(sent(request)), revoke, dialog)


def _back(request: TenantRequest) -> str:
    return reverse("keys", args=[request.organisation.slug])


def register() -> None:
    register_tab("settings", NavItem("keys", _("API keys"), "key-round", "keys", (Role.ADMIN,), 50))


urlpatterns = [
    path("settings/keys/", keys, name="keys"),
    path("settings/keys/new/", key_new, name="key_new"),
    path("settings/keys/<id:key_id>/revoke/", key_revoke, name="key_revoke"),
]
