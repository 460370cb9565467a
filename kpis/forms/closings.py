"""Which month closes, why one opens again, and after how many days months close by themselves."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.services.closing import LONGEST_REASON
from salestargets.kernel.parsing import strict_date
from salestargets.web.dialogs import ReasonForm, VersionedForm
from salestargets.web.fields import IntegerField, TextField
from salestargets.web.formatting import format_day
from salestargets.web.templatetags.formats import language

MOST_DAYS = 90


class CloseForm(forms.Form):
    month = forms.TypedChoiceField(label=_("Month"), coerce=strict_date)

    def __init__(self, months: Sequence[date], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            (month.isoformat(), format_day(month, language=language(), skeleton="yMMMM")) for month in months
        ]


class ReopenForm(VersionedForm):
    # Not called reason: that is what the log takes out of a form.
    why = TextField(label=_("Reason"), max_length=LONGEST_REASON, help_text=_("Kept with the month."))


class DaysToCloseForm(ReasonForm, VersionedForm):
    closes_after_days = IntegerField(
        label=_("Days after its end on which a month closes"),
        minimum=0,
        maximum=MOST_DAYS,
        required=False,
        help_text=_("Left empty, months close only by hand."),
    )

    field_order = ("closes_after_days", "reason")
