"""What the address of a page may ask for."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from salestargets.kernel.parsing import LARGEST_ID
from salestargets.web.fields import DayField, IntegerField, TextField
from targets.choices import Against, Status
from targets.models import Goal
from targets.selectors.as_of import Then


class ViewForm(forms.Form):
    """Which goal, as of which day, against which target; an error leaves that wish aside and is shown."""

    goal = IntegerField(minimum=1, maximum=LARGEST_ID, required=False, widget=forms.HiddenInput())
    as_of = DayField(required=False, label=_("As of"))
    against = forms.ChoiceField(required=False, choices=Against.choices, widget=forms.HiddenInput())

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

    @property
    def compared(self) -> Against:
        return Against(self.cleaned_data.get("against") or Against.CURRENT)

    @property
    def is_original(self) -> bool:
        return self.compared == Against.ORIGINAL

    def wish(self, goal: Goal) -> dict[str, str]:
        """What to ask of another page about the same goal on the same day."""
        return {
            "goal": str(goal.pk),
            **({"as_of": self.day.isoformat()} if self.day else {}),
            **({"against": self.compared.value} if self.is_original else {}),
        }

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


class ThenForm(forms.Form):
    """How a plan read: the numbers in force on a day, as far as they were written by the end of another."""

    as_of = DayField(required=False, label=_("In force on"))
    known_on = DayField(required=False, label=_("As known on"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.is_valid()

    @property
    def then(self) -> Then:
        return Then(self.cleaned_data.get("as_of"), self._known_at())

    def _known_at(self) -> datetime | None:
        """The end of the day, by the organisation's clock, which the page has set."""
        day: date | None = self.cleaned_data.get("known_on")
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None
