from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from rest_framework.request import Request

from pipeline.selectors import catalogue_rows, get_catalogue_row
from pipeline.services.records import delete_record
from salestargets.api.inputs import ID, Field, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.views import TenantView
from salestargets.kernel.money import from_minor
from salestargets.tenancy.choices import Scope

SOURCE = Field("source", text(50)).optional()
EXTERNAL_ID = Field("external_id", text(200)).optional()


class _Row(TypedDict):
    id: int
    source: str
    external_id: str
    updated_at: datetime | None


class CustomerRow(_Row):
    name: str
    industry: str
    country: str


class ProductRow(_Row):
    name: str
    group: str
    list_price: Decimal | None
    currency: str


class ChannelRow(_Row):
    name: str


class StageRow(_Row):
    """`probability` is the chance to win from here, in percent."""

    name: str
    position: int
    category: str
    probability: Decimal | None


class ExchangeRateRow(_Row):
    currency: str
    valid_on: date
    rate: Decimal


@dataclass(frozen=True)
class Catalogue:
    """A kind of record that everyone may look up, and how an answer tells it."""

    kind: str
    answers: Any
    page: Any
    told: Callable[[Mapping[str, Any]], Mapping[str, Any]]

    def row(self, row: Mapping[str, Any]) -> Any:
        known = {name: row[name] for name in ("id", "source", "external_id")}
        return {**known, **self.told(row), "updated_at": row["source_updated_at"]}


def _plain(*names: str) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    return lambda row: {name: row[name] for name in names}


def _product(row: Mapping[str, Any]) -> Mapping[str, Any]:
    price, currency = row["list_price_minor"], row["currency"]
    return {
        "name": row["name"],
        "group": row["group"],
        "list_price": None if price is None else from_minor(price, currency),
        "currency": currency,
    }


def _stage(row: Mapping[str, Any]) -> Mapping[str, Any]:
    chance = row["probability_bp"]
    probability = None if chance is None else Decimal(chance).scaleb(-2)
    return {**_plain("name", "position", "category")(row), "probability": probability}


_rate = _plain("currency", "valid_on", "rate")

CATALOGUES = (
    Catalogue("customers", CustomerRow, Page[CustomerRow], _plain("name", "industry", "country")),
    Catalogue("products", ProductRow, Page[ProductRow], _product),
    Catalogue("channels", ChannelRow, Page[ChannelRow], _plain("name")),
    Catalogue("stages", StageRow, Page[StageRow], _stage),
    Catalogue(
        "exchange-rates", ExchangeRateRow, Page[ExchangeRateRow], _plain("currency", "valid_on", "rate")
    ),
)


def list_view(catalogue: Catalogue) -> type[TenantView]:
    class Listed(TenantView):
        @operation(Scope.READ, query=(EXTERNAL_ID, SOURCE, *PAGE), answers=catalogue.page)
        def get(self, request: Request) -> Page[Any]:
            """All of them, in the order they came."""
            rows = catalogue_rows(
                catalogue.kind, external_id=self.query[EXTERNAL_ID], source=self.query[SOURCE]
            )
            return self.page(rows, key=Key(id=ID), row=catalogue.row)

    return Listed


def one_view(catalogue: Catalogue) -> type[TenantView]:
    class One(TenantView):
        @operation(Scope.READ, answers=catalogue.answers)
        def get(self, request: Request, record_id: int) -> Any:
            """One of them."""
            return catalogue.row(get_catalogue_row(catalogue.kind, record_id))

        @operation(Scope.RECORDS_WRITE, status=204)
        def delete(self, request: Request, record_id: int) -> None:
            """Delete it. Refused while other records refer to it."""
            delete_record(self.actor, kind=catalogue.kind, record_id=record_id, at=self.at)

    return One
