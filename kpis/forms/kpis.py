"""What is said of a KPI beside what it is made of."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.choices import Direction, KpiUnit, Manual, Nature
from kpis.services.definitions import MOST_DECIMALS, KpiFacts
from salestargets.web.dialogs import VersionedForm
from salestargets.web.fields import DayField, TextField


class FactsForm(forms.Form):
    name = TextField(label=_("Name"), max_length=100)
    about = TextField(
        label=_("What it tells"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("In a sentence, for those who read the number."),
    )
    nature = forms.ChoiceField(label=_("Nature"), choices=Nature.choices)
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction.choices)
    decimals = forms.IntegerField(label=_("Decimals"), min_value=0, max_value=MOST_DECIMALS, initial=0)

    def facts(self, data: dict[str, Any]) -> KpiFacts:
        return cast(KpiFacts, {name: data[name] for name in KpiFacts.__annotations__ if name in data})


class KeyedForm(FactsForm):
    """A KPI that is made: its key and its unit stay."""

    key = TextField(
        label=_("Key"),
        max_length=50,
        required=False,
        help_text=_("How the API and files call it. Left empty, it is made of the name."),
    )
    unit = forms.ChoiceField(label=_("Counted in"), choices=KpiUnit.choices)

    field_order: Sequence[str] = ("name", "key", "about", "unit", "nature", "direction", "decimals")


class NewKpiForm(KeyedForm):
    multiplier = forms.IntegerField(
        label=_("Times"), min_value=1, max_value=1000, initial=1, help_text=_("100 for scores like the NPS.")
    )
    times_days = forms.BooleanField(
        label=_("Times the days of the period, as for days sales outstanding"), required=False
    )


class NewManualKpiForm(KeyedForm):
    manual = forms.ChoiceField(
        label=_("Several values"),
        choices=[one for one in Manual.choices if one[0]],
        help_text=_("What adds up is money, a count or days; a share or a score never does."),
    )

    field_order = ("name", "key", "about", "unit", "manual", "nature", "direction", "decimals")


class ChangeKpiForm(VersionedForm, FactsForm):
    """A built-in KPI without a name of its own is called as in the catalogue."""

    is_retired = forms.BooleanField(
        label=_("Retired: not offered for new goals; what was promised of it goes on being measured"),
        required=False,
    )

    def __init__(self, *args: Any, is_built_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_built_in:
            self.fields["name"].required = False
            self.fields["name"].help_text = _("Left empty, it is called as in the catalogue.")


class DefinitionForm(VersionedForm):
    holds_from = DayField(
        label=_("Holds from"), help_text=_("The first day of a month. The months before keep what it was.")
    )
    reason = TextField(label=_("Reason"), max_length=500, help_text=_("Why it is measured otherwise."))
