"""Product groups of a goal, as they are chosen and divided on a page, and numbers sent as a file."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salestargets.web.fields import NumberField, needed
from targets.amounts import from_stored, scale_of, to_stored
from targets.choices import SplitMethod
from targets.forms.numbers import ChangeForm, HistoryForm
from targets.models import Goal, ProductShare
from targets.selectors.periods import twelve_months_before
from targets.services.product_groups import GroupRule
from targets.services.products import METHODS, ProductSplit

_PERCENT = Decimal(100)


class GroupsForm(forms.Form):
    """Which groups a goal has, each with a least share or a least amount."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(
        self, goal: Goal, currency: str, groups: Sequence[str], shares: Sequence[ProductShare], *args: Any
    ) -> None:
        super().__init__(*args)
        self.goal, self.currency, self.groups = goal, currency, groups
        had = {share.group: share for share in shares}
        self.initial = {"version": goal.version}
        for n, group in enumerate(groups):
            share = had.get(group)
            self.fields[f"take-{n}"] = forms.BooleanField(label=group, required=False)
            self.fields[f"share-{n}"] = NumberField(
                label=_("At least, % of all"), required=False, decimal_places=2
            )
            self.fields[f"amount-{n}"] = NumberField(
                label=_("At least, amount"),
                required=False,
                decimal_places=scale_of(goal.kpi, currency).places,
            )
            self.initial[f"take-{n}"] = share is not None
            if share:
                share_bp = share.min_share_bp
                self.initial[f"share-{n}"] = None if share_bp is None else share_bp / _PERCENT
                self.initial[f"amount-{n}"] = from_stored(share.min_amount, goal.kpi, currency)

    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [
            (group, self[f"take-{n}"], self[f"share-{n}"], self[f"amount-{n}"])
            for n, group in enumerate(self.groups)
        ]

    def rules(self, data: Mapping[str, Any]) -> list[GroupRule]:
        return [
            GroupRule(group, self._share(data[f"share-{n}"]), self._amount(data[f"amount-{n}"], n))
            for n, group in enumerate(self.groups)
            if data[f"take-{n}"]
        ]

    def _share(self, percent: Decimal | None) -> int | None:
        return None if percent is None else int(percent * _PERCENT)

    def _amount(self, amount: Decimal | None, n: int) -> int | None:
        if amount is None:
            return None
        return to_stored(amount, self.goal.kpi, self.currency, field=f"amount-{n}")


class ProductSplitForm(HistoryForm):
    """How the plan's number is divided among its groups, and everyone's below it."""

    method = forms.ChoiceField(
        label=_("Method"),
        choices=[(method.value, method.label) for method in METHODS],
        initial=SplitMethod.HISTORY,
        widget=forms.RadioSelect,
    )
    recursive = forms.BooleanField(
        label=_("Everyone below gets their number by product group as well; totals stay"),
        required=False,
        initial=True,
    )

    field_order = ("method", "history_first", "history_last", "recursive")

    def __init__(self, goal: Goal, currency: str, groups: Sequence[str], *args: Any) -> None:
        super().__init__(goal, currency, *args)
        self.groups = groups
        self.insist(on_reason=False)
        for n, _group in enumerate(groups):
            self.fields[f"value-{n}"] = NumberField(label=_("Weight or amount"), required=False)
            self.fields[f"hold-{n}"] = NumberField(label=_("Hold"), required=False, decimal_places=2)
        before = twelve_months_before(goal.plan.starts_on)
        self.initial = {
            **self.initial,
            "history_first": before.start,
            "history_last": before.last_day,
            "version": goal.version,
        }

    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        return [(group, self[f"value-{n}"], self[f"hold-{n}"]) for n, group in enumerate(self.groups)]

    def request(self, data: Mapping[str, Any]) -> ProductSplit:
        method = SplitMethod(data["method"])
        return ProductSplit(
            method=method,
            weights=self._entered(data) if method == SplitMethod.WEIGHTS else {},
            amounts=self._amounts(data, "value") if method == SplitMethod.FIXED else {},
            holds=self._amounts(data, "hold"),
            history=self.history(data),
            recursive=data["recursive"],
        )

    def _entered(self, data: Mapping[str, Any]) -> dict[str, Decimal]:
        values = {group: data[f"value-{n}"] for n, group in enumerate(self.groups)}
        return {group: value for group, value in values.items() if value is not None}

    def _amounts(self, data: Mapping[str, Any], kind: str) -> dict[str, int]:
        names = {group: f"{kind}-{n}" for n, group in enumerate(self.groups)}
        return {
            group: self.stored(data[name], name) for group, name in names.items() if data[name] is not None
        }


class FileForm(ChangeForm):
    """A file that was downloaded and edited; once it is shown, `seen` stands for it."""

    file = needed(
        forms.FileField(
            label=_("File"),
            required=False,
            widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx", "class": "drop"}),
            help_text=_("XLSX or CSV, as it was downloaded, with other numbers in it."),
        )
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, goal: Goal, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(goal, currency, *args, **kwargs)
        self.insist(on_reason=False)
