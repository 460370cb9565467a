"""The built-in KPIs: what they are called and tell, in every language, and what they are made of.

An organisation keeps a row for each; the words come from here, so that they follow the reader's language.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.choices import Direction, KpiUnit, Nature
from kpis.domain.formulas import Window
from kpis.domain.recipes import Condition, Ingredient, Recipe


@dataclass(frozen=True, kw_only=True)
class BuiltIn:
    key: str
    name: Promise
    about: Promise
    unit: KpiUnit
    nature: Nature
    recipe: Recipe
    direction: Direction = Direction.HIGHER
    decimals: int = 0


def of(
    *above: Ingredient | str,
    over: tuple[Ingredient | str, ...] = (),
    times: int = 1,
    days: bool = False,
) -> Recipe:
    """Measures by their names, or as ingredients, joined; `over` others."""
    return Recipe(tuple(map(_ingredient, above)), tuple(map(_ingredient, over)), times, days)


def less(measure: str) -> Ingredient:
    return Ingredient(measure, sign=-1)


def less_a_year_before(measure: str) -> Ingredient:
    return Ingredient(measure, sign=-1, window=Window.YEAR_BEFORE)


def a_year_before(measure: str) -> Ingredient:
    return Ingredient(measure, window=Window.YEAR_BEFORE)


def in_twelve_months(measure: str) -> Ingredient:
    return Ingredient(measure, window=Window.TRAILING_YEAR)


def where(measure: str, field: str, *values: object, op: str = "any") -> Ingredient:
    return Ingredient(measure, (Condition(field, op, values),))


def _ingredient(one: Ingredient | str) -> Ingredient:
    return Ingredient(one) if isinstance(one, str) else one


_CATALOGUE = (
    BuiltIn(
        key="won_revenue",
        name=_("Won revenue"),
        about=_(
            "Amounts of won deals by closing date, each converted at the exchange rate of that day; a shared "
            "deal counts for each person with their share."
        ),
        unit=KpiUnit.MONEY,
        nature=Nature.OUTCOME,
        recipe=of("won_amount"),
    ),
    BuiltIn(
        key="deals_won",
        name=_("Deals won"),
        about=_("Won deals by closing date; a shared deal counts once, for its owner."),
        unit=KpiUnit.COUNT,
        nature=Nature.OUTCOME,
        recipe=of("won_count"),
    ),
    BuiltIn(
        key="deals_created",
        name=_("Deals created"),
        about=_("Deals by creation date, whatever became of them; those without one are not counted."),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        recipe=of("created_count"),
    ),
    BuiltIn(
        key="win_rate",
        name=_("Win rate"),
        about=_("Of the deals closed in the period, the share that was won; open deals are in neither."),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        recipe=of("won_count", over=("won_count", "lost_count")),
        decimals=1,
    ),
    BuiltIn(
        key="average_deal_size",
        name=_("Average deal size"),
        about=_("What a won deal brings on average."),
        unit=KpiUnit.MONEY,
        nature=Nature.QUALITY,
        recipe=of("won_amount", over=("won_count",)),
    ),
    BuiltIn(
        key="sales_cycle",
        name=_("Sales cycle"),
        about=_("Days from creation to closing of won deals that have a creation date, on average."),
        unit=KpiUnit.DAYS,
        nature=Nature.PROCESS,
        direction=Direction.LOWER,
        recipe=of("won_cycle_days", over=("won_cycle_count",)),
        decimals=1,
    ),
    BuiltIn(
        key="open_pipeline",
        name=_("Open pipeline"),
        about=_("Amounts of the deals open at the moment of asking, or at the end of a period that is past."),
        unit=KpiUnit.MONEY,
        nature=Nature.PROCESS,
        recipe=of("open_amount"),
    ),
    BuiltIn(
        key="revenue_growth",
        name=_("Revenue growth"),
        about=_(
            "By how much won revenue is above that of the same days a year earlier; while a period runs, "
            "only the days that have come are compared."
        ),
        unit=KpiUnit.PERCENT,
        nature=Nature.OUTCOME,
        recipe=of("won_amount", less_a_year_before("won_amount"), over=(a_year_before("won_amount"),)),
        decimals=1,
    ),
    BuiltIn(
        key="value_win_rate",
        name=_("Win rate by value"),
        about=_("Of the amount of the deals closed in the period, the share that was won."),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        recipe=of("won_amount", over=("won_amount", "lost_amount")),
        decimals=1,
    ),
    BuiltIn(
        key="deals_lost",
        name=_("Deals lost"),
        about=_("Lost deals by closing date, for their owner."),
        unit=KpiUnit.COUNT,
        nature=Nature.OUTCOME,
        direction=Direction.LOWER,
        recipe=of("lost_count"),
    ),
    BuiltIn(
        key="pipeline_created",
        name=_("Pipeline created"),
        about=_("Amounts of the deals created in the period, for their owner, whatever became of them."),
        unit=KpiUnit.MONEY,
        nature=Nature.PROCESS,
        recipe=of("created_amount"),
    ),
    BuiltIn(
        key="open_deals",
        name=_("Open deals"),
        about=_("How many deals are open at the moment of asking, or at the end of a period that is past."),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        recipe=of("open_count"),
    ),
    BuiltIn(
        key="weighted_pipeline",
        name=_("Weighted pipeline"),
        about=_("Amounts of open deals, each times the chance of its stage; without a known chance nothing."),
        unit=KpiUnit.MONEY,
        nature=Nature.PROCESS,
        recipe=of("weighted_amount"),
    ),
    BuiltIn(
        key="overdue_deals",
        name=_("Overdue deals"),
        about=_("Open deals whose expected closing day has passed."),
        unit=KpiUnit.COUNT,
        nature=Nature.QUALITY,
        direction=Direction.LOWER,
        recipe=of("overdue_count"),
    ),
    BuiltIn(
        key="overdue_deal_share",
        name=_("Share of overdue deals"),
        about=_("Of the open deals, the share whose expected closing day has passed."),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        direction=Direction.LOWER,
        recipe=of("overdue_count", over=("open_count",)),
        decimals=1,
    ),
    BuiltIn(
        key="average_open_deal",
        name=_("Average open deal"),
        about=_("What an open deal would bring on average."),
        unit=KpiUnit.MONEY,
        nature=Nature.PROCESS,
        recipe=of("open_amount", over=("open_count",)),
    ),
)

BUILT_IN = {built_in.key: built_in for built_in in _CATALOGUE}
