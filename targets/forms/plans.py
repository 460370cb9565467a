"""Plans and goals, as they are made and changed on a page."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.models import Kpi
from salestargets.kernel.fiscal import FiscalCalendar
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import ExpectedBasis
from salestargets.tenancy.selectors import fiscal_calendar_of
from salestargets.web.choosing import Choices, IdField, offer, person_choices, unit_choices
from salestargets.web.dialogs import VersionedForm
from salestargets.web.fields import DayField, NumberField, TextField, needed
from targets.amounts import from_stored, is_level, to_stored
from targets.choices import PlanState
from targets.models import Goal, Milestone, Plan
from targets.selectors.objectives import all_objectives
from targets.selectors.plans import visible_plans
from targets.services.milestones import MilestoneChanges
from targets.services.plans import GoalChanges

OWN = "own"
#: A goal that nobody weighs counts in full.
WHOLE_BP = 10_000


def parent_field() -> IdField:
    return IdField(
        label=_("Part of"),
        choices=[],
        required=False,
        help_text=_("The plan above, such as the year's: what this one differs from it is recorded."),
    )


def wholes_for(plans: QuerySet[Plan]) -> Choices:
    """The plans that another may be a part of, or none."""
    running = plans.exclude(state=PlanState.CLOSED)
    return [("", gettext("No other plan")), *running.values_list("id", "name")]


class PlanForm(forms.Form):
    """A name, a unit, and whole fiscal periods: one of the spans at hand, or any other."""

    span = forms.ChoiceField(label=_("Period"))
    first = needed(
        DayField(
            label=_("First day"),
            required=False,
            help_text=_("For another period: the first day of a month, or of a fiscal period."),
        )
    )
    last = needed(
        DayField(
            label=_("Last day"),
            required=False,
            help_text=_("For another period: the last day of a month, or of a fiscal period."),
        )
    )
    parent = parent_field()
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
        offer(self, "parent", wholes_for(visible_plans(actor, on)))

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
        if last < first:
            self.add_error("last", _("The last day is before the first."))
        if not data.get("parent"):  # whose periods count instead
            self._check_whole(first, last)
        data |= {"starts_on": first, "ends_on": last + timedelta(days=1)}

    def _check_whole(self, first: date, last: date) -> None:
        begun, ended = self.calendar.period_of(first), self.calendar.period_of(last)
        whole = gettext("A plan covers whole periods of the fiscal calendar: take {one} or {other}.")
        if begun.start != first:
            self.add_error("first", whole.format(one=begun.start, other=begun.end))
        if ended.last_day != last:
            before = ended.start - timedelta(days=1)
            self.add_error("last", whole.format(one=before, other=ended.last_day))


class PlanEditForm(VersionedForm):
    name = TextField(label=_("Name"), max_length=200)
    parent = parent_field()
    expected_basis = forms.ChoiceField(label=_("Expected by"), choices=ExpectedBasis.choices)

    def __init__(self, plan: Plan, actor: Actor, on: date, data: QueryDict | None) -> None:
        initial = {
            "name": plan.name,
            "parent": plan.parent_id or "",
            "expected_basis": plan.expected_basis,
            "version": plan.version,
        }
        super().__init__(data, initial=initial)
        if plan.state != PlanState.DRAFT:
            del self.fields["parent"]
            return
        around = visible_plans(actor, on).filter(starts_on__lte=plan.starts_on, ends_on__gte=plan.ends_on)
        offered = wholes_for(around.exclude(pk=plan.pk))
        if plan.parent is not None and plan.parent_id not in dict(offered):
            offered.append((plan.parent.pk, plan.parent.name))
        offer(self, "parent", offered)


class GoalForm(forms.Form):
    """One KPI and what makes it SMART. An empty text is kept as such; publishing asks for it."""

    kpi = forms.ChoiceField(label=_("KPI"))
    amount = NumberField(label=_("Amount"), decimal_places=4)
    stretch = NumberField(
        label=_("Stretch amount"), decimal_places=4, required=False, help_text=_("What would be excellent.")
    )
    baseline = NumberField(
        label=_("Baseline"),
        decimal_places=4,
        required=False,
        help_text=_("Where a ratio or a level starts from, such as the win rate today."),
    )
    weight = NumberField(
        label=_("Weight, in percent"),
        decimal_places=2,
        required=False,
        help_text=_("How much it counts among the goals of the plan; together they should weigh 100 %."),
    )
    owner = IdField(label=_("Owner"), choices=[], required=False, help_text=_("Who answers for it."))
    objective = needed(
        IdField(
            label=_("Objective"),
            choices=[],
            required=False,
            help_text=_("Relevant: what of the organisation's objectives it serves."),
        ),
        _("needed to publish, unless a plan above asks for this goal"),
    )
    new_objective = needed(
        TextField(
            label=_("Or a new objective"),
            max_length=300,
            required=False,
            help_text=_("What is wanted, in one sentence; other goals may serve it too."),
        )
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

    def __init__(self, kpis: Sequence[Kpi], actor: Actor, on: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kpis, self.currency = {kpi.key: kpi for kpi in kpis}, actor.organisation.currency
        offer(self, "owner", person_choices(actor, on, empty=gettext("Nobody named")))
        self.fields["kpi"].choices = [(kpi.key, kpi.label) for kpi in kpis]  # type: ignore[attr-defined]
        objectives = [(str(objective.pk), objective.name) for objective in all_objectives()]
        offer(self, "objective", [("", gettext("None")), *objectives])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kpi = self.kpis.get(data.get("kpi", ""))
        if kpi is not None and data.get("baseline") is not None and not is_level(kpi):
            self.add_error("baseline", _("An amount starts from nothing: it has no baseline."))
        # The log takes the reason out of the data; the new version of the number wants it too.
        return {**data, "said": data.get("reason", "")}

    def changes(self, data: dict[str, Any]) -> GoalChanges:
        """Amounts as they are stored."""
        kpi = self.kpis[data["kpi"]]

        def stored(name: str) -> int | None:
            value = data.get(name)
            return None if value is None else to_stored(value, kpi, self.currency, field=name)

        weight = data["weight"]
        return GoalChanges(
            amount=to_stored(data["amount"], kpi, self.currency),
            stretch=stored("stretch"),
            baseline=stored("baseline"),
            weight_bp=WHOLE_BP if weight is None else int(weight * 100),
            owner_id=data["owner"],
            objective_id=data["objective"],
            why=data["why"],
            achievable_because=data["achievable_because"],
        )


class GoalEditForm(GoalForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, goal: Goal, actor: Actor, on: date, *args: Any, **kwargs: Any) -> None:
        initial = initial_of(goal, actor.organisation.currency)
        super().__init__([goal.kpi], actor, on, *args, initial=initial, **kwargs)
        self.fields["kpi"].disabled = True
        if not is_level(goal.kpi):
            del self.fields["baseline"]
        if goal.plan.state == PlanState.PUBLISHED:
            self.fields["reason"] = reason_field()


def initial_of(goal: Goal, currency: str) -> dict[str, Any]:
    return {
        "kpi": goal.kpi.key,
        "amount": from_stored(goal.amount, goal.kpi, currency),
        "stretch": from_stored(goal.stretch, goal.kpi, currency),
        "baseline": from_stored(goal.baseline, goal.kpi, currency),
        "weight": Decimal(goal.weight_bp) / 100,
        "owner": goal.owner_id or "",
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


class MilestoneForm(forms.Form):
    name = TextField(label=_("What is to be there"), max_length=200)
    due_on = DayField(label=_("Due"))
    amount = NumberField(
        label=_("Amount"),
        decimal_places=4,
        required=False,
        help_text=_("What is to be reached by then, where it is a number."),
    )

    def __init__(self, goal: Goal, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goal, self.currency = goal, currency

    def changes(self, data: dict[str, Any]) -> MilestoneChanges:
        amount = data["amount"]
        stored = None if amount is None else to_stored(amount, self.goal.kpi, self.currency)
        return MilestoneChanges(name=data["name"], due_on=data["due_on"], amount=stored)


class MilestoneEditForm(MilestoneForm):
    done_on = DayField(label=_("Done on"), required=False, help_text=_("Left empty, it is still to be done."))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, milestone: Milestone, currency: str, *args: Any, **kwargs: Any) -> None:
        goal = milestone.goal
        initial = {
            "name": milestone.name,
            "due_on": milestone.due_on,
            "amount": from_stored(milestone.amount, goal.kpi, currency),
            "done_on": milestone.done_on,
            "version": milestone.version,
        }
        super().__init__(goal, currency, *args, initial=initial, **kwargs)

    def changes(self, data: dict[str, Any]) -> MilestoneChanges:
        return {**super().changes(data), "done_on": data["done_on"]}


class DriftForm(VersionedForm):
    """Why a goal differs from the plan above, or follows it."""

    why = TextField(label=_("Reason"), max_length=300, help_text=_("Kept with the goal, for both plans."))

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = needs_reason
