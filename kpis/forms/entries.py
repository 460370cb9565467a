"""Values entered by hand, and the decision about one."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.amounts import PERCENT_PLACES, RATIO_PLACES
from kpis.choices import Manual
from kpis.models import Kpi
from kpis.services.entries import LONGEST_EVIDENCE, LONGEST_NOTE, LONGEST_REASON, LONGEST_SOURCE
from kpis.values import Holder
from salestargets.tenancy.access import Actor
from salestargets.web.choosing import IdField, offer, person_choices, unit_choices
from salestargets.web.dialogs import VersionedForm
from salestargets.web.fields import DayField, NumberField, TextField, needed


class EntryForm(forms.Form):
    unit = needed(IdField(label=_("Unit"), choices=[], required=False), _("or a person"))
    person = needed(IdField(label=_("Person"), choices=[], required=False), _("or a unit"))
    dated_on = DayField(label=_("Day"), help_text=_("The day that the value is of."))
    value = NumberField(label=_("Value"), decimal_places=max(PERCENT_PLACES, RATIO_PLACES))
    source = TextField(
        label=_("Source"), max_length=LONGEST_SOURCE, help_text=_("Where it is from, such as a survey.")
    )
    evidence = TextField(
        label=_("Evidence"),
        max_length=LONGEST_EVIDENCE,
        help_text=_("A link, or where it can be looked up by whoever confirms it."),
    )
    note = TextField(label=_("Note"), max_length=LONGEST_NOTE, required=False, multiline=True)

    def __init__(self, kpi: Kpi, actor: Actor, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = person_choices(actor, today, empty="—")
        units = [] if kpi.manual == Manual.SUM else unit_choices(actor, today, empty="—")
        offer(self, "person", people)
        if units[1:]:
            offer(self, "unit", units)
        else:
            del self.fields["unit"]
            self.fields["person"] = IdField(label=_("Person"), choices=people)
        self.initial = {"dated_on": today, "person": actor.person_id}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unit_id, person_id = data.get("unit"), data.get("person")
        if (unit_id is None) == (person_id is None) and not {"unit", "person"} & set(self.errors):
            self.add_error("unit", _("Choose a unit or a person, one of the two."))
        return {**data, "holder": Holder("unit", unit_id) if unit_id else Holder("person", person_id or 0)}


class ConfirmForm(VersionedForm):
    # Not called reason: that is what the log takes out of a form.
    words = TextField(label=_("A word with it"), max_length=LONGEST_REASON, required=False)


class RejectForm(VersionedForm):
    words = TextField(label=_("Why not"), max_length=LONGEST_REASON)


class WithdrawForm(VersionedForm):
    words = TextField(
        label=_("Why"), max_length=LONGEST_REASON, required=False, help_text=_("Needed where it counted.")
    )
