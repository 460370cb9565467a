"""A plan reads as it was on any day; attainment is held against the number in force, or against the first."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from targets.choices import Against
from targets.models import Goal
from targets.selectors.as_of import Then, sheet_then
from targets.selectors.rows import progress, sheet_rows
from targets.services.cells import set_target
from targets.services.progress import refresh_progress
from tests.api.clients import an_integration
from tests.builders import NOON, World
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, fresh, of, published, split

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
JUNE_1, ON_JUNE_1 = date(2026, 6, 1), datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@lasting
def world(world: World) -> World:
    a_deal(world.acme, world.alice, base=15_000)
    drained(world.acme)
    return world


@lasting
def goal(world: World) -> Goal:
    """Alice has 300.00 at first; on 4 May it was written that she has 600.00 from 1 June on."""
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    published(goal.plan)
    give(world, goal, 600_00)
    return goal


def give(world: World, goal: Goal, amount: int) -> None:
    with acting_for(world.acme.pk):
        set_target(
            system_actor(world.acme),
            goal=fresh(goal),
            holder=of(world.alice),
            amount=amount,
            expected_version=None,
            reason="She took over Bob's customers",
            effective_on=JUNE_1,
            at=MAY,
        )


def alice(world: World, goal: Goal, then: Then) -> int | None:
    with acting_for(world.acme.pk):
        sheet = sheet_then(fresh(goal), then)
        return sheet.given(sheet.tree.find(of(world.alice)))


def test_a_number_holds_from_its_effective_day_on(world: World, goal: Goal) -> None:
    assert alice(world, goal, Then(day=date(2026, 5, 31))) == 300_00
    assert alice(world, goal, Then(day=JUNE_1)) == 600_00


def test_what_was_not_written_yet_is_not_known(world: World, goal: Goal) -> None:
    earlier = datetime(2026, 5, 4, 8, 59, tzinfo=UTC)
    assert alice(world, goal, Then(day=JUNE_1, known_at=earlier)) == 300_00
    assert alice(world, goal, Then(day=JUNE_1, known_at=MAY)) == 600_00


def test_before_the_plan_was_published_nobody_had_a_number_which_is_not_zero(
    world: World, goal: Goal
) -> None:
    assert alice(world, goal, Then(known_at=datetime(2026, 3, 31, tzinfo=UTC))) is None


def test_before_its_first_day_a_plan_reads_as_on_its_first_day(world: World, goal: Goal) -> None:
    assert alice(world, goal, Then(day=date(2026, 1, 1))) == 300_00


def test_what_is_past_is_only_looked_at(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        rows = sheet_rows(actor, fresh(goal), on=NOON.date(), then=Then(day=JUNE_1))
        assert {row.is_writable for row in rows} == {False}
        assert all(row.is_writable for row in sheet_rows(actor, fresh(goal), on=NOON.date()))


def test_attainment_is_held_against_the_original_or_the_current_target(world: World, goal: Goal) -> None:
    def attainment(against: Against, at: datetime = NOON) -> Decimal | None:
        with acting_for(world.acme.pk):
            actor = system_actor(world.acme)
            [row] = progress(actor, fresh(goal), holder=of(world.alice), against=against, at=at)
            return row.standing.attainment

    assert attainment(Against.CURRENT) == Decimal("0.5")
    with acting_for(world.acme.pk):
        refresh_progress(at=ON_JUNE_1)
    assert attainment(Against.CURRENT, ON_JUNE_1) == Decimal("0.25")
    assert attainment(Against.ORIGINAL, ON_JUNE_1) == Decimal("0.5")


def test_the_api_reads_a_plan_as_it_was(world: World, goal: Goal, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)  # type: ignore[attr-defined]
    api = an_integration(world.acme)
    path = f"/api/v1/plans/{goal.plan_id}/targets/?goal={goal.pk}&holder=person:{world.alice.pk}"
    amounts = {
        asked: api.get(f"{path}{asked}").json()["results"][0]["amount"]
        for asked in ("", "&as_of=2026-05-31", "&as_of=2026-06-01", "&known_at=2026-03-31T00:00:00Z")
    }
    assert list(amounts.values()) == ["600.00", "300.00", "600.00", None]
    standing = f"/api/v1/progress/?goal={goal.pk}&holder=person:{world.alice.pk}"
    assert api.get(f"{standing}&against=original").json()["results"][0]["target"] == "300.00"
    assert api.get(standing).json()["results"][0]["target"] == "300.00"
    assert api.get(f"{standing}&against=nothing").status_code == 400
