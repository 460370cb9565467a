"""Writers of deals, each with deals of its own: made, changed, deleted; every answer is kept in a ledger."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from bench.faults.client import Client
from bench.faults.world import REPS, SOURCE, World

BULK = 20


@dataclass(frozen=True)
class Deal:
    """As the server must have it. `version` counts the changes that were answered."""

    external_id: str
    owner: str
    status: str
    cents: int
    created_on: date
    closed_on: date | None
    is_deleted: bool = False
    version: int = 1

    def as_record(self) -> dict[str, str | None]:
        return {
            "external_id": self.external_id,
            "owner": self.owner,
            "status": self.status,
            "amount": f"{self.cents // 100}.{self.cents % 100:02}",
            "created_on": self.created_on.isoformat(),
            "closed_on": self.closed_on.isoformat() if self.closed_on else None,
        }


@dataclass
class Writer:
    name: str
    client: Client
    world: World
    rng: Random
    ledger: dict[str, Deal] = field(default_factory=dict)

    def write(self, count: int, note: Callable[[int], None]) -> None:
        """`count` writes of deals; `note` is told how many each request brought."""
        done = 0
        while done < count:
            step = self._step(count - done)
            done += step
            note(step)

    def _step(self, left: int) -> int:
        chance = self.rng.randrange(100)
        living = [deal for deal in self.ledger.values() if not deal.is_deleted]
        if chance < 5 and len(living) > BULK:
            return self._delete(self.rng.choice(living))
        if chance < 22 and left >= BULK:
            changed = [self._changed(deal) for deal in self.rng.sample(living, min(len(living), BULK // 4))]
            return self._send([*changed, *(self._new(n) for n in range(BULK - len(changed)))])
        if chance < 40 and living:
            return self._send([self._changed(self.rng.choice(living))])
        return self._send([self._new(0)])

    def _new(self, number: int) -> Deal:
        """One that this request makes; `number` tells those of one request apart."""
        status = self.rng.choice(("won", "won", "lost", "open"))
        days = (self.world.today - self.world.quarter.start).days
        created = self.world.quarter.start + timedelta(days=self.rng.randrange(days + 1))
        return Deal(
            external_id=f"{self.name}-{len(self.ledger) + number}",
            owner=self.rng.choice(REPS),
            status=status,
            cents=self.rng.randrange(1, 10_000_000),
            created_on=created,
            closed_on=None if status == "open" else self.world.today,
        )

    def _changed(self, deal: Deal) -> Deal:
        """Another amount, and sometimes another owner."""
        owner = self.rng.choice(REPS) if self.rng.randrange(4) == 0 else deal.owner
        return replace(deal, owner=owner, cents=deal.cents + 1, version=deal.version + 1)

    def _send(self, deals: list[Deal]) -> int:
        body = {"source": SOURCE, "records": [deal.as_record() for deal in deals]}
        result = self.client.post("deals/bulk/", body)
        if result["created"] + result["updated"] != len(deals):
            raise RuntimeError(f"{len(deals)} deals were answered with {result}")
        self.ledger.update({deal.external_id: deal for deal in deals})
        return len(deals)

    def _delete(self, deal: Deal) -> int:
        [row] = self.client.get(f"deals/?external_id={deal.external_id}")["results"]
        self.client.delete(f"deals/{row['id']}/")
        self.ledger[deal.external_id] = replace(deal, is_deleted=True, version=deal.version + 1)
        return 1
