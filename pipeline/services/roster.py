"""A list of people with the units they sit in, by name: makes the tree, the people, and who sits where."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.services.records import call_of, upsert_records
from pipeline.services.trail import Trail
from salestargets.ingest.batch import Batch, read_rows
from salestargets.ingest.fields import ABSENT, Date, Email, Field, Name, Text
from salestargets.ingest.kinds import Kind, get_kind
from salestargets.ingest.upsert import Outcome, rejections_of
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment, Person, Unit, UnitPlacement
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.selectors import root_unit_id
from salestargets.tenancy.services.people import move_person
from salestargets.tenancy.services.structure import BEGINNING

ROSTER = "roster"
UNIT_LEVELS = 6
#: People are few, and a manager may stand far from their team: a roster is taken in whole.
MOST_ROWS = 20_000
_PERSON_FIELDS = ("external_id", "name", "email", "job", "level", "hired_on", "left_on")

#: No record of its own: it is read like one, and becomes units, people and assignments.
ROSTER_KIND = Kind(
    name=ROSTER,
    table="",
    label=N_("People with their units"),
    fields=(
        Name(),
        Email(name="email"),
        Text(name="job", max_length=100, help="What they do, such as Sales rep or Team lead."),
        Text(name="level", max_length=50, help="How senior they are, such as junior or senior."),
        Date(name="hired_on"),
        Date(name="left_on"),
        *(
            Text(name=f"unit_{level}", max_length=200, help="The unit below the one before.")
            for level in range(1, UNIT_LEVELS + 1)
        ),
        Text(name="manager", max_length=200, help="Who manages the last of the units."),
        Date(name="starts_on", help="From when on they sit there."),
    ),
)
ROSTER_FIELDS: Mapping[str, Field] = ROSTER_KIND.by_name

#: A unit by the names from below the root down to it.
UnitPath = tuple[str, ...]
Record = Mapping[str, str | None]


@dataclass(frozen=True)
class _Seat:
    """What a row says of someone's place."""

    external_id: str
    path: UnitPath
    manager: str
    starts_on: date


def take_roster(
    records: Sequence[Record], *, source: str, actor: Actor, at: datetime, trail: Trail
) -> Outcome:
    """Counted by people; what was done to units and assignments is in the remarks."""
    named = [{**record, "external_id": record.get("external_id") or record.get("name")} for record in records]
    batch = read_rows(ROSTER_KIND, named, call_of(actor, source=source, at=at))
    taker = _Taker(source, actor, at, trail)
    people = [{name: named[place].get(name) for name in _PERSON_FIELDS} for place in batch.places]
    outcome = taker.upsert("people", people)
    outcome.rejected = sorted(
        [*rejections_of(batch), *outcome.rejected], key=lambda rejection: rejection.index
    )
    taker.seat(_seats(batch))
    outcome.remarks += taker.remarks
    outcome.remarks["repeated"] = batch.repeated
    return outcome


def _seats(batch: Batch) -> list[_Seat]:
    columns = {name: batch.values(name) for name in ROSTER_FIELDS}
    seats = []
    for row, external_id in enumerate(batch.external_ids):
        values = {name: None if column[row] is ABSENT else column[row] for name, column in columns.items()}
        levels = [values[f"unit_{level}"] for level in range(1, UNIT_LEVELS + 1)]
        path = tuple(name for name in levels if name)
        seats.append(_Seat(external_id, path, values["manager"] or "", values["starts_on"] or BEGINNING))
    return seats


