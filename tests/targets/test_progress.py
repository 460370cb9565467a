"""Progress follows the records up and down, the targets, and the days; on any day it can be asked for."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis.services import rebuild
from pipeline.models import Deal
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from targets.choices import Status
from targets.models import Goal, Progress, Target
from targets.selectors.figures import Standing, standings
from targets.selectors.periods import calendar_for
from targets.selectors.rows import progress
from targets.services.cells import set_target
from targets.services.progress import is_of_yesterday, refresh_progress
from targets.tasks import day, turn_of_the_day
from tests.builders import NOON, World
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import APRIL, a_goal, a_plan, fresh, lead_of, member, of, published, sheet, split

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 12)
COLUMNS = [field.attname for field in Progress._meta.fields if field.attname not in ("id", "computed_at")]


@lasting
def world(world: World) -> World:
    a_deal(world.other, world.charlie, base=55_555)
    drained(world.other)
    return world


def kept(goal: Goal, holder: Unit | Person | None = None) -> Progress:
    node = sheet(goal).tree.find(of(holder))
    with acting_for(goal.organisation_id):
        return Progress.objects.get(
            target__goal=goal, target__unit=node.unit_id, target__person=node.person_id
        )


def standing(
    goal: Goal, holder: Unit | Person | None = None, *, as_of: date | None = None, at: datetime = NOON
) -> Standing:
    node = sheet(goal).tree.find(of(holder))
    with acting_for(goal.organisation_id):
        found = fresh(goal)
        calendar = calendar_for([found], goal.organisation)
        return standings(found, [node], goal.organisation, calendar, as_of=as_of, at=at)[node]


def test_publishing_gives_everyone_progress_at_once(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        assert Progress.objects.count() == Target.objects.count() == 7
    assert (kept(goal).actual, kept(goal).expected, kept(goal).status) == (0, 0, Status.EARLY)
    assert kept(goal).computed_on == APRIL.date()


def test_what_is_missing_is_written_and_the_rest_is_changed_where_it_differs(
    world: World, goal: Goal
) -> None:
    with acting_for(world.acme.pk):
        refresh_progress(at=NOON)
        kept = set(Progress.objects.values_list(*COLUMNS))
        Progress.objects.filter(target__person=world.bob).delete()
        Progress.objects.filter(target__person=world.alice).update(actual=None, pace=None, status="early")
        refresh_progress(at=NOON + timedelta(hours=1))
        assert set(Progress.objects.values_list(*COLUMNS)) == kept
        written = Progress.objects.exclude(computed_at=NOON)
        assert set(written.values_list("target__person", flat=True)) == {world.alice.pk, world.bob.pk}


def test_any_number_of_goals_takes_as_many_statements_as_one(world: World, goal: Goal) -> None:
    def statements() -> int:
        with acting_for(world.acme.pk), CaptureQueriesContext(connection) as captured:
            refresh_progress(at=NOON)
        return len(captured)

    statements()
    of_one = statements()
    plan = a_plan(world.acme, "Another")
    for key in ("won_revenue", "deals_won"):
        split(a_goal(plan, "1200", kpi=key), "even")
    published(plan)
    statements()
    of_three = statements()
    assert of_three == of_one + 1  # the cells of the second plan


def test_a_won_deal_moves_its_owner_and_everyone_above_and_nobody_else(world: World, goal: Goal) -> None:
    a_deal(world.acme, world.alice, base=20_000)
    drained(world.acme)
    alice = kept(goal, world.alice)
    assert alice.actual == 20_000
    assert alice.expected == 13_548  # 100.00 for April and 11 of the 31 days of May
    assert alice.attainment == Decimal("0.666667")
    assert alice.pace == Decimal("1.476190")
    assert alice.forecast == 44_286
    assert alice.status == Status.AHEAD
    assert [kept(goal, each).actual for each in (world.north, world.east, None)] == [20_000] * 3
    assert [kept(goal, each).actual for each in (world.bob, world.west, world.carol)] == [0, 0, 0]
    assert kept(goal, world.bob).computed_on == APRIL.date()


def test_a_deleted_deal_brings_it_down_to_nothing(world: World, goal: Goal) -> None:
    deal = a_deal(world.acme, world.alice, base=20_000)
    drained(world.acme)
    with acting_for(world.acme.pk):
        Deal.objects.filter(pk=deal.pk).update(deleted_at=NOON)
    drained(world.acme)
    assert (kept(goal, world.alice).actual, kept(goal).actual) == (0, 0)
    assert kept(goal, world.alice).status == Status.AT_RISK


def test_the_records_of_another_organisation_move_nothing_here(world: World, goal: Goal) -> None:
    before = kept(goal)
    a_deal(world.other, world.charlie, base=1)
    drained(world.other)
    assert kept(goal) == before


def test_working_days_are_expected_beside_calendar_days(world: World, goal: Goal) -> None:
    drained(world.acme)
    with acting_for(world.acme.pk):
        refresh_progress(at=NOON)
    carol = kept(goal, world.carol)
    assert carol.expected_calendar == carol.expected == 27_097  # 200.00 + 200.00 · 11/31
    assert carol.expected_working_day == 26_667  # 200.00 + 200.00 · 7/21


def test_a_target_changed_after_publishing_changes_progress_with_it(world: World, goal: Goal) -> None:
    a_deal(world.acme, world.bob, base=10_000)
    drained(world.acme)
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        set_target(
            actor,
            goal=fresh(goal),
            holder=of(world.bob),
            amount=10_000,
            expected_version=None,
            reason="ill",
            at=NOON,
        )
    assert (kept(goal, world.bob).attainment, kept(goal, world.bob).status) == (Decimal(1), Status.REACHED)


def test_a_new_day_is_noticed_by_the_organisations_clock(world: World, goal: Goal) -> None:
    """Passed at 09:00 UTC on 1 April. The next day began at 11:00 in Auckland, at 10:00 in Honolulu."""
    for zone, hour, has_turned in (
        ("UTC", 23, False), ("Pacific/Auckland", 10, False), ("Pacific/Auckland", 11, True),
        ("Pacific/Honolulu", 9, False), ("Pacific/Honolulu", 10, True),
    ):  # fmt: skip
        with acting_for(world.acme.pk):
            Organisation.objects.filter(pk=world.acme.pk).update(time_zone=zone)
            organisation = Organisation.objects.get(pk=world.acme.pk)
            refresh_progress(at=APRIL)
            assert is_of_yesterday(organisation, at=datetime(2026, 4, 1, hour, 30, tzinfo=UTC)) == has_turned


def test_a_new_day_moves_what_is_expected(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        refresh_progress(at=datetime(2026, 4, 16, 0, 0, tzinfo=UTC))
    assert (kept(goal).expected, kept(goal).computed_on) == (20_000, date(2026, 4, 16))


def test_the_pass_of_a_day_is_kicked_only_where_a_day_has_begun(
    world: World, goal: Goal, monkeypatch: pytest.MonkeyPatch, time_machine: object
) -> None:
    kicked: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "targets.tasks.wake.kick", lambda queue, organisation_id: kicked.append((queue, organisation_id))
    )
    with acting_for(world.other.pk):
        refresh_progress(at=datetime.now(UTC))
    turn_of_the_day()
    assert kicked == [("day", world.acme.pk)]
    day(world.acme.pk)
    kicked.clear()
    turn_of_the_day()
    assert kicked == []


@pytest.mark.parametrize(
    ("as_of", "actual", "expected"),
    [
        (date(2026, 3, 1), 0, 0),
        (date(2026, 4, 1), 0, 0),
        (date(2026, 4, 9), 0, 2_667),  # the deal of the 9th is of that day
        (date(2026, 4, 10), 7_000, 3_000),
        (date(2026, 5, 1), 7_000, 10_000),
        (date(2026, 5, 12), 9_500, 13_548),
        (date(2026, 7, 1), 9_500, 30_000),
        (date(2027, 1, 1), 9_500, 30_000),
    ],
)
def test_as_of_a_day_counts_what_was_dated_before_it(
    world: World, goal: Goal, as_of: date, actual: int, expected: int
) -> None:
    a_deal(world.acme, world.alice, base=7_000, closed_on=date(2026, 4, 9))
    a_deal(world.acme, world.alice, base=2_500, closed_on=date(2026, 5, 11))
    drained(world.acme)
    found = standing(goal, world.alice, as_of=as_of)
    assert (found.actual, found.expected, found.as_of) == (actual, expected, as_of)


def test_as_of_a_day_the_target_is_the_one_in_force_then(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        set_target(actor, goal=fresh(goal), holder=of(world.bob), amount=60_000, expected_version=None,
                   reason="More customers", effective_on=TODAY, at=NOON)  # fmt: skip
    assert standing(goal, world.bob, as_of=date(2026, 5, 11)).target == 30_000
    assert standing(goal, world.bob, as_of=TODAY).target == 60_000
    assert standing(goal, world.bob).target == 60_000


def test_now_counts_today_and_is_what_is_kept(world: World, goal: Goal) -> None:
    a_deal(world.acme, world.alice, base=7_000, closed_on=TODAY)
    drained(world.acme)
    now, at_its_start = standing(goal, world.alice), standing(goal, world.alice, as_of=TODAY)
    assert (now.actual, at_its_start.actual) == (7_000, 0)
    assert now.expected == at_its_start.expected == 13_548
    assert (now.gap, now.pace_gap) == (23_000, 6_548)
    assert now.required_rate == 639  # 230.00 over the 36 working days from today
    assert now.computed_at == NOON


def test_what_is_kept_is_what_would_be_worked_out(world: World, goal: Goal) -> None:
    for person, base in ((world.alice, 12_345), (world.bob, 1), (world.carol, 98_765)):
        a_deal(world.acme, person, base=base)
    drained(world.acme)
    with acting_for(world.acme.pk):
        refresh_progress(at=NOON)
        tree = sheet(goal).tree
        nodes = [node for node, _depth in tree.walk()]
        calendar = calendar_for([goal], world.acme)
        kept_ones = standings(fresh(goal), nodes, world.acme, calendar, as_of=None, at=NOON)
        Progress.objects.all().delete()
        drafted = fresh(goal)
        drafted.plan.state = "draft"
        assert standings(drafted, nodes, world.acme, calendar, as_of=None, at=NOON) == kept_ones


def test_a_rebuild_leaves_progress_as_it_was(world: World, goal: Goal) -> None:
    a_deal(world.acme, world.alice, base=12_345)
    drained(world.acme)
    before = kept(goal, world.alice)
    rebuild(world.acme.pk, at=NOON)
    assert kept(goal, world.alice).actual == before.actual == 12_345


def test_who_has_no_target_has_an_actual_and_no_attainment(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "900.00")
    published(goal.plan)
    a_deal(world.acme, world.alice, base=500)
    drained(world.acme)
    found = standing(goal, world.alice)
    assert (found.target, found.actual, found.status) == (None, 500, Status.NO_TARGET)
    assert found.attainment is found.pace is found.expected is found.gap is found.required_rate is None


def test_a_target_of_nothing_is_no_target(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "900.00")
    split(goal, "even", holds={of(world.west): 0})
    published(goal.plan)
    a_deal(world.acme, world.carol, base=500)
    drained(world.acme)
    assert (kept(goal, world.carol).attainment, kept(goal, world.carol).status) == (None, Status.NO_TARGET)


def test_a_manager_reads_the_progress_of_theirs_and_a_rep_their_own(world: World, goal: Goal) -> None:
    lena, rep = lead_of(world.acme, world.north), member(world.acme, Role.REP, world.alice)
    with acting_for(world.acme.pk):
        names = [(row.place.label.name, row.place.depth) for row in progress(lena, fresh(goal), at=NOON)]
        assert names == [("North", 0), ("Alice", 1), ("Bob", 1)]
        assert [row.place.label.name for row in progress(rep, fresh(goal), at=NOON)] == ["Alice"]
