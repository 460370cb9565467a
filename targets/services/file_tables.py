"""What tables that people send back have in common: columns in any language, faults told by cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from django.conf import settings
from django.utils import translation

from salestargets.ingest.cells import Habits, converter
from salestargets.ingest.fields import Date, Number
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

MOST_FAULTS = 50
_HABITS = Habits(zone=UTC)
plain_number = converter(Number(name="amount", max_digits=20, places=4), _HABITS)
plain_day = converter(Date(name="month"), _HABITS)


@dataclass(frozen=True, slots=True)
class Fault(Exception):  # noqa: N818  a name for what happened
    """What is wrong with a cell, by the place of its column."""

    place: int
    text: str


@dataclass
class Faults:
    """Everything that is wrong with a file, by cell."""

    texts: dict[str, list[str]] = field(default_factory=dict)

    def note(self, row: int, fault: Fault) -> None:
        self.texts[f"{letter(fault.place)}{row}"] = [fault.text]

    def check(self) -> None:
        if self.texts:
            raise DomainError(
                N_("The file was not taken: {count} cells are not right."),
                code="sheet_faults",
                errors=dict(list(self.texts.items())[:MOST_FAULTS]),
                params={"count": len(self.texts)},
            )


def place_of(known: Mapping[str, int], label: object) -> int | None:
    """In any language: files travel between people."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            if (place := known.get(str(label))) is not None:
                return place
    return None


def cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""


def letter(place: int) -> str:
    """A column as spreadsheets call it: 0 is A, 26 is AA."""
    high, low = divmod(place, 26)
    return (letter(high - 1) if high else "") + chr(ord("A") + low)