class _Taker:
    """One roster on its way: what each step finds out, the next one uses."""

    def __init__(self, source: str, actor: Actor, at: datetime, trail: Trail) -> None:
        self.source, self.actor, self.at, self.trail = source, actor, at, trail
        self.today = actor.organisation.today(at)
        self.remarks: Counter[str] = Counter()

    def upsert(self, kind: str, rows: Sequence[Mapping[str, object]]) -> Outcome:
        return upsert_records(
            kind, source=self.source, rows=rows, actor=self.actor, at=self.at, followers=(self.trail,)
        )

    def seat(self, seats: Sequence[_Seat]) -> None:
        people = self._people({seat.external_id for seat in seats})
        seats = [seat for seat in seats if seat.path and seat.external_id in people]
        units = self._ensure_units({seat.path for seat in seats})
        self._seat_members(seats, people, units)
        self._seat_managers(seats, people, units)

    def _people(self, external_ids: Collection[str]) -> dict[str, Person]:
        found = Person.objects.filter(source=self.source, external_id__in=external_ids)
        return {person.external_id: person for person in found}

    def _ensure_units(self, paths: Collection[UnitPath]) -> dict[UnitPath, Unit]:
        """The units by their paths, level by level; those with the name under the same parent are taken."""
        known: dict[UnitPath, Unit] = {}
        for level in range(1, UNIT_LEVELS + 1):
            wanted = {path[:level] for path in paths if len(path) >= level}
            children = self._children({path[:-1] for path in wanted}, known)
            known |= {path: children[path] for path in wanted if path in children}
            missing = {_key(*path): path for path in sorted(wanted - known.keys())}
            if missing:
                self._make_units(missing, known)
        return known

    def _make_units(self, missing: Mapping[str, UnitPath], known: dict[UnitPath, Unit]) -> None:
        rows = [
            {
                "external_id": key,
                "name": path[-1],
                "parent": known[path[:-1]].external_id if path[:-1] else None,
            }
            for key, path in missing.items()
        ]
        self.remarks["units_created"] += self.upsert("units", rows).created
        for unit in Unit.objects.filter(source=self.source, external_id__in=missing):
            known[missing[unit.external_id]] = unit

    def _children(
        self, parents: Collection[UnitPath], known: Mapping[UnitPath, Unit]
    ) -> dict[UnitPath, Unit]:
        root_id = root_unit_id(self.today)
        paths = {known[path].pk if path else root_id: path for path in parents}
        placed = UnitPlacement.objects.filter(current_on(self.today), parent_id__in=paths)
        found: dict[UnitPath, Unit] = {}
        for placement in placed.select_related("unit").order_by("-id"):
            found[(*paths[placement.parent_id or 0], placement.unit.name)] = placement.unit
        return found

    def _seat_members(
        self, seats: Sequence[_Seat], people: Mapping[str, Person], units: Mapping[UnitPath, Unit]
    ) -> None:
        """Members join or move on their day; who sits there already stays."""
        held = self._memberships(people.values())
        joining: list[dict[str, object]] = []
        with self.trail.watching(
            get_kind("assignments"), {one.pk for ones in held.values() for one in ones}
        ) as made:
            for seat in seats:
                person, unit = people[seat.external_id], units[seat.path]
                current, later = _around(held.get(person.pk, []), seat.starts_on)
                if current is None:
                    joining.append(self._assignment(seat, unit, person, AssignmentRole.MEMBER, until=later))
                elif current.unit_id != unit.pk:
                    made.add(move_person(self.actor, person=person, unit=unit, on=seat.starts_on).pk)
        self.remarks["joined"] += self.upsert("assignments", joining).created if joining else 0
        self.remarks["moved"] += len(made)

    def _memberships(self, people: Collection[Person]) -> dict[int, list[Assignment]]:
        held: dict[int, list[Assignment]] = {}
        rows = Assignment.objects.filter(person__in=people, role=AssignmentRole.MEMBER)
        for row in rows.order_by("starts_on"):
            held.setdefault(row.person_id, []).append(row)
        return held

    def _seat_managers(
        self, seats: Sequence[_Seat], people: Mapping[str, Person], units: Mapping[UnitPath, Unit]
    ) -> None:
        wanted = {(seat.path, seat.manager): seat for seat in reversed(seats) if seat.manager}
        managers = self._managers({manager for _, manager in wanted}, people)
        rows = Assignment.objects.filter(role=AssignmentRole.MANAGER, unit__in=units.values())
        held = {(row.unit_id, row.person_id) for row in rows}
        joining = [
            self._assignment(seat, units[path], managers[name], AssignmentRole.MANAGER)
            for (path, name), seat in wanted.items()
            if (units[path].pk, managers[name].pk) not in held
        ]
        self.remarks["managers_named"] += self.upsert("assignments", joining).created if joining else 0

    def _managers(self, names: Collection[str], people: Mapping[str, Person]) -> dict[str, Person]:
        """By external id in this source, else by a name that only one person bears; else they are made."""
        found = self._people(names)
        namesakes: dict[str, list[Person]] = {}
        for person in Person.objects.filter(name__in=set(names) - found.keys()):
            namesakes.setdefault(person.name, []).append(person)
        found |= {name: ones[0] for name, ones in namesakes.items() if len(ones) == 1}
        missing = [{"external_id": name, "name": name} for name in sorted(set(names) - found.keys())]
        if missing:
            self.remarks["managers_created"] += self.upsert("people", missing).created
            found |= self._people({str(person["external_id"]) for person in missing})
        return found

    def _assignment(
        self, seat: _Seat, unit: Unit, person: Person, role: AssignmentRole, until: date | None = None
    ) -> dict[str, object]:
        return {
            "external_id": _key(person.external_id, unit.external_id, role.value, str(seat.starts_on)),
            "person": person.external_id,
            "unit": unit.external_id,
            "role": role.value,
            "starts_on": seat.starts_on.isoformat(),
            "ends_on": until.isoformat() if until else None,
        }


def _around(held: Sequence[Assignment], day: date) -> tuple[Assignment | None, date | None]:
    """The membership on a day, and when the next one after it starts."""
    current = [one for one in held if one.starts_on <= day and (one.ends_on is None or one.ends_on > day)]
    later = [one.starts_on for one in held if one.starts_on > day]
    return (current[0] if current else None), min(later, default=None)


def _key(*parts: str) -> str:
    """An external id from parts; where it would be too long, a digest of them."""
    key = " / ".join(parts)
    return key if len(key) <= 200 else hashlib.sha256(key.encode()).hexdigest()
