"""How an organisation plans, and its list of triggers, as administrators write them."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.models import Kpi
from salestargets.kernel.parsing import strict_int
from salestargets.web.dialogs import ReasonForm, VersionedForm
from salestargets.web.fields import IntegerField, NumberField, PercentField, StrictField, TextField
from targets.choices import LeaverRule
from targets.models import PlanningRules, Trigger
from targets.services.rules import MOST_DAYS, RuleChanges, TriggerChanges


class RampField(StrictField):
    """Percentages, month by month: 30, 30, 60."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "num"})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return super().to_python(value) or []

    def read(self, text: str) -> list[int]:
        parts = [part.removesuffix("%") for part in re.split(r"[,，、\s]+", text) if part]
        return [strict_int(part, minimum=0, maximum=100) for part in parts]


class RulesForm(ReasonForm, VersionedForm):
    needs_approval = forms.BooleanField(
        label=_("Plans need an approval"),
        required=False,
        help_text=_("Someone above a plan's unit, or an administrator, approves it before it is published."),
    )
    move_limit = PercentField(
        label=_("Moves without an approval, in percent"),
        help_text=_(
            "By how much a manager may move a number that is in force, or answer a proposal, without asking"
            " above."
        ),
    )
    answer_days = IntegerField(
        minimum=1,
        maximum=MOST_DAYS,
        label=_("Days to answer"),
        help_text=_("For proposals, and to acknowledge a number. Who is late is reminded."),
    )
    band_low = NumberField(
        decimal_places=2,
        label=_("Achievable from"),
        help_text=_("In multiples of the earlier result, of capacity and of the pipeline: 0.5 is half."),
    )
    band_high = NumberField(
        decimal_places=2,
        label=_("Achievable up to"),
        help_text=_("Beyond it, a goal says why it can be reached."),
    )
    ramp = RampField(
        label=_("Ramp of new people, in percent"),
        required=False,
        help_text=_("Of a full target, month by month of tenure; the whole of it afterwards."),
    )
    leaver_rule = forms.ChoiceField(
        label=_("When someone leaves or moves"),
        choices=LeaverRule.choices,
        help_text=_("Who takes over what is left of their number. It can be chosen anew each time."),
    )

    def __init__(self, rules: PlanningRules, *args: Any, **kwargs: Any) -> None:
        initial = {name: getattr(rules, name) for name in self.base_fields if hasattr(rules, name)}
        initial["move_limit"] = Decimal(rules.move_limit_bp) / 10_000
        super().__init__(*args, **{"initial": initial, **kwargs})

    @staticmethod
    def changes(data: dict[str, Any]) -> RuleChanges:
        return RuleChanges(
            needs_approval=data["needs_approval"],
            move_limit_bp=int(data["move_limit"] * 10_000),
            band_low=data["band_low"],
            band_high=data["band_high"],
            ramp=data["ramp"],
            leaver_rule=data["leaver_rule"],
            answer_days=data["answer_days"],
        )


class TriggerForm(forms.Form):
    name = TextField(label=_("Name"), max_length=100)
    pace_below = PercentField(
        label=_("Fires by itself below a pace of, in percent"),
        required=False,
        help_text=_(
            "Of what is expected by now. A request for an adjustment is opened then, for the plan's unit."
            " Left empty, people choose it."
        ),
    )
    for_days = IntegerField(
        minimum=1, maximum=MOST_DAYS, label=_("Once it has been so for, in days"), initial=10
    )
    kpi = forms.ChoiceField(label=_("Only in goals of"), required=False)

    def __init__(self, kpis: list[Kpi], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kpis = {kpi.key: kpi for kpi in kpis}
        self.fields["kpi"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Any KPI")),
            *((kpi.key, kpi.label) for kpi in kpis),
        ]

    def changes(self, data: dict[str, Any]) -> TriggerChanges:
        return TriggerChanges(
            name=data["name"],
            kpi=self.kpis.get(data["kpi"]),
            pace_below=data["pace_below"],
            for_days=data["for_days"],
        )


class TriggerEditForm(TriggerForm, VersionedForm):
    is_active = forms.BooleanField(
        label=_("Switched on"), required=False, help_text=_("Switched off, it is offered no more.")
    )

    field_order = ["name", "is_active", "pace_below", "for_days", "kpi"]

    def __init__(self, trigger: Trigger, kpis: list[Kpi], *args: Any, **kwargs: Any) -> None:
        names = ("is_active", "pace_below", "for_days", "version")
        initial = {"name": trigger.label, **{name: getattr(trigger, name) for name in names}}
        initial["kpi"] = trigger.kpi.key if trigger.kpi else ""
        super().__init__(kpis, *args, **{"initial": initial, **kwargs})

    def changes(self, data: dict[str, Any]) -> TriggerChanges:
        return {**super().changes(data), "is_active": data["is_active"]}
