from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from rest_framework.request import Request

from salestargets.api.inputs import DATE, HOLDER, ID, Field, decimal, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.views import TenantView
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import from_minor, to_minor
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from targets.api.rows import holder
from targets.selectors.potentials import get_potential, visible_potentials
from targets.services.potentials import change_potential, note_potential, remove_potential

WHOSE = Field("holder", HOLDER, "unit:<id> or person:<id>.")
AMOUNT = Field("amount", decimal(max_digits=20, decimal_places=4), "What it could bring in a year.")
STARTS_ON = Field("starts_on", DATE, "From this day on.")
SOURCE = Field("source", text(200, min_length=0), "Where the estimate is from.").otherwise("")
NEW_SOURCE = Field("source", text(200, min_length=0)).optional()
_COLUMNS = ("amount", "starts_on", "source", "version")


class PotentialRow(TypedDict):
    """What a unit or a person could bring in a year, in the organisation's currency."""

    id: int
    holder: str
    name: str
    amount: Decimal
    currency: str
    starts_on: date
    source: str
    version: int


class Potentials(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[PotentialRow])
    def get(self, request: Request) -> Page[PotentialRow]:
        """What the units and people you see could bring in a year, as it was estimated."""
        rows = visible_potentials(self.actor, self.today).values("id", "unit", "person", "name", *_COLUMNS)
        return self.page(rows, key=Key(id=ID), row=self._row)

    @operation(Scope.TARGETS_WRITE, body=(WHOSE, AMOUNT, STARTS_ON, SOURCE), answers=PotentialRow, status=201)
    def post(self, request: Request) -> PotentialRow:
        """Note an estimate. One for the same holder and day is replaced."""
        whose = holder(self.body[WHOSE])
        if whose is None:
            raise DomainError(N_("Name a unit or a person here."), code="invalid_holder", field="holder")
        noted = note_potential(
            self.actor,
            holder=whose,
            amount=_stored(self),
            starts_on=self.body[STARTS_ON],
            source=self.body[SOURCE],
            at=self.at,
        )
        return _one(self, noted.pk)

    def _row(self, row: Mapping[str, Any]) -> PotentialRow:
        return _told(row, self.actor)


class OnePotential(TenantView):
    @operation(Scope.READ, answers=PotentialRow)
    def get(self, request: Request, potential_id: int) -> PotentialRow:
        """One estimate."""
        return _one(self, potential_id)

    @operation(Scope.TARGETS_WRITE, body=(AMOUNT, NEW_SOURCE), answers=PotentialRow, versioned=True)
    def patch(self, request: Request, potential_id: int) -> PotentialRow:
        """Another amount or source for the same holder and day."""
        found, source = get_potential(self.actor, potential_id, self.today), self.body[NEW_SOURCE]
        change_potential(
            self.actor,
            potential=found,
            amount=_stored(self),
            source=found.source if source is None else source,
            expected_version=self.version,
            at=self.at,
        )
        return _one(self, potential_id)

    @operation(Scope.TARGETS_WRITE, status=204)
    def delete(self, request: Request, potential_id: int) -> None:
        """Remove an estimate: the one before it is in force again."""
        remove_potential(self.actor, potential=get_potential(self.actor, potential_id, self.today))


def _stored(view: TenantView) -> int:
    return to_minor(view.body[AMOUNT], view.actor.organisation.currency)


def _one(view: TenantView, potential_id: int) -> PotentialRow:
    found = get_potential(view.actor, potential_id, view.today)
    row = {name: getattr(found, name) for name in _COLUMNS}
    whose = {"unit": found.unit_id, "person": found.person_id, "name": str(found.unit or found.person)}
    return _told({"id": found.pk, **whose, **row}, view.actor)


def _told(row: Mapping[str, Any], actor: Actor) -> PotentialRow:
    currency, kind = actor.organisation.currency, "unit" if row["unit"] else "person"
    return {
        "id": row["id"],
        "holder": f"{kind}:{row[kind]}",
        "name": row["name"],
        "amount": from_minor(row["amount"], currency),
        "currency": currency,
        "starts_on": row["starts_on"],
        "source": row["source"],
        "version": row["version"],
    }
