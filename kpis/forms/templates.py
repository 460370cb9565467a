"""What is written about a template on its page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.choices import Subject, TargetSpan
from kpis.models import Kpi, Template
from kpis.services.templates import LONGEST_TENURE, MOST_ITEMS, Draft, ItemDraft
from salestargets.tenancy.models import Unit
from salestargets.web.choosing import Choices, IdField, offer
from salestargets.web.dialogs import VersionedForm
from salestargets.web.fields import DayField, IntegerField, NumberField, TextField, needed

_PERCENT = Decimal(100)
_COMMAS = re.compile(r"[,;，、；\n]")
#: Rows to add KPIs in.
_EMPTY_ROWS = 3
_SHARES = ("weight", "threshold", "floor", "cap")


class WordsField(TextField):
    """Several words, with commas between them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=1000, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return tuple(word.strip() for word in _COMMAS.split(text) if word.strip())


class PercentField(NumberField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=6, decimal_places=2, required=False, **kwargs)


@dataclass(frozen=True)
class Row:
    """The fields of one KPI."""

    kpi: BoundField
    weight: BoundField
    target: BoundField
    span: BoundField
    ramp: BoundField
    base: BoundField
    threshold: BoundField
    floor: BoundField
    cap: BoundField

    @property
    def numbers(self) -> list[BoundField]:
        """In the order of the columns; the ramp stands below what it is for."""
        return [self.weight, self.target, self.span, self.base, self.threshold, self.floor, self.cap]


class WhyForm(forms.Form):
    """Says why, kept with what is written."""

    why = TextField(label=_("Reason"), max_length=200, required=False)


class TemplateForm(WhyForm):
    """What a template is to say from a day on."""

    name = TextField(label=_("Name"), max_length=100)
    subject = forms.ChoiceField(label=_("People or units"), choices=Subject.choices)
    jobs = WordsField(label=_("Jobs"), help_text=_("With commas between them; all, where it is empty."))
    levels = WordsField(label=_("Levels"), help_text=_("With commas between them; all, where it is empty."))
    tenure_from = IntegerField(
        label=_("Months in the company, from"), minimum=0, maximum=LONGEST_TENURE, required=False
    )
    tenure_to = IntegerField(
        label=_("to before month"),
        minimum=1,
        maximum=LONGEST_TENURE,
        required=False,
        help_text=_("The month of hiring is month 0: to before month 6 are the first six."),
    )
    units = forms.TypedMultipleChoiceField(
        label=_("Units, with all below"),
        coerce=int,
        required=False,
        help_text=_("All, where none is chosen."),
    )
    position = IntegerField(
        label=_("Order"), minimum=1, maximum=1000, help_text=_("The first template that fits is taken.")
    )
    starts_on = DayField(
        label=_("Holds from"),
        help_text=_("What holds on a period's first day measures it. Quarters that are over keep theirs."),
    )

    def __init__(
        self,
        kpis: Sequence[Kpi],
        units: Choices,
        first_day: date,
        *args: Any,
        template: Template | None = None,
        draft: Draft | None = None,
    ) -> None:
        super().__init__(*args)
        self.kpis = {kpi.key: kpi for kpi in kpis}
        known = list(draft.items) if draft else []
        self.count = min(len(known) + _EMPTY_ROWS, MOST_ITEMS)
        self.fields["units"].choices = units  # type: ignore[attr-defined]
        self.initial: dict[str, Any] = {"starts_on": first_day, "position": 1, "subject": Subject.PERSON}
        if template and draft:
            self.initial |= {"name": template.label, "version": template.version, **_rule_of(draft)}
        for n in range(self.count):
            self._add_row(n, known[n] if n < len(known) else None)

    def _add_row(self, n: int, item: ItemDraft | None) -> None:
        choices = [("", gettext("None")), *((key, str(kpi.label)) for key, kpi in self.kpis.items())]
        rows = {
            "kpi": forms.ChoiceField(label=_("KPI"), choices=choices, required=False),
            "weight": PercentField(label=_("Weight")),
            "target": NumberField(label=_("Target without a plan"), required=False),
            "span": forms.ChoiceField(label=_("Target for"), choices=TargetSpan.choices, required=False),
            "ramp": forms.BooleanField(label=_("New hires carry less"), required=False),
            "base": NumberField(label=_("Starting value"), required=False),
            "threshold": PercentField(label=_("Below it 0")),
            "floor": PercentField(label=_("At least")),
            "cap": PercentField(label=_("At most")),
        }
        for name, field in rows.items():
            self.fields[f"{name}-{n}"] = needed(field)
        self.initial |= {f"{name}-{n}": value for name, value in _values_of(item).items()}

    def rows(self) -> Iterator[Row]:
        for n in range(self.count):
            yield Row(**{name: self[f"{name}-{n}"] for name in Row.__dataclass_fields__})

    @property
    def rule_fields(self) -> list[BoundField]:
        return [self[name] for name in ("subject", "jobs", "levels", "tenure_from", "tenure_to", "units")]

    @property
    def when_fields(self) -> list[BoundField]:
        return [self[name] for name in ("position", "starts_on", "why")]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for n in range(self.count):
            if data.get(f"kpi-{n}") and f"weight-{n}" in data and data[f"weight-{n}"] is None:
                self.add_error(f"weight-{n}", _("Enter a weight."))
            if not data.get(f"kpi-{n}") and data.get(f"weight-{n}"):
                self.add_error(f"kpi-{n}", _("Choose a KPI."))
        return data

    def draft(self, data: Mapping[str, Any]) -> Draft:
        chosen = [n for n in range(self.count) if data[f"kpi-{n}"]]
        return Draft(
            items=[self._item(n, data) for n in chosen],
            position=data["position"],
            subject=data["subject"],
            jobs=data["jobs"],
            levels=data["levels"],
            tenure_from=data["tenure_from"],
            tenure_to=data["tenure_to"],
            units=tuple(Unit.objects.filter(pk__in=data["units"]).order_by("name")),
        )

    def _item(self, n: int, data: Mapping[str, Any]) -> ItemDraft:
        weight, threshold, floor, cap = (_basis_points(data[f"{name}-{n}"]) for name in _SHARES)
        return ItemDraft(
            kpi=self.kpis[data[f"kpi-{n}"]],
            weight_bp=weight or 0,
            threshold_bp=threshold,
            floor_bp=floor or 0,
            cap_bp=cap,
            base=data[f"base-{n}"],
            target=data[f"target-{n}"],
            target_span=data[f"span-{n}"] or TargetSpan.QUARTER,
            is_ramped=data[f"ramp-{n}"],
        )


