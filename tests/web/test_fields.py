"""Fields read strictly, and say by their own name what to write instead."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from pytest_django.asserts import assertHTMLEqual

from salestargets.web.fields import DayField, IntegerField, NumberField, TextField


class Everything(forms.Form):
    day = DayField()
    amount = NumberField(decimal_places=2)
    count = IntegerField(minimum=1, maximum=12)
    name = TextField(max_length=10)


GOOD = {"day": "2026-03-31", "amount": "1,200,000.50", "count": "12", "name": " Q2 "}


def test_what_is_written_plainly_is_taken() -> None:
    form = Everything(GOOD)
    assert form.is_valid()
    assert form.cleaned_data == {
        "day": date(2026, 3, 31),
        "amount": Decimal("1200000.50"),
        "count": 12,
        "name": "Q2",
    }


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("day", "31/03/2026", "Enter a date as YYYY-MM-DD"),
        ("day", "1999-12-31", "2000"),
        ("amount", "12,00", "plain digits"),
        ("amount", "1e5", "plain digits"),
        ("amount", "１２", "plain digits"),
        ("amount", "1.005", "at most 2 decimals"),
        ("count", "13", "from 1 to 12"),
        ("count", "1.5", "whole number"),
        ("name", "Q2\u202e", "invisible"),
        ("name", "Q2\x00", "control"),
        ("name", "longer than ten", "at most 10"),
        ("name", "  ", "required"),
        ("day", "", "required"),
    ],
)
def test_all_else_is_refused_by_its_field(field: str, text: str, told: str) -> None:
    form = Everything({**GOOD, field: text})
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert told in form.errors[field][0]


def test_a_large_number_is_offered_in_groups_and_read_back_as_it_was() -> None:
    form = Everything(initial={"amount": Decimal("12600000.50")})
    assert 'value="12,600,000.50"' in str(form["amount"])
    again = Everything({**GOOD, "amount": "12,600,000.50"}, initial={"amount": Decimal("12600000.50")})
    assert "amount" not in again.changed_data


class Choosing(forms.Form):
    one = forms.ChoiceField(
        choices=[("", "<none>"), ("group & more", [("a", "A"), ("b", "B")]), ("c", "C")], initial="b"
    )
    several = forms.MultipleChoiceField(choices=[(1, "one"), (2, "two")], initial=[1, 2])


def test_a_select_reads_as_djangos_own() -> None:
    form = Choosing()
    for name in form.fields:
        own = form[name].as_widget().replace("\n", "")
        with_djangos = form.fields[name].widget
        context = with_djangos.get_context(name, form[name].value(), form[name].build_widget_attrs({}))
        context["widget"]["attrs"]["id"] = f"id_{name}"
        told = DjangoTemplates().render("django/forms/widgets/select.html", context)
        assertHTMLEqual(own, told)
