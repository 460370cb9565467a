"""Plans and goals, as they are made and changed on a page."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.models import Kpi
from salestargets.kernel.fiscal import FiscalCalendar
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import ExpectedBasis
from salestargets.tenancy.selectors import fiscal_calendar_of
from salestargets.web.choosing import IdField, offer, unit_choices
from salestargets.web.dialogs import VersionedForm
from salestargets.web.fields import DayField, NumberField, TextField
from targets.amounts import from_stored, to_stored
from targets.models import Goal
from targets.selectors.objectives import all_objectives
from targets.services.plans import GoalChanges

OWN = "own"


class PlanForm(forms.Form):
    """A name, a unit, and whole months: one of the spans at hand, or any other."""

    span = forms.ChoiceField(label=_("Period"))
    first = DayField(
        label=_("First day"), required=False, help_text=_("For another period: the first day of a month.")
    )
    last = DayField(
        label=_("Last day"), required=False, help_text=_("For another period: the last day of a month.")
    )
    root_unit = IdField(
        label=_("Unit"), choices=[], help_text=_("The plan is for this unit and everything below it.")
    )
    name = TextField(
        label=_("Name"),
        max_length=200,
        required=False,
        help_text=_("Left empty, it is called like its period."),
    )
    expected_basis = forms.ChoiceField(
        label=_("Expected by"),
        choices=ExpectedBasis.choices,
        help_text=_(
            "How much should be reached by a day: by the days, or by the working days, that have passed."
        ),
    )

    def __init__(self, actor: Actor, on: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calendar = fiscal_calendar_of(actor.organisation)
        spans = [(_text(span), self.calendar.name(span)) for span in spans_around(self.calendar, on)]
        self.fields["span"].choices = [*spans, (OWN, _("Another period"))]  # type: ignore[attr-defined]
        offer(self, "root_unit", unit_choices(actor, on))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("span") == OWN:
            self._check_own(data)
        elif data.get("span"):
            starts_on, _slash, ends_on = data["span"].partition("/")
            data |= {"starts_on": date.fromisoformat(starts_on), "ends_on": date.fromisoformat(ends_on)}
        if not self.errors:
            data["name"] = data["name"] or self.calendar.name(Period(data["starts_on"], data["ends_on"]))
        return data

    def _check_own(self, data: dict[str, Any]) -> None:
        first, last = data.get("first"), data.get("last")
        for name, day in (("first", first), ("last", last)):
            if day is None and name not in self.errors:
                self.add_error(name, _("Enter the day."))
        if first is None or last is None:
            return
        if first.day != 1:
            self.add_error("first", _("A plan covers whole months: enter the first day of one."))
        if (last + timedelta(days=1)).day != 1:
            self.add_error("last", _("A plan covers whole months: enter the last day of one."))
        elif last < first:
            self.add_error("last", _("The last day is before the first."))
        data |= {"starts_on": first, "ends_on": last + timedelta(days=1)}


class PlanEditForm(VersionedForm):
    name = TextField(label=_("Name"), max_length=200)
    expected_basis = forms.ChoiceField(label=_("Expected by"), choices=ExpectedBasis.choices)


class GoalForm(forms.Form):
    """One KPI and what makes it SMART. An empty text is kept as such; publishing asks for it."""

    kpi = forms.ChoiceField(label=_("KPI"))
    amount = NumberField(label=_("Amount"), decimal_places=2)
    objective = IdField(
        label=_("Objective"),
        choices=[],
        required=False,
        help_text=_("Relevant: what of the organisation's objectives it serves."),
    )
    new_objective = TextField(
        label=_("Or a new objective"),
        max_length=300,
        required=False,
        help_text=_("What is wanted, in one sentence; other goals may serve it too."),
    )
    achievable_because = TextField(
        label=_("Achievable because"),
        max_length=2000,
        multiline=True,
        required=False,
        help_text=_("What makes it possible, where it is far above the earlier result."),
    )
    why = TextField(
        label=_("Why it matters"),
        max_length=2000,
        multiline=True,
        required=False,
        help_text=_("In your own words, for those who work towards it."),
    )
    stretch = NumberField(
        label=_("Stretch amount"), decimal_places=2, required=False, help_text=_("What would be excellent.")
    )

    def __init__(self, kpis: Sequence[Kpi], currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kpis, self.currency = {kpi.key: kpi for kpi in kpis}, currency
        self.fields["kpi"].choices = [(kpi.key, kpi.label) for kpi in kpis]  # type: ignore[attr-defined]
        objectives = [(str(objective.pk), objective.name) for objective in all_objectives()]
        offer(self, "objective", [("", gettext("None")), *objectives])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # The log takes the reason out of the data; the new version of the number wants it too.
        return {**data, "said": data.get("reason", "")}

    def changes(self, data: dict[str, Any]) -> GoalChanges:
        """Amounts as they are stored."""
        kpi, stretch = self.kpis[data["kpi"]], data["stretch"]
        return GoalChanges(
            amount=to_stored(data["amount"], kpi, self.currency),
            stretch=None if stretch is None else to_stored(stretch, kpi, self.currency, field="stretch"),
            objective_id=data["objective"],
            why=data["why"],
            achievable_because=data["achievable_because"],
        )


class GoalEditForm(GoalForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, goal: Goal, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__([goal.kpi], currency, *args, initial=initial_of(goal, currency), **kwargs)
        self.fields["kpi"].disabled = True
        if goal.plan.state != "draft":
            self.fields["reason"] = reason_field()


def initial_of(goal: Goal, currency: str) -> dict[str, Any]:
    return {
        "kpi": goal.kpi.key,
        "amount": from_stored(goal.amount, goal.kpi, currency),
        "stretch": from_stored(goal.stretch, goal.kpi, currency),
        "objective": goal.objective_id or "",
        "why": goal.why,
        "achievable_because": goal.achievable_because,
        "version": goal.version,
    }


def reason_field() -> TextField:
    """Once a plan is published, no number changes without one."""
    return TextField(
        label=_("Reason"),
        max_length=300,
        required=True,
        help_text=_("Kept with the new version of the number."),
    )


def spans_around(calendar: FiscalCalendar, on: date) -> list[Period]:
    """This quarter, the next three and the one before; this half, year and period, each with the next.

    A short year may be a quarter as well: no span comes twice.
    """
    before = calendar.quarter_of(calendar.quarter_of(on).start - timedelta(days=1))
    spans = [
        *_running(calendar.quarter_of, on, 4),
        before,
        *_running(calendar.half_of, on, 2),
        *_running(calendar.year_of, on, 2),
        *_running(calendar.period_of, on, 2),
    ]
    return list(dict.fromkeys(spans))


def _running(span_of: Callable[[date], Period], on: date, count: int) -> list[Period]:
    """The span that contains a day, and those that follow it."""
    spans = [span_of(on)]
    while len(spans) < count:
        spans.append(span_of(spans[-1].end))
    return spans


def _text(span: Period) -> str:
    return f"{span.start}/{span.end}"
