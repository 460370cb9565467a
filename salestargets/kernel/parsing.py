"""Strict reading of what comes from outside: one door for forms, API, files and commands.

Every function takes a value of unknown type and returns a clean one, or raises a DomainError whose message
says what to write instead. Nothing is guessed: no exponents, no digits of other scripts, no week dates, no
invisible characters.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

LARGEST_ID = 2**63 - 1
FIRST_YEAR, LAST_YEAR = 2000, 2100

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # tab and newline may stay
_BROKEN = re.compile(r"[\ud800-\udfff]")
# Soft hyphen, joiners, bidi marks and overrides, line separators, fillers, tags: all change what a reader
# sees, or let two different names look the same.
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufeff\uffa0\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e007f]"
)
_EDGE_SPACE = " \t\r\n\u00a0\u3000"
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_ID = re.compile(r"[1-9][0-9]{0,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_EMAIL_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(
    r"(?=.{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    rf"@(?:{_EMAIL_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])"
)
# The closing quote is optional so that no text makes the search start over and over: it stays linear.
_JSON_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_JSON_BRACKET = re.compile(r"[\[\]{}]")
_JSON_RISKY_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")


def clean_text(value: object, *, max_length: int, min_length: int = 0, multiline: bool = False) -> str:
    """Text in NFC without blanks at its ends, `min_length` to `max_length` characters.

    Codes: `not_text`, `too_long`, `too_short`, `control_character`, `broken_character`,
    `invisible_character`.
    """
    if not isinstance(value, str):
        raise DomainError(N_("Enter text."), code="not_text")
    if len(value) > 4 * max_length + 100:  # before any work on it
        raise _too_long(max_length)
    text = value.replace("\r\n", "\n").replace("\r", "\n") if multiline else value
    text = unicodedata.normalize("NFC", text.strip(_EDGE_SPACE))
    _check_characters(text, _CONTROL_IN_LINES if multiline else _CONTROL)
    if len(text) > max_length:
        raise _too_long(max_length)
    if len(text) < min_length:
        raise _too_short(min_length)
    return text


def clean_texts(values: Sequence[str]) -> list[str] | None:
    """The texts as `clean_text` gives them, all at once; None where one of them needs a closer look."""
    together = "".join(values)
    if not together.isascii():
        is_clean = unicodedata.is_normalized("NFC", together) and not any(
            risky.search(together) for risky in (_CONTROL, _BROKEN, _INVISIBLE)
        )
    else:
        is_clean = together.isprintable()
    return [value.strip(_EDGE_SPACE) for value in values] if is_clean else None


def strict_decimal(value: object, *, max_digits: int, decimal_places: int) -> Decimal:
    """A decimal number from text such as `-1200.50`, or from an `int`. Zeros beyond the last place are fine.

    Codes: `not_a_number`, `too_many_decimals`, `too_large`.
    """
    text = _integer_or_text(value)
    if len(text) > 100 or not _DECIMAL.fullmatch(text):
        raise _not_a_number(value)
    whole, _, fraction = text.lstrip("-").partition(".")
    if len(fraction.rstrip("0")) > decimal_places:
        raise DomainError(
            N_("Enter at most {places} decimals."),
            code="too_many_decimals",
            params={"places": decimal_places},
        )
    if len(whole.lstrip("0")) > max_digits - decimal_places:
        raise DomainError(
            N_("Enter at most {digits} digits before the decimal point."),
            code="too_large",
            params={"digits": max_digits - decimal_places},
        )
    number = Decimal(text)
    return number if number else abs(number)  # no minus zero


def strict_int(value: object, *, minimum: int = -LARGEST_ID, maximum: int = LARGEST_ID) -> int:
    """A whole number from an `int` or from text in plain digits.

    Codes: `not_a_whole_number`, `out_of_range`.
    """
    text = _integer_or_text(value)
    if not _INTEGER.fullmatch(text):
        raise DomainError(
            N_("Enter a whole number in plain digits, for example 12."), code="not_a_whole_number"
        )
    number = int(text)
    if not minimum <= number <= maximum:
        raise DomainError(
            N_("Enter a number from {minimum} to {maximum}."),
            code="out_of_range",
            params={"minimum": minimum, "maximum": maximum},
        )
    return number


def strict_id(value: object) -> int:
    """A database id, 1 to 2⁶³ − 1, without sign or leading zeros. Code: `invalid_id`."""
    text = _integer_or_text(value)
    if not _ID.fullmatch(text) or int(text) > LARGEST_ID:
        raise DomainError(N_("Enter an id as a whole number above zero."), code="invalid_id")
    return int(text)


def strict_bool(value: object) -> bool:
    """`True`, `False`, or the texts `true` and `false`. Code: `not_a_boolean`."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise DomainError(N_("Enter true or false."), code="not_a_boolean")


