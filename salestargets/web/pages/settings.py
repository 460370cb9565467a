"""How the organisation counts: its name, clock, working days and levels."""

import zoneinfo
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from salestargets.kernel.calendars import known_countries
from salestargets.tenancy.choices import ExpectedBasis, Language, Scope
from salestargets.tenancy.services.organisations import change_settings
from salestargets.web.dialogs import Dialog, ReasonForm, VersionedForm, answer, sent
from salestargets.web.fields import PercentField, TextField
from salestargets.web.formatting import locale_for
from salestargets.web.requests import TenantRequest, page


def country_choices() -> list[tuple[str, str]]:
    """Countries by their names in the reader's language; none first."""
    names = locale_for(get_language() or "en").territories
    known = sorted(((code, names.get(code, code)) for code in known_countries()), key=lambda one: one[1])
    return [("", gettext("No public holidays")), *known]


class OrganisationForm(ReasonForm, VersionedForm):
    name = TextField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(
        label=_("Language of e-mails"),
        choices=Language.choices,
        help_text=_("And of what is said of rows that an import refuses."),
    )
    time_zone = TextField(
        label=_("Time zone"),
        max_length=64,
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
        help_text=_("Such as Asia/Shanghai. A day begins and ends by this clock."),
    )
    working_weekdays = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    holiday_country = forms.ChoiceField(
        label=_("Public holidays"), choices=lazy(country_choices, list), required=False
    )
    expected_basis = forms.ChoiceField(
        label=_("Expected to date by"),
        choices=ExpectedBasis.choices,
        help_text=_("How much of a target is due by a day: by working days passed, or by all days."),
    )
    ahead_level = PercentField(label=_("Ahead from, in percent of expected"))
    on_track_level = PercentField(label=_("On track from"))
    behind_level = PercentField(label=_("Behind from; below it, at risk"))


#: (title, about, fields) of the parts of the page.
PARTS = (
    (_("Organisation"), "", ("name", "language", "time_zone")),
    (
        _("Working days"),
        _("Decide how much of a target is due by a day."),
        ("holiday_country", "expected_basis", "working_weekdays"),
    ),
    (
        _("Levels of status"),
        _("How what is won stands to what was expected by now, in percent."),
        ("ahead_level", "on_track_level", "behind_level"),
    ),
)


@page(Scope.ADMIN)
def settings(request: TenantRequest) -> HttpResponse:
    organisation = request.organisation
    names = (*(name for *_words, fields in PARTS for name in fields), "version")
    initial = {name: getattr(organisation, name) for name in names}
    form = OrganisationForm(sent(request), initial=initial)
    here = reverse("settings", args=[organisation.slug])
    dialog = Dialog(title=_("Settings"), submit=_("Save"), done=_("Saved."), back=here)

    def save(data: dict[str, Any]) -> None:
        change_settings(request.actor, expected_version=data.pop("version"), **data)

    shown = {
        "parts": [(title, about, [form[name] for name in names]) for title, about, names in PARTS],
        "time_zones": sorted(zoneinfo.available_timezones()),
    }
    return answer(request, form, save, dialog, template="web/settings/organisation.html", shown=shown)
