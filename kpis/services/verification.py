"""The proof that cells are what the records say: computed again, and compared row by row."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from kpis import sql
from kpis.registry import EVERY_GROUP
from kpis.selections import flows_of
from kpis.services.cells import COMMAND_PATIENCE, drain, with_records
from salestargets.tenancy.context import acting_for

#: Enough to see what is wrong.
LISTED = 100


@dataclass(frozen=True)
class Difference:
    """A cell that is not what its source says: the records for a person, the people's cells for a unit."""

    kind: Literal["person", "unit"]
    id: int
    month: date
    measure: str
    stored: int | None
    expected: int | None


def verify(organisation_id: int, *, at: datetime) -> list[Difference]:
    """Work off what waits, then compare every cell; what was touched in between is left to the next time."""
    while drain(organisation_id, at=at):
        pass
    with acting_for(organisation_id):
        sql.lock(patience=COMMAND_PATIENCE)
        sql.run(sql.TAKE_TIME)
        flows = with_records(flows_of(EVERY_GROUP))
        people = sql.run(sql.leaf_differences(flows), **sql.params_of(flows), limit=LISTED)
        units = sql.run(sql.unit_differences(), limit=LISTED)
        return [Difference("person", *row) for row in people] + [Difference("unit", *row) for row in units]
