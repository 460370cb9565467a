"""Everything put together, as rows of the bulk API."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from salestargets.demo.generator import company
from salestargets.demo.generator.company import REGIONS
from salestargets.demo.generator.deals import Deal, Step, deals
from salestargets.demo.generator.horizon import Horizon
from salestargets.demo.generator.market import Market, market
from salestargets.demo.generator.staff import Manager, Rep, Staff, staff
from salestargets.kernel.periods import add_months

Row = Mapping[str, object]

SEED = 2026
#: From this skill on a rep is called senior, and below that one junior.
SENIOR, JUNIOR = 1150, 850
MENTORED_MONTHS = 6
_ZONE = ZoneInfo(company.TIME_ZONE)


@dataclass(frozen=True, slots=True)
class UnitMove:
    """A team that was given to another region."""

    unit: str
    parent: str
    on: date


@dataclass(frozen=True)
class DemoData:
    """`records`: kind → rows, in the order in which they are loaded. Units and people by external id."""

    on: date
    unit_move: UnitMove
    records: Mapping[str, Sequence[Row]]
    #: Leads the region that has a bad quarter.
    manager: str
    #: Sells there, and is behind.
    rep: str


def generate(on: date, seed: int = SEED) -> DemoData:
    """The demo as it is known on the morning of `on`: everything in it has happened before that day."""
    horizon = Horizon(on)
    people, world = staff(horizon, seed), market(horizon, seed)
    told = deals(horizon, people, world, seed)
    return DemoData(
        on=on,
        unit_move=UnitMove(company.MOVED_TEAM, company.MOVED_TO, horizon.begin + timedelta(days=45)),
        records={
            "units": list(_units()),
            "exchange-rates": list(_rates(world)),
            "people": list(_people(people)),
            "assignments": list(_assignments(people)),
            "mentorships": list(_mentorships(people, horizon)),
            "customers": list(_customers(world)),
            "products": list(_products()),
            "channels": [{"external_id": key, "name": name} for key, (name, _) in company.CHANNELS.items()],
            "stages": list(_stages()),
            "deals": list(_deals(told, Random(f"{seed}/clock"))),
        },
        manager=people.manager_of(company.WEAK_REGION).external_id,
        rep=_struggling(people, told, horizon).external_id,
    )


def _struggling(people: Staff, told: Sequence[Deal], horizon: Horizon) -> Rep:
    """Someone of the weak region, there from the start, who has won little this quarter."""
    won = Counter[str]()
    for deal in told:
        if deal.status == "won" and horizon.quarter.contains(deal.ends_on):
            won[deal.rep.external_id] += deal.amount
    reps = [
        rep
        for rep in people.reps
        if rep.works_on(horizon.on)
        and rep.hired_on < horizon.begin
        and company.region_now(rep.spells[-1].team) == company.WEAK_REGION
    ]
    return sorted(reps, key=lambda rep: (won[rep.external_id], rep.external_id))[len(reps) // 4]


def _units() -> Iterator[Row]:
    """Regions hang below the company, wherever that comes from."""
    for external_id, name in company.REGIONS.items():
        yield {"external_id": external_id, "name": name, "kind": "region", "parent": None}
    for team in company.TEAMS:
        yield {"external_id": team.external_id, "name": team.name, "kind": "team", "parent": team.region}


def _rates(world: Market) -> Iterator[Row]:
    for rate in world.rates:
        yield {
            "external_id": f"{rate.currency}-{rate.valid_on}",
            "currency": rate.currency,
            "valid_on": rate.valid_on.isoformat(),
            "rate": f"{rate.ten_thousandths // 10_000}.{rate.ten_thousandths % 10_000:04}",
        }


def _people(people: Staff) -> Iterator[Row]:
    for manager in people.managers:
        yield _person(manager, _job_of(manager), manager.since, None)
    for rep in people.reps:
        level = "senior" if rep.skill >= SENIOR else "junior" if rep.skill < JUNIOR else ""
        yield _person(rep, {"job": "Sales rep", "level": level}, rep.hired_on, rep.left_on)


def _job_of(manager: Manager) -> Row:
    if manager.unit is None:
        return {"job": "Sales director", "level": "senior"}
    return {"job": "Regional manager" if manager.unit in REGIONS else "Team lead", "level": ""}


def _person(person: Manager | Rep, place: Row, hired_on: date, left_on: date | None) -> Row:
    surname, given, _hanzi = person.name.split(" ")
    return {
        "external_id": person.external_id,
        "name": person.name,
        "email": f"{given}.{surname}@papercrane.example".lower(),
        **place,
        "hired_on": hired_on.isoformat(),
        "left_on": _day(left_on),
    }


def _assignments(people: Staff) -> Iterator[Row]:
    for manager in people.managers:
        yield {
            "external_id": f"{manager.external_id}-1",
            "person": manager.external_id,
            "unit": manager.unit,
            "role": "manager",
            "starts_on": manager.since.isoformat(),
            "ends_on": None,
        }
    for rep in people.reps:
        for number, spell in enumerate(rep.spells, 1):
            yield {
                "external_id": f"{rep.external_id}-{number}",
                "person": rep.external_id,
                "unit": spell.team,
                "role": "member",
                "starts_on": spell.starts_on.isoformat(),
                "ends_on": _day(spell.ends_on),
            }


def _mentorships(people: Staff, horizon: Horizon) -> Iterator[Row]:
    """Whoever came since the beginning is mentored for about half a year; no end is told before it came."""
    for rep in people.reps:
        if rep.hired_on < horizon.begin:
            continue
        until = add_months(rep.hired_on, MENTORED_MONTHS)
        yield {
            "external_id": f"{rep.external_id}-mentor",
            "mentor": people.mentor_of(rep).external_id,
            "mentee": rep.external_id,
            "starts_on": rep.hired_on.isoformat(),
            "ends_on": _day(until if until < horizon.on else None),
        }


def _customers(world: Market) -> Iterator[Row]:
    for customer in world.customers:
        yield {
            "external_id": customer.external_id,
            "name": customer.name,
            "industry": customer.trade,
            "country": customer.country,
        }


def _products() -> Iterator[Row]:
    for product in company.PRODUCTS:
        yield {
            "external_id": product.external_id,
            "name": product.name,
            "group": product.group,
            "currency": company.CURRENCY,
            "list_price": f"{product.list_price}.00",
        }


def _stages() -> Iterator[Row]:
    for position, (key, (name, category, chance)) in enumerate(company.STAGES.items(), 1):
        yield {
            "external_id": key,
            "name": name,
            "position": position,
            "category": category,
            "probability": chance,
        }


def _deals(told: Sequence[Deal], rng: Random) -> Iterator[Row]:
    for number, deal in enumerate(told, 1):
        is_open = deal.status == "open"
        yield {
            "external_id": f"D{number:05}",
            "name": f"{deal.customer.name} · {deal.product.external_id} × {deal.quantity}",
            "owner": deal.rep.external_id,
            "customer": deal.customer.external_id,
            "product": deal.product.external_id,
            "channel": deal.channel,
            "stage": deal.steps[-1].stage,
            "status": deal.status,
            "amount": f"{deal.amount // 100}.{deal.amount % 100:02}",
            "currency": deal.customer.currency,
            "created_on": deal.created_on.isoformat(),
            "expected_close_on": deal.ends_on.isoformat(),
            "closed_on": None if is_open else deal.ends_on.isoformat(),
            "lost_reason": deal.lost_reason,
            "shares": [{"person": rep.external_id, "percent": percent} for rep, percent in deal.shares],
            "stage_history": [
                {"stage": step.stage, "entered_at": _moment(place, step, rng)}
                for place, step in enumerate(deal.steps)
            ],
        }


def _moment(place: int, step: Step, rng: Random) -> str:
    """Within working hours; several steps on one day follow each other."""
    clock = datetime.combine(step.day, time(9), _ZONE) + timedelta(hours=place, minutes=rng.randrange(60))
    return clock.isoformat()


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
