"""Recipes of KPIs on what can be measured: checked, kept, read back, and told in words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.choices import Base, FilterKind, FilterOp, KpiUnit
from kpis.domain.formulas import Operand, Window, base_measure
from kpis.domain.recipes import Condition, Ingredient, Recipe, key_of
from kpis.models import Definition, Kpi, Selection
from kpis.registry import FILTERS, MEASURES, Filter, Measure, filters_of
from kpis.selections import read_conditions
from kpis.takes import Formulated, Part, measures_of, operands_of
from kpis.values import Formula
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.context import current_organisation_id

MOST_INGREDIENTS, MOST_CONDITIONS, MOST_VALUES = 8, 8, 200

WINDOWS = {
    Window.PERIOD: _("in the period"),
    Window.YEAR_BEFORE: _("in the same days a year earlier"),
    Window.TRAILING_YEAR: _("in the twelve months before the end of the period"),
}

#: What the records may be asked, by the kind of the field.
OPS = {
    FilterKind.REFERENCE: (FilterOp.ANY, FilterOp.NONE, FilterOp.GIVEN, FilterOp.MISSING),
    FilterKind.CHOICE: (FilterOp.ANY, FilterOp.NONE),
    FilterKind.TEXT: (FilterOp.ANY, FilterOp.NONE, FilterOp.GIVEN, FilterOp.MISSING),
    FilterKind.AMOUNT: (FilterOp.AT_LEAST, FilterOp.BELOW, FilterOp.GIVEN, FilterOp.MISSING),
    FilterKind.NUMBER: (FilterOp.AT_LEAST, FilterOp.BELOW, FilterOp.GIVEN, FilterOp.MISSING),
    FilterKind.FLAG: (FilterOp.IS,),
}
_WITHOUT_VALUES = (FilterOp.GIVEN, FilterOp.MISSING)
_WITH_ONE = (FilterOp.AT_LEAST, FilterOp.BELOW, FilterOp.IS)


def units_of(recipe: Recipe) -> list[KpiUnit]:
    """In what it can be counted, the likeliest first. DomainError where its parts do not go together."""
    above = _unit(recipe.numerator, "numerator")
    if not recipe.denominator:
        return [above]
    below = _unit(recipe.denominator, "denominator")
    if recipe.times_days:
        return [KpiUnit.DAYS]
    if above == below:
        return [KpiUnit.PERCENT, KpiUnit.SCORE, KpiUnit.COUNT]
    if above in (KpiUnit.MONEY, KpiUnit.DAYS):
        return [above]
    return [KpiUnit.SCORE, KpiUnit.COUNT]


def check(recipe: Recipe) -> Recipe:
    """The recipe, if it can be counted; else a DomainError that says which part of it cannot, and why."""
    if not recipe.numerator:
        raise DomainError(N_("Choose what is counted."), code="required", field="numerator")
    for part in (recipe.numerator, recipe.denominator):
        if len(part) > MOST_INGREDIENTS:
            raise DomainError(
                N_("Join at most {count} measures."), code="too_many", params={"count": MOST_INGREDIENTS}
            )
    for one in recipe.ingredients:
        _check_ingredient(one)
    _check_factor(recipe)
    units_of(recipe)
    return recipe


def check_unit(recipe: Recipe, unit: str) -> None:
    fitting = units_of(recipe)
    if unit not in fitting:
        choices = ", ".join(str(one.label) for one in fitting)
        raise DomainError(
            N_("What is chosen is counted in: {units}."),
            code="wrong_unit",
            field="unit",
            params={"units": choices},
        )


def formula_of(recipe: Recipe) -> Formula:
    return Formula(recipe.above, recipe.below, recipe.multiplier, recipe.times_days)


def selections_of(recipe: Recipe) -> list[Selection]:
    """What has to be kept for its conditions; not saved."""
    found = {
        key: Selection(
            organisation_id=current_organisation_id(),
            key=key,
            measure=one.measure,
            filters=[each.as_json() for each in one.conditions],
        )
        for one in recipe.ingredients
        if (key := key_of(one.measure, one.conditions)) != one.measure
    }
    return list(found.values())


def recipe_of(formula: Formulated) -> Recipe:
    """What a formula was built of."""
    return recipes_of([formula])[0]


def recipes_of(formulas: Sequence[Formulated]) -> list[Recipe]:
    """What each of them was built of, in one query."""
    keys = {one.measure for formula in formulas for one in operands_of(formula) if ":" in one.measure}
    kept = {one.key: one for one in Selection.objects.filter(key__in=keys)} if keys else {}

    def part(formula: Formulated, name: Part) -> tuple[Ingredient, ...]:
        return tuple(_ingredient(operand, kept) for operand in operands_of(formula, name))

    return [
        Recipe(part(one, "numerator"), part(one, "denominator"), one.multiplier, one.times_days)
        for one in formulas
    ]


def told(recipe: Recipe) -> str:
    """The recipe in the reader's language: Won deals (Channel is any of Web) ÷ Created deals × 100."""
    return all_told([recipe])[0]


