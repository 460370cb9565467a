"""The deals of every rep: created by season, moved through the stages, won, lost, or still open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from salestargets.demo.generator.company import (
    ANALYSIS,
    CHANNELS,
    CURRENCY,
    LOST_REASONS,
    OPEN_STAGES,
    PRODUCTS,
    Product,
    region_now,
)
from salestargets.demo.generator.horizon import Horizon
from salestargets.demo.generator.market import Customer, Market
from salestargets.demo.generator.staff import Rep, Staff
from salestargets.kernel.periods import Period

#: Deals a rep creates in an ordinary month, in thousandths, and how the months of the year differ.
DEALS_A_MONTH = 5_600
_SEASON = (900, 650, 1150, 1000, 1020, 1150, 900, 900, 1100, 950, 1150, 1100)
_RAMP = (350, 650, 850)  # the first months of a new rep
_GROWTH = 9  # thousandths a month

_WIN = 430  # of a thousand deals
_SLIPS = 450  # of a thousand deals that a bad form costs: not lost, but put off
_SHARED, _ABROAD = 16, 26  # of a thousand deals
_SPLITS = (("60", "40"), ("50", "50"), ("70", "30"), ("33.34", "33.33", "33.33"))
#: A sales cycle is short or long: days from, to, and how often.
_CYCLES = ((8, 24, 28), (24, 50, 40), (50, 90, 24), (90, 140, 8))
#: What a customer means to spend, in yuan: from, to, and how often.
_BUDGETS = ((8_000, 20_000, 26), (20_000, 40_000, 48), (40_000, 80_000, 22), (80_000, 150_000, 4))
#: After how many thousandths of the cycle a stage begins: from, to.
_STAGE_BEGINS = ((0, 1), (80, 200), (270, 390), (500, 620), (730, 850))
_LOST_AFTER = (10, 24, 26, 26, 14)
_SKIPPABLE = {"demo": 180, "negotiation": 240}  # of a thousand


@dataclass(frozen=True, slots=True)
class Step:
    stage: str
    day: date


@dataclass(frozen=True, slots=True)
class Deal:
    """Amounts in hundredths of the customer's currency. `ends_on` is expected while the deal is open."""

    rep: Rep
    customer: Customer
    product: Product
    quantity: int
    channel: str
    amount: int
    status: str
    created_on: date
    ends_on: date
    steps: tuple[Step, ...]
    lost_reason: str
    shares: tuple[tuple[Rep, str], ...]


def deals(horizon: Horizon, staff: Staff, market: Market, seed: int) -> list[Deal]:
    """All of them, by the day they were created."""
    told = [
        deal
        for rep in staff.reps
        for deal in _Teller(horizon, staff, market, Random(f"{seed}/{horizon.on}/{rep.external_id}")).tell(
            rep
        )
    ]
    return sorted(told, key=lambda deal: deal.created_on)


