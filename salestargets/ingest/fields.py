"""What a field of a record may hold: one class a type, each reading one value or a whole column."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Final

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import check_currency, decimals, to_minor
from salestargets.kernel.parsing import (
    clean_text,
    clean_texts,
    strict_bool,
    strict_date,
    strict_datetime,
    strict_decimal,
    strict_email,
    strict_int,
)


class Absent(Enum):
    """The row does not speak of this field: an existing record keeps its value."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
#: A value as it came, or as it was read. Typed `Any` because a column mixes both with None and ABSENT.
Value = Any

MAX_MINOR = 10**15  # sums of thousands of these stay within a bigint
_PLAIN_AMOUNT = re.compile(r"(-?[0-9]{1,12})(?:\.([0-9]{1,2}))?")


@dataclass(frozen=True, kw_only=True)
class Field:
    """`column` is where it is stored; None where a post-step reads it and nothing is stored as it came."""

    name: str
    column: str | None = ""
    required: bool = False
    #: What a record that is new has where the row says nothing or null.
    default: Value = None
    #: Rows without a value land, and are counted as `without_<name>`.
    counted: bool = False
    help: str = ""

    sql_type: ClassVar[str] = "text"
    json_type: ClassVar[Mapping[str, object]] = {"type": "string"}

    @property
    def stored(self) -> str | None:
        return self.name if self.column == "" else self.column

    def read(self, value: Value) -> Value:
        """The value to store. DomainError says what to write instead."""
        raise NotImplementedError

    def read_column(self, values: Sequence[Value], others: Mapping[str, Sequence[Value]]) -> list[Value]:
        """Every value read, null as the default, ABSENT as it is, and a DomainError in place of a bad one.

        Most columns repeat a few texts, so that each text is read once.
        """
        if set(map(type, values)) <= _MEMORABLE:
            known = {value: self._safely(value) for value in set(values)}
            return [known[value] for value in values]
        return [self._safely(value) for value in values]

    def schema(self) -> dict[str, object]:
        """JSON Schema of the value as a client sends it."""
        described = {"description": self.help} if self.help else {}
        return {**self.json_type, **described, "nullable": not self.required}

    def _safely(self, value: Value) -> Value:
        if value is ABSENT:
            return ABSENT
        if value is None:
            return REQUIRED if self.required else self.default
        try:
            return self.read(value)
        except DomainError as error:
            return error


#: Types whose equal values are the same value (1, 1.0 and True are not).
_MEMORABLE = {str, type(None), Absent}
REQUIRED = DomainError(N_("This field is required."), code="required")


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    max_length: int
    min_length: int = 0
    default: Value = ""

    def read(self, value: Value) -> str:
        # ASCII without control characters needs no more looking at.
        if type(value) is str and value.isascii() and value.isprintable():
            text = value.strip(" ")
            if self.min_length <= len(text) <= self.max_length:
                return text
        return clean_text(value, max_length=self.max_length, min_length=self.min_length)

    def read_column(self, values: Sequence[Value], others: Mapping[str, Sequence[Value]]) -> list[Value]:
        """Most columns are of clean texts of fitting length: these need no look at each."""
        if set(map(type, values)) == {str} and (texts := clean_texts(values)):
            lengths = set(map(len, texts))
            if self.min_length <= min(lengths) and max(lengths) <= self.max_length:
                return texts
        return super().read_column(values, others)

    def schema(self) -> dict[str, object]:
        described = {"format": "text", **super().schema()}
        return {**described, "minLength": self.min_length, "maxLength": self.max_length}


@dataclass(frozen=True, kw_only=True)
class Name(Text):
    """What people call the record; its external id where the source gives no name."""

    name: str = "name"
    max_length: int = 200
    default: Value = None


@dataclass(frozen=True, kw_only=True)
class Email(Field):
    default: Value = ""
    json_type = {"type": "string", "format": "email", "maxLength": 254}

    def read(self, value: Value) -> str:
        return strict_email(value)


@dataclass(frozen=True, kw_only=True)
class Ref(Text):
    """Another record by its external id; stored by its id. A kind's reference to itself is a post-step's."""

    kind: str
    max_length: int = 200
    min_length: int = 1
    default: Value = None
    sql_type = "bigint"


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    choices: tuple[str, ...]
    #: What people write in files for them, in small letters.
    words: Mapping[str, str] = field(default_factory=dict)

    def read(self, value: Value) -> str:
        if value in self.choices:
            return str(value)
        raise DomainError(
            N_("Choose one of: {choices}."),
            code="invalid_choice",
            params={"choices": ", ".join(self.choices)},
        )

    def meant(self, text: str) -> str:
        """The choice that a word in a file stands for; the word itself where it stands for none."""
        word = text.casefold()
        return self.words.get(word, word)

    def schema(self) -> dict[str, object]:
        return {**super().schema(), "enum": list(self.choices)}


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    default: Value = False
    sql_type = "boolean"
    json_type = {"type": "boolean"}

    def read(self, value: Value) -> bool:
        return strict_bool(value)


@dataclass(frozen=True, kw_only=True)
class Date(Field):
    sql_type = "date"
    json_type = {"type": "string", "format": "date"}

    def read(self, value: Value) -> date:
        return strict_date(value)


