"""Potentials from a spreadsheet: what it would change, and that written, if nothing else came between.

The file is the one that the page gives, with more rows or other numbers in it. An empty amount leaves its
potential alone, 0 is 0; what cannot be read is told by its cell, and nothing of the file is taken then.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import IO

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.values import Holder, read_holder
from salestargets.ingest.files import open_file
from salestargets.kernel.errors import Conflict, DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import to_minor
from salestargets.kernel.parsing import clean_text, strict_date, strict_decimal
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Unit
from salestargets.tenancy.selectors import visible_people
from targets.models import Potential
from targets.selectors.potentials import holder_of
from targets.services.file_tables import Fault, Faults, cell, letter, place_of, plain_day, plain_number
from targets.services.potentials import check_potential

UNIT, PERSON, EXTERNAL_ID = _("Unit"), _("Person"), _("External id")
AMOUNT, STARTS_ON, SOURCE = _("Potential a year"), _("From"), _("Source")
MOST_ROWS = 20_000
_LONGEST_SOURCE = 200
_SEEN_FOR = 24 * 60 * 60  # seconds


@dataclass(frozen=True, slots=True)
class PotentialLine:
    """A potential that is new or another, with the row of the file. None before: there was none that day."""

    row: int
    holder: Holder
    name: str
    starts_on: date
    before: int | None
    after: int
    source_before: str
    source: str

    @property
    def change(self) -> int:
        return self.after - (self.before or 0)

    @property
    def is_change(self) -> bool:
        return (self.before, self.source_before) != (self.after, self.source)


@dataclass(frozen=True)
class PotentialDiff:
    """What a file changes. `seen`: these rows with what they stand on, to hand to `apply_potentials`."""

    lines: Sequence[PotentialLine]
    unchanged: int
    seen: str


def read_potentials(actor: Actor, *, content: IO[bytes], at: datetime) -> PotentialDiff:
    """What the file would change now. Nothing is written. DomainError `sheet_faults` names what is wrong."""
    actor.require(Scope.TARGETS_WRITE)
    with open_file(content) as file:
        reading = _Reading(actor, _columns(file.header), at)
        numbered = chain.from_iterable(enumerate(block.rows, block.first_row) for block in file.blocks)
        rows = [(number, cells) for number, cells in numbered if any(cells)]
    if len(rows) > MOST_ROWS:
        raise DomainError(N_("The file has too many rows. Send it in parts."), code="too_many_rows")
    lines = [line for number, cells in rows for line in reading.line(number, cells)]
    reading.faults.check()
    changed = [line for line in lines if line and line.is_change]
    return PotentialDiff(changed, len(lines) - len(changed), _signed(actor, changed))


@transaction.atomic
def apply_potentials(actor: Actor, *, seen: str, at: datetime) -> int:
    """The potentials that were shown, all or none; returns how many. Conflict where one is another by now."""
    actor.require(Scope.TARGETS_WRITE)
    lines = _opened(actor, seen)
    people = _People(actor, at)
    if any(line.holder not in people.names for line in lines):
        raise _stale()
    now = {(holder_of(row), row.starts_on): row for row in _noted(lines).select_for_update(no_key=True)}
    new: list[Potential] = []
    other: list[Potential] = []
    for line in lines:
        row = now.get((line.holder, line.starts_on))
        if (row.amount if row else None, row.source if row else "") != (line.before, line.source_before):
            raise _stale()
        (other if row else new).append(_written(row or Potential(**_whose(line)), line, actor, at))
    Potential.objects.bulk_update(other, ["amount", "source", "noted_at", "noted_by", "version"])
    try:
        with transaction.atomic():
            Potential.objects.bulk_create(new)
    except IntegrityError as error:
        raise _stale() from error
    return len(lines)


def _stale() -> Conflict:
    return Conflict(
        N_("Potentials have changed since the file was shown. Read the file again."), code="stale"
    )


def _noted(lines: Sequence[PotentialLine]) -> QuerySet[Potential]:
    return Potential.objects.filter(starts_on__in={line.starts_on for line in lines}).order_by("id")


def _whose(line: PotentialLine) -> dict[str, object]:
    unit_id, person_id = (line.holder.id, None) if line.holder.kind == "unit" else (None, line.holder.id)
    return {"unit_id": unit_id, "person_id": person_id, "starts_on": line.starts_on}


def _written(row: Potential, line: PotentialLine, actor: Actor, at: datetime) -> Potential:
    row.organisation_id = actor.organisation.pk
    row.amount, row.source, row.noted_at, row.noted_by = line.after, line.source, at, actor.user
    row.version = row.version + 1 if row.pk else 1
    return row


# Columns


@dataclass(frozen=True)
class _Columns:
    """Where what stands: positions in a row."""

    unit: int | None
    person: int | None
    external_id: int | None
    amount: int
    starts_on: int
    source: int | None


def _columns(header: Sequence[str]) -> _Columns:
    known = {str(name): place for place, name in enumerate(header)}
    unit, person, external_id, amount, starts_on, source = places = [
        place_of(known, label) for label in (UNIT, PERSON, EXTERNAL_ID, AMOUNT, STARTS_ON, SOURCE)
    ]
    if strange := [f"{letter(n)}1 “{name}”" for n, name in enumerate(header) if n not in places]:
        raise DomainError(
            N_("Potentials have no such column: {names}. Take the names of the file you downloaded."),
            code="unknown_columns",
            field="file",
            params={"names": ", ".join(strange)},
        )
    if amount is None or starts_on is None or (unit, person, external_id) == (None, None, None):
        raise DomainError(
            N_(
                "Keep the columns “{amount}” and “{day}”,"
                " and one of “{unit}”, “{person}” and “{external_id}”."
            ),
            code="missing_columns",
            field="file",
            params={
                "amount": AMOUNT,
                "day": STARTS_ON,
                "unit": UNIT,
                "person": PERSON,
                "external_id": EXTERNAL_ID,
            },
        )
    return _Columns(unit, person, external_id, amount, starts_on, source)


# Rows


class _People:
    """The units and people whom the actor sees, by what a file may call them."""

    def __init__(self, actor: Actor, at: datetime) -> None:
        on = actor.organisation.today(at)
        sight = sight_of(actor, on)
        units = Unit.objects.all() if sight.everything else Unit.objects.filter(pk__in=sight.unit_ids)
        columns = ("id", "name", "external_id")
        rows = {
            "unit": units.values_list(*columns),
            "person": visible_people(actor, on).values_list(*columns),
        }
        self.names: dict[Holder, str] = {}
        self.by_text: defaultdict[tuple[str, str], list[Holder]] = defaultdict(list)
        for kind in ("unit", "person"):
            for pk, name, external_id in rows[kind]:
                holder = Holder("unit" if kind == "unit" else "person", pk)
                self.names[holder] = name
                for text in {f"id:{external_id}", f"name:{name}"}:
                    self.by_text[kind, text].append(holder)

    def find(self, kinds: Sequence[str], text: str) -> list[Holder]:
        return [holder for kind in kinds for holder in self.by_text.get((kind, text), ())]


class _Reading:
    """The rows of one file, one after the other, and what was wrong with them."""

    def __init__(self, actor: Actor, columns: _Columns, at: datetime) -> None:
        self.columns, self.people = columns, _People(actor, at)
        self.currency = actor.organisation.currency
        self.noted: Mapping[tuple[Holder, date], Potential] = {
            (holder_of(row), row.starts_on): row for row in Potential.objects.all()
        }
        self.rows: dict[tuple[Holder, date], int] = {}
        self.faults = Faults()

    def line(self, number: int, cells: Sequence[str]) -> Iterator[PotentialLine | None]:
        """None for a row without an amount, which leaves everything as it is."""
        try:
            yield self._line(number, cells)
        except Fault as fault:
            self.faults.note(number, fault)

    def _line(self, number: int, cells: Sequence[str]) -> PotentialLine | None:
        holder = self._holder(cells)
        amount = self._amount(cell(cells, self.columns.amount))
        if amount is None:
            return None
        starts_on = self._day(cell(cells, self.columns.starts_on))
        if (first := self.rows.setdefault((holder, starts_on), number)) != number:
            raise Fault(
                self.columns.starts_on,
                gettext("Row %(row)s is about the same holder and day.") % {"row": first},
            )
        row = self.noted.get((holder, starts_on))
        return PotentialLine(
            row=number,
            holder=holder,
            name=self.people.names[holder],
            starts_on=starts_on,
            before=row.amount if row else None,
            after=amount,
            source_before=row.source if row else "",
            source=self._source(cells) or (row.source if row else ""),
        )

    def _holder(self, cells: Sequence[str]) -> Holder:
        """By external id where there is one, else by name; of the kind whose column is filled in."""
        columns = self.columns
        named = {
            kind: place
            for kind, place in (("unit", columns.unit), ("person", columns.person))
            if cell(cells, place)
        }
        external_id = cell(cells, columns.external_id)
        if len(named) == 2 or not (named or external_id):
            places = (columns.unit, columns.person, columns.external_id)
            first = next((n for n in places if n is not None), 0)
            raise Fault(first, gettext("Name a unit or a person, one of the two."))
        if external_id:
            place, text = columns.external_id, f"id:{external_id}"
        else:
            place = next(iter(named.values()))
            text = f"name:{cell(cells, place)}"
        return self._one(place or 0, self.people.find([*named] or ["unit", "person"], text), text)

    def _one(self, place: int, found: Sequence[Holder], text: str) -> Holder:
        name = {"name": text.partition(":")[2]}
        if not found:
            raise Fault(place, gettext("There is no “%(name)s” among the units and people you see.") % name)
        if len(found) > 1:
            raise Fault(
                place, gettext("“%(name)s” may be several. Say which by kind and external id.") % name
            )
        return found[0]

    def _amount(self, text: str) -> int | None:
        if not text:
            return None
        try:
            value = strict_decimal(plain_number(text), max_digits=20, decimal_places=4)
            return check_potential(to_minor(value, self.currency))
        except DomainError as error:
            raise _unreadable(self.columns.amount, text, error) from None

    def _day(self, text: str) -> date:
        try:
            return strict_date(plain_day(text))
        except DomainError as error:
            raise _unreadable(self.columns.starts_on, text, error) from None

    def _source(self, cells: Sequence[str]) -> str:
        text = cell(cells, self.columns.source)
        try:
            return clean_text(text, max_length=_LONGEST_SOURCE)
        except DomainError as error:
            raise _unreadable(self.columns.source or 0, text, error) from None


def _unreadable(place: int, text: str, error: DomainError) -> Fault:
    return Fault(place, f"“{text[:40]}”: {error.render(gettext)}")


# What was shown


def _signed(actor: Actor, lines: Sequence[PotentialLine]) -> str:
    """Nobody can make others believe they were shown it: it is of this organisation, and of this day."""
    said = [
        [
            str(line.holder),
            line.starts_on.isoformat(),
            line.before,
            line.after,
            line.source_before,
            line.source,
        ]
        for line in lines
    ]
    return signing.dumps(said, salt=_salt(actor), compress=True)


def _opened(actor: Actor, seen: str) -> list[PotentialLine]:
    try:
        said = signing.loads(seen, salt=_salt(actor), max_age=_SEEN_FOR)
    except signing.BadSignature:
        raise DomainError(
            N_("What was shown is too old, or of another organisation. Read the file again."),
            code="not_seen",
            field="seen",
        ) from None
    return [
        PotentialLine(0, read_holder(key), "", date.fromisoformat(day), before, after, source_before, source)
        for key, day, before, after, source_before, source in said
    ]


def _salt(actor: Actor) -> str:
    return f"targets.potentials:{actor.organisation.pk}"
