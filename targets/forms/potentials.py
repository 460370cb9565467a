"""What a unit or a person could bring in a year, as it is noted on a page."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.values import Holder
from salestargets.kernel.money import decimals, from_minor, to_minor
from salestargets.tenancy.access import Actor
from salestargets.web.choosing import IdField, offer, person_choices, unit_choices
from salestargets.web.fields import DayField, NumberField, TextField, needed
from targets.models import Potential


class AmountForm(forms.Form):
    amount = NumberField(label=_("Potential a year"))
    source = TextField(
        label=_("Source"),
        max_length=200,
        required=False,
        help_text=_("Where the estimate is from, such as a market study."),
    )

    def __init__(self, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["amount"].decimal_places = decimals(currency)  # type: ignore[attr-defined]

    def stored(self, amount: Decimal) -> int:
        return to_minor(amount, self.currency)


class PotentialForm(AmountForm):
    unit = needed(IdField(label=_("Unit"), choices=[], required=False), _("or a person"))
    person = needed(IdField(label=_("Person"), choices=[], required=False), _("or a unit"))
    starts_on = DayField(label=_("From"))

    field_order = ("unit", "person", "amount", "starts_on", "source")

    def __init__(self, actor: Actor, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor.organisation.currency, *args, **kwargs)
        offer(self, "unit", unit_choices(actor, today, empty="—"))
        offer(self, "person", person_choices(actor, today, empty="—"))
        self.initial = {"starts_on": today.replace(month=1, day=1)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unit_id, person_id = data.get("unit"), data.get("person")
        if (unit_id is None) == (person_id is None) and not {"unit", "person"} & set(self.errors):
            self.add_error("unit", _("Choose a unit or a person, one of the two."))
        return {**data, "holder": Holder("unit", unit_id) if unit_id else Holder("person", person_id or 0)}


class PotentialEditForm(AmountForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, potential: Potential, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(currency, *args, **kwargs)
        self.initial = {
            "amount": from_minor(potential.amount, currency),
            "source": potential.source,
            "version": potential.version,
        }


class PotentialFileForm(forms.Form):
    """A file that was downloaded and edited; once it is shown, `seen` stands for it."""

    file = needed(
        forms.FileField(
            label=_("File"),
            required=False,
            widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx", "class": "drop"}),
            help_text=_("XLSX or CSV, as it was downloaded, with other numbers or more rows in it."),
        )
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
