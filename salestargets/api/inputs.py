"""What a request may say: readers that are strict, and described for OpenAPI by the same object.

A `Reader` turns one value into a clean one or raises a DomainError; a `Field` is a reader under a name, in
the query or in the body. Everything that is not declared is refused by name.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar, cast

from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import gettext

from salestargets.api.problems import BadRequest
from salestargets.kernel import parsing
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

T = TypeVar("T")
C = TypeVar("C", bound=TextChoices)
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Reader(Generic[T]):
    read: Callable[[object], T]
    schema: Schema


@dataclass(frozen=True)
class Field(Generic[T]):
    """A named input. Required, until `optional`, `nullable` or `otherwise` say what stands in for it."""

    name: str
    reader: Reader[T]
    help: str = ""
    required: bool = True
    takes_null: bool = False
    fallback: T | None = None

    def optional(self) -> "Field[T | None]":
        return cast("Field[T | None]", replace(self, required=False))

    def nullable(self) -> "Field[T | None]":
        """Optional, and `null` may be sent to clear it."""
        return cast("Field[T | None]", replace(self, required=False, takes_null=True))

    def otherwise(self, value: T) -> "Field[T]":
        return replace(self, required=False, fallback=value)

    def read(self, value: object) -> T | None:
        return None if value is None and self.takes_null else self.reader.read(value)

    @property
    def schema(self) -> dict[str, Any]:
        schema = dict(self.reader.schema)
        if self.takes_null:
            schema["nullable"] = True
        if self.fallback is not None:
            schema["default"] = self.fallback
        return schema


@dataclass(frozen=True)
class Values:
    """What was sent, clean, by field name; and what stands in for what was not."""

    sent: Mapping[str, Any]
    fallbacks: Mapping[str, Any]

    def __getitem__(self, field: Field[T]) -> T:
        name = field.name
        return cast(T, self.sent[name] if name in self.sent else self.fallbacks[name])

    def __contains__(self, field: Field[Any]) -> bool:
        return field.name in self.sent

    def only(self, *fields: Field[Any]) -> dict[str, Any]:
        """The ones of these that were sent, as keyword arguments for a service."""
        return {field.name: self.sent[field.name] for field in fields if field.name in self.sent}


@dataclass(frozen=True)
class HolderInput:
    """`unit:<id>`, `person:<id>`, `person:<id>@<unit>`: their time in it, or `root`: the unit at the top."""

    kind: Literal["unit", "person", "root"]
    id: int | None = None
    unit_id: int | None = None


def text(max_length: int, *, min_length: int = 1, multiline: bool = False) -> Reader[str]:
    """Blanks at the ends do not count; no control, invisible or broken characters."""

    def read(value: object) -> str:
        return parsing.clean_text(value, max_length=max_length, min_length=min_length, multiline=multiline)

    return Reader(
        read, {"type": "string", "format": "text", "minLength": min_length, "maxLength": max_length}
    )


def whole(minimum: int, maximum: int) -> Reader[int]:
    def read(value: object) -> int:
        return parsing.strict_int(value, minimum=minimum, maximum=maximum)

    return Reader(read, {"type": "integer", "minimum": minimum, "maximum": maximum})


def decimal(*, max_digits: int, decimal_places: int) -> Reader[Decimal]:
    def read(value: object) -> Decimal:
        return parsing.strict_decimal(value, max_digits=max_digits, decimal_places=decimal_places)

    pattern = rf"^-?[0-9]{{1,{max_digits - decimal_places}}}(\.[0-9]{{1,{decimal_places}}})?$"
    return Reader(read, {"type": "string", "pattern": pattern, "example": "1200.50"})


def choice(choices: type[C], among: Collection[C] = ()) -> Reader[C]:
    """One of the choices, or of some among them."""
    values = [str(one) for one in among or choices]

    def read(value: object) -> C:
        if isinstance(value, str) and value in values:
            return choices(value)
        raise DomainError(
            N_("Enter one of: {choices}."),
            code="unknown_choice",
            params={"choices": ", ".join(values)},
        )

    return Reader(read, {"type": "string", "enum": values})


def list_of(reader: Reader[T], *, at_most: int, at_least: int = 0) -> Reader[list[T]]:
    def read(value: object) -> list[T]:
        if not isinstance(value, list) or not at_least <= len(value) <= at_most:
            raise DomainError(
                N_("Enter a list of {at_least} to {at_most} entries."),
                code="invalid_list",
                params={"at_least": at_least, "at_most": at_most},
            )
        return list(_read_all(((str(n), reader.read, part) for n, part in enumerate(value)), {}).values())

    items = {"type": "array", "items": reader.schema, "minItems": at_least, "maxItems": at_most}
    return Reader(read, items)


def object_of(*fields: Field[Any]) -> Reader[Values]:
    return Reader(lambda value: read_body(value, fields), object_schema(fields))


def object_schema(fields: Sequence[Field[Any]]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {f.name: f.schema | ({"description": f.help} if f.help else {}) for f in fields},
        "additionalProperties": False,
    }
    required = [field.name for field in fields if field.required]
    return {**schema, "required": required} if required else schema


def _read_holder(value: object) -> HolderInput:
    if value == "root":
        return HolderInput("root")
    kind, _colon, number = value.partition(":") if isinstance(value, str) else ("", "", "")
    if kind in ("unit", "person"):
        return HolderInput("unit" if kind == "unit" else "person", parsing.strict_id(number))
    raise DomainError(N_("Enter unit:<id>, person:<id> or root."), code="invalid_holder")


def _read_placed(value: object) -> HolderInput:
    whole, at, unit = value.partition("@") if isinstance(value, str) else (value, "", "")
    found = _read_holder(whole)
    if not at:
        return found
    if found.kind != "person":
        raise DomainError(N_("Only a person has a place: person:<id>@<unit>."), code="invalid_holder")
    return replace(found, unit_id=parsing.strict_id(unit))


ID: Reader[int] = Reader(
    parsing.strict_id, {"type": "integer", "format": "int64", "minimum": 1, "maximum": parsing.LARGEST_ID}
)
DATE: Reader[date] = Reader(
    parsing.strict_date,
    {
        "type": "string",
        "format": "date",
        "pattern": "^(20[0-9]{2}|2100)-[0-9]{2}-[0-9]{2}$",
        "example": "2026-07-01",
    },
)
MOMENT: Reader[datetime] = Reader(parsing.strict_datetime, {"type": "string", "format": "date-time"})
BOOLEAN: Reader[bool] = Reader(parsing.strict_bool, {"type": "boolean"})
EMAIL: Reader[str] = Reader(parsing.strict_email, {"type": "string", "format": "email", "maxLength": 254})
HOLDER: Reader[HolderInput] = Reader(
    _read_holder,
    {
        "type": "string",
        "pattern": "^(unit:[1-9][0-9]{0,17}|person:[1-9][0-9]{0,17}|root)$",
        "example": "root",
    },
)
#: Also a person's time in one unit.
PLACED_HOLDER: Reader[HolderInput] = Reader(
    _read_placed,
    {
        "type": "string",
        "pattern": "^(unit:[1-9][0-9]{0,17}|person:[1-9][0-9]{0,17}(@[1-9][0-9]{0,17})?|root)$",
        "example": "root",
    },
)


def read_query(sent: QueryDict, fields: Sequence[Field[Any]]) -> Values:
    """The query's parameters, or one BadRequest that names every fault."""
    repeated = {name: [gettext("Send this once.")] for name, values in sent.lists() if len(values) > 1}
    try:
        values = read_body(sent.dict(), fields)
    except DomainError as error:
        raise _bad_query(repeated | error.errors) from None
    if repeated:
        raise _bad_query(repeated)
    return values


