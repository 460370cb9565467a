"""The tree of units: made, renamed, and moved with a date; never rewritten backwards by accident."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import current_organisation_id
from salestargets.tenancy.models import MANUAL, Organisation, Unit, UnitClosure, UnitPlacement
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.selectors import root_unit_id
from salestargets.tenancy.services.external_ids import new_external_id
from salestargets.tenancy.services.versions import lock, save_changes

MAX_DEPTH = 30
#: The tree holds from here on where nobody says otherwise, so that history can be loaded into it.
BEGINNING = date(2000, 1, 1)


def create_unit(
    actor: Actor,
    *,
    name: str,
    parent_id: int | None,
    starts_on: date,
    kind: str = "",
    external_id: str = "",
    source: str = MANUAL,
) -> Unit:
    """A new unit below its parent from a day on. Only one unit has no parent: the root."""
    actor.require(Scope.ADMIN)
    lock_structure()
    if parent_id is None and UnitPlacement.objects.filter(parent__isnull=True).exists():
        raise DomainError(
            N_("There is a root already: choose the unit above."), code="required", field="parent"
        )
    if parent_id is not None:
        _existing(parent_id)
    unit = Unit.objects.create(
        source=source,
        external_id=external_id or new_external_id(),
        name=clean_text(name, max_length=200, min_length=1),
        kind=clean_text(kind, max_length=50),
    )
    UnitPlacement.objects.create(unit=unit, parent_id=parent_id, starts_on=starts_on)
    rebuild_closure()
    return unit


def change_unit(actor: Actor, *, unit: Unit, name: str, kind: str, expected_version: int | None) -> Unit:
    actor.require(Scope.ADMIN)
    unit = lock(unit, expected_version=expected_version)
    name, kind = clean_text(name, max_length=200, min_length=1), clean_text(kind, max_length=50)
    save_changes(unit, {"name": name, "kind": kind})
    return unit


def move_unit(actor: Actor, *, unit: Unit, parent_id: int, on: date) -> None:
    """Hang a unit under another parent from `on` on; what was before stays as it was."""
    actor.require(Scope.ADMIN)
    lock_structure()
    _existing(parent_id)
    held = _holding(UnitPlacement.objects.filter(current_on(on), unit=unit).first())
    if _hang(held, parent_id, on):
        rebuild_closure()


@dataclass(frozen=True)
class Place:
    """Where a record says that a unit hangs: below no one named is below the root."""

    unit_id: int
    parent_id: int | None
    starts_on: date | None
    is_new: bool


def place_units(places: Sequence[Place], *, today: date) -> set[int]:
    """Hang many units at once, new ones from the beginning where no day is given, others from today.

    Returns those whose place changed. The tree is derived once, so that the order does not matter.
    """
    lock_structure()
    root_id = root_unit_id(today)
    new = [place for place in places if place.is_new]
    UnitPlacement.objects.bulk_create(
        UnitPlacement(
            organisation_id=current_organisation_id(),
            unit_id=place.unit_id,
            parent_id=place.parent_id or root_id,
            starts_on=place.starts_on or BEGINNING,
        )
        for place in new
    )
    changed = {place.unit_id for place in new}
    changed |= {place.unit_id for place in places if not place.is_new and _moved(place, root_id, today)}
    if changed:
        rebuild_closure()
    return changed


def _moved(place: Place, root_id: int, today: date) -> bool:
    on = place.starts_on or today
    if place.unit_id == root_id and place.parent_id is None:
        return False
    held = UnitPlacement.objects.filter(current_on(on), unit_id=place.unit_id).first()
    return _hang(_holding(held), place.parent_id or root_id, on)


def correct_parents(parents: Sequence[tuple[int, int]], *, on: date) -> None:
    """Give units the parent that they should have had in their place of this day: (unit, parent) each."""
    lock_structure()
    for unit_id, parent_id in parents:
        UnitPlacement.objects.filter(current_on(on), unit_id=unit_id, parent__isnull=False).update(
            parent_id=parent_id
        )
    rebuild_closure()


def replace_placements(places: Mapping[int, Sequence[tuple[int | None, date, date | None]]]) -> None:
    """Make the places of units what they were: (parent, from, to) each."""
    lock_structure()
    UnitPlacement.objects.filter(unit_id__in=places).delete()
    UnitPlacement.objects.bulk_create(
        UnitPlacement(
            organisation_id=current_organisation_id(),
            unit_id=unit_id,
            parent_id=parent_id,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        for unit_id, held in places.items()
        for parent_id, starts_on, ends_on in held
    )
    rebuild_closure()


def detach_units(unit_ids: Collection[int]) -> None:
    """Take units out of the tree, so that they can be deleted; one with another below it stays in use."""
    lock_structure()
    if UnitPlacement.objects.filter(unit_id__in=unit_ids, parent__isnull=True).exists():
        raise DomainError(N_("The root cannot be deleted."), code="root")
    UnitClosure.objects.filter(descendant_id__in=unit_ids).delete()
    UnitPlacement.objects.filter(unit_id__in=unit_ids).delete()


def _holding(held: UnitPlacement | None) -> UnitPlacement:
    if held is None:
        raise DomainError(
            N_("The unit does not exist yet on this day. Choose a later one."), code="too_early", field="on"
        )
    return held


def _hang(held: UnitPlacement, parent_id: int, on: date) -> bool:
    """End a placement on a day and go on below another parent. False where that is its parent already."""
    if held.parent_id is None:
        raise DomainError(N_("The root cannot be moved."), code="root")
    if held.parent_id == parent_id:
        return False
    if held.starts_on == on:
        held.parent_id = parent_id
        held.save(update_fields=["parent"])
    else:
        ended, held.ends_on = held.ends_on, on
        held.save(update_fields=["ends_on"])
        UnitPlacement.objects.create(unit_id=held.unit_id, parent_id=parent_id, starts_on=on, ends_on=ended)
    return True


def lock_structure() -> None:
    """One change of the tree at a time for each organisation."""
    Organisation.objects.select_for_update(no_key=True).get(pk=current_organisation_id())


def rebuild_closure() -> None:
    """Derive every (ancestor, descendant, depth, dates) from the placements; refuse a circle.

    Each step up narrows the dates to those on which the whole path holds. LEAST skips nulls, so that an
    open end stays open.
    """
    UnitClosure.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_CLOSURE, {"organisation": current_organisation_id(), "deepest": MAX_DEPTH})
    if UnitClosure.objects.filter(Q(depth__gte=MAX_DEPTH)).exists():
        raise DomainError(
            N_("A unit cannot be below itself, and the tree has at most {depth} levels."),
            code="circle",
            params={"depth": MAX_DEPTH},
        )


_CLOSURE = """
INSERT INTO tenancy_unitclosure (organisation_id, ancestor_id, descendant_id, depth, starts_on, ends_on)
WITH RECURSIVE path AS (
    SELECT unit_id AS descendant_id, unit_id AS ancestor_id, 0 AS depth, starts_on, ends_on
    FROM tenancy_unitplacement
    WHERE organisation_id = %(organisation)s
  UNION ALL
    SELECT path.descendant_id, up.parent_id, path.depth + 1,
           GREATEST(path.starts_on, up.starts_on), LEAST(path.ends_on, up.ends_on)
    FROM path
    JOIN tenancy_unitplacement up
      ON up.organisation_id = %(organisation)s AND up.unit_id = path.ancestor_id
     AND up.parent_id IS NOT NULL
     AND up.starts_on < COALESCE(path.ends_on, 'infinity')
     AND COALESCE(up.ends_on, 'infinity') > path.starts_on
    WHERE path.depth < %(deepest)s
)
-- A unit that moved has two placements but is itself all the time: one row for each placement at depth 0.
SELECT %(organisation)s, ancestor_id, descendant_id, depth, starts_on, ends_on FROM path
"""


def _existing(unit_id: int) -> None:
    if not Unit.objects.filter(pk=unit_id).exists():
        raise NotFound(N_("There is no such unit."), code="not_found", field="parent")
