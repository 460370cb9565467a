"""Reading plans: only what is in sight, in the same few queries for any size."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from salestargets.kernel.errors import NotFound
from salestargets.tenancy.access import Actor, Sight, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.models import Goal, Target
from targets.selectors.history import origin_of, steps_of, versions_of
from targets.selectors.plans import get_goal, get_plan, get_target, goals_of, visible_plans
from targets.selectors.rows import progress, sheet_rows
from targets.selectors.smart import smart_findings
from targets.services.cells import Edit, edit_numbers, set_target
from targets.services.months import PhaseRequest, phase
from targets.services.progress import refresh_progress
from targets.services.undo import undo_last
from tests.builders import NOON, World, a_person, a_unit
from tests.targets.builders import (
    APRIL,
    a_goal,
    a_plan,
    fresh,
    lead_of,
    member,
    of,
    published,
    sheet,
    split,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 12)


def test_plans_are_seen_by_those_who_are_in_them_and_drafts_by_those_who_write(
    world: World, goal: Goal
) -> None:
    west = a_plan(world.acme, "West", root=world.west)
    alice, carol = member(world.acme, Role.REP, world.alice), member(world.acme, Role.REP, world.carol)
    lena, willa = lead_of(world.acme, world.east), lead_of(world.acme, world.west, "Willa")

    def names(actor: Actor) -> set[str]:
        with acting_for(world.acme.pk):
            return {plan.name for plan in visible_plans(actor, TODAY)}

    assert names(alice) == names(carol) == names(lena) == {"Q2"}
    assert names(willa) == names(member(world.acme, Role.VIEWER)) == {"Q2", "West"}
    with acting_for(world.acme.pk), pytest.raises(NotFound):
        get_plan(lena, west.pk, TODAY)


def test_goals_and_numbers_of_others_do_not_exist(world: World, goal: Goal) -> None:
    rep = member(world.acme, Role.REP, world.alice)
    with acting_for(world.other.pk):
        theirs = Goal.objects.get()
    cells = sheet(goal).cells
    tree = sheet(goal).tree
    bobs, own = cells[tree.find(of(world.bob))], cells[tree.find(of(world.alice))]
    with acting_for(world.acme.pk):
        assert get_goal(rep, goal.pk, TODAY).pk == goal.pk
        assert get_target(rep, own.target_id, TODAY).given == 30_000
        with pytest.raises(NotFound):
            get_goal(rep, theirs.pk, TODAY)
        with pytest.raises(NotFound):
            get_target(rep, bobs.target_id, TODAY)


def test_the_sheet_shows_what_adds_up_and_what_one_may_write(world: World, goal: Goal) -> None:
    lena = lead_of(world.acme, world.east)
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        set_target(actor, goal=fresh(goal), holder=of(world.bob), amount=20_000, expected_version=None,
                   reason="ill", at=APRIL)  # fmt: skip
        rows = sheet_rows(lena, fresh(goal), on=TODAY)
    assert [(row.place.label.name, row.place.depth, row.total.amount, row.is_writable) for row in rows] == [
        ("East", 0, 60_000, False),
        ("North", 1, 60_000, True),
        ("Alice", 2, 30_000, True),
        ("Bob", 2, 20_000, True),
    ]
    assert rows[1].total.balance.unallocated == 10_000
    assert [month.balance.unallocated for month in rows[1].months] == [3_333, 3_333, 3_334]


def test_a_rep_sees_how_their_number_was_made_and_not_their_colleagues(world: World, goal: Goal) -> None:
    cells, tree = sheet(goal).cells, sheet(goal).tree
    own = cells[tree.find(of(world.alice))].target_id
    seen = Sight(person_ids=frozenset({world.alice.pk}))
    with acting_for(world.acme.pk):
        rep, lead = origin_of(own, seen).making, origin_of(own, Sight(everything=True)).making
    assert rep is not None
    assert lead is not None
    assert (rep.unit, rep.amount, rep.method, rep.children) == ("North", 60_000, "even", 2)
    assert [(share.name, share.amount) for share in rep.shares] == [("Alice", 30_000)]
    assert [share.name for share in lead.shares] == ["Alice", "Bob"]


def test_a_number_set_by_hand_tells_its_versions_and_its_reason(world: World, goal: Goal) -> None:
    admin = member(world.acme, Role.ADMIN)
    with acting_for(world.acme.pk):
        target = set_target(
            admin,
            goal=fresh(goal),
            holder=of(world.bob),
            amount=20_000,
            expected_version=None,
            reason="ill",
            effective_on=date(2026, 6, 1),
            at=NOON,
        )
        versions = versions_of(target)
        assert [(one.number, one.given, one.reason, one.recorded_by) for one in versions] == [
            (2, 20_000, "ill", str(admin.user)),
            (1, 30_000, "as the test needs it", None),
        ]
        assert [one.number for one in versions_of(target, date(2026, 5, 31))] == [1]
        origin = origin_of(target.pk, Sight(everything=True))
        assert (origin.kind, origin.reason, origin.changed_by) == ("edit", "ill", str(admin.user))
        assert (origin.is_override, origin.computed, origin.given) == (True, 30_000, 20_000)


def more_people(world: World) -> None:
    """Two more in each place, and another unit beside the others."""
    for name in ("Dan", "Eve"):
        a_person(world.acme, name, unit=world.north)
        a_person(world.acme, f"{name}a", unit=world.west)
    south = a_unit(world.acme, "South", below=world.east)
    a_person(world.acme, "Finn", unit=south)


SELECTORS: dict[str, tuple[int, Callable[[Actor, Goal], Any]]] = {
    "progress": (6, lambda actor, goal: progress(actor, goal, at=NOON)),
    "progress as of a day": (8, lambda actor, goal: progress(actor, goal, as_of=TODAY, at=NOON)),
    "the sheet": (6, lambda actor, goal: sheet_rows(actor, goal, on=TODAY)),
    "plans": (3, lambda actor, goal: list(visible_plans(actor, TODAY))),
    "goals": (1, lambda actor, goal: goals_of([goal.plan])),
    "SMART": (14, lambda actor, goal: smart_findings(goal, on=TODAY)),
}


@pytest.mark.parametrize("is_larger", [False, True], ids=["few", "more"])
@pytest.mark.parametrize("name", SELECTORS)
def test_a_selector_takes_the_same_few_queries_for_any_size(
    world: World, name: str, is_larger: bool, django_assert_num_queries: Any
) -> None:
    if is_larger:
        more_people(world)
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal, "even")
    published(goal.plan)
    if is_larger:
        for each in ("Q2 again", "Q2 once more"):
            a_goal(a_plan(world.acme, each))
    with acting_for(world.acme.pk):
        refresh_progress(at=NOON)
        lena, read = lead_of(world.acme, world.east), fresh(goal)
        count, select = SELECTORS[name]
        with django_assert_num_queries(count):
            assert select(lena, read)


@pytest.mark.parametrize("is_larger", [False, True], ids=["few", "more"])
def test_a_refresh_takes_the_same_few_queries_for_any_size(
    world: World, is_larger: bool, django_assert_num_queries: Any
) -> None:
    if is_larger:
        more_people(world)
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal, "even")
    published(goal.plan)
    with acting_for(world.acme.pk), django_assert_num_queries(10):
        refresh_progress(at=NOON)


def test_every_change_of_a_number_is_told_with_what_was_asked_for(world: World) -> None:
    goal = a_goal(a_plan(world.acme, "Draft"), "900.00")
    split(goal)
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        weights = [Decimal(1), Decimal(2), Decimal(1)]
        phase(actor, goal=fresh(goal), request=PhaseRequest(None, "weights", weights), at=APRIL)
        edits = [Edit(of(world.north), [], 30_000)]
        edit_numbers(actor, goal=fresh(goal), edits=edits, rule="below", reason="smaller", at=NOON)
        target = Target.objects.select_related("goal__plan").get(goal=goal, person=world.alice)
        told = [(step.kind, step.amount, step.reason, step.details) for step in steps_of(target)]
        assert told == [
            ("edit", 15_000, "smaller", {"rule": "below"}),
            ("phasing", 22_500, "", {"method": "weights", "weights": ["1", "2", "1"]}),
            ("split", 22_500, "", {}),
        ]
        undo_last(actor, goal=fresh(goal), at=NOON)
        target.refresh_from_db()
        assert [step.kind for step in steps_of(target)] == ["phasing", "split"]
        assert [step.months for step in steps_of(target)] == [[5_625, 11_250, 5_625], [7_500] * 3]
