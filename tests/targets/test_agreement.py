"""Given against proposed, rolled up: every part of the gap has an owner, and the parts sum."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.models import Kpi
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.domain.reconciling import terms
from targets.models import Goal, Plan, Proposal, Target
from targets.selectors.agreement import Agreement, agreement_of, asked_of, rolled_up
from targets.selectors.sheets import NOTHING, Cell, Sheet
from targets.selectors.trees import Label, Node, PlanTree
from tests.builders import World
from tests.lasting import lasting
from tests.targets.builders import (
    APRIL,
    a_goal,
    a_plan,
    a_world_that_proposes,
    an_open_goal,
    fresh,
    member,
    opened,
    propose,
    with_approvals,
)
from tests.targets.test_proposals import accept, counter, escalate

pytestmark = pytest.mark.django_db


@lasting
def world() -> World:
    return a_world_that_proposes()


@lasting
def goal(world: World) -> Goal:
    return an_open_goal(world)


def seen(goal: Goal, actor: Actor | None = None) -> Agreement:
    with acting_for(goal.organisation_id):
        return agreement_of(actor or system_actor(goal.organisation), fresh(goal), at=APRIL)


def told(found: Agreement) -> dict[str, tuple[int | None, int | None, int, int, int | None]]:
    """Given, proposed, gap, held back, agreed."""
    return {
        line.place.label.name: (
            line.row.given,
            line.proposed,
            line.row.gap,
            line.row.held_back,
            line.cell.agreed,
        )
        for line in found.lines
    }


def test_proposals_roll_up_and_gaps_walk_down(world: World, goal: Goal) -> None:
    mona = member(world.acme, Role.MANAGER, world.mona)
    accept(propose(goal, world.alice, "270.00"), mona)
    propose(goal, world.bob, "350.00")
    found = seen(goal)
    assert told(found) == {
        "Acme": (120_000, 122_000, -2_000, 0, None),
        "East": (60_000, 62_000, -2_000, 0, None),
        "North": (60_000, 62_000, -2_000, 0, None),
        "Alice": (30_000, 27_000, 3_000, 0, 27_000),
        "Bob": (30_000, 35_000, -5_000, 0, None),
        "West": (60_000, None, 0, 0, None),
        "Carol": (60_000, None, 0, 0, None),
    }
    assert (found.waiting, found.leaves, found.answered) == (1, 3, 2)
    assert [
        (gap.line.place.label.name, gap.reason, gap.amount, gap.state, [lead.name for lead in gap.owners])
        for gap in found.gaps
    ] == [
        ("Bob", "promise", -5_000, "open", ["Mona"]),
        ("Alice", "promise", 3_000, "accepted", []),
    ]
    assert sum(gap.amount for gap in found.gaps) == found.gap == found.given - found.proposed == -2_000


def test_whose_turn_it_is_moves_on(world: World, goal: Goal) -> None:
    with_approvals(world.acme)
    mona, alice = member(world.acme, Role.MANAGER, world.mona), member(world.acme, Role.REP, world.alice)
    admin = member(world.acme, Role.ADMIN)

    def turn() -> list[str]:
        [line] = [line for line in seen(goal).lines if line.place.label.name == "Alice"]
        return [lead.name for lead in line.turn]

    assert turn() == ["Alice"]
    proposal = propose(goal, world.alice, "100.00", by=alice)
    assert turn() == ["Mona"]
    escalate(proposal, mona)
    assert turn() == []  # nobody manages East: the administrators
    counter(proposal, admin, "200.00")
    assert turn() == ["Alice"]


def test_a_managers_own_number_and_what_is_kept_back_are_parts_of_the_gap(world: World, goal: Goal) -> None:
    mona = member(world.acme, Role.MANAGER, world.mona)
    propose(goal, world.alice, "290.00")
    propose(goal, world.north, "500.00", by=mona, comment="One of them leaves")
    with acting_for(world.acme.pk):
        Target.objects.filter(goal=goal, person=world.bob).update(given=None, months=None)
    found = seen(goal)
    parts = {(gap.line.place.label.name, str(gap.reason)): gap.amount for gap in found.gaps}
    assert parts == {
        ("North", "held_back"): 30_000,
        ("North", "overridden"): 29_000 - 50_000,
        ("Alice", "promise"): 1_000,
    }
    assert sum(parts.values()) == found.gap == 10_000
    assert [gap.comment for gap in found.gaps if gap.reason == "overridden"] == ["One of them leaves"]


def test_a_manager_sees_their_own_part_of_the_tree(world: World, goal: Goal) -> None:
    propose(goal, world.alice, "290.00")
    propose(goal, world.carol, "1.00")
    found = seen(goal, member(world.acme, Role.MANAGER, world.mona))
    assert [line.place.label.name for line in found.lines] == ["North", "Alice", "Bob"]
    assert (found.gap, len(found.gaps)) == (1_000, 1)


def test_what_may_be_done_is_told_line_by_line(world: World, goal: Goal) -> None:
    with_approvals(world.acme)
    mona, alice = member(world.acme, Role.MANAGER, world.mona), member(world.acme, Role.REP, world.alice)
    propose(goal, world.alice, "290.00", by=alice)
    propose(goal, world.bob, "100.00")
    lines = {line.place.label.name: line for line in seen(goal, mona).lines}
    assert [
        (name, line.may_propose, line.may_answer, line.may_accept, line.may_escalate)
        for name, line in lines.items()
    ] == [
        ("North", True, False, False, False),
        ("Alice", True, True, True, True),
        ("Bob", True, True, False, True),
    ]
    [own] = seen(goal, alice).lines
    assert (own.may_propose, own.may_answer, own.may_take) == (True, False, False)


def test_a_ratio_has_no_gap_to_walk(world: World) -> None:
    plan = a_plan(world.acme, "Levels")
    opened(a_goal(plan, "300000", kpi="win_rate").plan)
    with acting_for(world.acme.pk):
        goal = Goal.objects.get(plan=plan)
    found = seen(goal)
    assert found.gaps == []
    assert {line.row.depth for line in found.lines} == {0}


def test_a_person_is_asked_for_their_own_number_while_a_plan_is_open(world: World, goal: Goal) -> None:
    a_goal(a_plan(world.acme, "Draft"), "5.00")
    alice, viewer = member(world.acme, Role.REP, world.alice), member(world.acme, Role.VIEWER)
    propose(goal, world.alice, "290.00", by=alice)
    with acting_for(world.acme.pk):
        [asked] = asked_of(alice)
        assert asked.target is not None
        assert asked.proposal is not None
        assert (asked.goal.plan.name, asked.target.given, asked.proposal.amount, asked.state) == (
            "Q2",
            30_000,
            29_000,
            "open",
        )
        assert asked.by_month[0] == (date(2026, 4, 1), 10_000)
        assert asked_of(viewer) == []


@pytest.mark.parametrize("people", [1, 3])
def test_it_takes_the_same_few_queries_for_any_size(
    world: World, goal: Goal, people: int, django_assert_num_queries: object
) -> None:
    for holder in [world.alice, world.bob, world.carol][:people]:
        propose(goal, holder, "1.00")
    mona = member(world.acme, Role.MANAGER, world.mona)
    with acting_for(world.acme.pk):
        read = fresh(goal)
        with django_assert_num_queries(11):  # type: ignore[operator]
            agreement_of(mona, read, at=APRIL)


def a_cell(amount: int | None) -> Cell:
    return NOTHING._replace(given=amount)


AMOUNTS = st.none() | st.integers(0, 10**15)
PLACES = st.lists(st.tuples(st.integers(0, 30), AMOUNTS, AMOUNTS), min_size=1, max_size=30)


@given(PLACES)
def test_the_gaps_of_any_tree_sum_to_that_of_its_root(
    places: list[tuple[int, int | None, int | None]],
) -> None:
    """Each place hangs below an earlier one; whoever has nobody below is a leaf."""
    nodes = [Node(n + 1) for n in range(len(places))]
    children: dict[Node, tuple[Node, ...]] = {}
    for n, (above, _given, _proposed) in enumerate(places[1:], start=1):
        parent = nodes[above % n]
        children[parent] = (*children.get(parent, ()), nodes[n])
    tree = PlanTree(nodes[0], children, {node: Label("", "") for node in nodes})
    goal = Goal(kpi=Kpi(key="won_revenue", numerator="won_amount"), plan=Plan(period_starts=[]))
    cells = {node: a_cell(place[1]) for node, place in zip(nodes, places, strict=True)}
    proposals = {
        node: Proposal(amount=place[2])
        for node, place in zip(nodes, places, strict=True)
        if place[2] is not None
    }
    rows = rolled_up(Sheet(goal, tree, cells), proposals, [nodes[0]])
    assert sum(term.amount for term in terms(rows.values())) == rows[nodes[0]].gap
