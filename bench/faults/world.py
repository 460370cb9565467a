"""An organisation made over REST: two regions, four teams, twelve reps, a published plan."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from bench.faults.client import Client, Tally
from bench.faults.installation import Installation
from salestargets.kernel.fiscal import CalendarMonths
from salestargets.kernel.periods import Period

SLUG, SOURCE = "faults", "crm"
REGIONS = {"R1": ("T1", "T2"), "R2": ("T3", "T4")}
REPS = tuple(f"P{number:02}" for number in range(12))
TARGET = "1000000.00"


@dataclass(frozen=True)
class World:
    quarter: Period
    today: date


def make_key(place: Installation) -> str:
    place.manage(
        *("create_organisation", "--slug", SLUG, "--name", "Faults", "--currency", "EUR"),
        *("--timezone", "UTC", "--admin-email", "admin@faults.example"),
    )
    scopes = ("read", "records:write", "targets:write", "admin")
    made = place.manage("create_api_key", "--organisation", SLUG, "--name", "faults", "--scopes", *scopes)
    return next(line for line in made.splitlines() if line.startswith("st_"))


def make_world(place: Installation, key: str) -> World:
    client = Client(place.host, place.port, key, Tally())
    today = datetime.now(UTC).date()
    world = World(CalendarMonths().quarter_of(today), today)
    _people(client)
    _plan(client, world.quarter)
    return world


def _people(client: Client) -> None:
    units = [{"external_id": region, "name": region} for region in REGIONS]
    units += [
        {"external_id": team, "name": team, "parent": region}
        for region, teams in REGIONS.items()
        for team in teams
    ]
    teams = [team for below in REGIONS.values() for team in below]
    _bulk(client, "units", units)
    _bulk(client, "people", [{"external_id": rep, "name": rep} for rep in REPS])
    _bulk(
        client,
        "assignments",
        [
            {"external_id": rep, "person": rep, "unit": teams[n % len(teams)], "starts_on": "2010-01-01"}
            for n, rep in enumerate(REPS)
        ],
    )


def _bulk(client: Client, kind: str, records: list[dict[str, str]]) -> None:
    result = client.post(f"{kind}/bulk/", {"source": SOURCE, "records": records})
    if result["created"] != len(records):
        raise RuntimeError(f"{kind}: {result}")


def _plan(client: Client, quarter: Period) -> None:
    root = next(unit["id"] for unit in client.get("units/")["results"] if unit["parent"] is None)
    span = {"starts_on": quarter.start.isoformat(), "ends_on": quarter.end.isoformat()}
    plan = client.post("plans/", {"name": "Quarter", "root_unit": root, **span})["id"]
    goal = client.post(f"plans/{plan}/goals/", {"kpi": "won_revenue", "amount": TARGET})["id"]
    split = {"goal": goal, "holder": "root", "method": "even", "recursive": True, "preview": False}
    client.post(f"plans/{plan}/split/", split)
    rules = client.get("planning-rules/")
    client.patch("planning-rules/", {"needs_approval": False}, version=rules["version"])
    client.post(f"plans/{plan}/publish/", {"override": "no history yet"})
