"""The kinds of records that come in: what their fields are, and what must hold between them."""

from pipeline.kinds.activities import ACTIVITIES, FEEDBACK
from pipeline.kinds.catalogues import CHANNELS, CUSTOMERS, PRODUCTS, STAGES
from pipeline.kinds.deals import DEALS
from pipeline.kinds.expenses import EXPENSES
from pipeline.kinds.leads import LEADS
from pipeline.kinds.money import INVOICES, ORDERS, PAYMENTS
from salestargets.ingest.kinds import register_kind


def register() -> None:
    for kind in (
        CUSTOMERS,
        PRODUCTS,
        CHANNELS,
        STAGES,
        DEALS,
        LEADS,
        ACTIVITIES,
        FEEDBACK,
        ORDERS,
        INVOICES,
        PAYMENTS,
        EXPENSES,
    ):
        register_kind(kind)