@dataclass(frozen=True, kw_only=True)
class Moment(Field):
    sql_type = "timestamptz"
    json_type = {"type": "string", "format": "date-time"}

    def read(self, value: Value) -> datetime:
        return strict_datetime(value)


@dataclass(frozen=True, kw_only=True)
class Whole(Field):
    minimum: int = 0
    maximum: int = 32_767
    sql_type = "bigint"

    def read(self, value: Value) -> int:
        return strict_int(value, minimum=self.minimum, maximum=self.maximum)

    def schema(self) -> dict[str, object]:
        described = super().schema() | {"type": "integer"}
        return {**described, "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A decimal above zero."""

    max_digits: int
    places: int
    sql_type = "numeric"
    json_type = {"type": "string", "format": "decimal"}

    def read(self, value: Value) -> Decimal:
        number = strict_decimal(value, max_digits=self.max_digits, decimal_places=self.places)
        if number <= 0:
            raise DomainError(N_("Enter a number above zero."), code="not_positive")
        return number


@dataclass(frozen=True, kw_only=True)
class Percent(Field):
    """0 to 100 with decimals, stored as a whole number of `whole`: 10,000 for hundredths of a percent."""

    whole: int
    sql_type = "bigint"
    json_type = {"type": "string", "format": "decimal"}

    def read(self, value: Value) -> int:
        places = len(str(self.whole)) - 3
        percent = strict_decimal(value, max_digits=3 + places, decimal_places=places)
        if not 0 <= percent <= 100:
            raise DomainError(N_("Enter a percentage from 0 to 100."), code="out_of_range")
        return int(percent * self.whole / 100)


@dataclass(frozen=True, kw_only=True)
class Score(Field):
    """What somebody answered on a scale, stored in hundredths; which scale, a rule of the kind says."""

    highest: int
    sql_type = "bigint"
    json_type = {"type": "string", "format": "decimal"}

    def read(self, value: Value) -> int:
        score = strict_decimal(value, max_digits=4, decimal_places=2)
        if not 0 <= score <= self.highest:
            raise DomainError(
                N_("Enter a number from 0 to {highest}."),
                code="out_of_range",
                params={"highest": self.highest},
            )
        return int(score * 100)


@dataclass(frozen=True, kw_only=True)
class Currency(Field):
    """An ISO 4217 code. Not given: the organisation's (the call fills it in)."""

    json_type = {"type": "string", "minLength": 3, "maxLength": 3}

    def read(self, value: Value) -> str:
        return check_currency(clean_text(value, max_length=3, min_length=3))


@dataclass(frozen=True, kw_only=True)
class Money(Field):
    """A decimal amount, stored in minor units of the currency beside it."""

    currency: str
    sql_type = "bigint"
    json_type = {"type": "string", "format": "decimal"}

    def read(self, value: Value) -> Value:
        raise NotImplementedError("An amount is read beside its currency.")

    def read_column(self, values: Sequence[Value], others: Mapping[str, Sequence[Value]]) -> list[Value]:
        readers: dict[str, Callable[[Value], Value]] = {}
        currencies = others[self.currency]
        for code in {code for code in currencies if type(code) is str}:
            readers[code] = _amount_reader(code)
        return [
            value if value is None or value is ABSENT else readers.get(code, _unknown_currency)(value)
            for value, code in zip(values, currencies, strict=True)
        ]


def _amount_reader(currency: str) -> Callable[[Value], Value]:
    places = decimals(currency)
    scale = 10**places

    def read(value: Value) -> Value:
        plain = _PLAIN_AMOUNT.fullmatch(value) if places == 2 and type(value) is str else None
        if plain is None:
            return _amount(value, currency)
        whole, cents = plain.groups()
        if cents is None:
            return int(whole) * scale
        return int(whole + cents.ljust(2, "0"))

    return read


def _amount(value: Value, currency: str) -> Value:
    try:
        minor = to_minor(strict_decimal(value, max_digits=19, decimal_places=4), currency)
    except DomainError as error:
        return error
    return minor if abs(minor) < MAX_MINOR else _TOO_MUCH


def _unknown_currency(_value: Value) -> Value:
    """The currency beside it is refused already; one error is enough."""
    return None


_TOO_MUCH = DomainError(
    N_("The amount is too large. Enter a smaller one, or check its decimal point."),
    code="amount_out_of_range",
)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A list inside a record, kept in a table of its own: what is given replaces what was there."""

    name: str
    table: str
    #: Column that points at the record.
    parent: str
    fields: tuple[Field, ...]
    #: Fields that tell the rows of one record apart.
    key: tuple[str, ...]
    most: int
    help: str = ""
    by_name: Mapping[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {item.name: item for item in self.fields})

    def schema(self) -> dict[str, object]:
        item = {
            "type": "object",
            "properties": {item.name: item.schema() for item in self.fields},
            "required": [item.name for item in self.fields if item.required],
            "additionalProperties": False,
        }
        return {
            "type": "array",
            "maxItems": self.most,
            "items": item,
            "description": self.help,
            "nullable": True,
        }
