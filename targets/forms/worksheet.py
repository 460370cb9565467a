"""The methods worksheet as a form: a number field for every input, read back exactly."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from salestargets.kernel.rational import rounded
from salestargets.web.fields import NumberField, TextField
from targets.amounts import from_stored, to_stored
from targets.domain.methods import Inputs
from targets.models import Goal
from targets.selectors.worksheet import Line

TITLES = {
    "history_growth": _("History and growth"),
    "moving_average": _("Moving average"),
    "seasonal_index": _("Season"),
    "market": _("Market"),
    "break_even": _("Break-even"),
    "capacity": _("Capacity"),
    "funnel": _("Funnel"),
    "bottom_up": _("What people propose"),
}
LABELS = {
    "last_year": _("Same period last year"),
    "growth": _("Growth, in percent"),
    "periods": _("Earlier periods"),
    "years": _("Earlier years"),
    "size": _("Size of the market"),
    "share": _("Share of it, in percent"),
    "fixed_cost": _("Fixed cost"),
    "wanted_profit": _("Profit wanted"),
    "contribution_ratio": _("Left of a sale after its variable cost, in percent"),
    "ramped_heads": _("People, by their ramp"),
    "productivity": _("What one of them brings in the period"),
    "leads": _("New deals in the period"),
    "conversions": _("Win rate, in percent"),
    "average_deal": _("Average deal"),
    "open_expected": _("Expected of what is open"),
}
RATES = frozenset({"growth", "share", "contribution_ratio", "conversions"})
COUNTS = frozenset({"ramped_heads", "leads"})
#: What is not entered: how many periods, which one, and what each person said for themselves.
FIXED = frozenset({"n", "period", "mix", "proposals"})


@dataclass(frozen=True)
class Leaf:
    """One number among the inputs of a method: `path` are places in its lists."""

    name: str
    path: tuple[int, ...]
    value: Any

    @property
    def key(self) -> str:
        return "-".join([self.name, *map(str, self.path)])


class WorksheetForm(forms.Form):
    """`lines` are what is shown; amounts are of the goal's KPI."""

    def __init__(self, goal: Goal, lines: Sequence[Line], currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goal, self.lines, self.currency = goal, lines, currency
        for line in lines:
            self._add(line)
        self.fields["reason"] = TextField(
            label=_("Reason"), max_length=300, required=False, help_text=_("Why the amount changes.")
        )

    def _add(self, line: Line) -> None:
        method = line.proposal.method.value
        for leaf in leaves(line.proposal.inputs):
            self.fields[f"{method}-{leaf.key}"] = NumberField(
                label=_label(leaf, line.proposal.inputs), required=False, initial=self._written(leaf)
            )
        self.fields[f"{method}-weight"] = NumberField(
            label=_("Weight"), required=False, decimal_places=2, initial=line.weight or None
        )

    def of_methods(self) -> Iterator[tuple[Any, Line, list[Any], Any]]:
        """Title, line, its fields and its weight."""
        for line in self.lines:
            method = line.proposal.method.value
            named = [self[f"{method}-{leaf.key}"] for leaf in leaves(line.proposal.inputs)]
            yield TITLES[method], line, named, self[f"{method}-weight"]

    def inputs(self, data: Mapping[str, Any]) -> list[Inputs]:
        return [self._read(line.proposal.inputs, data) for line in self.lines]

    def weights(self, data: Mapping[str, Any]) -> dict[str, Decimal]:
        methods = [line.proposal.method.value for line in self.lines]
        return {method: data[f"{method}-weight"] or Decimal(0) for method in methods}

    def _read(self, inputs: Inputs, data: Mapping[str, Any]) -> Inputs:
        values: dict[str, Any] = {}
        for field in fields(inputs):
            if field.name not in FIXED:
                old = getattr(inputs, field.name)
                values[field.name] = self._value(inputs.method.value, field.name, (), old, data)
        if "open_expected" in values:
            values["open_expected"] = values["open_expected"] or 0
        return replace(inputs, **values)

    def _value(self, method: str, name: str, path: tuple[int, ...], old: Any, data: Mapping[str, Any]) -> Any:
        if isinstance(old, tuple):
            return tuple(
                self._value(method, name, (*path, place), each, data) for place, each in enumerate(old)
            )
        key = f"{method}-{Leaf(name, path, old).key}"
        return self._stored(name, data[key], key)

    def _stored(self, name: str, value: Decimal | None, key: str) -> Any:
        if value is None:
            return None
        if name in RATES:
            return value / 100
        if name in COUNTS:
            return int(value) if name == "leads" else value
        return to_stored(value, self.goal.kpi, self.currency, field=key)

    def _written(self, leaf: Leaf) -> Decimal | None:
        if leaf.value is None:
            return None
        if leaf.name in RATES:
            return rounded(Fraction(leaf.value) * 100, 2)
        if leaf.name in COUNTS:
            return Decimal(leaf.value)
        return from_stored(leaf.value, self.goal.kpi, self.currency)


def _label(leaf: Leaf, inputs: Inputs) -> Any:
    """Of a list, which of it: the last of earlier periods is one back."""
    if leaf.name == "periods":
        back = len(getattr(inputs, leaf.name)) - leaf.path[0]
        return ngettext("{back} period back", "{back} periods back", back).format(back=back)
    if leaf.name == "years":
        back = len(getattr(inputs, leaf.name)) - leaf.path[0]
        part = leaf.path[1] + 1
        return ngettext("{back} year back, part {part}", "{back} years back, part {part}", back).format(
            back=back, part=part
        )
    return LABELS[leaf.name]


def leaves(inputs: Inputs) -> Iterator[Leaf]:
    for field in fields(inputs):
        if field.name not in FIXED:
            yield from _leaves(field.name, (), getattr(inputs, field.name))


def _leaves(name: str, path: tuple[int, ...], value: Any) -> Iterator[Leaf]:
    if not isinstance(value, tuple):
        yield Leaf(name, path, value)
        return
    for place, each in enumerate(value):
        yield from _leaves(name, (*path, place), each)