def strict_date(value: object) -> date:
    """A date written YYYY-MM-DD, in the years 2000 to 2100. Codes: `invalid_date`, `date_out_of_range`."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise _invalid_date()
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise _invalid_date() from None
    _check_year(day.year)
    return day


def strict_datetime(value: object) -> datetime:
    """A moment written as ISO 8601 with its offset. Codes: `invalid_datetime`, `date_out_of_range`."""
    if not isinstance(value, str) or not _DATETIME.fullmatch(value):
        raise _invalid_datetime()
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise _invalid_datetime() from None
    _check_year(moment.year)
    return moment


def strict_email(value: object) -> str:
    """An e-mail address in lower case. Code: `invalid_email`."""
    if not isinstance(value, str) or len(value) > 254 or not _EMAIL.fullmatch(value):
        raise DomainError(N_("Enter an e-mail address, for example name@example.com."), code="invalid_email")
    return value.lower()


def parse_json(body: bytes, *, max_bytes: int, max_depth: int = 20) -> object:
    """The value of a JSON document in UTF-8.

    Refused: more than `max_bytes`, deeper than `max_depth`, duplicate keys, NaN and infinities, lone
    surrogates and NUL characters. Codes: `too_large`, `too_deep`, `invalid_json`.
    """
    if len(body) > max_bytes:
        raise DomainError(
            N_("The request is larger than {max_bytes} bytes. Send it in smaller parts."),
            code="too_large",
            params={"max_bytes": max_bytes},
        )
    text = _decode(body)
    _check_depth(text, max_depth)
    value = _load(text)
    if _JSON_RISKY_ESCAPE.search(text):
        for part in _texts(value):
            _check_json_text(part)
    return value


def _check_characters(text: str, control: re.Pattern[str]) -> None:
    if control.search(text):
        raise DomainError(
            N_("The text contains a control character. Remove it, or type the text anew."),
            code="control_character",
        )
    if text.isascii():
        return
    if _BROKEN.search(text):
        raise _broken_character()
    if _INVISIBLE.search(text):
        raise DomainError(
            N_("The text contains an invisible character. Remove it, or type the text anew."),
            code="invisible_character",
        )


def _integer_or_text(value: object) -> str:
    """Text as it is, an `int` in digits, anything else as no number at all."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**100:
        return str(value)
    return ""


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DomainError(
            N_("Enter a date in the years {first} to {last}."),
            code="date_out_of_range",
            params={"first": FIRST_YEAR, "last": LAST_YEAR},
        )


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise _invalid_json(N_("The JSON is not in UTF-8. Save it as UTF-8.")) from None


def _check_depth(text: str, max_depth: int) -> None:
    """Counted on the text, because a parser that recurses would run out of stack first."""
    depth = 0
    for bracket in _JSON_BRACKET.finditer(_JSON_STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > max_depth:
            raise DomainError(
                N_("The JSON is nested deeper than {max_depth} levels. Send a flatter document."),
                code="too_deep",
                params={"max_depth": max_depth},
            )


def _load(text: str) -> object:
    try:
        return json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse_constant,
            parse_float=_finite_float,
        )
    except ValueError:  # also for integers of more digits than Python converts
        raise _invalid_json(N_("This is not valid JSON. Check its commas, quotes and brackets.")) from None


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise _invalid_json(N_("The JSON names a key twice in one object. Keep one of them."))
    return result


def _refuse_constant(_: str) -> object:
    raise _invalid_json(N_("NaN and Infinity are not JSON. Leave the value out, or send null."))


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _invalid_json(N_("The JSON contains a number that is too large."))
    return number


def _texts(value: object) -> Iterator[str]:
    """All keys and strings of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)


def _check_json_text(text: str) -> None:
    if _BROKEN.search(text):
        raise _broken_character()
    if "\x00" in text:
        raise _invalid_json(N_("The JSON contains a NUL character. Remove it."))


def _not_a_number(value: object) -> DomainError:
    """Only what came as something else is asked for as text: a form knows nothing but text."""
    if isinstance(value, str):
        message = N_("Enter a number in plain digits, for example “1200.50”.")
    else:
        message = N_("Enter a number in plain digits and as text, for example “1200.50”.")
    return DomainError(message, code="not_a_number")


def _too_long(max_length: int) -> DomainError:
    return DomainError(
        N_("Enter at most {max_length} characters."), code="too_long", params={"max_length": max_length}
    )


def _too_short(min_length: int) -> DomainError:
    if min_length == 1:
        return DomainError(N_("This must not be empty."), code="too_short")
    return DomainError(
        N_("Enter at least {min_length} characters."), code="too_short", params={"min_length": min_length}
    )


def _broken_character() -> DomainError:
    return DomainError(
        N_("The text contains half a character. Type it anew, or export the file as UTF-8."),
        code="broken_character",
    )


def _invalid_date() -> DomainError:
    return DomainError(N_("Enter a date as YYYY-MM-DD, for example 2026-03-31."), code="invalid_date")


def _invalid_datetime() -> DomainError:
    return DomainError(
        N_("Enter a time with its offset, for example 2026-03-31T17:30:00+08:00."), code="invalid_datetime"
    )


def _invalid_json(message: str) -> DomainError:
    return DomainError(message, code="invalid_json")