class TemplateEditForm(VersionedForm, TemplateForm):
    """A template that is there already."""


class ChoiceForm(WhyForm):
    """By which template somebody is measured whatever the rules say."""

    template = IdField(label=_("Template"), choices=[], required=False)
    starts_on = DayField(label=_("From"))
    field_order = ["template", "starts_on", "why"]

    def __init__(self, templates: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "template", [("", gettext("By the rules")), *templates])


class RetireForm(WhyForm, VersionedForm):
    starts_on = DayField(label=_("From"), help_text=_("The first day on which nobody is measured by it."))
    field_order = ["starts_on", "why"]


def _rule_of(draft: Draft) -> dict[str, Any]:
    return {
        "subject": draft.subject,
        "jobs": draft.jobs,
        "levels": draft.levels,
        "tenure_from": draft.tenure_from,
        "tenure_to": draft.tenure_to,
        "units": [unit.pk for unit in draft.units],
        "position": draft.position,
    }


def _values_of(item: ItemDraft | None) -> dict[str, Any]:
    if item is None:
        return {"span": TargetSpan.QUARTER, "ramp": True, "cap": Decimal(150)}
    return {
        "kpi": item.kpi.key,
        "weight": _percent(item.weight_bp),
        "target": _plain(item.target),
        "span": item.target_span,
        "ramp": item.is_ramped,
        "base": _plain(item.base),
        "threshold": _percent(item.threshold_bp),
        "floor": _percent(item.floor_bp) if item.floor_bp else None,
        "cap": _percent(item.cap_bp),
    }


def _percent(basis_points: int | None) -> Decimal | None:
    return None if basis_points is None else _plain(basis_points / _PERCENT)


def _plain(value: Decimal | None) -> Decimal | None:
    """Without zeros behind the point: 12.5000 is written 12.5, and 100 is not 1E+2."""
    if value is None:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _basis_points(percent: Decimal | None) -> int | None:
    return None if percent is None else int(percent * _PERCENT)
