"""Numbers of a plan, as they are set, divided and spread on a page."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kpis.values import Holder
from salestargets.kernel.periods import Period, add_months
from salestargets.web.fields import DayField, NumberField, needed
from salestargets.web.formatting import format_day
from targets.amounts import from_stored, scale_of, to_stored
from targets.choices import Phasing, PlanState
from targets.forms.plans import reason_field
from targets.models import Goal
from targets.selectors.sheets import Cell, Sheet
from targets.services.months import PhaseRequest


class ChangeForm(forms.Form):
    """A change of numbers: of a published plan it says why and from when."""

    def __init__(self, goal: Goal, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goal, self.currency = goal, currency
        if goal.plan.state == PlanState.PUBLISHED:
            self.fields["reason"] = reason_field()
            self.fields["effective_on"] = DayField(
                label=_("In force from"), required=False, help_text=_("Today, where it is left empty.")
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # The log takes the reason out of the data; the new version of the number wants it too.
        return {
            **data,
            "because": {"reason": data.get("reason", ""), "effective_on": data.get("effective_on")},
        }

    def insist(self, *, on_reason: bool) -> None:
        """A preview needs no reason; what is applied does: so it is shown, and so the service says."""
        if "reason" in self.fields:
            needed(self.fields["reason"]).required = on_reason

    def stored(self, value: Decimal, field: str) -> int:
        return to_stored(value, self.goal.kpi, self.currency, field=field)

    def written(self, stored: int | None) -> Decimal | None:
        return from_stored(stored, self.goal.kpi, self.currency)


class NumberForm(ChangeForm):
    amount = NumberField(label=_("Target"), decimal_places=2)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(
        self, goal: Goal, currency: str, cell: Cell | None, amount: int | None, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(goal, currency, *args, **kwargs)
        self.fields["amount"].decimal_places = scale_of(goal.kpi, currency).places or 2  # type: ignore[attr-defined]
        if cell:
            self.initial = {"amount": self.written(amount), "version": cell.version}


class OverrideForm(ChangeForm):
    """A number set over what a split gave, taken back."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class HistoryForm(ChangeForm):
    """By history: of which months. To people a period ends with its last day."""

    history_first = DayField(label=_("History from"), required=False)
    history_last = DayField(label=_("History to"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def history(self, data: Mapping[str, Any]) -> Period | None:
        first, last = data["history_first"], data["history_last"]
        if data["method"] != "history" or first is None or last is None:
            return None
        return Period(first, last + timedelta(days=1))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("history_first"), data.get("history_last")
        if data.get("method") == "history":
            if (first is None) != (last is None):
                self.add_error("history_first" if first is None else "history_last", _("Enter the day."))
            elif first and last and last < first:
                self.add_error("history_last", _("The last day is before the first."))
        return data


class PhaseForm(HistoryForm):
    """How a number is spread over its months; below a unit everyone's follow."""

    method = forms.ChoiceField(
        label=_("Method"), choices=Phasing.choices, initial=Phasing.WORKING_DAYS, widget=forms.RadioSelect
    )

    field_order = ("method", "history_first", "history_last")

    def __init__(self, sheet: Sheet, holder: Holder, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(sheet.goal, currency, *args, **kwargs)
        plan = sheet.goal.plan
        self.holder, self.months, self.group = holder, sheet.months, sheet.group
        self.insist(on_reason=False)
        for month in self.months:
            label = format_day(month, language=get_language() or "en", skeleton="yMMMM")
            self.fields[f"weight-{month}"] = needed(NumberField(label=label, required=False))
        self.initial = {
            **self.initial,
            "history_first": add_months(plan.starts_on, -12),
            "history_last": add_months(plan.ends_on, -12) - timedelta(days=1),
            "version": sheet.goal.version,
        }

    def weights(self) -> list[forms.BoundField]:
        return [self[f"weight-{month}"] for month in self.months]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("method") == Phasing.WEIGHTS:
            for month in self.months:
                name = f"weight-{month}"
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Enter a weight, or 0 for no share."))
        return data

    def request(self, data: Mapping[str, Any]) -> PhaseRequest:
        is_own = data["method"] == Phasing.WEIGHTS
        return PhaseRequest(
            holder=self.holder,
            method=data["method"],
            weights=[data[f"weight-{month}"] for month in self.months] if is_own else None,
            history=self.history(data),
            group=self.group,
        )
