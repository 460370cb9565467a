from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict

from rest_framework.request import Request

from salestargets.api.inputs import DATE, ID, Field, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import Affected, Reference, affects, reference
from salestargets.api.selectors import unit_rows
from salestargets.api.views import TenantView
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, Sight, sight_of
from salestargets.tenancy.changes import Removal, unit_moves
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.selectors import get_unit
from salestargets.tenancy.services.removal import delete_record
from salestargets.tenancy.services.structure import change_unit, create_unit, move_unit

ON = Field("on", DATE, "As of this day; today if left out.").optional()
BELOW = Field("parent", ID, "Only the units right below this one.").optional()
EXTERNAL_ID = Field("external_id", text(200)).optional()
NAME = Field("name", text(200))
KIND = Field("kind", text(50, min_length=0), "As in region or team.").otherwise("")
PARENT = Field("parent", ID, "The id of the unit above.")
STARTS_ON = Field("starts_on", DATE)
NEW_NAME, NEW_KIND = NAME.optional(), Field("kind", text(50, min_length=0)).optional()
MOVES_ON = Field("on", DATE, "The first day in the new place.")


class UnitRow(TypedDict):
    id: int
    source: str
    external_id: str
    name: str
    kind: str
    parent: Reference | None
    version: int


class Units(TenantView):
    @operation(Scope.READ, query=(ON, BELOW, EXTERNAL_ID, *PAGE), answers=Page[UnitRow])
    def get(self, request: Request) -> Page[UnitRow]:
        """The units you see, where they stand on a day."""
        on = self.query[ON] or self.today
        sight = sight_of(self.actor, on)
        rows = unit_rows(sight, on=on)
        if parent_id := self.query[BELOW]:
            rows = rows.filter(parent_id=get_unit(self.actor, parent_id, on).pk)
        if external_id := self.query[EXTERNAL_ID]:
            rows = rows.filter(unit__external_id=external_id)
        key = Key(unit__name=text(200), unit_id=ID)
        return self.page(rows, key=key, row=lambda row: _row(row, sight))

    @operation(Scope.ADMIN, body=(NAME, KIND, PARENT, STARTS_ON, EXTERNAL_ID), answers=UnitRow, status=201)
    def post(self, request: Request) -> UnitRow:
        """Add a unit below another, from a day on."""
        unit = create_unit(
            self.actor,
            name=self.body[NAME],
            kind=self.body[KIND],
            parent_id=self.body[PARENT],
            starts_on=self.body[STARTS_ON],
            external_id=self.body[EXTERNAL_ID] or "",
        )
        return read_unit(self.actor, unit.pk, self.body[STARTS_ON])


class OneUnit(TenantView):
    @operation(Scope.READ, query=(ON,), answers=UnitRow)
    def get(self, request: Request, unit_id: int) -> UnitRow:
        """One unit."""
        return read_unit(self.actor, unit_id, self.query[ON] or self.today)

    @operation(Scope.ADMIN, body=(NEW_NAME, NEW_KIND), answers=UnitRow, versioned=True)
    def patch(self, request: Request, unit_id: int) -> UnitRow:
        """Rename a unit."""
        unit = get_unit(self.actor, unit_id, self.today)
        changes = {"name": unit.name, "kind": unit.kind} | self.body.only(NEW_NAME, NEW_KIND)
        change_unit(self.actor, unit=unit, expected_version=self.version, **changes)
        return read_unit(self.actor, unit_id, self.today)

    @operation(Scope.RECORDS_WRITE, status=204)
    def delete(self, request: Request, unit_id: int) -> None:
        """Delete a unit that nothing refers to."""
        get_unit(self.actor, unit_id, self.today)
        delete_record(self.actor, kind="units", record_id=unit_id)


class UnitRemoval(TenantView):
    @operation(Scope.ADMIN, answers=Affected)
    def get(self, request: Request, unit_id: int) -> Affected:
        """What refers to a unit, so that it cannot be deleted."""
        unit = get_unit(self.actor, unit_id, self.today)
        return {"affects": affects(self.actor.organisation, Removal(unit))}


class UnitMove(TenantView):
    @operation(Scope.ADMIN, query=(PARENT, MOVES_ON), answers=Affected)
    def get(self, request: Request, unit_id: int) -> Affected:
        """What a move would mean for plans and their numbers; nothing is moved."""
        unit = get_unit(self.actor, unit_id, self.today)
        parent = get_unit(self.actor, self.query[PARENT], self.query[MOVES_ON])
        move = unit_moves(unit, parent_id=parent.pk, on=self.query[MOVES_ON])
        return {"affects": affects(self.actor.organisation, move)}

    @operation(Scope.ADMIN, body=(PARENT, MOVES_ON), answers=UnitRow)
    def post(self, request: Request, unit_id: int) -> UnitRow:
        """Hang a unit under another one from a day on; what was before stays as it was."""
        unit = get_unit(self.actor, unit_id, self.today)
        on = self.body[MOVES_ON]
        move_unit(self.actor, unit=unit, parent_id=self.body[PARENT], on=on)
        return read_unit(self.actor, unit_id, on)


def read_unit(actor: Actor, unit_id: int, on: date) -> UnitRow:
    sight = sight_of(actor, on)
    row = unit_rows(sight, on=on).filter(unit_id=unit_id).first()
    if row is None:
        raise NotFound(N_("There is no such unit."), code="not_found")
    return _row(row, sight)


def _row(row: Mapping[str, Any], sight: Sight) -> UnitRow:
    above = row["parent_id"]
    return {
        **reference(row, "unit"),
        "source": row["unit__source"],
        "kind": row["unit__kind"],
        "parent": reference(row, "parent") if above and sight.of_unit(above) else None,
        "version": row["unit__version"],
    }
