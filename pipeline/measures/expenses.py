"""The measures of expenses: each counts for who spent it, on its day."""

from django.utils.translation import gettext_lazy as _

from kpis.choices import KpiUnit
from kpis.registry import About, Flow, Measure, Term
from pipeline.measures.filters import of_customer

_EXPENSES = _("Expenses")
MEASURES = (Measure("expense_amount", KpiUnit.MONEY, _("Amount of expenses"), _EXPENSES),)

SPENT = Flow(
    kind="expenses",
    group="expenses",
    table="pipeline_expense x",
    where="x.organisation_id = %(organisation)s AND x.deleted_at IS NULL",
    person="x.person_id",
    day="x.dated_on",
    record="x.id",
    filters={
        "expense_category": "x.category",
        "customer": "x.customer_id",
        "industry": of_customer("industry", "x"),
        "country": of_customer("country", "x"),
        "of_deal": "(x.deal_id IS NOT NULL)",
    },
    about=About(
        name="x.name",
        external_id="x.external_id",
        customer="x.customer_id",
        amount="x.amount_minor",
        currency="x.currency",
    ),
    terms={"expense_amount": Term("x.base_minor")},
)

SOURCES = (SPENT,)
