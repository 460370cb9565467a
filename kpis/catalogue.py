"""The built-in KPIs: what they are called, how they are made and from which records, in every language.

An organisation keeps a row for each; the words come from here, so that they follow the reader's language.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.choices import Direction, KpiUnit, Nature


@dataclass(frozen=True, kw_only=True)
class BuiltIn:
    key: str
    name: Promise
    formula: Promise
    source: Promise
    unit: KpiUnit
    nature: Nature
    numerator: str
    denominator: str = ""
    direction: Direction = Direction.HIGHER
    decimals: int = 0


_CATALOGUE = (
    BuiltIn(
        key="won_revenue",
        name=_("Won revenue"),
        formula=_("Sum of the amounts of won deals, each converted at the exchange rate of its closing day"),
        source=_("Won deals by closing date; a shared deal counts for each person with their share"),
        unit=KpiUnit.MONEY,
        nature=Nature.OUTCOME,
        numerator="won_amount",
    ),
    BuiltIn(
        key="deals_won",
        name=_("Deals won"),
        formula=_("Number of won deals"),
        source=_("Won deals by closing date; a shared deal counts once, for its owner"),
        unit=KpiUnit.COUNT,
        nature=Nature.OUTCOME,
        numerator="won_count",
    ),
    BuiltIn(
        key="deals_created",
        name=_("Deals created"),
        formula=_("Number of deals created, whatever became of them"),
        source=_("Deals by creation date; deals without one are not counted"),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        numerator="created_count",
    ),
    BuiltIn(
        key="win_rate",
        name=_("Win rate"),
        formula=_("Won deals ÷ (won deals + lost deals)"),
        source=_("Won and lost deals by closing date; open deals are in neither"),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        numerator="won_count",
        denominator="won_count+lost_count",
        decimals=1,
    ),
    BuiltIn(
        key="average_deal_size",
        name=_("Average deal size"),
        formula=_("Won revenue ÷ won deals"),
        source=_("Won deals by closing date"),
        unit=KpiUnit.MONEY,
        nature=Nature.QUALITY,
        numerator="won_amount",
        denominator="won_count",
    ),
    BuiltIn(
        key="sales_cycle",
        name=_("Sales cycle"),
        formula=_("Days from creation to closing of won deals ÷ their number"),
        source=_("Won deals by closing date that have a creation date"),
        unit=KpiUnit.DAYS,
        nature=Nature.PROCESS,
        direction=Direction.LOWER,
        numerator="won_cycle_days",
        denominator="won_cycle_count",
        decimals=1,
    ),
    BuiltIn(
        key="open_pipeline",
        name=_("Open pipeline"),
        formula=_("Sum of the amounts of open deals"),
        source=_("Deals open at the moment of asking, or at the end of the period where that is past"),
        unit=KpiUnit.MONEY,
        nature=Nature.PROCESS,
        numerator="open_amount",
    ),
)

BUILT_IN = {built_in.key: built_in for built_in in _CATALOGUE}