@dataclass(frozen=True)
class _Teller:
    horizon: Horizon
    staff: Staff
    market: Market
    rng: Random

    def tell(self, rep: Rep) -> Iterator[Deal]:
        for number, month in enumerate(self.horizon.months):
            for _ in range(self._count(rep, number, month)):
                created = self.horizon.working_day(month.start + timedelta(self.rng.randrange(month.days)))
                if created < self.horizon.on and rep.works_on(created) and (deal := self._deal(rep, created)):
                    yield deal

    def _count(self, rep: Rep, number: int, month: Period) -> int:
        """How many in this month; the fraction left over is a chance."""
        thousandths = DEALS_A_MONTH * rep.skill * _SEASON[month.start.month - 1] * (1000 + _GROWTH * number)
        thousandths = thousandths * _ramp(rep, month) // 1000**4
        return thousandths // 1000 + self._happens(thousandths % 1000)

    def _deal(self, rep: Rep, created: date) -> Deal | None:
        """One deal, unless it was over before the demo begins."""
        product = self.rng.choices(PRODUCTS, [product.weight for product in PRODUCTS])[0]
        days = self._within(_CYCLES) * (14 if product.group == ANALYSIS else 10) // 10
        ends, status = self._outcome(rep, self.horizon.working_day(created + timedelta(days=days)))
        if ends < self.horizon.begin:
            return None
        owner = rep if rep.works_on(ends) or rep.left_on is None else self._successor(rep, ends)
        customer, quantity = self._customer(owner, ends), self._quantity(product)
        return Deal(
            rep=owner,
            customer=customer,
            product=product,
            quantity=quantity,
            channel=self._channel(),
            amount=self._amount(product, quantity, customer),
            status=status,
            created_on=created,
            ends_on=ends,
            steps=self._steps(created, ends, status),
            lost_reason=self._lost_reason() if status == "lost" else "",
            shares=self._shares(owner, ends) if self._happens(_SHARED) else (),
        )

    def _outcome(self, rep: Rep, ends: date) -> tuple[date, str]:
        """When it ends and how. A rep in bad form loses or puts off what they would have won."""
        if ends >= self.horizon.on:
            return ends, "open"
        form = rep.form if self.horizon.quarter.contains(ends) else 1000
        if self._happens(_WIN * form * rep.skill // 1000**2):
            return ends, "won"
        if form < 1000 and self._happens(_SLIPS * (1000 - form) // 1000):
            return self.horizon.working_day(self.horizon.on + timedelta(self.rng.randrange(-14, 50))), "open"
        return ends, "lost"

    def _successor(self, rep: Rep, ends: date) -> Rep:
        return self.rng.choice(self.staff.team_mates(rep, min(ends, self.horizon.on)))

    def _customer(self, rep: Rep, on: date) -> Customer:
        if self._happens(_ABROAD):
            return self.market.abroad.draw(self.rng)
        return self.market.regions[region_now(rep.team_on(on) or rep.spells[-1].team)].draw(self.rng)

    def _quantity(self, product: Product) -> int:
        return max(self._within(_BUDGETS) // product.list_price, 1)

    def _amount(self, product: Product, quantity: int, customer: Customer) -> int:
        """List price less up to 15 %, in hundredths; abroad roughly by the rate, and a little more."""
        amount = product.list_price * quantity * (100 - self.rng.randrange(16))
        return amount if customer.currency == CURRENCY else amount * 10 // 68

    def _channel(self) -> str:
        return self.rng.choices(list(CHANNELS), [weight for _name, weight in CHANNELS.values()])[0]

    def _lost_reason(self) -> str:
        return self.rng.choices(list(LOST_REASONS), list(LOST_REASONS.values()))[0]

    def _steps(self, created: date, ends: date, status: str) -> tuple[Step, ...]:
        """The stages up to the end, or up to the morning of the day."""
        passed = [step for step in self._passed(created, ends, status) if step.day < self.horizon.on]
        return tuple(passed if status == "open" else [*passed, Step(status, ends)])

    def _passed(self, created: date, ends: date, status: str) -> Iterator[Step]:
        """Open stages; a lost deal leaves somewhere on the way."""
        reached = self.rng.choices(range(1, 6), _LOST_AFTER)[0] if status == "lost" else len(OPEN_STAGES)
        for stage, begins in list(zip(OPEN_STAGES, _STAGE_BEGINS, strict=True))[:reached]:
            if not self._happens(_SKIPPABLE.get(stage, 0)):
                late = (ends - created).days * self.rng.randrange(*begins) // 1000
                yield Step(stage, min(self.horizon.working_day(created + timedelta(days=late)), ends))

    def _shares(self, rep: Rep, on: date) -> tuple[tuple[Rep, str], ...]:
        """With team mates, as far as there are enough."""
        mates = self.staff.team_mates(rep, min(on, self.horizon.on))
        percents = self.rng.choice(_SPLITS)
        if len(mates) < len(percents) - 1:
            return ()
        return tuple(zip([rep, *self.rng.sample(mates, len(percents) - 1)], percents, strict=True))

    def _within(self, ranges: Sequence[tuple[int, int, int]]) -> int:
        first, last, _ = self.rng.choices(ranges, [weight for *_, weight in ranges])[0]
        return self.rng.randrange(first, last + 1)

    def _happens(self, in_a_thousand: int) -> bool:
        return self.rng.randrange(1000) < in_a_thousand


def _ramp(rep: Rep, month: Period) -> int:
    """Thousandths of the usual in the first months after hiring."""
    months = (month.start.year - rep.hired_on.year) * 12 + month.start.month - rep.hired_on.month
    return _RAMP[months] if 0 <= months < len(_RAMP) else 1000
