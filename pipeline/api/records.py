"""Lists of records over REST: what is told, and what can be asked for, follows from the kind."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, TypedDict

from rest_framework.request import Request

from pipeline.listing import BASE, fields_of, get_record_row, has_column, model_of, record_rows
from pipeline.services.records import delete_record
from salestargets.api import inputs
from salestargets.api.inputs import DATE, ID, MOMENT, Reader, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import Reference, reference, reference_or_none
from salestargets.api.views import TenantView
from salestargets.ingest.fields import (
    Choice,
    Currency,
    Date,
    Field,
    Flag,
    Moment,
    Money,
    Number,
    Percent,
    Ref,
    Rows,
    Score,
    Whole,
)
from salestargets.ingest.kinds import Kind, get_kind
from salestargets.kernel.money import from_minor
from salestargets.tenancy.choices import Scope

Row = Mapping[str, Any]
Tell = Callable[[Row], Any]


@dataclass(frozen=True)
class Told:
    """A part of an answer: its name, its type, and how it is told of a row."""

    name: str
    type: Any
    tell: Tell


@dataclass(frozen=True)
class Asked:
    """A filter: what may be sent, and the lookup it means."""

    field: inputs.Field[Any]
    lookup: str


def list_view(name: str) -> type[TenantView]:
    kind = get_kind(name)
    filters = tuple(_filters(kind))
    row_type: Any = _typed(f"{_model_name(kind)}Row", _parts(kind, ""))

    class Listed(TenantView):
        @operation(Scope.READ, query=(*(one.field for one in filters), *PAGE), answers=Page[row_type])
        def get(self, request: Request) -> Page[Any]:
            """Those you see. What numbers are made of comes newest first, else in the order they came."""
            conditions = {
                one.lookup: self.query[one.field] for one in filters if self.query[one.field] is not None
            }
            return self.page(
                record_rows(kind, self.actor, self.today, conditions),
                key=Key(id=ID),
                row=_telling(_parts(kind, self.actor.organisation.currency)),
                descending=kind.has_tombstones,
            )

    return Listed


def one_view(name: str) -> type[TenantView]:
    kind = get_kind(name)
    whole = "Whole" if kind.lists else ""
    answers = _typed(f"{whole}{_model_name(kind)}{'' if whole else 'Row'}", _whole(kind, ""))

    class One(TenantView):
        @operation(Scope.READ, answers=answers)
        def get(self, request: Request, record_id: int) -> Any:
            """One of them, with its lists."""
            row = get_record_row(kind, self.actor, record_id, self.today)
            return _telling(_whole(kind, self.actor.organisation.currency))(row)

        @operation(Scope.RECORDS_WRITE, status=204)
        def delete(self, request: Request, record_id: int) -> None:
            """Take it away: the numbers it counted in go down. Refused while others need it."""
            delete_record(self.actor, kind=kind.name, record_id=record_id, at=self.at)

    return One


def _model_name(kind: Kind) -> str:
    return model_of(kind.table).__name__


def _typed(name: str, parts: list[Told]) -> Any:
    return TypedDict(name, {part.name: part.type for part in parts})  # type: ignore[operator]


def _telling(parts: list[Told]) -> Tell:
    tells = [(part.name, part.tell) for part in parts]
    return lambda row: {name: tell(row) for name, tell in tells}


def _parts(kind: Kind, currency: str) -> list[Told]:
    """What a list tells of a record; amounts in the organisation's currency are in this one."""
    parts = [Told("id", int, itemgetter("id")), Told("source", str, itemgetter("source"))]
    parts += [_part(field) for field in fields_of(kind)]
    parts += _base(kind.table, currency)
    if kind.has_tombstones:
        parts.append(Told("changed_at", datetime, itemgetter("changed_at")))
    if kind.is_versioned:
        parts.append(Told("version", int, itemgetter("version")))
    return parts


def _whole(kind: Kind, currency: str) -> list[Told]:
    return [*_parts(kind, currency), *(_list(kind, part, currency) for part in kind.lists)]


def _list(kind: Kind, part: Rows, currency: str) -> Told:
    inside = [*map(_part, part.fields), *_base(part.table, currency)]
    item = _typed(f"{model_of(part.table).__name__}Row", inside)
    tell = _telling(inside)
    return Told(part.name, list[item], lambda row: [tell(one) for one in row[part.name]])  # type: ignore[valid-type]


def _base(table: str, currency: str) -> list[Told]:
    """The amount in the organisation's currency; null where no rate is known."""
    if not has_column(table, BASE):
        return []
    return [Told("base_amount", Decimal | None, lambda row: _money(row[BASE], currency))]


def _part(field: Field) -> Told:
    stored = str(field.stored)
    plain = itemgetter(stored)
    is_given = field.required or field.default is not None
    match field:
        case Ref():
            prefix = stored.removesuffix("_id")
            if field.required:
                return Told(field.name, Reference, lambda row: reference(row, prefix))
            return Told(field.name, Reference | None, lambda row: reference_or_none(row, prefix))
        case Money():
            beside = field.currency
            return Told(field.name, Decimal | None, lambda row: _money(row[stored], row[beside]))
        case Percent():
            places = len(str(field.whole)) - 3
            return _decimal(field, lambda row: Decimal(row[stored]).scaleb(-places))
        case Score():
            return _decimal(field, lambda row: Decimal(row[stored]).scaleb(-2))
        case Number():
            return _decimal(field, plain)
        case Flag():
            return Told(field.name, bool, plain)
        case Whole():
            return Told(field.name, int if is_given else int | None, plain)
        case Date():
            return Told(field.name, date if is_given else date | None, plain)
        case Moment():
            return Told(field.name, datetime if is_given else datetime | None, plain)
    return Told(field.name, str, plain)


def _decimal(field: Field, tell: Tell) -> Told:
    if field.required:
        return Told(field.name, Decimal, tell)
    stored = str(field.stored)
    return Told(field.name, Decimal | None, lambda row: None if row[stored] is None else tell(row))


def _money(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else from_minor(minor, currency)


def _filters(kind: Kind) -> Iterator[Asked]:
    yield Asked(inputs.Field("external_id", text(200)).optional(), "external_id")
    yield Asked(inputs.Field("source", text(50)).optional(), "source")
    for field in fields_of(kind):
        yield from _filters_by(kind, field)
    if kind.has_tombstones:
        since = inputs.Field("updated_since", MOMENT, "Changed here since then.").optional()
        yield Asked(since, "changed_at__gte")


def _filters_by(kind: Kind, field: Field) -> Iterator[Asked]:
    stored = str(field.stored)
    match field:
        case Ref() if field in kind.kept or field.kind == kind.name:
            return
        case Ref():
            help_ = "Only those of this person." if field.kind == "people" else ""
            yield Asked(inputs.Field(field.name, ID, help_).optional(), stored)
        case Choice():
            among = Reader(field.read, {"type": "string", "enum": list(field.choices)})
            yield Asked(inputs.Field(field.name, among).optional(), stored)
        case Currency():
            return
        case Date():
            day = field.name.removesuffix("_on")
            said = day.replace("_", " ").capitalize()
            first = inputs.Field(f"{day}_from", DATE, f"{said} on this day or later.")
            end = inputs.Field(f"{day}_to", DATE, f"{said} before this day.")
            yield Asked(first.optional(), f"{stored}__gte")
            yield Asked(end.optional(), f"{stored}__lt")
