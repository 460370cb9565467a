"""What the address of a page may ask for."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from salestargets.kernel.parsing import LARGEST_ID
from salestargets.web.fields import DayField, IntegerField, TextField
from targets.choices import Status
from targets.models import Goal


class ViewForm(forms.Form):
    """Which goal, and as of which day; an error leaves that wish aside and is shown by its field."""

    goal = IntegerField(minimum=1, maximum=LARGEST_ID, required=False, widget=forms.HiddenInput())
    as_of = DayField(required=False, label=_("As of"))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.is_valid()

    def clean_as_of(self) -> date | None:
        day: date | None = self.cleaned_data["as_of"]
        if day is not None and day > self.today:
            raise ValidationError(_("This day is still to come. Choose today or an earlier one."))
        return day

    @property
    def day(self) -> date | None:
        return self.cleaned_data.get("as_of")

    @property
    def goal_id(self) -> int | None:
        return self.cleaned_data.get("goal")

    def wish(self, goal: Goal) -> dict[str, str]:
        """What to ask of another page about the same goal on the same day."""
        return {"goal": str(goal.pk), **({"as_of": self.day.isoformat()} if self.day else {})}

    @property
    def status_code(self) -> int:
        return 422 if self.errors else 200


class TeamForm(ViewForm):
    """Whom of a team: those who stand in a way, those called something."""

    status = forms.ChoiceField(
        required=False, label=_("Status"), choices=[("", _("Everyone")), *Status.choices]
    )
    q = TextField(max_length=100, required=False, label=_("Name"))

    @property
    def wanted_status(self) -> str:
        return self.cleaned_data.get("status") or ""

    @property
    def wanted_name(self) -> str:
        return self.cleaned_data.get("q") or ""
