"""Changes that are not made yet, so that whoever they concern can say first what they would mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from salestargets.kernel.fiscal import FiscalCalendar
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment, Person, Unit, UnitPlacement


@dataclass(frozen=True, slots=True)
class Stay:
    """In or below which unit someone or something is, over `[starts_on, ends_on)`; the root is below none."""

    unit_id: int | None
    starts_on: date
    ends_on: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def touches(self, starts_on: date, ends_on: date) -> bool:
        return self.starts_on < ends_on and (self.ends_on is None or starts_on < self.ends_on)


Stays = tuple[Stay, ...]


@dataclass(frozen=True)
class NewCalendar:
    calendar: FiscalCalendar


@dataclass(frozen=True)
class NewPlaces:
    """Where a unit hangs, or of which units a person is a member: as it is, and as it would be."""

    holder: Unit | Person
    before: Stays
    after: Stays


@dataclass(frozen=True)
class Leaving:
    """`on` is the first day on which the person is gone."""

    person: Person
    on: date


@dataclass(frozen=True)
class Removal:
    """As if it had never been there: refused while anything refers to it."""

    holder: Unit | Person


@dataclass(frozen=True)
class Structure:
    """Where every unit hangs and every person is a member, and the day from which someone is gone."""

    units: Mapping[int, Stays]
    people: Mapping[int, Stays]
    left: Mapping[int, date | None]


@dataclass(frozen=True)
class NewStructure:
    """Many changes at once, such as those of a file."""

    places: tuple[NewPlaces, ...]
    leaving: tuple[Leaving, ...]


def structure() -> Structure:
    """As it is now."""
    members = Assignment.objects.filter(role=AssignmentRole.MEMBER)
    return Structure(
        _stays_by(UnitPlacement.objects.values_list("unit_id", "parent_id", "starts_on", "ends_on")),
        _stays_by(members.values_list("person_id", "unit_id", "starts_on", "ends_on")),
        dict(Person.objects.values_list("pk", "left_on")),
    )


def between(before: Structure, after: Structure) -> NewStructure:
    """What became of those who were there before."""
    units = Unit.objects.in_bulk(_differing(before.units, after.units))
    people = Person.objects.in_bulk(_differing(before.people, after.people))
    left = {pk: day for pk, day in after.left.items() if day and before.left.get(pk, day) != day}
    leavers = Person.objects.in_bulk(left)
    return NewStructure(
        (
            *(NewPlaces(unit, before.units[pk], after.units.get(pk, ())) for pk, unit in units.items()),
            *(NewPlaces(one, before.people[pk], after.people.get(pk, ())) for pk, one in people.items()),
        ),
        tuple(Leaving(one, left[pk]) for pk, one in leavers.items()),
    )


def unit_moves(unit: Unit, *, parent_id: int, on: date) -> NewPlaces:
    """What `move_unit` would do."""
    rows = UnitPlacement.objects.filter(unit=unit).order_by("starts_on")
    before = _stays(rows.values_list("parent_id", "starts_on", "ends_on"))
    return NewPlaces(unit, before, moved(before, parent_id, on))


def person_moves(person: Person, *, unit_id: int, on: date) -> NewPlaces:
    """What `move_person` would do."""
    before = stays_of(person)
    return NewPlaces(person, before, moved(before, unit_id, on))


def assignment_ends(assignment: Assignment, *, on: date | None) -> NewPlaces:
    """What `end_assignment` would do, or with no day the removal; who leads a unit has no place by that."""
    before = stays_of(assignment.person)
    if assignment.role != AssignmentRole.MEMBER:
        return NewPlaces(assignment.person, before, before)
    gone = Stay(assignment.unit_id, assignment.starts_on, assignment.ends_on)
    after = (replace(stay, ends_on=on) if stay == gone else stay for stay in before if on or stay != gone)
    return NewPlaces(assignment.person, before, tuple(after))


def stays_of(person: Person) -> Stays:
    rows = Assignment.objects.filter(person=person, role=AssignmentRole.MEMBER).order_by("starts_on")
    return _stays(rows.values_list("unit_id", "starts_on", "ends_on"))


def moved(stays: Stays, unit_id: int, on: date) -> Stays:
    """From the day on in another unit, for as long as the stay of that day would have lasted."""
    held = next((stay for stay in stays if stay.holds_on(on)), None)
    if held is not None and held.unit_id == unit_id:
        return stays
    others = [stay for stay in stays if stay != held]
    if held is not None and held.starts_on < on:
        others.append(replace(held, ends_on=on))
    new = Stay(unit_id, on, held.ends_on if held else None)
    return tuple(sorted([*others, new], key=lambda stay: stay.starts_on))


def _differing(before: Mapping[int, Stays], after: Mapping[int, Stays]) -> list[int]:
    return [pk for pk, stays in before.items() if after.get(pk, ()) != stays]


def _stays_by(rows: Iterable[tuple[int, int | None, date, date | None]]) -> dict[int, Stays]:
    found: dict[int, list[Stay]] = {}
    for holder_id, unit_id, starts_on, ends_on in rows:
        found.setdefault(holder_id, []).append(Stay(unit_id, starts_on, ends_on))
    return {pk: tuple(sorted(stays, key=lambda stay: stay.starts_on)) for pk, stays in found.items()}


def _stays(rows: Iterable[tuple[int | None, date, date | None]]) -> Stays:
    return tuple(Stay(*row) for row in rows)
