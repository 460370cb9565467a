"""Who leaves, and who takes over what is left of their number."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.values import read_holder
from salestargets.web.choosing import Choices, offer
from salestargets.web.fields import DayField, TextField
from targets.choices import LeaverRule
from targets.services.handover import Handover


class HolderField(forms.TypedChoiceField):
    """One of several holders, each in their place; empty is None."""

    def __init__(self, *, choices: Choices, **kwargs: Any) -> None:
        super().__init__(choices=choices, coerce=read_holder, empty_value=None, **kwargs)


class HandoverForm(forms.Form):
    person = HolderField(label=_("Who leaves, or moves to other work"), choices=[])
    leaves_on = DayField(
        label=_("First day they are gone"),
        help_text=_("Months that are over by that day stay; the running one is parted by working days."),
    )
    rule = forms.ChoiceField(label=_("Who takes over"), choices=LeaverRule.choices, widget=forms.RadioSelect)
    successor = HolderField(
        label=_("Successor"), choices=[], required=False, help_text=_("Only where one person takes over.")
    )
    # Not called reason: that is what the log takes out of a form.
    why = TextField(label=_("Reason"), max_length=300, help_text=_("Everyone whose number changes reads it."))

    def __init__(self, leavers: Choices, successors: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "person", [("", gettext("Choose")), *leavers])
        offer(self, "successor", [("", gettext("Nobody")), *successors])

    def is_told(self, data: Mapping[str, Any]) -> bool:
        """Who leaves, when, and who takes over, whether or not the rest is filled."""
        return all(data.get(name) for name in ("person", "leaves_on", "rule"))

    def handover(self, data: Mapping[str, Any]) -> Handover:
        successor = data.get("successor") if data["rule"] == LeaverRule.SUCCESSOR else None
        return Handover(data["person"], data["leaves_on"], data["rule"], successor)
