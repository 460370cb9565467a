"""The real CRM export: 3,000,000.00 for 2017 Q4, split by the won revenue of Q1 to Q3, as of 15 November.

Everything expected here is worked out from the CSV files by plain Python below, or written down as a number.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kpis.selectors import get_kpi
from kpis.services import drain
from kpis.values import Holder
from pipeline.services.records import upsert_records
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from salestargets.tenancy.selectors import root_unit_id
from targets.choices import PlanState, SplitMethod, Status
from targets.models import Goal
from targets.selectors.figures import Standing
from targets.selectors.rows import progress
from targets.selectors.sheets import Sheet, sheet_of
from targets.services.objectives import create_objective
from targets.services.plans import create_goal, create_plan
from targets.services.publishing import publish_plan
from targets.services.splits import SplitRequest, apply_split
from tests.builders import an_organisation
from tests.targets.builders import SMART, cents, fresh

pytestmark = pytest.mark.django_db

AFTER = datetime(2018, 1, 5, 12, 0, tzinfo=UTC)
BEFORE = datetime(2017, 9, 28, 12, 0, tzinfo=UTC)
DAY = date(2017, 11, 15)
TARGET = 3_000_000_00

Path_ = tuple[str, ...]  # () the company, (region,), (region, manager), (region, manager, agent)


@dataclass(frozen=True)
class Export:
    """What the files say: who sits where, and what was won when."""

    paths: Mapping[str, Path_]
    won: Sequence[tuple[str, date, int]]
    rows: Sequence[Mapping[str, str]]

    def of(self, path: Path_, start: date, end: date) -> int:
        """Cents won by everyone at or below a place."""
        return sum(
            cents
            for agent, day, cents in self.won
            if self.paths[agent][: len(path)] == path and start <= day < end
        )

    def children(self, path: Path_) -> list[Path_]:
        return sorted({full[: len(path) + 1] for full in self.paths.values() if full[: len(path)] == path})


def read(folder: Path) -> Export:
    with (folder / "sales_teams.csv").open(encoding="utf-8") as file:
        paths = {
            row["sales_agent"]: (row["regional_office"], row["manager"], row["sales_agent"])
            for row in csv.DictReader(file)
        }
    with (folder / "sales_pipeline.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    won = [
        (row["sales_agent"], date.fromisoformat(row["close_date"]), int(row["close_value"]) * 100)
        for row in rows
        if row["deal_stage"] == "Won"
    ]
    return Export(paths, won, rows)


def shared(amount: int, weights: Sequence[int]) -> list[int]:
    """Largest remainder, written down once more."""
    exact = [Fraction(amount) * weight / sum(weights) for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda n: parts[n] - exact[n])
    for n in by_remainder[: amount - sum(parts)]:
        parts[n] += 1
    return parts


def expected_targets(export: Export) -> dict[Path_, int]:
    amounts: dict[Path_, int] = {(): TARGET}
    waiting: list[Path_] = [()]
    for path in waiting:
        if len(path) < 3:
            below = export.children(path)
            weights = [export.of(child, date(2017, 1, 1), date(2017, 10, 1)) for child in below]
            amounts |= dict(zip(below, shared(amounts[path], weights), strict=True))
            waiting += below
    return amounts


@dataclass(frozen=True)
class Loaded:
    export: Export
    organisation: Organisation
    goal: Goal
    holders: Mapping[Path_, Holder]

    def sheet(self) -> Sheet:
        with acting_for(self.organisation.pk):
            return sheet_of(fresh(self.goal))

    def standing(self, path: Path_, as_of: date | None = DAY) -> Standing:
        with acting_for(self.organisation.pk):
            rows = progress(
                system_actor(self.organisation),
                fresh(self.goal),
                holder=self.holders[path],
                as_of=as_of,
                at=AFTER,
            )
        return rows[0].standing


@pytest.fixture
def loaded(crm_export: Path) -> Loaded:
    export = read(crm_export)
    an_organisation("other")
    organisation = an_organisation("maven", currency="USD")
    load(organisation, export)
    actor = system_actor(organisation)
    with acting_for(organisation.pk):
        plan = create_plan(
            actor,
            name="2017 Q4",
            starts_on=date(2017, 10, 1),
            ends_on=date(2018, 1, 1),
            root_unit_id=root_unit_id(DAY),
            at=BEFORE,
        )
        objective = create_objective(actor, name="Sell more than in the quarter before", at=BEFORE)
        goal = create_goal(
            actor,
            plan=plan,
            kpi=get_kpi("won_revenue"),
            amount=TARGET,
            details={**SMART, "objective_id": objective.pk},
            at=BEFORE,
        )
        history = Period(date(2017, 1, 1), date(2017, 10, 1))
        request = SplitRequest(None, SplitMethod.HISTORY, recursive=True, history=history)
        apply_split(actor, goal=goal, request=request, at=BEFORE)
        plan = publish_plan(actor, plan=plan, at=BEFORE)
        assert plan.state == PlanState.PUBLISHED
        return Loaded(export, organisation, goal, holders(export))


def load(organisation: Organisation, export: Export) -> None:
    regions = sorted({path[0] for path in export.paths.values()})
    teams = sorted({path[:2] for path in export.paths.values()})
    from_the_start = "2016-01-01"
    with acting_for(organisation.pk):
        top = Unit.objects.get(pk=root_unit_id(DAY)).external_id
    records: dict[str, list[dict[str, Any]]] = {
        "units": [
            *(
                {"external_id": region, "name": region, "parent": top, "placed_from": from_the_start}
                for region in regions
            ),
            *(
                {"external_id": manager, "name": manager, "parent": region, "placed_from": from_the_start}
                for region, manager in teams
            ),
        ],
        "people": [{"external_id": agent, "name": agent} for agent in export.paths],
        "assignments": [
            {"external_id": agent, "person": agent, "unit": path[1], "starts_on": from_the_start}
            for agent, path in export.paths.items()
        ],
        "deals": [deal(row) for row in export.rows],
    }
    with acting_for(organisation.pk):
        for kind, rows in records.items():
            outcome = upsert_records(
                kind, source="crm", rows=rows, actor=system_actor(organisation), at=AFTER
            )
            assert (outcome.created, outcome.rejected) == (len(rows), [])
    while drain(organisation.pk, at=AFTER):
        pass


def deal(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "external_id": row["opportunity_id"],
        "name": row["opportunity_id"],
        "owner": row["sales_agent"],
        "status": {"Won": "won", "Lost": "lost"}.get(row["deal_stage"], "open"),
        "amount": row["close_value"] or None,
        "currency": "USD",
        "created_on": row["engage_date"] or None,
        "closed_on": row["close_date"] or None,
    }


def holders(export: Export) -> dict[Path_, Holder]:
    units = dict(Unit.objects.values_list("external_id", "id"))
    people = dict(Person.objects.values_list("external_id", "id"))
    found: dict[Path_, Holder] = {(): Holder("unit", root_unit_id(DAY))}
    for path in export.paths.values():
        found[path[:1]] = Holder("unit", units[path[0]])
        found[path[:2]] = Holder("unit", units[path[1]])
        found[path] = Holder("person", people[path[2]])
    return found


def test_every_level_of_the_split_sums_to_the_cent(loaded: Loaded) -> None:
    sheet, targets = loaded.sheet(), expected_targets(loaded.export)
    given = {path: sheet.given(sheet.tree.find(holder)) for path, holder in loaded.holders.items()}
    assert given == targets
    for level in range(4):
        assert sum(amount for path, amount in given.items() if len(path) == level) == TARGET
    for node, _depth in sheet.tree.walk():
        assert sum(sheet.by_month(node)) == sheet.given(node)
        for month in sheet.months:
            balance = sheet.balance(node, month)
            assert not sheet.tree.below(node) or balance.unallocated == balance.over_assigned == 0


@dataclass(frozen=True)
class ByHand:
    """In dollars. What is expected: October, and 10 of the 22 working days of November."""

    target: str
    actual: str
    expected: str
    attainment: str
    pace: str
    forecast: str
    required_rate: str
    status: Status


@pytest.mark.parametrize(
    ("path", "by_hand"),
    [
        (
            (),
            ByHand("3000000.00", "1220584.00", "1454545.45", "0.406861", "0.839152", "2517454.50", "53921.70",
                   Status.AT_RISK),
        ),
        (
            ("Central",),
            ByHand("982298.44", "450658.00", "476265.91", "0.458779", "0.946232", "929482.13", "16110.32",
                   Status.BEHIND),
        ),
        (
            ("Central", "Melvin Marxen"),
            ByHand("658531.30", "327984.00", "319287.90", "0.498054", "1.027236", "676467.00", "10016.58",
                   Status.ON_TRACK),
        ),
        (
            ("Central", "Melvin Marxen", "Darcel Schlecht"),
            ByHand("331338.52", "192941.00", "160648.98", "0.582308", "1.201010", "397940.81", "4193.86",
                   Status.AHEAD),
        ),
    ],
    ids=["the company", "a region", "a team", "a rep"],
)  # fmt: skip
def test_progress_on_15_november_2017(loaded: Loaded, path: Path_, by_hand: ByHand) -> None:
    found = loaded.standing(path)
    assert loaded.export.of(path, date(2017, 10, 1), DAY) == found.actual == cents(by_hand.actual)
    assert found.target == cents(by_hand.target)
    assert found.gap == cents(by_hand.target) - cents(by_hand.actual)
    assert (str(found.attainment), str(found.pace)) == (by_hand.attainment, by_hand.pace)
    assert found.required_rate == cents(by_hand.required_rate)
    assert found.status == by_hand.status
    # Months hold whole cents, so that a third of the target may be a cent more or less.
    assert found.expected is not None
    assert found.forecast is not None
    assert abs(found.expected - cents(by_hand.expected)) <= 1
    assert abs(found.forecast - cents(by_hand.forecast)) <= 2
    sheet = loaded.sheet()
    october, november, _december = sheet.by_month(sheet.tree.find(loaded.holders[path]))
    assert found.expected == round(october + Fraction(november * 10, 22))
    assert found.expected_calendar == round(october + Fraction(november * 14, 30))


def test_everyone_stands_as_the_files_say_on_that_day_and_after_it(loaded: Loaded) -> None:
    actor = system_actor(loaded.organisation)
    with acting_for(loaded.organisation.pk):
        then = {
            row.place.node.holder.whole: row.standing
            for row in progress(actor, fresh(loaded.goal), as_of=DAY, at=AFTER)
        }
        now = {
            row.place.node.holder.whole: row.standing for row in progress(actor, fresh(loaded.goal), at=AFTER)
        }
    assert len(then) == 1 + 3 + 6 + 35
    for path, holder in loaded.holders.items():
        assert then[holder].actual == loaded.export.of(path, date(2017, 10, 1), DAY)
        assert now[holder].actual == loaded.export.of(path, date(2017, 10, 1), date(2018, 1, 1))
    assert now[loaded.holders[()]].actual == 2_802_496_00
    assert str(now[loaded.holders[()]].attainment) == "0.934165"
