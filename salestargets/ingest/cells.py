"""What people and spreadsheets write, brought into the strict forms that records are read in.

Nothing is guessed that could be read in two ways: whether 03/04 is March or April is the mapping's to say.
What cannot be brought into form is left as it is, and refused by name where the record is read.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from salestargets.ingest.fields import (
    Choice,
    Currency,
    Date,
    Email,
    Field,
    Flag,
    Moment,
    Money,
    Number,
    Percent,
    Score,
    Text,
    Whole,
)

DateOrder = Literal["ymd", "dmy", "mdy"]
DecimalMark = Literal[".", ","]
Convert = Callable[[str], str]

_DAY = re.compile(r"([0-9]{1,4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,4})\s*日?")
_TIME = re.compile(
    r"[T\s,]*(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?"
    r"\s*(?P<half>[AaPp])?\.?[Mm]?\.?\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_CURRENCY_SIGNS = re.compile(r"^[A-Z]{3}\s|\s[A-Z]{3}$|[$€£¥￥元\s\u00a0\u202f]")
_CURRENCY_WORDS = {"RMB": "CNY", "人民币": "CNY", "¥": "CNY", "￥": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_TRUTHS = {
    **dict.fromkeys(("true", "yes", "y", "1", "是", "√"), "true"),
    **dict.fromkeys(("false", "no", "n", "0", "否"), "false"),
}
_DIGITS = frozenset("0123456789.")
_GROUPED = {
    ".": re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
    ",": re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?"),
}
_BREAKS = re.compile(r"[\r\n\t\v\f]+")


@dataclass(frozen=True)
class Habits:
    """How a file writes: the order of its dates, the mark before its decimals, the zone of its clocks."""

    zone: tzinfo
    date_order: DateOrder = "ymd"
    decimal_mark: DecimalMark = "."


def converter(field: Field | None, habits: Habits) -> Convert:
    """From a cell's text to what the field reads."""
    match field:
        case Date():
            return lambda text: _date(text, habits)
        case Moment():
            return lambda text: _moment(text, habits)
        case Money() | Number() | Percent() | Score() | Whole():
            return lambda text: _number(text, habits.decimal_mark)
        case Currency():
            return lambda text: _CURRENCY_WORDS.get(text.upper(), text.upper())
        case Choice():
            return field.meant
        case Flag():
            return _truth
        case Email():
            return str.lower
    return lambda text: _BREAKS.sub(" ", text)


def leaves_alone(field: Field | None, habits: Habits) -> Callable[[str], bool]:
    """Whether the converter changes nothing in texts, which are given all together."""
    match field:
        case Money() | Number() | Percent() | Whole() if habits.decimal_mark == ".":
            return _DIGITS.issuperset
        case Text():
            return str.isprintable
    return lambda _texts: False


def _truth(text: str) -> str:
    return _TRUTHS.get(text.strip().casefold(), text)


def _date(text: str, habits: Habits) -> str:
    """The day; of a moment with a zone, the day it was in the organisation."""
    found = _DAY.match(text)
    if found is None:
        return text
    day = _iso_day(found, habits.date_order)
    rest = text[found.end() :]
    if not rest.strip():
        return day or text
    clock = _TIME.fullmatch(rest)
    if day is None or clock is None:
        return text
    if clock["zone"] is None:
        return day
    moment = _moment(text, habits)
    try:
        return datetime.fromisoformat(moment).astimezone(habits.zone).date().isoformat()
    except (ValueError, OverflowError):
        return text


def _moment(text: str, habits: Habits) -> str:
    found = _DAY.match(text)
    day = _iso_day(found, habits.date_order) if found else None
    if found is None or day is None:
        return text
    rest = text[found.end() :]
    clock = _TIME.fullmatch(rest) if rest.strip() else None
    if rest.strip() and clock is None:
        return text
    time = _iso_time(clock) if clock else "00:00:00"
    zone = (clock["zone"] if clock else None) or _offset(f"{day}T{time}", habits.zone)
    return f"{day}T{time}{zone if zone == 'Z' or ':' in zone else f'{zone[:3]}:{zone[3:]}'}"


def _iso_day(found: re.Match[str], order: DateOrder) -> str | None:
    first, second, third = found.groups()
    if len(first) == 4:
        year, month, day = first, second, third
    elif len(third) != 4 or order == "ymd":
        return None
    else:
        year, month, day = (third, second, first) if order == "dmy" else (third, first, second)
    return f"{year}-{int(month):02}-{int(day):02}" if len(day) <= 2 else None


def _iso_time(clock: re.Match[str]) -> str:
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{clock['minute']}:{clock['second'] or '00'}"


def _offset(moment: str, zone: tzinfo) -> str:
    try:
        local = datetime.fromisoformat(moment).replace(tzinfo=zone)
    except ValueError:
        return "Z"  # no such moment: refused as it stands
    return local.isoformat()[len(moment) :] or "Z"


def _number(text: str, mark: DecimalMark) -> str:
    """1,200.50 and ¥1200.5 and (12) as 1200.50, 1200.5 and -12. A mark in the wrong place stays."""
    plain = _CURRENCY_SIGNS.sub("", text.strip()).removesuffix("%").removeprefix("+")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    if _GROUPED[mark].fullmatch(plain):
        plain = plain.replace("," if mark == "." else ".", "")
    if mark == ",":
        plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
    return plain
