"""What people propose and what they are answered, on a page."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from salestargets.web.dialogs import VersionedForm
from salestargets.web.fields import NumberField, TextField, needed
from targets.amounts import from_stored, scale_of, to_stored
from targets.models import Goal, Proposal
from targets.selectors.agreement import Line
from targets.selectors.sheets import NOTHING, Sheet
from targets.selectors.trees import Node
from targets.services.proposals import LONGEST_ANSWER, LONGEST_WORDS

TOTAL, BY_MONTH = "total", "months"
WAYS = {TOTAL: _("In total, spread as it was given"), BY_MONTH: _("Month by month")}
ACCEPT, COUNTER, ESCALATE = "accept", "counter", "escalate"


class ProposalForm(forms.Form):
    """A number in total or by months, why, how, and what it takes."""

    method = forms.ChoiceField(
        label=_("How do you propose?"), choices=WAYS.items(), initial=TOTAL, widget=forms.RadioSelect
    )

    def __init__(
        self, sheet: Sheet, node: Node, before: Proposal | None, currency: str, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.goal, self.currency, self.months = sheet.goal, currency, sheet.months
        places = scale_of(sheet.goal.kpi, currency).places
        total = NumberField(label=_("Your number"), required=False, decimal_places=places)
        self.fields["amount"] = needed(total)
        for month in sheet.months:
            label = f"{MONTHS[month.month]} {month.year}"
            part = NumberField(label=label, required=False, decimal_places=places)
            self.fields[f"month-{month}"] = needed(part)
        is_override = bool(sheet.tree.below(node))
        self.fields |= _texts(is_override=is_override)
        if not sheet.months:
            del self.fields["method"]
        self.initial = self._known(sheet, node, before)

    def by_month(self) -> list[forms.BoundField]:
        return [self[f"month-{month}"] for month in self.months]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_by_month = data.get("method") == BY_MONTH
        needed = [f"month-{month}" for month in self.months] if is_by_month else ["amount"]
        for name in needed:
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, _("Enter a number, or 0 for nothing."))
        return data

    def proposed(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """As the service takes it."""
        words = {name: data[name] for name in ("comment", "strategy", "resources")}
        if data.get("method") != BY_MONTH:
            return {**words, "amount": self._stored(data["amount"], "amount")}
        months = {month: self._stored(data[f"month-{month}"], f"month-{month}") for month in self.months}
        return {**words, "months": months}

    def _stored(self, value: Any, field: str) -> int:
        return to_stored(value, self.goal.kpi, self.currency, field=field)

    def _known(self, sheet: Sheet, node: Node, before: Proposal | None) -> dict[str, Any]:
        """What was proposed last, else what was given."""
        cell = sheet.cells.get(node, NOTHING)
        amount = before.amount if before else cell.given
        months = (before.months if before else cell.given_months) or ()
        known: dict[str, Any] = {"amount": self._written(amount)}
        known |= {
            f"month-{month}": self._written(part) for month, part in zip(sheet.months, months, strict=False)
        }
        if before:
            known |= {name: getattr(before, name) for name in ("comment", "strategy", "resources")}
        return known

    def _written(self, stored: int | None) -> Any:
        return from_stored(stored, self.goal.kpi, self.currency)


def _texts(*, is_override: bool) -> dict[str, forms.Field]:
    def text(label: Any, *, required: bool = False) -> TextField:
        return TextField(
            label=label, required=required, max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 2})
        )

    return {
        "comment": text(_("Why another number than the sum?"), required=True)
        if is_override
        else text(_("Comment")),
        "strategy": text(_("How will you reach it?")),
        "resources": text(_("What do you need for it?")),
    }


class AnswerForm(VersionedForm):
    """Accepted, another number offered, or left to someone above; an offer is only taken."""

    answer = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    comment = TextField(label=_("Comment"), required=False, max_length=LONGEST_ANSWER)

    field_order = ("version", "answer", "amount", "comment")

    def __init__(self, line: Line, goal: Goal, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goal, self.currency = goal, currency
        places = scale_of(goal.kpi, currency).places
        offer = NumberField(label=_("Your offer"), required=False, decimal_places=places)
        self.fields["amount"] = needed(offer)
        offered = line.row.given if line.may_answer else None
        ways = answers_of(line)
        self.fields["answer"].choices = list(ways.items())  # type: ignore[attr-defined]
        if line.may_take:
            self.fields["answer"].widget = forms.HiddenInput()
        else:
            needed(self.fields["comment"], _("needed unless you accept"))
        self.initial = {
            "answer": next(iter(ways), None),
            "amount": from_stored(offered, goal.kpi, currency),
            "version": line.proposal.version if line.proposal else None,
        }
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == COUNTER and data.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("Enter the number that you offer."))
        return data

    def offer(self, data: Mapping[str, Any]) -> int:
        return to_stored(data["amount"], self.goal.kpi, self.currency)


def answers_of(line: Line) -> dict[str, Any]:
    """What the actor may answer."""
    if line.may_take:
        return {ACCEPT: _("Take the offer")}
    found = {
        ACCEPT: (line.may_accept, _("Accept")),
        COUNTER: (line.may_answer, _("Offer another number")),
        ESCALATE: (line.may_escalate, _("Leave it to someone above me")),
    }
    return {name: label for name, (may, label) in found.items() if may}
