"""Whom the company sells to, and for which money."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from random import Random

from salestargets.demo.generator.company import COUNTRY, CURRENCY, REGIONS
from salestargets.demo.generator.horizon import Horizon
from salestargets.demo.generator.names import customer_names

CUSTOMERS = 420
#: Country, currency, and how many ten-thousandths of a yuan one unit of it was worth in the beginning.
_ABROAD = (("SG", "USD", 71_800), ("DE", "EUR", 77_400), ("TH", "USD", 71_800), ("NL", "EUR", 77_400))
_CUSTOMERS_ABROAD = 14


@dataclass(frozen=True, slots=True)
class Customer:
    external_id: str
    name: str
    trade: str
    country: str
    currency: str


@dataclass(frozen=True, slots=True)
class Circle:
    """Customers with a long tail: a few buy often, most of them once in a while."""

    customers: Sequence[Customer]
    weights: Sequence[int]  # cumulative

    def draw(self, rng: Random) -> Customer:
        return rng.choices(self.customers, cum_weights=self.weights)[0]


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a currency is worth from a day on, in ten-thousandths of a yuan."""

    currency: str
    valid_on: date
    ten_thousandths: int


@dataclass(frozen=True)
class Market:
    customers: Sequence[Customer]
    regions: dict[str, Circle]
    abroad: Circle
    rates: Sequence[Rate]


def market(horizon: Horizon, seed: int) -> Market:
    rng = Random(f"{seed}/market")
    names = customer_names(rng, CUSTOMERS)
    home, away = names[_CUSTOMERS_ABROAD:], names[:_CUSTOMERS_ABROAD]
    domestic = [
        Customer(f"C{number:04}", name, trade, COUNTRY, CURRENCY)
        for number, (name, trade) in enumerate(home, 1)
    ]
    foreign = [
        Customer(f"X{number:04}", name, trade, *_ABROAD[number % len(_ABROAD)][:2])
        for number, (name, trade) in enumerate(away, 1)
    ]
    return Market(
        customers=[*domestic, *foreign],
        regions={region: _circle(domestic[place :: len(REGIONS)]) for place, region in enumerate(REGIONS)},
        abroad=_circle(foreign),
        rates=list(_rates(horizon, seed)),
    )


def _circle(customers: Sequence[Customer]) -> Circle:
    return Circle(customers, list(accumulate(100_000 // (place + 6) for place in range(len(customers)))))


def _rates(horizon: Horizon, seed: int) -> Iterator[Rate]:
    """One a month, walking up and down a little."""
    for currency, first in {currency: worth for _country, currency, worth in _ABROAD}.items():
        rng = Random(f"{seed}/rates/{currency}")
        steps = [rng.randrange(-600, 601) for _month in horizon.months]
        for month, worth in zip(horizon.months, accumulate(steps, initial=first), strict=False):
            yield Rate(currency, month.start, worth)
