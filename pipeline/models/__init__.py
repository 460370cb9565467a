from pipeline.models.activities import Activity, Feedback
from pipeline.models.expenses import Expense
from pipeline.models.imports import (
    Alias,
    ImportChange,
    ImportChunk,
    ImportLeft,
    ImportMapping,
    ImportRejection,
    ImportRun,
    UnresolvedReference,
)
from pipeline.models.leads import Lead
from pipeline.models.mentoring import MentorMoves
from pipeline.models.money import (
    Invoice,
    InvoiceCredit,
    InvoiceShare,
    Order,
    OrderCredit,
    OrderShare,
    Payment,
    PaymentCredit,
    PaymentShare,
)
from pipeline.models.records import Channel, CreditShare, Customer, Deal, Product, Stage, StageEntry

__all__ = [
    "Activity",
    "Alias",
    "Channel",
    "CreditShare",
    "Customer",
    "Deal",
    "Expense",
    "Feedback",
    "ImportChange",
    "ImportChunk",
    "ImportLeft",
    "ImportMapping",
    "ImportRejection",
    "ImportRun",
    "Invoice",
    "InvoiceCredit",
    "InvoiceShare",
    "Lead",
    "MentorMoves",
    "Order",
    "OrderCredit",
    "OrderShare",
    "Payment",
    "PaymentCredit",
    "PaymentShare",
    "Product",
    "Stage",
    "StageEntry",
    "UnresolvedReference",
]
