"""What people spend on selling."""

from pipeline.choices import ExpenseCategory
from pipeline.kinds.activities import person
from pipeline.kinds.credit import derive, price_and_credit
from pipeline.kinds.days import not_in_the_future
from pipeline.kinds.words import EXPENSE_CATEGORIES
from pipeline.services import pricing
from salestargets.ingest.fields import Choice, Currency, Date, Money, Name, Ref
from salestargets.ingest.kinds import Computed, Kind
from salestargets.kernel.messages import N_

EXPENSES = Kind(
    name="expenses",
    table="pipeline_expense",
    label=N_("Expenses"),
    fields=(
        Name(),
        person(),
        Choice(
            name="category",
            choices=tuple(ExpenseCategory.values),
            default=ExpenseCategory.OTHER.value,
            words=EXPENSE_CATEGORIES,
        ),
        Currency(name="currency"),
        Money(name="amount", column="amount_minor", currency="currency", counted=True),
        Date(name="dated_on", counted=True),
        Ref(name="customer", column="customer_id", kind="customers"),
        Ref(name="deal", column="deal_id", kind="deals"),
    ),
    implies={"amount": frozenset({"currency"})},
    computed={"base_minor": Computed(follows="amount", expression=pricing.EXPENSES.staged)},
    rules=(not_in_the_future("dated_on"),),
    after=(price_and_credit(pricing.EXPENSES),),
    derive=derive(pricing.EXPENSES),
    is_versioned=True,
    has_tombstones=True,
)
