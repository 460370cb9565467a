"""By what records can be chosen, whatever their kind: the fields, and what there is to choose from."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kpis.choices import FilterKind
from kpis.registry import Filter, Linked
from pipeline.choices import ActivityKind, DealStatus, ExpenseCategory, LeadStatus
from pipeline.models import Activity, Channel, Customer, Deal, Product, Stage
from pipeline.models.records import Record

MOST_OPTIONS = 1_000


def of_product(column: str, record: str) -> Linked:
    """A column of the product that a record names."""
    return _named_by(record, "product", column)


def of_customer(column: str, record: str) -> Linked:
    return _named_by(record, "customer", column)


def _named_by(record: str, kind: str, column: str) -> Linked:
    where = f"named.organisation_id = {record}.organisation_id AND named.id = {record}.{kind}_id"
    return Linked(f"named.{column}", f"pipeline_{kind} named", where)


Options = Callable[[Collection[Any] | None], Iterable[tuple[Any, str]]]


def named(model: type[Record]) -> Options:
    """Records by their names."""

    def found(only: Collection[Any] | None) -> Iterable[tuple[int, str]]:
        rows = model._default_manager.order_by("name", "pk").values_list("pk", "name")
        return rows[:MOST_OPTIONS] if only is None else rows.filter(pk__in=only)

    return found


def texts(model: type[Record], field: str) -> Options:
    """What is written in a field of records."""

    def found(only: Collection[Any] | None) -> Iterable[tuple[str, str]]:
        rows = model._default_manager.exclude(**{field: ""}).order_by(field).values_list(field, flat=True)
        chosen = rows.distinct()[:MOST_OPTIONS] if only is None else only
        return [(text, text) for text in chosen]

    return found


def chosen_from(choices: type[TextChoices]) -> Options:
    return lambda _only: [(value, str(label)) for value, label in choices.choices]


FILTERS = (
    Filter("product", _("Product"), FilterKind.REFERENCE, named(Product)),
    Filter("product_group", _("Product group"), FilterKind.TEXT, texts(Product, "group")),
    Filter("is_key_product", _("Key product"), FilterKind.FLAG),
    Filter("channel", _("Channel"), FilterKind.REFERENCE, named(Channel)),
    Filter("stage", _("Stage"), FilterKind.REFERENCE, named(Stage)),
    Filter("customer", _("Customer"), FilterKind.REFERENCE, named(Customer)),
    Filter("industry", _("Industry"), FilterKind.TEXT, texts(Customer, "industry")),
    Filter("country", _("Country"), FilterKind.TEXT, texts(Customer, "country")),
    Filter("currency", _("Currency"), FilterKind.TEXT, texts(Deal, "currency")),
    Filter("amount", _("Amount"), FilterKind.AMOUNT),
    Filter("lost_reason", _("Reason for losing"), FilterKind.TEXT, texts(Deal, "lost_reason")),
    Filter("is_shared", _("Shared by several people"), FilterKind.FLAG),
    Filter("stage_category", _("Category of the stage"), FilterKind.CHOICE, chosen_from(DealStatus)),
    Filter("lead_status", _("Status of the lead"), FilterKind.CHOICE, chosen_from(LeadStatus)),
    Filter("activity_kind", _("Kind of activity"), FilterKind.CHOICE, chosen_from(ActivityKind)),
    Filter("outcome", _("Outcome"), FilterKind.TEXT, texts(Activity, "outcome")),
    Filter("minutes", _("Minutes"), FilterKind.NUMBER),
    Filter("expense_category", _("Category of the expense"), FilterKind.CHOICE, chosen_from(ExpenseCategory)),
    Filter("of_deal", _("Belongs to a deal"), FilterKind.FLAG),
    Filter("of_lead", _("Belongs to a lead"), FilterKind.FLAG),
)
