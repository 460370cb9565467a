"""What is measured, over REST: read by everyone, made and changed by administrators."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypedDict, cast

from rest_framework.request import Request

from kpis.api.actuals import FROM, TO, WHOSE, Number, number_row
from kpis.choices import Direction, FilterKind, FilterOp, KpiUnit, Manual, Nature, Over
from kpis.domain.formulas import Window
from kpis.domain.recipes import Condition, Ingredient, Recipe
from kpis.models import Kpi
from kpis.recipes import (
    ToldDefinition,
    all_told,
    base_of,
    check,
    definitions_told,
    recipes_of,
    subjects_of,
    told,
    units_of,
)
from kpis.registry import FILTERS, MEASURES, Filter, filters_of
from kpis.selectors import all_kpis, get_holder
from kpis.services.definitions import (
    MOST_DECIMALS,
    KpiFacts,
    change_kpi,
    create_kpi,
    preview_recipe,
    redefine_kpi,
)
from kpis.services.entries import create_manual_kpi
from kpis.takes import is_stock
from salestargets.api.inputs import (
    BOOLEAN,
    DATE,
    ID,
    Field,
    Reader,
    Values,
    choice,
    list_of,
    object_of,
    text,
    whole,
)
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.views import TenantView
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.money import from_minor, to_minor
from salestargets.kernel.parsing import strict_decimal
from salestargets.kernel.periods import Period
from salestargets.tenancy.choices import Scope


def _read_value(value: object) -> object:
    if isinstance(value, str | int):
        return value
    raise DomainError(N_("Enter a text, an id, a whole number, or true or false."), code="invalid_value")


VALUE: Reader[Any] = Reader(
    _read_value, {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}]}
)
FIELD = Field("field", text(50), "A filter of the measure, see /measures/.")
OP = Field("op", choice(FilterOp), "How the field is compared.")
VALUES = Field(
    "values",
    list_of(VALUE, at_most=200),
    "Ids of references, texts, whole numbers, true or false; amounts as decimals in your currency.",
).otherwise([])
MEASURE = Field("measure", text(40), "The key of a measure, see /measures/.")
CONDITIONS = Field(
    "filters", list_of(object_of(FIELD, OP, VALUES), at_most=8), "Only the records that meet all of them."
).otherwise([])
SUBTRACT = Field("subtract", BOOLEAN, "Subtracted from those before it.").otherwise(False)
OVER = Field("over", choice(Over), "The days it is taken over.").otherwise(Over.PERIOD)
PART = list_of(object_of(MEASURE, CONDITIONS, SUBTRACT, OVER), at_most=8)
NUMERATOR = Field("numerator", PART, "Measures that are added up, or above the line of a quotient.")
DENOMINATOR = Field("denominator", PART, "Below the line; left out: a plain sum.").otherwise([])
MULTIPLIER = Field("multiplier", whole(1, 1000), "The quotient times this: 100 for an NPS.").otherwise(1)
TIMES_DAYS = Field("times_days", BOOLEAN, "The quotient times the days of the period.").otherwise(False)
KEY = Field("key", text(50), "Left out: made of the name.").otherwise("")
NAME = Field("name", text(100))
ABOUT = Field("about", text(500, min_length=0, multiline=True), "What it tells, in a sentence.").optional()
UNIT = Field("unit", choice(KpiUnit))
NATURE = Field("nature", choice(Nature)).optional()
DIRECTION = Field("direction", choice(Direction)).optional()
DECIMALS = Field("decimals", whole(0, MOST_DECIMALS)).optional()
MANUAL = Field(
    "manual",
    choice(Manual, (Manual.SUM, Manual.LEVEL)),
    "`sum`: the values of people add up; `level`: the newest value of a holder counts.",
)
IS_RETIRED = Field("is_retired", BOOLEAN, "Not offered for new goals.").optional()
HOLDS_FROM = Field("holds_from", DATE, "The first day of this month or a later one.")
REASON = Field("reason", text(500))
FACTS = (ABOUT, NATURE, DIRECTION, DECIMALS)
RECIPE = (NUMERATOR, DENOMINATOR, MULTIPLIER, TIMES_DAYS)


class FilterRow(TypedDict):
    """`reference`: by id; `text` and `choice`: by text; `amount`, `number`: at_least, below; `flag`: is."""

    field: str
    name: str
    kind: str


class MeasureRow(TypedDict):
    """What can be counted, and by what its records can be chosen. A level has no months and days."""

    measure: str
    name: str
    subject: str
    unit: str
    base: str | None
    is_level: bool
    filters: list[FilterRow]


class ConditionRow(TypedDict):
    field: str
    op: str
    values: list[str | int | bool]


class IngredientRow(TypedDict):
    measure: str
    filters: list[ConditionRow]
    subtract: bool
    over: str


class DefinitionRow(TypedDict):
    """`holds_from` null: from the beginning, until another one holds."""

    holds_from: date | None
    formula: str
    numerator: list[IngredientRow]
    denominator: list[IngredientRow]
    reason: str
    made_at: datetime


class KpiRow(TypedDict):
    """`formula` and `source` in your language. `base`: booked, invoiced or collected, where it is one.

    `manual`: `sum` or `level` where the values are entered by hand, else null.
    """

    id: int
    key: str
    name: str
    about: str
    unit: str
    direction: str
    nature: str
    base: str | None
    formula: str
    source: str
    numerator: list[IngredientRow]
    denominator: list[IngredientRow]
    multiplier: int
    times_days: bool
    is_level: bool
    manual: str | None
    decimals: int
    is_retired: bool
    version: int


class WholeKpi(KpiRow):
    definitions: list[DefinitionRow]


class PreviewRow(Number):
    """What a recipe gives on the records there are; `units`: in what it can be counted."""

    formula: str
    units: list[str]
    records: int
    not_priced: int


class Measures(TenantView):
    @operation(Scope.READ, answers=list[MeasureRow])
    def get(self, request: Request) -> list[MeasureRow]:
        """What KPIs can be built of."""
        return [
            {
                "measure": one.key,
                "name": str(one.label),
                "subject": str(one.subject),
                "unit": one.unit,
                "base": one.base or None,
                "is_level": one.is_level,
                "filters": [_filter_row(each) for each in filters_of(one.key)],
            }
            for one in MEASURES.values()
        ]


class Kpis(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[KpiRow])
    def get(self, request: Request) -> Page[KpiRow]:
        """What is measured, how, and from which records."""
        rows = {kpi.pk: row for kpi, row in _rows(all_kpis(), self.actor.organisation.currency)}
        key = Key(position=whole(0, 10**6), id=ID)
        return self.page(all_kpis().values("position", "id"), key=key, row=lambda one: rows[one["id"]])

    @operation(Scope.ADMIN, body=(KEY, NAME, UNIT, *FACTS, *RECIPE), answers=WholeKpi, status=201)
    def post(self, request: Request) -> WholeKpi:
        """Build a KPI of measures. It is counted for all time; its unit stays."""
        kpi = create_kpi(
            self.actor,
            key=self.body[KEY],
            unit=self.body[UNIT],
            recipe=_recipe(self),
            facts=cast(KpiFacts, self.body.only(NAME, *FACTS)),
            at=self.at,
        )
        return _whole(kpi, self)


class ManualKpis(TenantView):
    @operation(Scope.ADMIN, body=(KEY, NAME, UNIT, *FACTS, MANUAL), answers=WholeKpi, status=201)
    def post(self, request: Request) -> WholeKpi:
        """Make a KPI whose values are entered by hand, see /kpis/{kpi_id}/entries/. Its unit stays."""
        kpi = create_manual_kpi(
            self.actor,
            key=self.body[KEY],
            unit=self.body[UNIT],
            facts=cast(KpiFacts, self.body.only(NAME, *FACTS)),
            adds_up=self.body[MANUAL] == Manual.SUM,
            at=self.at,
        )
        return _whole(kpi, self)


class OneKpi(TenantView):
    @operation(Scope.READ, answers=WholeKpi)
    def get(self, request: Request, kpi_id: int) -> WholeKpi:
        """One KPI with all its definitions, the newest first."""
        return _whole(_kpi(kpi_id), self)

    @operation(Scope.ADMIN, body=(NAME.optional(), *FACTS, IS_RETIRED), answers=WholeKpi, versioned=True)
    def patch(self, request: Request, kpi_id: int) -> WholeKpi:
        """Change what is said of it, or retire it. What it is made of changes by a new definition."""
        facts = cast(KpiFacts, self.body.only(NAME, *FACTS, IS_RETIRED))
        return _whole(
            change_kpi(self.actor, kpi=_kpi(kpi_id), facts=facts, expected_version=self.version), self
        )


class Definitions(TenantView):
    @operation(
        Scope.ADMIN,
        body=(NUMERATOR, DENOMINATOR, HOLDS_FROM, REASON),
        answers=WholeKpi,
        status=201,
        versioned=True,
    )
    def post(self, request: Request, kpi_id: int) -> WholeKpi:
        """Make it of something else from a month on; the months before keep what it was."""
        kpi = _kpi(kpi_id)
        recipe = Recipe(
            _part(self.body[NUMERATOR], self),
            _part(self.body[DENOMINATOR], self),
            kpi.multiplier,
            kpi.times_days,
        )
        kpi = redefine_kpi(
            self.actor,
            kpi=kpi,
            recipe=recipe,
            holds_from=self.body[HOLDS_FROM],
            reason=self.body[REASON],
            expected_version=self.version,
            at=self.at,
        )
        return _whole(kpi, self)


class KpiPreview(TenantView):
    @operation(Scope.ADMIN, body=(*RECIPE, WHOSE, FROM, TO), answers=PreviewRow)
    def post(self, request: Request) -> PreviewRow:
        """Try a recipe on the records there are; nothing is kept."""
        recipe, sent = check(_recipe(self)), self.body[WHOSE]
        holder = get_holder(self.actor, sent.kind, sent.id, self.today, unit_id=sent.unit_id)
        period = Period(self.body[FROM], self.body[TO])
        found = preview_recipe(recipe, holder=holder, period=period, on=self.today)
        units = units_of(recipe)
        below = units_of(Recipe(recipe.denominator))[0] if recipe.denominator else ""
        above = units_of(Recipe(recipe.numerator))[0]
        return {
            **number_row(found.value, units[0], (above, below), self.actor.organisation.currency, decimals=4),
            "formula": told(recipe),
            "units": [str(unit) for unit in units],
            "records": found.records,
            "not_priced": found.not_priced,
        }


def _kpi(kpi_id: int) -> Kpi:
    kpi = Kpi.objects.filter(pk=kpi_id).first()
    if kpi is None:
        raise NotFound(N_("There is no such KPI."), code="not_found")
    return kpi


def _recipe(view: TenantView) -> Recipe:
    body = view.body
    return Recipe(
        _part(body[NUMERATOR], view), _part(body[DENOMINATOR], view), body[MULTIPLIER], body[TIMES_DAYS]
    )


def _part(sent: list[Values], view: TenantView) -> tuple[Ingredient, ...]:
    return tuple(
        Ingredient(
            one[MEASURE],
            tuple(_condition(each, view.actor.organisation.currency) for each in one[CONDITIONS]),
            -1 if one[SUBTRACT] else 1,
            Window.PERIOD if one[OVER] == Over.PERIOD else Window(one[OVER]),
        )
        for one in sent
    )


def _condition(sent: Values, currency: str) -> Condition:
    values = sent[VALUES]
    if _is_amount(sent[FIELD]):
        values = [to_minor(strict_decimal(one, max_digits=19, decimal_places=4), currency) for one in values]
    return Condition(sent[FIELD], sent[OP], tuple(values))


def _is_amount(field: str) -> bool:
    return field in FILTERS and FILTERS[field].kind == FilterKind.AMOUNT


def _rows(found: Iterable[Kpi], currency: str) -> list[tuple[Kpi, KpiRow]]:
    """With their formulas in words, in a handful of queries for all."""
    kpis = list(found)
    recipes = recipes_of(kpis)
    return [
        (kpi, _row(kpi, recipe, formula, currency))
        for kpi, recipe, formula in zip(kpis, recipes, all_told(recipes), strict=True)
    ]


def _row(kpi: Kpi, recipe: Recipe, formula: str, currency: str) -> KpiRow:
    return {
        "id": kpi.pk,
        "key": kpi.key,
        "name": str(kpi.label),
        "about": str(kpi.description),
        "unit": kpi.unit,
        "direction": kpi.direction,
        "nature": kpi.nature,
        "base": base_of(kpi) or None,
        "formula": formula,
        "source": subjects_of(recipe),
        "numerator": _part_rows(recipe.numerator, currency),
        "denominator": _part_rows(recipe.denominator, currency),
        "multiplier": kpi.multiplier,
        "times_days": kpi.times_days,
        "is_level": is_stock(kpi),
        "manual": kpi.manual or None,
        "decimals": kpi.decimals,
        "is_retired": kpi.is_retired,
        "version": kpi.version,
    }


def _whole(kpi: Kpi, view: TenantView) -> WholeKpi:
    currency = view.actor.organisation.currency
    [(_same, row)] = _rows([kpi], currency)
    return {**row, "definitions": [_definition_row(one, currency) for one in definitions_told(kpi)]}


def _definition_row(one: ToldDefinition, currency: str) -> DefinitionRow:
    return {
        "holds_from": one.definition.holds_from,
        "formula": one.formula,
        "numerator": _part_rows(one.recipe.numerator, currency),
        "denominator": _part_rows(one.recipe.denominator, currency),
        "reason": one.definition.reason,
        "made_at": one.definition.made_at,
    }


def _part_rows(part: Sequence[Ingredient], currency: str) -> list[IngredientRow]:
    return [
        {
            "measure": one.measure,
            "filters": [_condition_row(each, currency) for each in one.conditions],
            "subtract": one.sign < 0,
            "over": one.window or Over.PERIOD.value,
        }
        for one in part
    ]


def _condition_row(one: Condition, currency: str) -> ConditionRow:
    values = [str(from_minor(each, currency)) for each in one.values] if _is_amount(one.field) else one.values
    return {"field": one.field, "op": str(one.op), "values": list(values)}


def _filter_row(one: Filter) -> FilterRow:
    return {"field": one.key, "name": str(one.label), "kind": one.kind}