def all_told(recipes: Sequence[Recipe]) -> list[str]:
    """Each of them in words; a query for each field that any of them asks for."""
    names = _names(
        condition for recipe in recipes for one in recipe.ingredients for condition in one.conditions
    )
    return [_told(recipe, names) for recipe in recipes]


def subjects_of(recipe: Recipe) -> str:
    """From which records it is counted, in the reader's language."""
    subjects = [str(MEASURES[one.measure].subject) for one in recipe.ingredients if one.measure in MEASURES]
    return ", ".join(dict.fromkeys(subjects))


def base_of(formula: Formulated) -> Base:
    """On what an amount rests: booked, invoiced or collected; nothing where it is mixed, or no amount."""
    bases = {MEASURES[key].base for key in measures_of(formula) if key in MEASURES}
    return bases.pop() if len(bases) == 1 else Base.NONE


@dataclass(frozen=True)
class ToldDefinition:
    """What a KPI is made of from a month on, in words."""

    definition: Definition
    recipe: Recipe
    formula: str


def definitions_told(kpi: Kpi) -> list[ToldDefinition]:
    """All there were and will be, the newest first."""
    newest = F("holds_from").desc(nulls_last=True)
    found = list(Definition.objects.filter(kpi=kpi).select_related("made_by").order_by(newest))
    formulas = [Formula(one.numerator, one.denominator, kpi.multiplier, kpi.times_days) for one in found]
    recipes = recipes_of(formulas)
    return [ToldDefinition(*one) for one in zip(found, recipes, all_told(recipes), strict=True)]


#: What the values of a field are called: {field: {value: name}}.
_Names = Mapping[str, Mapping[Any, str]]


def _names(conditions: Iterable[Condition]) -> _Names:
    wanted: dict[str, set[Any]] = defaultdict(set)
    for condition in conditions:
        wanted[condition.field].update(condition.values)
    return {
        key: dict(field.options(values))
        for key, values in wanted.items()
        if (field := FILTERS.get(key)) and field.options and values
    }


def _told(recipe: Recipe, names: _Names) -> str:
    text = _told_part(recipe.numerator, names)
    if recipe.denominator:
        below = _told_part(recipe.denominator, names)
        text = f"{_bracketed(text, recipe.numerator)} ÷ {_bracketed(below, recipe.denominator)}"
    if recipe.multiplier != 1:
        text += f" × {recipe.multiplier}"
    return text + (f" × {gettext('days of the period')}" if recipe.times_days else "")


def _told_part(part: Sequence[Ingredient], names: _Names) -> str:
    texts = [f"{'− ' if one.sign < 0 else '+ '}{_told_ingredient(one, names)}" for one in part]
    return " ".join(texts).removeprefix("+ ")


def _bracketed(text: str, part: Sequence[Ingredient]) -> str:
    return f"({text})" if len(part) > 1 else text


def _told_ingredient(one: Ingredient, names: _Names) -> str:
    measure = MEASURES.get(one.measure)
    text = str(measure.label) if measure else one.measure
    said = [_told_condition(each, names) for each in one.conditions]
    if one.window:
        said.append(str(WINDOWS[one.window]))
    return f"{text} ({'; '.join(said)})" if said else text


