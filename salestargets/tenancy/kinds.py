"""The kinds of records of the organisation itself: units, people, who sits where, mentors, exchange rates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import ABSENT, Choice, Currency, Date, Email, Name, Number, Ref, Text
from salestargets.ingest.kinds import Call, Errors, Kind, Rule, register_kind
from salestargets.ingest.merge import Landed
from salestargets.ingest.references import Resolver, Unresolved
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.services.structure import (
    Place,
    correct_parents,
    detach_units,
    place_units,
    replace_placements,
)

END_BEFORE_START = DomainError(N_("The end must be after the start."), code="invalid")


def ends_after(start: str, end: str) -> Rule:
    def check(batch: Batch, _call: Call) -> dict[int, Errors]:
        both = zip(batch.values(start), batch.values(end), strict=True)
        return {
            row: {end: [END_BEFORE_START]}
            for row, (first, last) in enumerate(both)
            if first not in (None, ABSENT) and last not in (None, ABSENT) and last <= first
        }

    return check


def place(batch: Batch, landed: Landed, call: Call, resolver: Resolver) -> Iterable[int]:
    """Hang units below their parents, which may have come in the same call."""
    parents = batch.values("parent")
    known = resolver.look_up("units", sorted({parent for parent in parents if isinstance(parent, str)}))
    places = []
    for row, external_id in enumerate(batch.external_ids):
        unit_id, parent, starts_on = landed.ids[external_id], parents[row], batch.values("placed_from")[row]
        is_new = unit_id in landed.created
        if unit_id in landed.stale or (parent is ABSENT and not is_new):
            continue
        if isinstance(parent, str) and parent not in known:
            landed.waiting.append(Unresolved(external_id, "parent", "units", parent))
            if not is_new:
                continue
        day = None if starts_on is ABSENT else starts_on
        places.append(Place(unit_id, known.get(parent), day, is_new))
    return place_units(places, today=call.today) if places else ()


def settle_parents(pairs: Sequence[tuple[int, int]], call: Call) -> None:
    correct_parents(pairs, on=call.today)


def restore_placements(images: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    places = {unit_id: image["placements"] or [] for unit_id, image in images}
    replace_placements({unit_id: [_placement(one) for one in found] for unit_id, found in places.items()})


def _placement(image: Mapping[str, Any]) -> tuple[int | None, date, date | None]:
    starts_on, ends_on = image["starts_on"], image["ends_on"]
    return (
        image["parent_id"],
        date.fromisoformat(starts_on),
        date.fromisoformat(ends_on) if ends_on else None,
    )


UNITS = Kind(
    name="units",
    table="tenancy_unit",
    label=N_("Units"),
    fields=(
        Name(),
        Ref(name="parent", column=None, kind="units", help="The unit above; without one, the root."),
        Text(name="kind", max_length=50, help="What it is, such as region or team."),
        Date(name="placed_from", column=None, help="The day from which it hangs there."),
    ),
    after=(place,),
    settlers={"parent": settle_parents},
    detach=detach_units,
    images={
        "placements": "SELECT jsonb_agg(jsonb_build_object('parent_id', p.parent_id, 'starts_on',"
        " p.starts_on, 'ends_on', p.ends_on) ORDER BY p.starts_on) FROM tenancy_unitplacement p"
        " WHERE p.organisation_id = d.organisation_id AND p.unit_id = d.id"
    },
    restore=restore_placements,
    is_versioned=True,
)

PEOPLE = Kind(
    name="people",
    table="tenancy_person",
    label=N_("People"),
    fields=(
        Name(),
        Email(name="email"),
        Text(name="job", max_length=100, help="What they do, such as Sales rep or Team lead."),
        Text(name="level", max_length=50, help="How senior they are, such as junior or senior."),
        Date(name="hired_on"),
        Date(name="left_on"),
    ),
    rules=(ends_after("hired_on", "left_on"),),
    is_versioned=True,
)

ASSIGNMENTS = Kind(
    name="assignments",
    table="tenancy_assignment",
    label=N_("Assignments"),
    fields=(
        Ref(name="person", column="person_id", kind="people", required=True),
        Ref(name="unit", column="unit_id", kind="units", required=True),
        Choice(name="role", choices=tuple(AssignmentRole.values), default=AssignmentRole.MEMBER.value),
        Date(name="starts_on", required=True),
        Date(name="ends_on", help="The first day on which it holds no more."),
    ),
    rules=(ends_after("starts_on", "ends_on"),),
    conflicts={
        "member_of_one_unit_at_a_time": N_("The person is a member of another unit on some of these days."),
        "assignment_ends_after_start": N_("The end must be after the start."),
    },
    is_versioned=True,
)

MENTORSHIPS = Kind(
    name="mentorships",
    table="tenancy_mentorship",
    label=N_("Mentorships"),
    fields=(
        Ref(name="mentor", column="mentor_id", kind="people", required=True),
        Ref(name="mentee", column="mentee_id", kind="people", required=True),
        Date(name="starts_on", required=True),
        Date(name="ends_on", help="The first day on which it holds no more."),
    ),
    rules=(ends_after("starts_on", "ends_on"),),
    conflicts={
        "one_mentor_at_a_time": N_("The mentee has another mentor on some of these days."),
        "nobody_mentors_themselves": N_("Nobody mentors themselves."),
        "mentorship_ends_after_start": N_("The end must be after the start."),
    },
    is_versioned=True,
    has_tombstones=True,
)

EXCHANGE_RATES = Kind(
    name="exchange-rates",
    table="tenancy_exchangerate",
    label=N_("Exchange rates"),
    fields=(
        Currency(name="currency", required=True),
        Date(name="valid_on", required=True),
        Number(
            name="rate",
            max_digits=20,
            places=10,
            required=True,
            help="What one unit of the currency is worth in the organisation's currency from this day on.",
        ),
    ),
    conflicts={"one_rate_a_day": N_("There is another rate for this currency and day.")},
)


def register() -> None:
    for kind in (UNITS, PEOPLE, ASSIGNMENTS, MENTORSHIPS, EXCHANGE_RATES):
        register_kind(kind)
