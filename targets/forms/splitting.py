"""How a unit's number is divided, as it is asked for on a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.values import Holder
from salestargets.kernel.periods import add_months
from salestargets.web.fields import NumberField, TextField, needed
from salestargets.web.registry import Text
from targets.choices import CHOSEN, Ramp, SplitMethod
from targets.forms.numbers import HistoryForm
from targets.selectors.sheets import Sheet
from targets.selectors.trees import Node
from targets.services.splits import BucketRequest, SplitRequest

#: What each method goes by, and its glyph.
METHODS: Mapping[str, tuple[str, Text]] = {
    SplitMethod.HISTORY: ("history", _("What their records brought in earlier months.")),
    SplitMethod.CAPACITY: ("users-round", _("Who sells below them; new hires count for what they carry.")),
    SplitMethod.PIPELINE: ("funnel", _("What is open now and may still be won.")),
    SplitMethod.POTENTIAL: (
        "compass",
        _("What their market could bring in a year, as it was noted."),
    ),
    SplitMethod.EVEN: ("equal", _("The same for everyone.")),
    SplitMethod.WEIGHTS: ("scale", _("By weights that you enter.")),
    SplitMethod.FIXED: ("list-ordered", _("By amounts that you enter; what is left stays unallocated.")),
}
#: Entered for those right below, therefore not further down.
OWN = (SplitMethod.WEIGHTS, SplitMethod.FIXED)
MOST_GROUPS = 4
MOST_LEVELS = 6
AMOUNTS = ("amount", "hold", "floor", "cap")


@dataclass(frozen=True)
class ChildFields:
    """What may be said of someone right below."""

    name: str
    weight: forms.BoundField
    amount: forms.BoundField
    hold: forms.BoundField
    floor: forms.BoundField
    cap: forms.BoundField
    group: forms.BoundField


class SplitForm(HistoryForm):
    """How a unit's number is divided among those right below it, or down to the people.

    Minimums, maximums and groups count only while they are shown.
    """

    method = forms.ChoiceField(
        label=_("Method"),
        choices=[(method.value, method.label) for method in CHOSEN],
        initial=SplitMethod.HISTORY,
        widget=forms.RadioSelect,
    )
    recursive = forms.BooleanField(label=_("All the way down to the people"), required=False, initial=True)
    with_bounds = forms.BooleanField(label=_("With minimums and maximums"), required=False)
    with_groups = forms.BooleanField(label=_("In groups that get their part first"), required=False)
    ramp = needed(
        forms.ChoiceField(
            label=_("New hires and leavers"),
            choices=Ramp.choices,
            required=False,
            initial=Ramp.NONE,
            widget=forms.RadioSelect,
        )
    )

    def __init__(self, sheet: Sheet, unit: Node, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(sheet.goal, currency, *args, **kwargs)
        self.sheet, self.unit, self.children = sheet, unit, sheet.tree.below(unit)
        self.insist(on_reason=False)
        for child in self.children:
            self._add_child(child)
        for n in range(MOST_GROUPS):
            self.fields[f"group-{n}-name"] = TextField(label=_("Group"), max_length=100, required=False)
            self.fields[f"group-{n}-weight"] = NumberField(label=_("Weight"), required=False)
            self.fields[f"group-{n}-amount"] = NumberField(
                label=_("Fixed amount"), required=False, decimal_places=2
            )
        for level in range(self._depth()):
            self.fields[f"padding-{level}"] = NumberField(
                label=_level_name(level), required=False, max_digits=5, decimal_places=2
            )
        start = sheet.goal.plan.starts_on
        self.initial = {
            **self.initial,
            "history_first": add_months(start, -12),
            "history_last": start - timedelta(days=1),
            "version": sheet.goal.version,
        }

    def methods(self) -> Iterator[tuple[BoundWidget, str, Text]]:
        """Every method with its glyph and what it goes by, in the order of use."""
        radios = {str(radio.data["value"]): radio for radio in self["method"]}
        for method, (glyph, about) in METHODS.items():
            yield radios[method], glyph, about

    def of_children(self) -> list[ChildFields]:
        parts = ("weight", *AMOUNTS, "group")
        return [
            ChildFields(self.sheet.tree.name(child), *(self[f"{part}-{child}"] for part in parts))
            for child in self.children
        ]

    def of_groups(self) -> list[Sequence[forms.BoundField]]:
        """Name, weight and amount of each."""
        return [
            [self[f"group-{n}-{part}"] for part in ("name", "weight", "amount")] for n in range(MOST_GROUPS)
        ]

    def group_names(self) -> list[str]:
        """Those that were named, to choose from."""
        fields = [*(name for name, *_rest in self.of_groups()), *(row.group for row in self.of_children())]
        return sorted({str(field.value()) for field in fields if field.value()})

    def of_levels(self) -> list[forms.BoundField]:
        return [self[f"padding-{level}"] for level in range(self._depth())]

    def has_more(self) -> bool:
        """Whether anything was said of ramp or padding."""
        said = [self["ramp"].value() not in (None, "", Ramp.NONE)]
        return any(said + [bool(field.value() or field.errors) for field in self.of_levels()])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("with_groups"):
            self._check_groups(data)
        return data

    def request(self, data: Mapping[str, Any]) -> SplitRequest:
        method = data["method"]
        bounds = data["with_bounds"] and method != SplitMethod.FIXED
        return SplitRequest(
            holder=self.unit.holder,
            method=method,
            recursive=data["recursive"] and method not in OWN,
            weights=self._of_each("weight", data) if method == SplitMethod.WEIGHTS else {},
            amounts=self._amounts("amount", data) if method == SplitMethod.FIXED else {},
            holds=self._amounts("hold", data),
            floors=self._amounts("floor", data) if bounds else {},
            caps=self._amounts("cap", data) if bounds else {},
            buckets=self._buckets(data) if data["with_groups"] and method != SplitMethod.FIXED else (),
            ramp=data["ramp"] or Ramp.NONE,
            padding=[data[f"padding-{level}"] or Decimal(0) for level in range(self._depth())],
            history=self.history(data),
            group=self.sheet.group,
        )

    def _add_child(self, child: Node) -> None:
        held = self.written(self.sheet.given(child)) if self.sheet.is_held(child) else None
        self.fields[f"weight-{child}"] = NumberField(label=_("Weight"), required=False)
        labels = (_("Amount"), _("Hold"), _("At least"), _("At most"))
        for part, label in zip(AMOUNTS, labels, strict=True):
            self.fields[f"{part}-{child}"] = NumberField(
                label=label, required=False, decimal_places=2, initial=held if part == "hold" else None
            )
        self.fields[f"group-{child}"] = TextField(
            label=_("Group"),
            max_length=100,
            required=False,
            widget=forms.TextInput(attrs={"list": "group-names", "autocomplete": "off"}),
        )

    def _depth(self) -> int:
        """How many levels there are below the unit, as far as they are padded one by one."""
        return min(max(depth for _node, depth in self.sheet.tree.walk(self.unit)), MOST_LEVELS)

    def _check_groups(self, data: Mapping[str, Any]) -> None:
        seen: set[str] = set()
        for n in range(MOST_GROUPS):
            name, *rest = (data.get(f"group-{n}-{part}") for part in ("name", "weight", "amount"))
            if name in seen:
                self.add_error(f"group-{n}-name", _("There is a group of this name already."))
            elif name:
                seen.add(name)
            elif any(value is not None for value in rest):
                self.add_error(f"group-{n}-name", _("Name the group."))

    def _buckets(self, data: Mapping[str, Any]) -> list[BucketRequest]:
        """The groups with a line of their own, then those that were only named beside someone."""
        members: dict[str, list[Holder]] = {}
        for child in self.children:
            if name := data[f"group-{child}"]:
                members.setdefault(name, []).append(child.holder)
        lines = {data[f"group-{n}-name"]: n for n in range(MOST_GROUPS) if data[f"group-{n}-name"]}
        return [
            self._bucket(name, members.get(name, []), lines.get(name), data) for name in {**lines, **members}
        ]

    def _bucket(
        self, name: str, members: Sequence[Holder], line: int | None, data: Mapping[str, Any]
    ) -> BucketRequest:
        if line is None:
            return BucketRequest(name, members)
        field = f"group-{line}-amount"
        fixed = None if data[field] is None else self.stored(data[field], field)
        return BucketRequest(name, members, weight=data[f"group-{line}-weight"], fixed=fixed)

    def _amounts(self, part: str, data: Mapping[str, Any]) -> dict[Holder, int]:
        given = self._of_each(part, data)
        return {holder: self.stored(amount, f"{part}-{holder}") for holder, amount in given.items()}

    def _of_each(self, part: str, data: Mapping[str, Any]) -> dict[Holder, Decimal]:
        found = {child.holder: data[f"{part}-{child}"] for child in self.children}
        return {holder: value for holder, value in found.items() if value is not None}


def _level_name(level: int) -> str:
    if level == 0:
        return gettext("Padding for those right below, %")
    return gettext("Padding %(count)s levels below, %%") % {"count": level + 1}
