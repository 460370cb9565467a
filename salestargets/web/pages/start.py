"""The start of an organisation: made on this machine by whoever tries it out, then filled step by step."""

import secrets
import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login, password_validation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from salestargets.accounts.models import User
from salestargets.kernel.errors import Conflict
from salestargets.kernel.messages import N_
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.services.organisations import create_organisation
from salestargets.web.fields import EmailField, TextField
from salestargets.web.pages.settings import country_choices
from salestargets.web.registry import first_steps
from salestargets.web.requests import TenantRequest, accepted, page

SLUG_LENGTH = 40


@require_GET
@page(Scope.ADMIN)
def start(request: TenantRequest) -> HttpResponse:
    """What a new organisation needs first, and what of it is there."""
    steps = [(step, step.is_done(request.actor)) for step in first_steps()]
    next_step = next((step for step, is_done in steps if not is_done), None)
    return render(request, "web/start.html", {"steps": steps, "next_step": next_step})


class NewOrganisationForm(forms.Form):
    name = TextField(label=_("Name of the organisation"), max_length=200)
    currency = TextField(
        label=_("Currency"), max_length=3, help_text=_("Its ISO code, such as CNY or USD. It stays.")
    )
    time_zone = TextField(
        label=_("Time zone"),
        max_length=64,
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "data-own-time-zone": ""}),
    )
    holiday_country = forms.ChoiceField(
        label=_("Public holidays"), choices=lazy(country_choices, list), required=False
    )

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class NewAccountForm(NewOrganisationForm):
    email = EmailField(label=_("Your e-mail"))
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[password_validation.validate_password],
        help_text=_("At least ten characters."),
    )

    field_order = ["email", "password"]


@sensitive_post_parameters("password")
def start_empty(request: HttpRequest) -> HttpResponse:
    """Make an empty organisation. Only where the installation is open for it: on one's own machine."""
    if not settings.OPEN_START:
        raise Http404
    user = request.user if request.user.is_authenticated else None
    kind = NewOrganisationForm if user else NewAccountForm
    form = kind(request.POST if request.method == "POST" else None)
    made: list[Organisation] = []
    if request.method == "POST" and accepted(form, lambda data: made.append(_make(request, **data))):
        return redirect("start", slug=made[0].slug)
    shown = {"form": form, "time_zones": sorted(zoneinfo.available_timezones())}
    return render(request, "web/start_empty.html", shown, status=422 if form.is_bound else 200)


def _make(request: HttpRequest, *, email: str = "", password: str = "", **data: Any) -> Organisation:
    """With a new account where nobody is signed in; an address that has one must sign in first."""
    if not request.user.is_authenticated and User.objects.filter(email=email).exists():
        raise Conflict(N_("This address has an account. Sign in first."), code="exists", field="email")
    organisation, user = create_organisation(
        slug=_free_slug(data["name"]),
        admin_email=email or request.user.email,  # type: ignore[union-attr]
        language=get_language() or "en",
        at=timezone.now(),
        **data,
    )
    if password:
        user.set_password(password)
        user.save(update_fields=["password"])
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return organisation


def _free_slug(name: str) -> str:
    """From the name where it has Latin letters; never one that is taken."""
    slug = slugify(name)[:SLUG_LENGTH].strip("-") or f"org-{secrets.token_hex(3)}"
    return f"{slug}-{secrets.token_hex(3)}" if Organisation.objects.filter(slug=slug).exists() else slug