def _told_condition(condition: Condition, names: _Names) -> str:
    field = FILTERS.get(condition.field)
    if field is None:
        return condition.field
    known = names.get(condition.field, {})
    values = " / ".join(_value(value, known) for value in condition.values)
    return f"{field.label} {FilterOp(condition.op).label} {values}".rstrip()


def _value(value: Any, known: Mapping[Any, str]) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(known.get(value, value))


def _ingredient(operand: Operand, kept: Mapping[str, Selection]) -> Ingredient:
    selection = kept.get(operand.measure)
    conditions = tuple(read_conditions(selection.filters)) if selection else ()
    return Ingredient(base_measure(operand.measure), conditions, operand.sign, operand.window)


def _unit(part: Sequence[Ingredient], field: Part) -> KpiUnit:
    units = {_measure(one.measure).unit for one in part}
    if len(units) > 1:
        raise DomainError(
            N_("Only what is counted in the same unit can be added up."), code="mixed_units", field=field
        )
    return units.pop()


def _measure(key: str) -> Measure:
    if key not in MEASURES:
        raise DomainError(N_("There is no such measure: {key}."), code="unknown_measure", params={"key": key})
    return MEASURES[key]


def _check_factor(recipe: Recipe) -> None:
    if not 1 <= recipe.multiplier <= 1000:
        raise DomainError(
            N_("Multiply by a whole number from 1 to 1000."), code="out_of_range", field="multiplier"
        )
    if (recipe.multiplier != 1 or recipe.times_days) and not recipe.denominator:
        raise DomainError(
            N_("Only a quotient can be multiplied: choose what is below the line, or leave it at 1."),
            code="no_quotient",
            field="multiplier",
        )


def _check_ingredient(one: Ingredient) -> None:
    _measure(one.measure)
    if len(one.conditions) > MOST_CONDITIONS:
        raise DomainError(
            N_("Give a measure at most {count} conditions."),
            code="too_many",
            params={"count": MOST_CONDITIONS},
        )
    known = {field.key: field for field in filters_of(one.measure)}
    for condition in one.conditions:
        if condition.field not in known:
            raise DomainError(
                N_("{measure} cannot be filtered by {field}. Choose one of: {fields}."),
                code="invalid_filter",
                params={
                    "measure": one.measure,
                    "field": condition.field,
                    "fields": ", ".join(known) or "—",
                },
            )
        _check_condition(known[condition.field], condition)


def _check_condition(field: Filter, condition: Condition) -> None:
    if condition.op not in OPS[field.kind]:
        raise DomainError(
            N_("{field} can be asked for: {ops}."),
            code="invalid_filter",
            params={"field": field.key, "ops": ", ".join(OPS[field.kind])},
        )
    count = len(condition.values)
    fits = {True: count == 0, False: 1 <= count <= MOST_VALUES}[condition.op in _WITHOUT_VALUES]
    if not fits or (condition.op in _WITH_ONE and count != 1):
        raise DomainError(
            N_("Choose what {field} is to be, at most {count} values."),
            code="invalid_filter",
            params={"field": str(field.label), "count": 1 if condition.op in _WITH_ONE else MOST_VALUES},
        )
    if not all(_fits(field.kind, value) for value in condition.values):
        raise DomainError(
            N_("A value of {field} is not of its kind."),
            code="invalid_filter",
            params={"field": str(field.label)},
        )
    _check_exists(field, condition)


def _check_exists(field: Filter, condition: Condition) -> None:
    """Of what can be chosen only what is there; texts may still be to come."""
    if field.kind not in (FilterKind.REFERENCE, FilterKind.CHOICE) or field.options is None:
        return
    there = {value for value, _label in field.options(condition.values)}
    if not there.issuperset(condition.values):
        raise DomainError(
            N_("{field}: something that is chosen does not exist."),
            code="invalid_filter",
            params={"field": str(field.label)},
        )


def _fits(kind: FilterKind, value: Any) -> bool:
    match kind:
        case FilterKind.FLAG:
            return isinstance(value, bool)
        case FilterKind.REFERENCE | FilterKind.AMOUNT | FilterKind.NUMBER:
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**62
        case _:
            return isinstance(value, str) and 0 < len(value) <= 200
