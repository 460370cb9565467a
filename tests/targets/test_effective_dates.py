"""A number holds from its effective day on: until then what holds now stands, and what is to come is told."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django.asserts import assertNumQueries

from salestargets.alerts.models import Notice
from salestargets.kernel.errors import DomainError, Forbidden
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from targets.choices import ChangeKind
from targets.models import Acknowledgement, Goal, Progress, Target, TargetVersion
from targets.selectors.acknowledgements import holds_from
from targets.selectors.figures import lines_of
from targets.selectors.in_force import Coming, Upcoming, sheet_on, upcoming_in
from targets.selectors.products import mix_of
from targets.selectors.rows import progress
from targets.selectors.sheets import sheet_of
from targets.services.adjustments import Wish, preview_adjustment
from targets.services.cells import Edit, HeldCell, edit_numbers, hold, set_target
from targets.services.handover import Handover, preview_handover
from targets.services.months import PhaseRequest, phase
from targets.services.overrides import withdraw_override
from targets.services.product_groups import GroupRule, set_product_groups
from targets.services.products import ProductSplit, split_products
from targets.services.progress import refresh_progress
from targets.services.sheet_files import apply_seen
from targets.services.splits import SplitRequest, apply_split
from targets.services.undo import undo_last
from targets.tasks import day
from tests.api.clients import an_integration
from tests.builders import NOON, World
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import (
    APRIL,
    a_goal,
    a_plan,
    fresh,
    member,
    number,
    of,
    place,
    published,
    refused,
    split,
    written,
)
from tests.targets.test_products import a_product
from tests.targets.test_sheet_files import downloaded, read
from tests.targets.test_sheet_files import put as written_in
from tests.web.pages.kit import visitor

pytestmark = pytest.mark.django_db

JUNE_1 = date(2026, 6, 1)
WHY = "She took over Bob's customers"


def give(goal: Goal, holder: Person | None, amount: int, *, on: date | None = JUNE_1, **more: Any) -> None:
    more = {"expected_version": None, "reason": WHY, "at": NOON, **more}
    with acting_for(goal.organisation_id):
        actor = system_actor(goal.organisation)
        set_target(actor, goal=fresh(goal), holder=of(holder), amount=amount, effective_on=on, **more)


def stands(goal: Goal, holder: Person, *, at: datetime = NOON) -> tuple[int | None, Decimal | None]:
    """What is the target now, and how much of it is reached."""
    with acting_for(goal.organisation_id):
        [row] = progress(system_actor(goal.organisation), fresh(goal), holder=of(holder), at=at)
    return row.standing.target, row.standing.attainment


def only(effective_on: date, amount: int, *, now: int | None) -> Upcoming:
    return Upcoming((Coming(effective_on, amount),), now)


def coming(goal: Goal, holder: Person) -> Upcoming | None:
    with acting_for(goal.organisation_id):
        sheet = sheet_of(fresh(goal))
        return upcoming_in(sheet, NOON.date()).get(sheet.tree.find(of(holder)))


def with_groups(goal: Goal) -> None:
    for name in ("Tools", "Parts"):
        a_product(goal.organisation, name, name)
    with acting_for(goal.organisation_id):
        rules = [GroupRule("Tools"), GroupRule("Parts")]
        set_product_groups(system_actor(goal.organisation), goal=goal, rules=rules, at=APRIL)


@lasting
def reached(world: World, goal: Goal) -> Goal:
    """Alice has reached 150.00 of her 300.00."""
    a_deal(world.acme, world.alice, base=150_00)
    drained(world.acme)
    return goal


def test_until_its_day_the_number_before_is_what_counts(world: World, reached: Goal) -> None:
    give(reached, world.alice, 600_00)
    assert number(reached, world.alice) == 600_00
    assert stands(reached, world.alice) == (300_00, Decimal("0.5"))
    assert coming(reached, world.alice) == only(JUNE_1, 600_00, now=300_00)


def test_what_the_records_move_meanwhile_is_held_against_what_holds(world: World, reached: Goal) -> None:
    give(reached, world.alice, 600_00)
    a_deal(world.acme, world.alice, base=30_00)
    drained(world.acme)
    assert stands(reached, world.alice) == (300_00, Decimal("0.6"))


def test_on_its_day_the_turn_of_the_day_moves_it(world: World, reached: Goal, time_machine: Any) -> None:
    give(reached, world.alice, 600_00)
    time_machine.move_to(datetime(2026, 5, 31, 12, tzinfo=UTC), tick=False)
    day(world.acme.pk)
    assert stands(reached, world.alice) == (300_00, Decimal("0.5"))
    time_machine.move_to(datetime(2026, 6, 1, 0, 5, tzinfo=UTC), tick=False)
    day(world.acme.pk)
    assert stands(reached, world.alice) == (600_00, Decimal("0.25"))


def test_the_newest_of_those_that_have_begun_holds(world: World, reached: Goal) -> None:
    give(reached, world.alice, 600_00)
    give(reached, world.alice, 400_00, on=date(2026, 5, 1))
    assert stands(reached, world.alice)[0] == 400_00
    assert coming(reached, world.alice) is None
    with acting_for(world.acme.pk):
        refresh_progress(at=datetime(2026, 6, 2, 9, tzinfo=UTC))
    assert stands(reached, world.alice)[0] == 400_00


def test_of_several_to_come_each_holds_from_its_day(world: World, reached: Goal) -> None:
    give(reached, world.alice, 350_00, on=date(2026, 5, 20))
    give(reached, world.alice, 800_00, on=date(2026, 6, 20))
    give(reached, world.alice, 600_00)
    assert coming(reached, world.alice) == Upcoming(
        (Coming(date(2026, 5, 20), 350_00), Coming(JUNE_1, 600_00)), 300_00
    )
    for day_, holds in ((20, 350_00), (31, 350_00), (32, 600_00), (52, 600_00)):
        with acting_for(world.acme.pk):
            refresh_progress(at=datetime(2026, 5, 1, 9, tzinfo=UTC) + timedelta(days=day_ - 1))
        assert stands(reached, world.alice)[0] == holds


def test_the_same_number_from_an_earlier_day_is_another_version(world: World, reached: Goal) -> None:
    give(reached, world.alice, 600_00)
    give(reached, world.alice, 600_00, on=date(2026, 5, 20))
    assert coming(reached, world.alice) == only(date(2026, 5, 20), 600_00, now=300_00)
    give(reached, world.alice, 600_00, on=None)
    assert (coming(reached, world.alice), stands(reached, world.alice)[0]) == (None, 600_00)
    with acting_for(world.acme.pk):
        versions = TargetVersion.objects.filter(target__person=world.alice, target__goal=reached)
        assert list(versions.order_by("number").values_list("effective_on", "amount")) == [
            (APRIL.date(), 300_00), (JUNE_1, 600_00), (date(2026, 5, 20), 600_00), (NOON.date(), 600_00)
        ]  # fmt: skip
        assert Acknowledgement.objects.filter(person=world.alice, target__goal=reached).count() == 4


def test_the_same_number_from_a_later_day_is_refused_and_not_passed_over(world: World, reached: Goal) -> None:
    give(reached, world.alice, 600_00)
    later = date(2026, 6, 20)
    error = refused(world, lambda: give(reached, world.alice, 600_00, on=later), "holds_earlier", DomainError)
    assert error.field == "effective_on"
    assert "“Alice” has this number from Jun 1, 2026 on already." in str(error)
    give(reached, world.alice, 300_00, on=None)
    give(reached, world.alice, 600_00, on=later)
    assert coming(reached, world.alice) == only(later, 600_00, now=300_00)


def test_a_number_that_holds_is_written_again_for_no_later_day(world: World, reached: Goal) -> None:
    before = written(world.acme)
    for on in (None, JUNE_1, APRIL.date()):
        give(reached, world.alice, 300_00, on=on)
    assert written(world.acme) == before


def test_a_split_from_an_earlier_day_brings_everyone_forward_but_who_is_held(
    world: World, reached: Goal
) -> None:
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        uneven = SplitRequest(of(world.north), "weights", weights={of(world.alice): 1, of(world.bob): 2})  # type: ignore[dict-item]
        more = {"reason": WHY, "at": NOON}
        apply_split(actor, goal=fresh(reached), request=uneven, effective_on=JUNE_1, **more)  # type: ignore[arg-type]
        hold(actor, goal=fresh(reached), cells=[HeldCell(of(world.bob))], is_held=True, at=NOON)  # type: ignore[list-item]
        apply_split(actor, goal=fresh(reached), request=uneven, effective_on=date(2026, 5, 20), **more)  # type: ignore[arg-type]
    assert coming(reached, world.alice) == only(date(2026, 5, 20), 200_00, now=300_00)
    assert coming(reached, world.bob) == only(JUNE_1, 400_00, now=300_00)


def test_nobody_brings_their_own_number_forward(world: World, reached: Goal) -> None:
    give(reached, world.alice, 600_00)
    with acting_for(world.acme.pk):
        person = Person.objects.get(pk=world.alice.pk)
        own = Actor(**{**system_actor(world.acme).__dict__, "person_id": person.pk})
    error = lambda: set_target(  # noqa: E731
        own, goal=fresh(reached), holder=of(world.alice), amount=600_00, expected_version=None,
        reason=WHY, effective_on=None, at=NOON,
    )  # fmt: skip
    refused(world, error, "own_number", Forbidden)


def test_a_first_number_to_come_is_no_target_until_then(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "900.00")
    published(goal.plan)
    give(goal, world.alice, 50_00)
    assert stands(goal, world.alice) == (None, None)
    assert coming(goal, world.alice) == only(JUNE_1, 50_00, now=None)
    with acting_for(world.acme.pk):
        refresh_progress(at=datetime(2026, 6, 1, 9, tzinfo=UTC))
    assert stands(goal, world.alice)[0] == 50_00


def test_before_its_plan_begins_a_number_reads_as_on_the_first_day(world: World) -> None:
    plan = a_plan(world.acme, "Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 10, 1))
    goal = a_goal(plan, "900.00")
    split(goal)
    published(plan)
    assert stands(goal, world.alice)[0] == 225_00
    assert coming(goal, world.alice) is None


def test_a_change_to_come_that_is_taken_back_never_counted(world: World, reached: Goal) -> None:
    give(reached, world.alice, 600_00)
    with acting_for(world.acme.pk):
        undo_last(system_actor(world.acme), goal=fresh(reached), reason="A slip", at=NOON)
    assert (stands(reached, world.alice)[0], coming(reached, world.alice)) == (300_00, None)


def test_what_was_to_come_before_the_change_taken_back_is_to_come_again(world: World, reached: Goal) -> None:
    give(reached, world.alice, 600_00)
    give(reached, world.alice, 700_00)
    with acting_for(world.acme.pk):
        undo_last(system_actor(world.acme), goal=fresh(reached), reason="A slip", at=NOON)
    assert stands(reached, world.alice)[0] == 300_00
    assert coming(reached, world.alice) == only(JUNE_1, 600_00, now=300_00)


def test_a_change_that_has_begun_is_taken_back_to_what_held_and_what_was_to_come(
    world: World, reached: Goal
) -> None:
    give(reached, world.alice, 600_00)
    give(reached, world.alice, 500_00, on=None)
    with acting_for(world.acme.pk):
        undo_last(system_actor(world.acme), goal=fresh(reached), reason="A slip", at=NOON)
        asks = Acknowledgement.objects.filter(target__goal=reached, person=world.alice).order_by("-id")
        assert holds_from(asks[0]) == JUNE_1
    assert stands(reached, world.alice)[0] == 300_00
    assert coming(reached, world.alice) == only(JUNE_1, 600_00, now=300_00)


def test_taking_back_brings_back_all_that_was_to_come_in_its_order(world: World, reached: Goal) -> None:
    days = {date(2026, 5, 20): 400_00, JUNE_1: 500_00, date(2026, 6, 10): 600_00}
    for first, amount in days.items():
        give(reached, world.alice, amount, on=first)
    give(reached, world.alice, 900_00, on=date(2026, 5, 25))
    with acting_for(world.acme.pk):
        undo_last(system_actor(world.acme), goal=fresh(reached), reason="A slip", at=NOON)
        sheet = sheet_of(fresh(reached))
        alice = sheet.tree.find(of(world.alice))
        asked = (date(2026, 5, 19), date(2026, 5, 26), *days)
        on = {each: sheet_on(sheet, each).given(alice) for each in asked}
    assert on == {date(2026, 5, 19): 300_00, date(2026, 5, 26): 400_00, **days}


def test_a_first_number_taken_back_before_one_to_come_is_nothing_until_then(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "900.00")
    published(goal.plan)
    give(goal, world.carol, 300_00)
    give(goal, world.carol, 200_00, on=None)
    with acting_for(world.acme.pk):
        undo_last(system_actor(world.acme), goal=fresh(goal), reason="A slip", at=NOON)
    assert coming(goal, world.carol) == only(JUNE_1, 300_00, now=0)


def test_a_hold_brings_nothing_into_force(world: World, reached: Goal) -> None:
    give(reached, world.alice, 600_00)
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        hold(actor, goal=fresh(reached), cells=[HeldCell(of(world.alice))], is_held=True, at=NOON)  # type: ignore[list-item]
        refresh_progress(at=NOON)
    assert stands(reached, world.alice)[0] == 300_00


def test_a_bulk_of_targets_is_read_in_one_query_and_those_to_come_in_another(
    world: World, reached: Goal
) -> None:
    def lines() -> int:
        return len(lines_of([fresh(reached)], NOON.date())[reached.pk])

    with acting_for(world.acme.pk), assertNumQueries(2):  # the goal, its targets
        before = lines()
    for person in (world.alice, world.bob, world.carol):
        give(reached, person, 600_00)
    with acting_for(world.acme.pk), assertNumQueries(3):
        assert lines() == before == 7


def test_product_groups_count_from_their_day_too(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "120.00")
    with_groups(goal)
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        split_products(actor, goal=goal, request=ProductSplit("even"), at=APRIL)
        published(goal.plan)
        edits = [Edit(None, (), 90_00)]
        edit_numbers(
            actor, goal=fresh(goal), edits=edits, group="Tools", reason=WHY, effective_on=JUNE_1, at=NOON
        )
        mix = mix_of(actor, fresh(goal), at=NOON)
    assert [line.target for line in mix.lines] == [60_00, 60_00]


def test_the_notice_and_the_question_say_from_when(world: World, goal: Goal) -> None:
    alice = member(world.acme, Role.REP, world.alice)
    give(goal, world.alice, 600_00)
    with acting_for(world.acme.pk):
        notice = Notice.objects.get(kind="number_changed", user=alice.user)
        assert notice.facts["numbers"][0]["effective_on"] == "2026-06-01"
        ask = Acknowledgement.objects.get(person=world.alice, version_number=2)
    api = an_integration(world.acme)
    rows = api.get(f"/api/v1/plans/{goal.plan_id}/acknowledgements/").json()["results"]
    assert {row["effective_on"] for row in rows if row["id"] == ask.pk} == {"2026-06-01"}
    assert {row["effective_on"] for row in rows if row["id"] != ask.pk} == {"2026-04-01"}


def test_over_rest_a_number_tells_what_holds_and_what_comes(
    world: World, goal: Goal, time_machine: Any
) -> None:
    time_machine.move_to(NOON, tick=False)
    give(goal, world.alice, 500_00, on=date(2026, 5, 20))
    give(goal, world.alice, 600_00)
    api = an_integration(world.acme)
    with acting_for(world.acme.pk):
        target = Target.objects.get(goal=goal, person=world.alice)
    one = api.get(f"/api/v1/targets/{target.pk}/").json()
    [row] = api.get(
        f"/api/v1/plans/{goal.plan_id}/targets/?goal={goal.pk}&holder=person:{world.alice.pk}"
    ).json()["results"]
    for found in (one, row):
        assert (found["amount"], found["in_force"]) == ("600.00", "300.00")
        assert found["upcoming"] == [
            {"amount": "500.00", "effective_on": "2026-05-20"},
            {"amount": "600.00", "effective_on": "2026-06-01"},
        ]
    standing = api.get(f"/api/v1/progress/?goal={goal.pk}&holder=person:{world.alice.pk}").json()
    assert standing["results"][0]["target"] == "300.00"


def test_a_number_that_is_still_being_made_is_not_in_force(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "900.00")
    [row, *_rest] = (
        an_integration(world.acme)
        .get(f"/api/v1/plans/{goal.plan_id}/targets/?goal={goal.pk}")
        .json()["results"]
    )
    assert (row["amount"], row["in_force"], row["upcoming"]) == ("900.00", None, [])


def test_the_pages_say_from_when_and_what_holds_until_then(
    world: World, goal: Goal, time_machine: Any
) -> None:
    time_machine.move_to(NOON, tick=False)
    give(goal, world.alice, 500_00, on=date(2026, 5, 20))
    give(goal, world.alice, 700_00, on=date(2026, 6, 15))
    give(goal, world.alice, 600_00)
    lead = visitor(world.acme, Role.ADMIN)
    plan = f"/o/acme/plans/{goal.plan_id}/"
    table = lead.get(f"{plan}?goal={goal.pk}&view=table&open=all").content.decode()
    assert "from Jun 1, 2026; now $300.00" in table
    assert "from May 20, 2026: $500.00" in table
    assert "$700.00" not in table
    rows = lead.get(f"{plan}goals/{goal.pk}/grid/").json()["rows"]
    row = next(row for row in rows if row["key"] == place(world.alice))
    assert (row["total"], row["now"]) == (600_00, 300_00)
    assert row["coming"] == [["2026-05-20", 500_00], ["2026-06-01", 600_00]]
    page = lead.get(f"/o/acme/team/person/{world.alice.pk}/").content.decode()
    for line in ("from May 20, 2026: <strong>$500</strong>", "from Jun 1, 2026: <strong>$600</strong>"):
        assert line in page
    history = lead.get(f"/o/acme/targets/{row['target']}/history/").content.decode()
    assert (history.count("to come"), history.count("overtaken")) == (2, 1)


# A day outside the plan, through every door


def _edited(goal: Goal, on: date) -> object:
    edits = [Edit(of(_alice(goal)), (), 1)]
    return edit_numbers(_actor(goal), goal=goal, edits=edits, reason=WHY, effective_on=on, at=NOON)


def _set(goal: Goal, on: date) -> object:
    holder = of(_alice(goal))
    return set_target(
        _actor(goal), goal=goal, holder=holder, amount=1, expected_version=None, reason=WHY,
        effective_on=on, at=NOON,
    )  # fmt: skip


def _split(goal: Goal, on: date) -> object:
    request = SplitRequest(None, "weights", weights={holder: n for n, holder in enumerate(_tops(goal), 1)})
    return apply_split(_actor(goal), goal=goal, request=request, reason=WHY, effective_on=on, at=NOON)


def _phased(goal: Goal, on: date) -> object:
    request = PhaseRequest(None, "weights", weights=(1, 2, 3))
    return phase(_actor(goal), goal=goal, request=request, reason=WHY, effective_on=on, at=NOON)


def _divided(goal: Goal, on: date) -> object:
    request = ProductSplit("even")
    return split_products(_actor(goal), goal=goal, request=request, reason=WHY, effective_on=on, at=NOON)


def _withdrawn(goal: Goal, on: date) -> object:
    holder = of(_alice(goal))
    return withdraw_override(_actor(goal), goal=goal, holder=holder, reason=WHY, effective_on=on, at=NOON)


def _adjusted(goal: Goal, on: date) -> object:
    wish = Wish(of(_alice(goal)), amount=900_00)
    return preview_adjustment(_actor(goal), goal=goal, wishes=[wish], effective_on=on, at=NOON)


def _handed_over(goal: Goal, on: date) -> object:
    handover = Handover(of(_alice(goal)), on)  # type: ignore[arg-type]
    return preview_handover(_actor(goal), goal=goal, handover=handover, at=NOON)


def _uploaded(goal: Goal, on: date) -> object:
    table = downloaded(goal)
    written_in(table, "Alice", "2026-04-01", 77)
    seen = read(goal, table).seen
    return apply_seen(_actor(goal), goal=goal, seen=seen, reason=WHY, effective_on=on, at=NOON)


DOORS = [_edited, _set, _split, _phased, _divided, _withdrawn, _adjusted, _handed_over, _uploaded]


def _actor(goal: Goal) -> Any:
    return system_actor(goal.organisation)


def _alice(goal: Goal) -> Person:
    return Person.objects.get(name="Alice")


def _tops(goal: Goal) -> list[Any]:
    sheet = sheet_of(goal)
    return [node.holder for node in sheet.tree.below(sheet.tree.root)]


@lasting
def open_to_all(world: World) -> Goal:
    """Whatever a door needs: product groups to divide among, and an override to withdraw."""
    goal = a_goal(a_plan(world.acme), "1200.00")
    with_groups(goal)
    split(goal)
    published(goal.plan)
    give(goal, world.alice, 299_00, on=None, at=APRIL)
    return goal


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__.strip("_"))
@pytest.mark.parametrize("on", [date(2026, 3, 31), date(2026, 7, 1)])
def test_a_day_outside_the_plan_is_refused(
    world: World, open_to_all: Goal, door: Callable[[Goal, date], object], on: date
) -> None:
    error = refused(world, lambda: door(fresh(open_to_all), on), "outside_plan", DomainError)
    assert error.field in ("effective_on", "leaves_on")


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__.strip("_"))
def test_the_first_and_the_last_day_of_the_plan_are_within_it(
    world: World, open_to_all: Goal, door: Callable[[Goal, date], object]
) -> None:
    with acting_for(world.acme.pk):
        assert door(fresh(open_to_all), date(2026, 6, 30)) is not None


def test_a_day_that_is_over_is_kept_beside_the_moment_of_writing(world: World, goal: Goal) -> None:
    give(goal, world.alice, 600_00, on=date(2026, 4, 2))
    with acting_for(world.acme.pk):
        newest = TargetVersion.objects.filter(target__person=world.alice).latest("number")
    assert (newest.effective_on, newest.recorded_at) == (date(2026, 4, 2), NOON)


def test_after_the_plans_last_day_a_change_holds_from_that_day(world: World, goal: Goal) -> None:
    give(goal, world.alice, 600_00, on=None, at=datetime(2026, 7, 5, 9, tzinfo=UTC))
    with acting_for(world.acme.pk):
        assert TargetVersion.objects.latest("id").effective_on == date(2026, 6, 30)
        assert Progress.objects.get(target__person=world.alice, target__goal=goal).amount == 600_00
        assert Target.objects.get(person=world.alice, goal=goal).change.kind == ChangeKind.EDIT
