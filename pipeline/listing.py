"""Reads of records of any kind, made from the kind's own description, within what the actor sees.

Records that numbers are made of are seen by whoever sees the person they are credited to. The others are
catalogues: everyone in the organisation may look up a customer or a product.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from django.apps import apps
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from pipeline.models import CreditShare
from salestargets.api.rows import reference_columns
from salestargets.ingest.fields import Field, Moment, Percent, Ref
from salestargets.ingest.fields import Rows as ListField
from salestargets.ingest.kinds import Kind
from salestargets.ingest.staging import staged_fields
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, sight_of

Rows: TypeAlias = QuerySet[Any, Mapping[str, Any]]
#: Lookup → value, as a queryset filters by them.
Conditions: TypeAlias = Mapping[str, object]

#: The kinds that numbers are made of, in the order in which they are shown.
CREDITED = ("deals", "leads", "activities", "orders", "invoices", "payments", "expenses", "feedback")
#: Those with a page of their own beside the deals, in the order of their tabs.
SHOWN = ("leads", "activities", "orders", "invoices", "payments", "expenses", "feedback", "customers")
CATALOGUES = ("customers", "products", "channels", "stages", "exchange-rates")

#: The amount in the organisation's currency, wherever a table keeps one.
BASE = "base_minor"


@cache
def model_of(table: str) -> type[Model]:
    return next(model for model in apps.get_models() if model._meta.db_table == table)


def has_column(table: str, column: str) -> bool:
    return any(field.attname == column for field in model_of(table)._meta.concrete_fields)


def credited_to(kind: Kind) -> Ref | None:
    """The field that says whose record it is."""
    people = (field for field in kind.fields if isinstance(field, Ref) and field.kind == "people")
    return next(people, None) if kind.has_tombstones else None


def visible(kind: Kind, actor: Actor, on: date) -> QuerySet[Any]:
    """Those credited to the people an actor sees, in whole or in part."""
    records = model_of(kind.table)._default_manager.all()
    if kind.has_tombstones:
        records = records.filter(deleted_at__isnull=True)
    person, sight = credited_to(kind), sight_of(actor, on)
    if person is None or sight.everything:
        return records
    theirs = Q(**{f"{person.stored}__in": sight.person_ids})
    for part, ref in _credits(kind):
        shares = model_of(part.table)._default_manager.filter(
            **{part.parent: OuterRef("pk"), f"{ref.stored}__in": sight.person_ids}
        )
        theirs = theirs | Q(Exists(shares), is_shared=True)
    if has_column(kind.table, "follows_deal"):
        shares = CreditShare.objects.filter(deal_id=OuterRef("deal_id"), person_id__in=sight.person_ids)
        theirs = theirs | Q(Exists(shares), follows_deal=True)
    return records.filter(theirs)


def _credits(kind: Kind) -> Iterator[tuple[ListField, Ref]]:
    """Lists that say who shares in a record."""
    for part in kind.lists:
        for field in part.fields:
            if isinstance(field, Ref) and field.kind == "people":
                yield part, field


def record_rows(kind: Kind, actor: Actor, on: date, conditions: Conditions) -> Rows:
    rows: Rows = visible(kind, actor, on).filter(**conditions).values(*_columns(kind))
    return rows


def get_record_row(kind: Kind, actor: Actor, record_id: int, on: date) -> Mapping[str, Any]:
    """One record with its lists, each under its name: the largest share first, the first moment first."""
    row = record_rows(kind, actor, on, {"pk": record_id}).first()
    if row is None:
        raise NotFound(N_("There is no such record."), code="not_found")
    return {**row, **{part.name: list(_items(part, record_id)) for part in kind.lists}}


def _items(part: ListField, record_id: int) -> Rows:
    order = (_order(field) for field in part.fields if isinstance(field, Percent | Moment))
    columns = [column for field in part.fields for column in columns_of(field)]
    columns += [BASE] if has_column(part.table, BASE) else []
    items = model_of(part.table)._default_manager.filter(**{part.parent: record_id})
    rows: Rows = items.order_by(*order, "id").values(*columns)
    return rows


def _order(field: Field) -> str:
    return f"-{field.stored}" if isinstance(field, Percent) else str(field.stored)


def _columns(kind: Kind) -> list[str]:
    columns = ["id", "source"]
    columns += [column for field in fields_of(kind) for column in columns_of(field)]
    columns += kind.computed
    columns += ["changed_at"] if kind.has_tombstones else []
    columns += ["version"] if kind.is_versioned else []
    return columns


def fields_of(kind: Kind) -> list[Field]:
    """All that is told of a record: what was sent, what was derived from it, what the database keeps."""
    return [*staged_fields(kind).values(), *kind.kept]


def columns_of(field: Field) -> tuple[str, ...]:
    """What a query reads for a field: a reference with its external id and its name."""
    stored = str(field.stored)
    return reference_columns(stored.removesuffix("_id")) if isinstance(field, Ref) else (stored,)
