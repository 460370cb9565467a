"""What is asked where a plan goes from one state to the next."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salestargets.web.dialogs import VersionedForm
from salestargets.web.fields import DayField, TextField
from targets.models import Plan


class OpenForm(VersionedForm):
    answers_by = DayField(label=_("Answers by"), help_text=_("Who has not proposed by then is reminded."))

    def __init__(self, plan: Plan, due: date, *args: Any, **kwargs: Any) -> None:
        initial = {"version": plan.version, "answers_by": due}
        super().__init__(*args, **{"initial": initial, **kwargs})


class TakeBackForm(VersionedForm):
    why = TextField(
        label=_("Reason"), max_length=300, help_text=_("Told to those who made it, and kept in its course.")
    )


class DecisionForm(VersionedForm):
    """Approve or publish; `override` where not every goal is SMART."""

    override = TextField(label=_("All the same, because"), max_length=300)

    def __init__(self, plan: Plan, *args: Any, overrides: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"version": plan.version}, **kwargs})
        if not overrides:
            del self.fields["override"]


class AnswerForm(forms.Form):
    """What one says of a number, by the version that one looked at."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class ContestForm(AnswerForm):
    comment = TextField(
        label=_("What you contest, and why"),
        max_length=1000,
        multiline=True,
        help_text=_("Whoever gives you the number reads it. The number stays in force until they change it."),
    )
