"""Fields to choose a unit, a person or a member from those of the organisation."""

from datetime import date
from typing import Any

from django import forms

from salestargets.tenancy.access import Actor
from salestargets.tenancy.selectors import members, tree, visible_people

INDENT = "\u2003"
Choices = list[tuple[int | str, str]]


class IdField(forms.TypedChoiceField):
    """One of several by its id; empty is None."""

    def __init__(self, *, choices: Choices, **kwargs: Any) -> None:
        super().__init__(choices=choices, coerce=int, empty_value=None, **kwargs)


def offer(form: forms.Form, name: str, choices: Choices) -> None:
    """What a form of this request has to choose from."""
    form.fields[name].choices = choices  # type: ignore[attr-defined]


def unit_choices(actor: Actor, on: date, *, empty: str | None = None) -> Choices:
    """The units of a day, each below the one it belongs to."""
    units: Choices = [(unit.id, f"{INDENT * unit.depth}{unit.name}") for unit in tree(actor, on)]
    return units if empty is None else [("", empty), *units]


def person_choices(actor: Actor, on: date, *, empty: str) -> Choices:
    return [("", empty), *visible_people(actor, on).values_list("id", "name")]


def member_choices(actor: Actor, *, empty: str) -> Choices:
    return [("", empty), *((row.user_id, f"{row.user} ({row.user.email})") for row in members(actor))]
