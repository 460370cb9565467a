"""A request for other numbers, and the decision about one."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salestargets.web.dialogs import VersionedForm
from salestargets.web.fields import DayField, NumberField, TextField
from targets.amounts import from_stored, scale_of, to_stored
from targets.choices import Nature
from targets.models import Trigger
from targets.selectors.periods import span_of
from targets.selectors.sheets import Sheet
from targets.selectors.trees import Node
from targets.services.adjustments import Why, Wish


class AdjustForm(forms.Form):
    """New numbers of a holder and of those right below; an empty one leaves the number alone."""

    trigger = forms.ChoiceField(label=_("What gave rise to it"))
    nature = forms.ChoiceField(
        label=_("Will it last?"),
        choices=Nature.choices,
        initial=Nature.TREND,
        widget=forms.RadioSelect,
        help_text=_("So that whoever plans next knows what will not come again."),
    )
    effective_on = DayField(
        label=_("In force from"), help_text=_("Months that are over by that day stay as they are.")
    )
    # Not called reason: that is what the log takes out of a form.
    why = TextField(label=_("Reason"), max_length=300, help_text=_("Everyone whose number changes reads it."))

    def __init__(
        self,
        sheet: Sheet,
        nodes: Sequence[Node],
        triggers: Sequence[Trigger],
        currency: str,
        *args: Any,
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sheet, self.nodes, self.currency = sheet, nodes, currency
        self.triggers = {str(trigger.pk): trigger for trigger in triggers}
        self.fields["trigger"].choices = [  # type: ignore[attr-defined]
            (key, trigger.name) for key, trigger in self.triggers.items()
        ]
        plan, places = sheet.goal.plan, scale_of(sheet.goal.kpi, currency).places
        self.initial["effective_on"] = min(max(today, plan.starts_on), span_of(plan).last_day)
        for node in nodes:
            self.fields[f"amount-{node}"] = NumberField(
                label=_("New number"), required=False, decimal_places=places or 2
            )

    def of_holders(self) -> list[tuple[Node, str, int | None, forms.BoundField]]:
        """Holder, name, number now, and the field of the new one."""
        return [
            (node, self.sheet.tree.name(node), self.sheet.given(node), self[f"amount-{node}"])
            for node in self.nodes
        ]

    def wishes(self, data: Mapping[str, Any]) -> list[Wish]:
        """Only what was entered; a number that is not valid was not."""
        entered = {node: data.get(f"amount-{node}") for node in self.nodes}
        kpi = self.sheet.goal.kpi
        return [
            Wish(node.holder, to_stored(amount, kpi, self.currency, field=f"amount-{node}"))
            for node, amount in entered.items()
            if amount is not None
        ]

    def reason(self, data: Mapping[str, Any]) -> Why:
        trigger = self.triggers[data["trigger"]]
        return Why(trigger, data["nature"], data["why"], data["effective_on"])

    def written(self, stored: int | None) -> Any:
        return from_stored(stored, self.sheet.goal.kpi, self.currency)


class DecisionForm(VersionedForm):
    comment = TextField(label=_("A word with it"), max_length=300, required=False)


class RejectionForm(VersionedForm):
    comment = TextField(label=_("Why not"), max_length=300)
