"""By what records can be chosen, whatever their kind: the fields, and what there is to choose from."""

# ruff: noqa: S608  The pieces are columns named in this app.

from collections.abc import Callable, Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kpis.choices import FilterKind
from kpis.registry import Filter
from pipeline.choices import ActivityKind, DealStatus, LeadStatus
from pipeline.models import Activity, Channel, Customer, Deal, Product, Stage
from pipeline.models.records import Record


def of_product(column: str, record: str) -> str:
    """A column of the product that a record names."""
    return (
        f"(SELECT p.{column} FROM pipeline_product p"
        f" WHERE p.organisation_id = {record}.organisation_id AND p.id = {record}.product_id)"
    )


def of_customer(column: str, record: str) -> str:
    return (
        f"(SELECT c.{column} FROM pipeline_customer c"
        f" WHERE c.organisation_id = {record}.organisation_id AND c.id = {record}.customer_id)"
    )


def _named(model: type[Record]) -> Callable[[], Iterable[tuple[int, str]]]:
    return lambda: model._default_manager.order_by("name", "pk").values_list("pk", "name")


def _texts(model: type[Record], field: str) -> Callable[[], Iterable[tuple[str, str]]]:
    """What is written in a field of records."""

    def found() -> Iterable[tuple[str, str]]:
        texts = model._default_manager.exclude(**{field: ""}).order_by(field).values_list(field, flat=True)
        return [(text, text) for text in texts.distinct()]

    return found


def _choices(choices: type[TextChoices]) -> Callable[[], Iterable[tuple[str, str]]]:
    return lambda: [(value, str(label)) for value, label in choices.choices]


FILTERS = (
    Filter("product", _("Product"), FilterKind.REFERENCE, _named(Product)),
    Filter("product_group", _("Product group"), FilterKind.TEXT, _texts(Product, "group")),
    Filter("channel", _("Channel"), FilterKind.REFERENCE, _named(Channel)),
    Filter("stage", _("Stage"), FilterKind.REFERENCE, _named(Stage)),
    Filter("customer", _("Customer"), FilterKind.REFERENCE, _named(Customer)),
    Filter("industry", _("Industry"), FilterKind.TEXT, _texts(Customer, "industry")),
    Filter("country", _("Country"), FilterKind.TEXT, _texts(Customer, "country")),
    Filter("currency", _("Currency"), FilterKind.TEXT, _texts(Deal, "currency")),
    Filter("amount", _("Amount"), FilterKind.AMOUNT),
    Filter("lost_reason", _("Reason for losing"), FilterKind.TEXT, _texts(Deal, "lost_reason")),
    Filter("is_shared", _("Shared by several people"), FilterKind.FLAG),
    Filter("stage_category", _("Category of the stage"), FilterKind.CHOICE, _choices(DealStatus)),
    Filter("lead_status", _("Status of the lead"), FilterKind.CHOICE, _choices(LeadStatus)),
    Filter("activity_kind", _("Kind of activity"), FilterKind.CHOICE, _choices(ActivityKind)),
    Filter("outcome", _("Outcome"), FilterKind.TEXT, _texts(Activity, "outcome")),
    Filter("minutes", _("Minutes"), FilterKind.NUMBER),
    Filter("of_deal", _("Belongs to a deal"), FilterKind.FLAG),
    Filter("of_lead", _("Belongs to a lead"), FilterKind.FLAG),
)
