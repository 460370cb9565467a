"""A form whose change concerns what others made: what it would mean is shown, and then it is made."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.registry import Impact, impacts_of
from salestargets.web.dialogs import Call, Dialog, answer
from salestargets.web.requests import TenantRequest

#: The part of the dialog that is fetched anew while the form is filled.
AFFECTED = "affected"
#: The change that a filled form asks for; None where it would change nothing that others look at.
Change = Callable[[dict[str, Any]], object | None]


def answer_after_look(
    request: TenantRequest, form: BaseForm, call: Call, dialog: Dialog, change: Change
) -> HttpResponse:
    """As `answer`; but what would be affected must have been shown, as it is now, before it is done."""
    impacts = _impacts(request, form, change)
    shown = {"looks": True, "impacts": impacts, "seen": _digest(impacts)}
    if request.htmx and request.htmx.target == AFFECTED:
        return render(request, "web/dialog.html#affected", shown)
    if impacts and request.POST.get("seen") != shown["seen"]:
        form.add_error(NON_FIELD_ERRORS, _("Look at what it affects, then confirm."))
    return answer(request, form, call, dialog, shown=shown)


def _impacts(request: TenantRequest, form: BaseForm, change: Change) -> Sequence[Impact]:
    if not form.is_valid():
        return []
    found = change(dict(form.cleaned_data))
    return impacts_of(request.organisation, found) if found is not None else []


def _digest(impacts: Sequence[Impact]) -> str:
    return sha256(repr(impacts).encode()).hexdigest()[:16]
