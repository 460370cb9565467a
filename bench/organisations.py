"""Organisations of any size, the same for a seed: rows as the bulk API takes them. All of it is invented."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random

from salestargets.demo.generator import company

Row = Mapping[str, object]

TEAM, REGION = 10, 8  # people in a team, teams in a region
QUARTERS = 6
_MOVERS = 20  # one person in so many changed teams
_OPEN, _WON = 15, 30  # of a hundred deals


@dataclass(frozen=True)
class Size:
    """`people` in teams of `team`, teams in regions of eight; history of six quarters up to `on`."""

    people: int
    on: date
    seed: int = 1
    team: int = TEAM

    @property
    def teams(self) -> int:
        return -(-self.people // self.team)

    @property
    def days(self) -> int:
        return QUARTERS * 91

    @cached_property
    def begin(self) -> date:
        return self.on - timedelta(days=self.days)


def structure(size: Size) -> dict[str, list[Row]]:
    """Kind → rows, in the order in which they are loaded; everything that deals speak of."""
    return {
        "units": list(_units(size)),
        "people": [
            {"external_id": f"P{n}", "name": f"Person {n}", "hired_on": "2010-01-01"}
            for n in range(size.people)
        ],
        "assignments": list(_assignments(size)),
        "customers": [{"external_id": f"C{n}", "name": f"Customer {n}"} for n in range(10 * size.people)],
        "products": [
            {
                "external_id": product.external_id,
                "name": product.name,
                "group": product.group,
                "is_key": product == company.PRODUCTS[0],
            }
            for product in company.PRODUCTS
        ],
        "channels": [{"external_id": key, "name": name} for key, (name, _weight) in company.CHANNELS.items()],
        "stages": [
            {"external_id": key, "name": name, "category": category}
            for key, (name, category, _chance) in company.STAGES.items()
        ],
    }


def deals(size: Size, numbers: range, *, edition: int = 0) -> Iterator[Row]:
    """The deals of these numbers; each is the same whatever others are asked for, but for its edition."""
    products = [product.external_id for product in company.PRODUCTS]
    for number in numbers:
        rng = Random(size.seed * 1_000_003 + number)
        created = size.begin + timedelta(days=rng.randrange(size.days - 1))
        status = _status(rng.randrange(100))
        closed = min(created + timedelta(days=rng.randrange(5, 120)), size.on)
        cents = rng.randrange(100_000, 20_000_000) + edition
        yield {
            "external_id": f"D{number}",
            "name": f"Deal {number}",
            "owner": f"P{rng.randrange(size.people)}",
            "customer": f"C{rng.randrange(10 * size.people)}",
            "product": rng.choice(products),
            "channel": rng.choice(list(company.CHANNELS)),
            "stage": status if status != "open" else rng.choice(company.OPEN_STAGES),
            "status": status,
            "amount": f"{cents // 100}.{cents % 100:02}",
            "currency": company.CURRENCY,
            "created_on": created.isoformat(),
            "expected_close_on": closed.isoformat(),
            "closed_on": None if status == "open" else closed.isoformat(),
        }


def _status(chance: int) -> str:
    if chance < _OPEN:
        return "open"
    return "won" if chance < _OPEN + _WON else "lost"


def _units(size: Size) -> Iterator[Row]:
    regions = -(-size.teams // REGION)
    for number in range(regions):
        yield {"external_id": f"R{number}", "name": f"Region {number}", "parent": None}
    for number in range(size.teams):
        yield {"external_id": f"T{number}", "name": f"Team {number}", "parent": f"R{number // REGION}"}


def _assignments(size: Size) -> Iterator[Row]:
    """Some moved to the next team in the middle of a month."""
    moved = (size.begin + timedelta(days=size.days // 2)).replace(day=15)
    for number in range(size.people):
        team, is_mover = number // size.team, number % _MOVERS == 0 and size.teams > 1
        spells = [(team, date(2010, 1, 1), moved if is_mover else None)]
        if is_mover:
            spells.append(((team + 1) % size.teams, moved, None))
        for place, (unit, starts_on, ends_on) in enumerate(spells):
            yield {
                "external_id": f"A{number}-{place}",
                "person": f"P{number}",
                "unit": f"T{unit}",
                "starts_on": starts_on.isoformat(),
                "ends_on": ends_on.isoformat() if ends_on else None,
            }
