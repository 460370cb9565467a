"""A recipe on a page: rows of measures and of their conditions, added and taken away one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kpis.choices import FilterKind, FilterOp
from kpis.domain.formulas import Window
from kpis.domain.recipes import Condition, Ingredient, Recipe
from kpis.recipes import MOST_CONDITIONS, MOST_INGREDIENTS, OPS, WINDOWS
from kpis.registry import FILTERS, MEASURES, Filter, filters_of
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import from_minor, to_minor
from salestargets.kernel.parsing import strict_decimal, strict_id, strict_int
from salestargets.web.registry import Text

PARTS = ("numerator", "denominator")
SIGNS = (("+", _("plus")), ("-", _("minus")))


@dataclass(frozen=True)
class ConditionRow:
    """A condition as it is being written: nothing in it need be right yet."""

    place: str
    measure: str
    field: str = ""
    op: str = ""
    values: tuple[str, ...] = ()

    @property
    def fields(self) -> list[Filter]:
        return filters_of(self.measure)

    @property
    def filter(self) -> Filter | None:
        return next((one for one in self.fields if one.key == self.field), None)

    @property
    def ops(self) -> list[tuple[str, Text]]:
        return [(op.value, op.label) for op in OPS[self.filter.kind]] if self.filter else []

    @property
    def asks(self) -> str:
        """How values are entered: many of a list, one number, yes or no; nothing where none is needed."""
        if self.filter is None or self.op in (FilterOp.GIVEN, FilterOp.MISSING):
            return ""
        if self.filter.kind == FilterKind.FLAG:
            return "flag"
        return "number" if self.filter.kind in (FilterKind.AMOUNT, FilterKind.NUMBER) else "many"

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """What there is to choose from, and whether it is chosen; what is chosen stays, come what may."""
        there = self.filter.options(None) if self.filter and self.filter.options else ()
        known = {str(value): label for value, label in there}
        chosen = [value for value in self.values if value not in known]
        return [(value, label, value in self.values) for value, label in known.items()] + [
            (value, value, True) for value in chosen
        ]

    def condition(self, currency: str) -> Condition:
        if self.filter is None:
            raise DomainError(N_("Choose the field of each condition, or remove it."), code="incomplete")
        op = self.op if self.op in OPS[self.filter.kind] else OPS[self.filter.kind][0]
        values = self.values if self.asks else ()
        return Condition(
            self.field, FilterOp(op), tuple(_value(self.filter, one, currency) for one in values)
        )


@dataclass(frozen=True)
class IngredientRow:
    place: str
    measure: str = ""
    sign: str = "+"
    window: str = ""
    conditions: tuple[ConditionRow, ...] = ()

    @property
    def may_have_conditions(self) -> bool:
        return bool(filters_of(self.measure)) and len(self.conditions) < MOST_CONDITIONS

    def ingredient(self, currency: str) -> Ingredient:
        if self.measure not in MEASURES:
            raise DomainError(N_("Choose what is counted in each row, or remove it."), code="incomplete")
        return Ingredient(
            self.measure,
            tuple(row.condition(currency) for row in self.conditions),
            -1 if self.sign == "-" else 1,
            Window(self.window) if self.window in set(Window) else Window.PERIOD,
        )


class RecipeRows:
    """The rows of both parts of a recipe: as they were sent, or of one that there is."""

    def __init__(self, currency: str, *, sent: QueryDict | None = None, recipe: Recipe | None = None) -> None:
        self.currency = currency
        self.rows: dict[str, list[IngredientRow]] = {}
        for part in PARTS:
            if sent is not None:
                self.rows[part] = list(_sent_rows(part, sent))
            else:
                given: Sequence[Ingredient] = getattr(recipe, part) if recipe else ()
                self.rows[part] = [self._row(part, n, one) for n, one in enumerate(given)]
        if not self.rows["numerator"]:
            self.rows["numerator"] = [IngredientRow("numerator-0")]

    @property
    def parts(self) -> list[tuple[str, list[IngredientRow], bool]]:
        return [(part, self.rows[part], len(self.rows[part]) < MOST_INGREDIENTS) for part in PARTS]

    @property
    def measures(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """All there are, by what their records are."""
        found = sorted(MEASURES.values(), key=lambda one: str(one.subject))
        return [
            (subject, [(one.key, str(one.label)) for one in ones])
            for subject, ones in groupby(found, key=lambda one: str(one.subject))
        ]

    @property
    def windows(self) -> list[tuple[str, Text]]:
        return [(window.value, label) for window, label in WINDOWS.items()]

    def act(self, text: str) -> None:
        """Add or take away a row: add:numerator, remove:numerator:0; of its conditions add:numerator:0."""
        verb, *path = text.split(":")
        if verb not in ("add", "remove") or not path or path[0] not in PARTS:
            return
        part, places = path[0], [int(one) for one in path[1:] if one.isdigit()]
        self.rows[part] = list(_numbered(part, _acted(verb, self.rows[part], places)))

    def recipe(self, *, multiplier: int, times_days: bool) -> Recipe:
        numerator, denominator = (
            tuple(row.ingredient(self.currency) for row in self.rows[part]) for part in PARTS
        )
        return Recipe(numerator, denominator, multiplier, times_days)

    def _row(self, part: str, number: int, one: Ingredient) -> IngredientRow:
        place = f"{part}-{number}"
        conditions = tuple(
            ConditionRow(
                f"{place}-{n}",
                one.measure,
                each.field,
                each.op,
                tuple(_shown(each.field, value, self.currency) for value in each.values),
            )
            for n, each in enumerate(one.conditions)
        )
        return IngredientRow(place, one.measure, "-" if one.sign < 0 else "+", one.window, conditions)


def _sent_rows(part: str, sent: QueryDict) -> Iterable[IngredientRow]:
    for number in range(MOST_INGREDIENTS + 1):
        place = f"{part}-{number}"
        if f"{place}-measure" not in sent:
            return
        measure = sent.get(f"{place}-measure", "")
        yield IngredientRow(
            place,
            measure,
            sent.get(f"{place}-sign", "+"),
            sent.get(f"{place}-window", ""),
            tuple(_sent_conditions(place, measure, sent)),
        )


def _sent_conditions(place: str, measure: str, sent: QueryDict) -> Iterable[ConditionRow]:
    for number in range(MOST_CONDITIONS + 1):
        own = f"{place}-{number}"
        if f"{own}-field" not in sent:
            return
        values = tuple(value for value in sent.getlist(f"{own}-value") if value)
        row = ConditionRow(own, measure, sent.get(f"{own}-field", ""), sent.get(f"{own}-op", ""), values)
        # Another field was chosen: what was asked of the one before does not fit it.
        changed = sent.get(f"{own}-was") not in (None, row.field)
        yield replace(row, op="", values=()) if changed else row


def _acted(verb: str, rows: list[IngredientRow], places: list[int]) -> list[IngredientRow]:
    if not places:
        return [*rows, IngredientRow("")] if verb == "add" else rows
    if places[0] >= len(rows):
        return rows
    row = rows[places[0]]
    if len(places) == 1 and verb == "remove":
        return rows[: places[0]] + rows[places[0] + 1 :]
    conditions = row.conditions
    if verb == "add":
        conditions = (*conditions, ConditionRow("", row.measure))
    elif len(places) > 1:
        conditions = conditions[: places[1]] + conditions[places[1] + 1 :]
    return [*rows[: places[0]], replace(row, conditions=conditions), *rows[places[0] + 1 :]]


def _numbered(part: str, rows: Iterable[IngredientRow]) -> Iterable[IngredientRow]:
    for number, row in enumerate(rows):
        place = f"{part}-{number}"
        conditions = (replace(one, place=f"{place}-{n}") for n, one in enumerate(row.conditions))
        yield replace(row, place=place, conditions=tuple(conditions))


def _value(field: Filter, text: str, currency: str) -> Any:
    match field.kind:
        case FilterKind.REFERENCE:
            return strict_id(text)
        case FilterKind.AMOUNT:
            return to_minor(strict_decimal(text.replace(",", ""), max_digits=19, decimal_places=4), currency)
        case FilterKind.NUMBER:
            return strict_int(int(text) if text.isdigit() else text, minimum=0, maximum=2**31)
        case FilterKind.FLAG:
            return text == "yes"
        case _:
            return text


def _shown(field: str, value: Any, currency: str) -> str:
    """As it stands in the form."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    known = FILTERS.get(field)
    if known and known.kind == FilterKind.AMOUNT:
        return f"{Decimal(from_minor(value, currency)):f}"
    return str(value)
