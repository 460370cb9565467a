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
    BuiltIn(
        key="key_product_share",
        name=_("Key-product share"),
        about=_("Of won revenue, the share of products that are marked as key products."),
        unit=KpiUnit.PERCENT,
        nature=Nature.OUTCOME,
        recipe=of(where("won_amount", "is_key_product", True, op="is"), over=("won_amount",)),
        decimals=1,
    ),
    BuiltIn(
        key="orders_booked",
        name=_("Orders booked"),
        about=_("Amounts of orders by their day, less what was returned."),
        unit=KpiUnit.MONEY,
        nature=Nature.OUTCOME,
        recipe=of("booked_order_amount"),
    ),
    BuiltIn(
        key="order_count",
        name=_("Orders"),
        about=_("Orders by their day, without returns."),
        unit=KpiUnit.COUNT,
        nature=Nature.OUTCOME,
        recipe=of("order_count"),
    ),
    BuiltIn(
        key="average_order",
        name=_("Average order"),
        about=_("What an order brings on average, returns subtracted."),
        unit=KpiUnit.MONEY,
        nature=Nature.QUALITY,
        recipe=of("booked_order_amount", over=("order_count",)),
    ),
    BuiltIn(
        key="invoiced_revenue",
        name=_("Invoiced revenue"),
        about=_("Amounts of invoices by their day, less credit notes."),
        unit=KpiUnit.MONEY,
        nature=Nature.OUTCOME,
        recipe=of("invoiced_amount"),
    ),
    BuiltIn(
        key="credit_notes",
        name=_("Credit notes"),
        about=_("What was credited in the period."),
        unit=KpiUnit.MONEY,
        nature=Nature.QUALITY,
        direction=Direction.LOWER,
        recipe=of("credit_note_amount"),
    ),
    BuiltIn(
        key="credit_note_share",
        name=_("Share of credit notes"),
        about=_("What was credited, of what was invoiced before credit notes."),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        direction=Direction.LOWER,
        recipe=of("credit_note_amount", over=("invoiced_amount", "credit_note_amount")),
        decimals=1,
    ),
    BuiltIn(
        key="collected_amount",
        name=_("Collected amount"),
        about=_("Payments by the day they arrived, less refunds."),
        unit=KpiUnit.MONEY,
        nature=Nature.OUTCOME,
        recipe=of("collected_amount"),
    ),
    BuiltIn(
        key="collection_rate",
        name=_("Collection rate"),
        about=_("Of what was due in the period, the share that was paid in it."),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        recipe=of("due_collected_amount", over=("due_amount",)),
        decimals=1,
    ),
    BuiltIn(
        key="receivables",
        name=_("Receivables"),
        about=_("Invoiced and not paid yet, at the moment of asking or at the end of a period that is past."),
        unit=KpiUnit.MONEY,
        nature=Nature.PROCESS,
        direction=Direction.LOWER,
        recipe=of("receivable_amount"),
    ),
    BuiltIn(
        key="overdue_receivables",
        name=_("Overdue receivables"),
        about=_("Due and not paid yet."),
        unit=KpiUnit.MONEY,
        nature=Nature.QUALITY,
        direction=Direction.LOWER,
        recipe=of("overdue_amount"),
    ),
    BuiltIn(
        key="overdue_share",
        name=_("Share of overdue receivables"),
        about=_("Of what is invoiced and not paid yet, the share that is past its day."),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        direction=Direction.LOWER,
        recipe=of("overdue_amount", over=("receivable_amount",)),
        decimals=1,
    ),
    BuiltIn(
        key="dso",
        name=_("Days sales outstanding"),
        about=_(
            "Receivables at the end of the period ÷ what was invoiced in it × the days of the "
            "period that have come."
        ),
        unit=KpiUnit.DAYS,
        nature=Nature.QUALITY,
        direction=Direction.LOWER,
        recipe=of("receivable_amount", over=("invoiced_amount",), days=True),
        decimals=1,
    ),
    BuiltIn(
        key="days_to_pay",
        name=_("Days until paid"),
        about=_("Days from an invoice to its payment, on average."),
        unit=KpiUnit.DAYS,
        nature=Nature.QUALITY,
        direction=Direction.LOWER,
        recipe=of("days_to_pay", over=("days_to_pay_count",)),
        decimals=1,
    ),
    BuiltIn(
        key="new_customers",
        name=_("New customers"),
        about=_("Customers by the day of their first won deal, for whoever won it."),
        unit=KpiUnit.COUNT,
        nature=Nature.OUTCOME,
        recipe=of("new_customer_count"),
    ),
    BuiltIn(
        key="active_customers",
        name=_("Active customers"),
        about=_(
            "Customers who bought within the twelve months before the moment of asking, or before "
            "the end of a period that is past."
        ),
        unit=KpiUnit.COUNT,
        nature=Nature.OUTCOME,
        recipe=of("active_customer_count"),
    ),
    BuiltIn(
        key="repeat_purchase_rate",
        name=_("Repeat purchase"),
        about=_("Of the won deals that name a customer, the share of customers who had bought before."),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        recipe=of("repeat_deal_count", over=("won_customer_count",)),
        decimals=1,
    ),
    BuiltIn(
        key="customer_lifetime_value",
        name=_("Customer lifetime value"),
        about=_(
            "Won revenue of the last twelve months ÷ customers who bought in them × 3: over a "
            "horizon of three years, before costs."
        ),
        unit=KpiUnit.MONEY,
        nature=Nature.OUTCOME,
        recipe=of(in_twelve_months("won_amount"), over=("active_customer_count",), times=3),
    ),
    BuiltIn(
        key="leads_created",
        name=_("New leads"),
        about=_("Leads by the day they came in."),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        recipe=of("lead_created_count"),
    ),
    BuiltIn(
        key="leads_qualified",
        name=_("Qualified leads"),
        about=_("Leads by the day they qualified."),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        recipe=of("lead_qualified_count"),
    ),
    BuiltIn(
        key="lead_qualification",
        name=_("Qualification of leads"),
        about=_("Leads that qualified in the period ÷ leads that came in: throughput, not one population."),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        recipe=of("lead_qualified_count", over=("lead_created_count",)),
        decimals=1,
    ),
    BuiltIn(
        key="lead_conversion",
        name=_("Conversion of leads"),
        about=_("Of the leads that qualified in the period, the share that became a deal."),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        recipe=of("lead_converted_count", over=("lead_qualified_count",)),
        decimals=1,
    ),
    BuiltIn(
        key="activities",
        name=_("Activities"),
        about=_("Everything done with customers, of any kind."),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        recipe=of("activity_count"),
    ),
    BuiltIn(
        key="calls",
        name=_("Calls"),
        about=_("Calls by their day."),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        recipe=of(where("activity_count", "activity_kind", "call")),
    ),
    BuiltIn(
        key="meetings",
        name=_("Meetings"),
        about=_("Meetings by their day."),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        recipe=of(where("activity_count", "activity_kind", "meeting")),
    ),
    BuiltIn(
        key="visits",
        name=_("Visits"),
        about=_("Visits by their day."),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        recipe=of(where("activity_count", "activity_kind", "visit")),
    ),
    BuiltIn(
        key="demos",
        name=_("Demos"),
        about=_("Demonstrations by their day."),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        recipe=of(where("activity_count", "activity_kind", "demo")),
    ),
    BuiltIn(
        key="quotes",
        name=_("Quotes"),
        about=_("Quotes and proposals by their day."),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        recipe=of(where("activity_count", "activity_kind", "quote")),
    ),
    BuiltIn(
        key="trainings",
        name=_("Trainings"),
        about=_("Trainings that were taken part in."),
        unit=KpiUnit.COUNT,
        nature=Nature.CAPABILITY,
        recipe=of(where("activity_count", "activity_kind", "training")),
    ),
    BuiltIn(
        key="quotes_per_demo",
        name=_("Quotes for each demo"),
        about=_("Quotes of the period ÷ demos of the period: throughput, not one population."),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        recipe=of(
            where("activity_count", "activity_kind", "quote"),
            over=(where("activity_count", "activity_kind", "demo"),),
        ),
        decimals=1,
    ),
    BuiltIn(
        key="activities_per_win",
        name=_("Activities for each won deal"),
        about=_("How much is done for every deal that is won."),
        unit=KpiUnit.SCORE,
        nature=Nature.PROCESS,
        direction=Direction.LOWER,
        recipe=of("activity_count", over=("won_count",)),
        decimals=1,
    ),
    BuiltIn(
        key="stage_entries",
        name=_("Steps forward"),
        about=_("Deals that came into a stage while they were open."),
        unit=KpiUnit.COUNT,
        nature=Nature.PROCESS,
        recipe=of(where("stage_entry_count", "stage_category", "open")),
    ),
    BuiltIn(
        key="stage_win_conversion",
        name=_("Conversion of stages into wins"),
        about=_(
            "Deals that came into a won stage ÷ deals that came into an open one: throughput, not "
            "one population."
        ),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        recipe=of(
            where("stage_entry_count", "stage_category", "won"),
            over=(where("stage_entry_count", "stage_category", "open"),),
        ),
        decimals=1,
    ),
    BuiltIn(
        key="nps",
        name=_("Net promoter score"),
        about=_("Who would recommend us (9 or 10) less who would not (0 to 6), of all who answered, × 100."),
        unit=KpiUnit.SCORE,
        nature=Nature.QUALITY,
        recipe=of("nps_promoter_count", less("nps_detractor_count"), over=("nps_count",), times=100),
    ),
    BuiltIn(
        key="satisfaction",
        name=_("Satisfaction"),
        about=_("What customers answered on satisfaction, 1 to 5, on average."),
        unit=KpiUnit.SCORE,
        nature=Nature.QUALITY,
        recipe=of("satisfaction_sum", over=("satisfaction_hundredths",)),
        decimals=2,
    ),
    BuiltIn(
        key="expenses",
        name=_("Expenses"),
        about=_("What selling cost, by the day it was spent."),
        unit=KpiUnit.MONEY,
        nature=Nature.COST,
        direction=Direction.LOWER,
        recipe=of("expense_amount"),
    ),
    BuiltIn(
        key="expense_ratio",
        name=_("Expense ratio"),
        about=_("What selling cost, of won revenue."),
        unit=KpiUnit.PERCENT,
        nature=Nature.COST,
        direction=Direction.LOWER,
        recipe=of("expense_amount", over=("won_amount",)),
        decimals=1,
    ),
    BuiltIn(
        key="cost_per_win",
        name=_("Cost of a won deal"),
        about=_("Expenses of the period ÷ deals won in it."),
        unit=KpiUnit.MONEY,
        nature=Nature.COST,
        direction=Direction.LOWER,
        recipe=of("expense_amount", over=("won_count",)),
    ),
    BuiltIn(
        key="crm_completeness",
        name=_("CRM completeness"),
        about=_("Of the fields that open deals should have, the share that is filled."),
        unit=KpiUnit.PERCENT,
        nature=Nature.QUALITY,
        recipe=of("open_fields_filled", over=("open_fields_expected",)),
        decimals=1,
    ),
    BuiltIn(
        key="coverage",
        name=_("Coverage"),
        about=_(
            "Open pipeline ÷ what is still to be won of the target on won revenue; none without a target."
        ),
        unit=KpiUnit.PERCENT,
        nature=Nature.PROCESS,
        recipe=of("open_amount", over=("target_amount", less("won_amount"))),
    ),
    BuiltIn(
        key="mentee_win_rate",
        name=_("Win rate of mentees"),
        about=_(
            "Of the deals that people closed while they were mentored, the share they won; it is "
            "credited to the mentor."
        ),
        unit=KpiUnit.PERCENT,
        nature=Nature.CAPABILITY,
        recipe=of("mentee_won_count", over=("mentee_won_count", "mentee_lost_count")),
        decimals=1,
    ),
)

BUILT_IN = {built_in.key: built_in for built_in in _CATALOGUE}