def read_body(sent: object, fields: Sequence[Field[Any]]) -> Values:
    """The object's fields, or one DomainError that names every fault by its path."""
    if not isinstance(sent, dict):
        raise DomainError(N_("Send a JSON object."), code="not_an_object")
    known = {field.name: field for field in fields}
    faults = {name: [gettext("There is no such field.")] for name in sent if name not in known}
    for field in fields:
        if field.required and field.name not in sent:
            faults[field.name] = [gettext("This is required.")]
    parts = ((name, known[name].read, value) for name, value in sent.items() if name in known)
    return Values(_read_all(parts, faults), {field.name: field.fallback for field in fields})


def _read_all(
    parts: Iterable[tuple[str, Callable[[object], Any], object]], faults: Mapping[str, list[str]]
) -> dict[str, Any]:
    """Every part read; all faults are told at once, each under its path."""
    clean, errors = {}, dict(faults)
    for name, read, value in parts:
        try:
            clean[name] = read(value)
        except DomainError as error:
            errors |= _under(name, error)
    if errors:
        raise DomainError(N_("Some values are not accepted."), code="invalid_body", errors=errors)
    return clean


def _under(name: str, error: DomainError) -> dict[str, list[str]]:
    if error.errors:
        return {f"{name}.{path}": texts for path, texts in error.errors.items()}
    return {name: [error.render(gettext)]}


def _bad_query(errors: Mapping[str, list[str]]) -> BadRequest:
    return BadRequest(N_("The query is not accepted."), code="invalid_query", errors=errors)
