"""Product groups: a total that is the sum of its groups, minimums that hold, a mix that is met or not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipeline.models import Product
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.tenancy.access import Actor, Sight, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from targets.choices import ChangeKind, SplitMethod
from targets.models import Goal, ProductShare, Target, TargetVersion
from targets.selectors.history import Making, origin_of
from targets.selectors.products import Mix, mix_of
from targets.selectors.sheets import Sheet, Spread, sheet_of, sheets_of
from targets.selectors.trees import Node
from targets.services.cells import Edit, edit_numbers
from targets.services.numbers import Because, Part, lock_goal, write_numbers
from targets.services.product_groups import GroupRule, set_product_groups
from targets.services.products import ProductSplit, preview_products, split_products
from tests.builders import NOON, World, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import (
    APRIL,
    a_goal,
    a_plan,
    fresh,
    lead_of,
    member,
    of,
    published,
    refused,
    split,
)

pytestmark = pytest.mark.django_db

MAY = date(2026, 5, 1)
TOOLS, PARTS = GroupRule("Tools", min_share_bp=6_000), GroupRule("Parts")


def a_product(organisation: Organisation, name: str, group: str) -> Product:
    with acting_for(organisation.pk):
        return Product.objects.create(source="crm", external_id=name, name=name, group=group)


@lasting
def world() -> World:
    world = a_world()
    for organisation in (world.acme, world.other):
        a_product(organisation, "Drill", "Tools")
        a_product(organisation, "Bit", "Parts")
        a_product(organisation, "Oil", "Rest")
    theirs = a_goal(a_plan(world.other), "777.77")
    split(theirs)
    groups(theirs, TOOLS, PARTS)
    divide(theirs, "even")
    return world


@lasting
def goal(world: World) -> Goal:
    """120.00 in Q2: 30.00 each for Alice and Bob, 60.00 for Carol; at least 60 % of it tools."""
    goal = a_goal(a_plan(world.acme), "120.00")
    split(goal, "even")
    groups(goal, TOOLS, PARTS)
    return goal


def groups(goal: Goal, *rules: GroupRule, by: Actor | None = None) -> None:
    with acting_for(goal.organisation_id):
        actor = by or system_actor(goal.organisation)
        set_product_groups(actor, goal=goal, rules=rules, at=APRIL)


def divide(goal: Goal, method: str, *, by: Actor | None = None, at: Any = APRIL, **more: Any) -> Any:
    with acting_for(goal.organisation_id):
        actor = by or system_actor(goal.organisation)
        because = {name: more.pop(name) for name in ("reason",) if name in more}
        return split_products(actor, goal=goal, request=ProductSplit(method, **more), at=at, **because)


def edit(goal: Goal, holder: Unit | Person | None, amount: int, group: str = "", **more: Any) -> None:
    with acting_for(goal.organisation_id):
        edits = [Edit(of(holder), more.pop("months", ()), amount)]
        edit_numbers(
            system_actor(goal.organisation), goal=fresh(goal), edits=edits, group=group, at=APRIL, **more
        )


def all_sheets(goal: Goal) -> dict[str, Sheet]:
    with acting_for(goal.organisation_id):
        return sheets_of(fresh(goal), ["", "Tools", "Parts"])


def numbers(goal: Goal, holder: Unit | Person | None) -> tuple[int | None, ...]:
    """Total, tools, parts."""
    return tuple(sheet.given(sheet.tree.find(of(holder))) for sheet in all_sheets(goal).values())


def mix(goal: Goal, holder: Unit | Person | None = None, *, by: Actor | None = None) -> Mix:
    with acting_for(goal.organisation_id):
        return mix_of(by or system_actor(goal.organisation), fresh(goal), of(holder), at=NOON)


def assert_sums_of_groups(goal: Goal) -> None:
    """Everyone's total and months below the plan's unit are those of their groups, to the unit."""
    total, *by_group = all_sheets(goal).values()
    for node in total.cells:
        if node != total.tree.root:
            assert total.given(node) == sum(sheet.given(node) or 0 for sheet in by_group)
            columns = zip(*(sheet.by_month(node) for sheet in by_group), strict=True)
            assert total.by_month(node) == [sum(column) for column in columns]


def test_groups_and_people_add_up_at_every_unit_and_in_every_month(world: World, goal: Goal) -> None:
    divide(goal, "weights", weights={"Tools": Decimal(2), "Parts": Decimal(1)})
    assert numbers(goal, None) == (12_000, 8_000, 4_000)
    assert numbers(goal, world.north) == (6_000, 4_000, 2_000)
    assert numbers(goal, world.alice) == (3_000, 2_000, 1_000)
    assert_sums_of_groups(goal)
    for sheet in all_sheets(goal).values():
        for node in (sheet.tree.root, sheet.tree.find(of(world.north)), sheet.tree.find(of(world.east))):
            for month in (None, *sheet.months):
                assert sheet.balance(node, month) == sheet.balance(Node(0), None)  # nothing left or too much


def test_odd_cents_are_kept_in_both_margins(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "100.01")
    split(goal, "weights", recursive=False, weights={of(world.east): Decimal(1), of(world.west): Decimal(2)})
    split(goal, "even", holder=of(world.east))
    split(goal, "even", holder=of(world.west))
    groups(goal, GroupRule("Tools"), GroupRule("Parts"), GroupRule("Rest"))
    divide(goal, "even")
    total, *by_group = (sheet_with(goal, group) for group in ("", "Tools", "Parts", "Rest"))
    assert [sheet.given(sheet.tree.root) for sheet in by_group] == [3_334, 3_334, 3_333]
    for node in total.cells:
        assert total.given(node) == sum(sheet.given(node) or 0 for sheet in by_group)
        columns = zip(*(sheet.by_month(node) for sheet in by_group), strict=True)
        assert total.by_month(node) == [sum(column) for column in columns]


def sheet_with(goal: Goal, group: str) -> Sheet:
    with acting_for(goal.organisation_id):
        return sheet_of(fresh(goal), group=group)


def test_a_minimum_share_is_a_floor_of_the_split(world: World, goal: Goal) -> None:
    preview = divide(goal, "even")
    assert [(line.group, line.after, line.least, line.is_bounded) for line in preview.lines] == [
        ("Tools", 7_200, 7_200, True),
        ("Parts", 4_800, None, False),
    ]


def test_a_preview_writes_nothing(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        before = list(Target.objects.order_by("id").values())
        found = preview_products(system_actor(world.acme), goal=goal, request=ProductSplit("even"), at=APRIL)
        assert [line.after for line in found.lines] == [7_200, 4_800]
        assert found.holders == 6
        assert list(Target.objects.order_by("id").values()) == before


def test_history_weighs_the_groups_and_the_mix_of_everyone(world: World, goal: Goal) -> None:
    sold_before(world)
    preview = divide(goal, "history")
    assert [(line.group, line.weight, line.after) for line in preview.lines] == [
        ("Tools", 40_000, 8_000),
        ("Parts", 20_000, 4_000),
    ]
    assert numbers(goal, world.alice) == (3_000, 3_000, 0)
    assert numbers(goal, world.bob) == (3_000, 1_000, 2_000)
    assert_sums_of_groups(goal)


def sold_before(world: World) -> None:
    """Alice: 300.00 of tools; Bob: 100.00 of tools, 200.00 of parts."""
    with acting_for(world.acme.pk):
        drill, bit = (Product.objects.get(external_id=name) for name in ("Drill", "Bit"))
    before = date(2026, 2, 3)
    a_deal(world.acme, world.alice, base=30_000, product=drill, closed_on=before)
    a_deal(world.acme, world.bob, base=10_000, product=drill, closed_on=before)
    a_deal(world.acme, world.bob, base=20_000, product=bit, closed_on=before)
    drained(world.acme)


def making(goal: Goal, group: str, person: Person) -> Making:
    with acting_for(goal.organisation_id):
        target = Target.objects.get(goal=goal, person=person, group=group)
        found = origin_of(target.pk, Sight(everything=True)).making
        assert found is not None
        return found


def test_a_groups_number_tells_how_it_was_made_at_every_level(world: World, goal: Goal) -> None:
    sold_before(world)
    divide(goal, "history")
    alice, carol = making(goal, "Tools", world.alice), making(goal, "Tools", world.carol)
    assert (alice.unit, alice.method, alice.weight_total) == ("North", SplitMethod.MIX, 400_00)
    assert {share.name: share.weight for share in alice.shares} == {"Alice": 300_00, "Bob": 100_00}
    assert (carol.unit, carol.history_from, carol.weight_total) == ("West", None, 60_00)
    tools = sheet_with(goal, "Tools")
    for found, unit in ((alice, world.north), (carol, world.west)):
        assert found.amount == tools.given(tools.tree.find(of(unit)))
        assert sum(share.amount for share in found.shares) == found.amount


def test_a_fixed_amount_may_leave_some_of_the_total_without_a_group(world: World, goal: Goal) -> None:
    preview = divide(goal, "fixed", amounts={"Tools": 8_000, "Parts": 1_000})
    assert (preview.unallocated, preview.over_assigned) == (3_000, 0)
    assert mix(goal).balance.unallocated == 3_000
    assert_sums_of_groups(goal)


def test_an_edited_group_moves_the_total_of_its_holder_and_nobody_elses(world: World, goal: Goal) -> None:
    divide(goal, "even")
    edit(goal, world.alice, 2_000, "Tools")
    assert numbers(goal, world.alice) == (3_200, 2_000, 1_200)
    edit(goal, world.alice, 700, "Parts", months=[MAY])
    assert numbers(goal, world.alice) == (3_500, 2_000, 1_500)
    assert numbers(goal, world.north) == (6_000, 3_600, 2_400)
    assert_sums_of_groups(goal)


def test_the_plans_own_total_and_groups_are_set_apart(world: World, goal: Goal) -> None:
    divide(goal, "even")
    edit(goal, None, 13_000)
    edit(goal, None, 4_000, "Parts")
    assert numbers(goal, None) == (13_000, 7_200, 4_000)
    assert mix(goal).balance.unallocated == 1_800


def test_a_total_below_the_plans_unit_is_not_set_by_hand_nor_split(world: World, goal: Goal) -> None:
    divide(goal, "even")
    error = refused(world, lambda: edit(goal, world.alice, 1), "sum_of_groups")
    assert "“Alice”" in error.render(str)
    refused(
        world,
        lambda: split(fresh_of(goal), "weights", recursive=False, weights=uneven(world)),
        "sum_of_groups",
    )


def uneven(world: World) -> dict[Any, Decimal]:
    return {of(world.east): Decimal(1), of(world.west): Decimal(3)}


def fresh_of(goal: Goal) -> Goal:
    with acting_for(goal.organisation_id):
        return fresh(goal)


def test_a_total_both_sides_agreed_on_is_shared_in_the_mix_there_is(world: World, goal: Goal) -> None:
    divide(goal, "even")
    with acting_for(world.acme.pk):
        sheet = sheet_of(lock_goal(fresh(goal)))
        alice = sheet.tree.find(of(world.alice))
        part = Part(sheet, {alice: Spread(4_001, (4_001, 0, 0))})
        write_numbers(Because(system_actor(world.acme), APRIL), ChangeKind.AGREEMENT, part)
    assert numbers(goal, world.alice) == (4_001, 2_401, 1_600)
    assert all_sheets(goal)["Tools"].by_month(alice) == [2_401, 0, 0]
    assert_sums_of_groups(goal)


def test_groups_wait_for_the_plans_number_to_be_divided(world: World, goal: Goal) -> None:
    refused(world, lambda: edit(goal, world.alice, 1, "Tools"), "no_product_split")
    edit(goal, world.alice, 2_900)
    assert numbers(goal, world.alice) == (2_900, None, None)


def test_a_published_group_has_versions_with_the_reason(world: World, goal: Goal) -> None:
    divide(goal, "even")
    published(goal.plan)
    refused(world, lambda: edit(goal, world.alice, 1_700, "Tools"), "reason_required")
    edit(goal, world.alice, 1_700, "Tools", reason="A new drill")
    with acting_for(world.acme.pk):
        found = TargetVersion.objects.filter(number=2, target__person=world.alice.pk).order_by(
            "target__group"
        )
        assert [(row.target.group, row.amount, row.change.reason) for row in found] == [
            ("", 2_900, "A new drill"),
            ("Tools", 1_700, "A new drill"),
        ]
    refused(world, lambda: groups(fresh_of(goal), TOOLS), "plan_published")


def test_without_groups_the_goal_is_planned_in_total_again(world: World, goal: Goal) -> None:
    divide(goal, "even")
    refused(world, lambda: groups(goal, TOOLS), "group_has_numbers")
    groups(goal)
    assert numbers(goal, world.alice) == (3_000, None, None)
    edit(goal, world.alice, 2_900)
    with acting_for(world.acme.pk):
        assert not ProductShare.objects.exists()


def test_a_group_that_got_nothing_can_be_taken_away(world: World, goal: Goal) -> None:
    divide(goal, "fixed", amounts={"Tools": 12_000, "Parts": 0})
    groups(goal, TOOLS)
    assert numbers(goal, world.alice) == (3_000, 3_000, None)
    assert_sums_of_groups(goal)


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([TOOLS, TOOLS], "groups_repeat"),
        ([GroupRule("Typo")], "unknown_group"),
        ([GroupRule("Tools", 1_000, 5)], "two_minimums"),
        ([GroupRule("Tools", 6_000), GroupRule("Parts", 4_001)], "shares_exceed_whole"),
        ([GroupRule("Tools", 6_000), GroupRule("Parts", min_amount=4_801)], "minimums_exceed_total"),
        ([GroupRule("Tools", min_amount=-1)], "negative"),
    ],
)
def test_groups_that_make_no_sense_are_refused(
    world: World, goal: Goal, rules: list[GroupRule], code: str
) -> None:
    refused(world, lambda: groups(goal, *rules), code)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"method": "capacity"}, "unknown_method"),
        ({"method": "history"}, "no_history"),
        ({"method": "weights", "weights": {"Tools": Decimal(1)}}, "missing_weight"),
        ({"method": "even", "holds": {"Typo": 1}}, "unknown_group"),
        ({"method": "even", "holds": {"Tools": 1}}, "hold_below_minimum"),
        ({"method": "even", "holds": {"Parts": 6_000}}, "floors_exceed_total"),
        ({"method": "even", "holds": {"Parts": -1}}, "negative"),
    ],
)
def test_a_split_that_cannot_be_is_refused(
    world: World, goal: Goal, asked: dict[str, Any], code: str
) -> None:
    refused(world, lambda: divide(goal, **asked), code)


def test_a_goal_without_groups_is_not_divided_by_them_nor_is_a_ratio(world: World) -> None:
    plan = a_plan(world.acme)
    goal, ratio = a_goal(plan, "1.00"), a_goal(plan, "50", kpi="win_rate")
    refused(world, lambda: divide(goal, "even"), "no_groups")
    refused(world, lambda: groups(ratio, TOOLS), "not_additive")


def test_groups_are_chosen_by_those_who_lead_the_plan(world: World, goal: Goal) -> None:
    lead = lead_of(world.acme, world.north)
    viewer = member(world.acme, Role.VIEWER)
    refused(world, lambda: groups(goal, TOOLS, by=lead), "not_yours", Forbidden)
    refused(world, lambda: divide(goal, "even", by=lead), "not_yours", Forbidden)
    refused(world, lambda: groups(goal, TOOLS, by=viewer), "forbidden", Forbidden)


def test_a_stale_choice_of_groups_is_refused(world: World, goal: Goal) -> None:
    def again() -> None:
        set_product_groups(system_actor(world.acme), goal=goal, rules=[TOOLS], expected_version=99, at=APRIL)

    refused(world, again, "stale", DomainError)


def test_the_mix_is_met_when_the_total_is_and_every_minimum(world: World, goal: Goal) -> None:
    divide(goal, "even")
    with acting_for(world.acme.pk):
        drill, bit, oil = (Product.objects.get(external_id=name) for name in ("Drill", "Bit", "Oil"))
    a_deal(world.acme, world.alice, base=1_500, product=drill)
    a_deal(world.acme, world.alice, base=1_600, product=bit)
    drained(world.acme)
    found = mix(goal, world.alice)
    assert (found.target, found.actual, found.short, found.is_met) == (3_000, 3_100, 0, False)
    tools, parts = found.lines
    assert (tools.target, tools.actual, tools.needed, tools.short) == (1_800, 1_500, 1_860, 360)
    assert (parts.target, parts.actual, parts.needed, parts.short) == (1_200, 1_600, None, None)
    a_deal(world.acme, world.alice, base=2_000, product=drill)
    a_deal(world.acme, world.alice, base=100, product=oil)
    drained(world.acme)
    found = mix(goal, world.alice)
    assert found.is_met
    assert [(line.group, line.actual) for line in found.lines] == [
        ("Tools", 3_500), ("Parts", 1_600), ("", 100)
    ]  # fmt: skip


def test_a_minimum_amount_is_that_of_the_whole_plan(world: World, goal: Goal) -> None:
    groups(goal, GroupRule("Tools", min_amount=5_000), PARTS)
    assert (mix(goal).lines[0].needed, mix(goal).lines[0].short) == (5_000, 5_000)
    assert mix(goal, world.alice).lines[0].needed is None


def test_a_mix_is_seen_by_those_who_see_the_holder(world: World, goal: Goal) -> None:
    alice = member(world.acme, Role.REP, world.alice)
    published(goal.plan)
    assert mix(goal, world.alice, by=alice).name == "Alice"
    with pytest.raises(NotFound):
        mix(goal, world.bob, by=alice)
