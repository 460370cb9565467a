"""The methods worksheet as a form: a number field for every input, read back exactly."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from itertools import count, takewhile
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from salestargets.kernel.rational import Fraction, rounded
from salestargets.web.fields import NumberField, TextField, needed
from salestargets.web.templatetags import formats
from targets.amounts import Scale, from_stored, scale_of, to_stored
from targets.domain.methods import BreakEven, Inputs
from targets.models import Goal
from targets.selectors.worksheet import Line, Moved, Shown
from targets.templatetags import amounts

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
    "conversions": _("Won before it ends, in percent"),
    "average_deal": _("Average deal"),
    "open_expected": _("Expected of what is open"),
}
HELPS = {
    "leads": _("Created in the same period a year earlier."),
    "conversions": _("Of these deals, by the end of that period."),
    "average_deal": _("Of these, won by then."),
    "open_expected": _("Begun before the period and due in it, by the win rate of that time."),
    "contribution_ratio": _("Not counted where several products are entered below."),
}
RATES = frozenset({"growth", "share", "contribution_ratio", "conversions"})
MIX_LABELS = {
    "share": _("Product {number}: share of sales, in percent"),
    "ratio": _("Product {number}: left of a sale, in percent"),
}
COUNTS = frozenset({"ramped_heads", "leads"})
#: As many products as fit, and one more than are there.
LEAST_MIX = 3
#: What is not entered like the others: how many periods, which one, and what each person said for themselves.
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


@dataclass(frozen=True)
class Told:
    """A number that changed since, as it is read."""

    title: Any
    label: Any
    then: str
    now: str


class WorksheetForm(forms.Form):
    """`found` is what is shown; amounts are of the goal's KPI."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, goal: Goal, found: Shown, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"version": found.version}, **kwargs})
        self.goal, self.lines, self.currency = goal, found.lines, currency
        for line in self.lines:
            self._add(line)
        reason = TextField(
            label=_("Reason"), max_length=300, required=False, help_text=_("Why the amount changes.")
        )
        self.fields["reason"] = needed(reason, _("needed to take the blend"))

    def _add(self, line: Line) -> None:
        method = line.proposal.method.value
        for leaf in leaves(line.proposal.inputs):
            self.fields[f"{method}-{leaf.key}"] = NumberField(
                label=_label(leaf.name, leaf.path, line.proposal.inputs),
                required=False,
                initial=self._written(leaf),
                help_text=HELPS.get(leaf.name, ""),
            )
        if isinstance(line.proposal.inputs, BreakEven):
            self._add_mix(line.proposal.inputs)
        self.fields[f"{method}-weight"] = NumberField(
            label=_("Weight"), required=False, decimal_places=2, initial=line.weight or None
        )

    def _add_mix(self, inputs: BreakEven) -> None:
        """A share of sales and a ratio for every product, and room for more."""
        blank = [(None, None)] * max(LEAST_MIX - len(inputs.mix), 1)
        for place, pair in enumerate([*inputs.mix, *blank]):
            for name, value in zip(("share", "ratio"), pair, strict=True):
                self.fields[_mix_key(place, name)] = NumberField(
                    label=MIX_LABELS[name].format(number=place + 1), required=False, initial=_percent(value)
                )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for place in self._mix_places():
            share, ratio = (data.get(_mix_key(place, name)) for name in ("share", "ratio"))
            if (share is None) != (ratio is None):
                missing = _mix_key(place, "share" if share is None else "ratio")
                if missing not in self.errors:
                    self.add_error(missing, _("Enter both, or none of the two."))
        return data

    def _mix_places(self) -> Iterator[int]:
        return takewhile(lambda place: _mix_key(place, "share") in self.fields, count())

    def mix(self) -> list[tuple[Any, Any]]:
        """The fields of every product: its share of sales, and what is left of a sale."""
        return [(self[_mix_key(n, "share")], self[_mix_key(n, "ratio")]) for n in self._mix_places()]

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
        if isinstance(inputs, BreakEven):
            pairs = [
                (data[_mix_key(place, "share")], data[_mix_key(place, "ratio")])
                for place in self._mix_places()
            ]
            values["mix"] = tuple((share / 100, left / 100) for share, left in pairs if share is not None)
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
            return _percent(leaf.value)
        if leaf.name in COUNTS:
            return Decimal(leaf.value)
        return from_stored(leaf.value, self.goal.kpi, self.currency)


def told(moved: Sequence[Moved], lines: Sequence[Line], goal: Goal, currency: str) -> list[Told]:
    """What changed since, as it is read: of which method, which input, then and now; proposals together."""
    scale, inputs = scale_of(goal.kpi, currency), {line.proposal.method.value: line for line in lines}
    proposals = [each for each in moved if each.name == "proposals"]
    return [
        Told(
            title=TITLES[each.method],
            label=_label(each.name, each.path, inputs[each.method].proposal.inputs)
            if each.method in inputs
            else LABELS.get(each.name, ""),
            then=_shown(each.name, each.then, scale),
            now=_shown(each.name, each.now, scale),
        )
        for each in moved
        if each not in proposals
    ] + _together(proposals, scale)


def _together(proposals: Sequence[Moved], scale: Scale) -> list[Told]:
    """Those that changed, added up: there can be as many as people."""
    if not proposals:
        return []
    label = ngettext("{count} person together", "{count} people together", len(proposals))
    return [
        Told(
            title=TITLES[proposals[0].method],
            label=label.format(count=len(proposals)),
            then=amounts.amount(_sum(each.then for each in proposals), scale),
            now=amounts.amount(_sum(each.now for each in proposals), scale),
        )
    ]


def _sum(numbers: Iterable[Any]) -> int | None:
    known = [int(number) for number in numbers if number is not None]
    return sum(known) if known else None


def _shown(name: str, written: Any, scale: Scale) -> str:
    if written is None:
        return "—"
    if name in RATES:
        return formats.percent(rounded(Fraction(written), 6))
    return str(written) if name in COUNTS else amounts.amount(int(written), scale)


def _mix_key(place: int, name: str) -> str:
    return f"break_even-mix-{place}-{name}"


def _percent(value: Any) -> Decimal | None:
    return None if value is None else rounded(Fraction(value) * 100, 2)


def _label(name: str, path: Sequence[int], inputs: Inputs) -> Any:
    """Of a list, which of it: the last of earlier periods is one back."""
    if name == "periods":
        back = len(getattr(inputs, name)) - path[0]
        return ngettext("{back} period back", "{back} periods back", back).format(back=back)
    if name == "years":
        back = len(getattr(inputs, name)) - path[0]
        part = path[1] + 1
        return ngettext("{back} year back, part {part}", "{back} years back, part {part}", back).format(
            back=back, part=part
        )
    return LABELS[name]


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
