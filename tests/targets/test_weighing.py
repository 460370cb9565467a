"""What a number is divided by: potential, capacity, what is open, amounts; bounded, in groups, ramped."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpis.values import Holder
from salestargets.tenancy.access import Sight, system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from salestargets.tenancy.services.people import move_person
from targets.models import Goal, PlanningRules, ProductShare, Target
from targets.selectors.history import origin_of, own_share
from targets.services.months import PhaseRequest, phase, preview_phase
from targets.services.potentials import note_potential
from targets.services.splits import BucketRequest
from tests.builders import World, a_person, a_unit
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import APRIL, a_goal, a_plan, fresh, number, of, refused, sheet, split, written

pytestmark = pytest.mark.django_db

YEAR = date(2026, 1, 1)


@lasting
def goal(world: World) -> Goal:
    """1,000.00 for the second quarter, for Acme as a whole."""
    return a_goal(a_plan(world.acme), "1000.00")


def who(holder: Unit | Person) -> Holder:
    found = of(holder)
    assert found is not None
    return found


def potential(organisation: Organisation, holder: Unit | Person, amount: int, since: date = YEAR) -> None:
    with acting_for(organisation.pk):
        note_potential(
            system_actor(organisation), holder=who(holder), amount=amount, starts_on=since, at=APRIL
        )


def hired(organisation: Organisation, person: Person, on: date | None, left_on: date | None = None) -> None:
    with acting_for(organisation.pk):
        Person.objects.filter(pk=person.pk).update(hired_on=on, left_on=left_on)


def numbers(goal: Goal, *holders: Unit | Person) -> list[int | None]:
    found = sheet(goal)
    return [found.given(found.tree.find(of(holder))) for holder in holders]


def told(preview: Any) -> list[str]:
    return [message.render() for message in preview.warnings]


def balance(goal: Goal, holder: Unit | None = None) -> tuple[int, int]:
    """What is unallocated and over-assigned."""
    found = sheet(goal)
    term = found.balance(found.tree.find(of(holder)))
    return term.unallocated, term.over_assigned


class TestByPotential:
    def test_everyone_weighs_what_is_in_force_on_the_first_day_of_the_plan(
        self, world: World, goal: Goal
    ) -> None:
        potential(world.acme, world.alice, 100)
        potential(world.acme, world.alice, 300, since=date(2026, 4, 1))
        potential(world.acme, world.alice, 999, since=date(2026, 4, 2))  # too late
        potential(world.acme, world.bob, 100)
        potential(world.acme, world.carol, 600)
        split(goal, "potential")
        assert numbers(goal, world.alice, world.bob, world.carol) == [30_000, 10_000, 60_000]
        assert numbers(goal, world.east, world.west) == [40_000, 60_000]

    def test_a_unit_with_its_own_does_not_go_by_those_below(self, world: World, goal: Goal) -> None:
        potential(world.acme, world.alice, 100)
        potential(world.acme, world.carol, 100)
        potential(world.acme, world.east, 300)
        preview = split(goal, "potential", recursive=False)
        assert numbers(goal, world.east, world.west) == [75_000, 25_000]
        assert {line.name: line.part.weight for line in preview.lines} == {"East": 300, "West": 100}

    def test_who_has_none_is_named_and_gets_nothing(self, world: World, goal: Goal) -> None:
        potential(world.acme, world.carol, 100)
        preview = split(goal, "potential", recursive=False)
        assert told(preview) == ["No known potential, therefore no share: East."]
        assert numbers(goal, world.east, world.west) == [0, 100_000]

    def test_without_any_it_is_refused(self, world: World, goal: Goal) -> None:
        refused(world, lambda: split(goal, "potential"), "no_basis")

    def test_a_person_who_left_the_tree_is_not_counted_twice(self, world: World, goal: Goal) -> None:
        split(goal, "even")
        with acting_for(world.acme.pk):  # as if Alice had never been in North
            move_person(system_actor(world.acme), person=world.alice, unit=world.west, on=date(2026, 1, 1))
        for person in (world.alice, world.bob, world.carol):
            potential(world.acme, person, 100)
        split(goal, "potential", recursive=False)
        assert numbers(goal, world.east, world.west) == [33_333, 66_667]


class TestByCapacity:
    def test_units_weigh_the_heads_below_them(self, world: World, goal: Goal) -> None:
        split(goal, "capacity")
        assert numbers(goal, world.east, world.west) == [66_667, 33_333]
        assert numbers(goal, world.alice, world.bob) == [33_334, 33_333]

    def test_a_new_hire_counts_as_much_as_they_carry(self, world: World, goal: Goal) -> None:
        hired(world.acme, world.bob, date(2026, 4, 1))  # 30 % in each month of their first quarter
        hired(world.acme, world.carol, date(2026, 1, 15))  # 60 % in their second
        preview = split(goal, "capacity", ramp="keep")
        assert {line.name: str(line.part.weight) for line in preview.lines} == {
            "East": "13/10", "North": "13/10", "Alice": "1", "Bob": "3/10", "West": "3/5", "Carol": "3/5",
        }  # fmt: skip
        assert numbers(goal, world.alice, world.bob, world.carol) == [52_632, 15_789, 31_579]

    def test_the_curve_is_the_organisations(self, world: World, goal: Goal) -> None:
        hired(world.acme, world.bob, date(2026, 4, 1))
        with acting_for(world.acme.pk):
            PlanningRules.objects.update(ramp=[50, 50, 50])
        split(goal, "capacity", holder=None, recursive=False)
        assert numbers(goal, world.east, world.west) == [60_000, 40_000]

    def test_a_unit_of_nobody_has_none(self, world: World, goal: Goal) -> None:
        a_unit(world.acme, "South")
        preview = split(goal, "capacity", recursive=False)
        assert told(preview) == ["No known capacity, therefore no share: South."]


class TestByPipeline:
    def test_everyone_weighs_what_is_open_now(self, world: World, goal: Goal) -> None:
        a_deal(world.acme, world.alice, status="open", base=75_000)
        a_deal(world.acme, world.carol, status="open", base=25_000)
        a_deal(world.acme, world.carol, base=99_999)  # won already
        preview = split(goal, "pipeline")
        assert numbers(goal, world.alice, world.bob, world.carol) == [75_000, 0, 25_000]
        assert "No open pipeline, therefore no share: Bob." in told(preview)

    def test_a_kpi_that_nothing_is_open_for_is_refused(self, world: World) -> None:
        goal = a_goal(a_plan(world.acme), "40", kpi="deals_created")
        refused(world, lambda: split(goal, "pipeline"), "no_pipeline")


class TestFixedAmounts:
    def test_what_is_left_stays_unallocated(self, world: World, goal: Goal) -> None:
        amounts = {who(world.east): 50_000, who(world.west): 30_000}
        preview = split(goal, "fixed", recursive=False, amounts=amounts)
        assert numbers(goal, world.east, world.west) == [50_000, 30_000]
        assert balance(goal) == (20_000, 0)
        assert told(preview) == ["The amounts are together less than “Acme” has; the rest stays unallocated."]

    def test_what_is_too_much_is_over_assigned(self, world: World, goal: Goal) -> None:
        amounts = {who(world.east): 70_000, who(world.west): 50_000}
        preview = split(goal, "fixed", recursive=False, amounts=amounts)
        assert balance(goal) == (0, 20_000)
        assert told(preview) == ["The amounts are together more than “Acme” has."]

    def test_down_the_tree_units_have_what_their_people_have(self, world: World, goal: Goal) -> None:
        amounts = {who(world.alice): 40_000, who(world.bob): 30_000, who(world.carol): 30_000}
        split(goal, "fixed", amounts=amounts)
        assert numbers(goal, world.east, world.west, world.carol) == [70_000, 30_000, 30_000]
        assert balance(goal) == balance(goal, world.north) == (0, 0)

    def test_a_missing_amount_is_refused_by_name(self, world: World, goal: Goal) -> None:
        amounts = {who(world.east): 50_000}
        error = refused(
            world, lambda: split(goal, "fixed", recursive=False, amounts=amounts), "missing_amount"
        )
        assert "West" in str(error)


class TestBounds:
    def test_a_floor_lifts_and_a_cap_lowers(self, world: World, goal: Goal) -> None:
        preview = split(goal, "even", floors={who(world.west): 60_000}, caps={who(world.alice): 15_000})
        assert numbers(goal, world.east, world.west, world.alice, world.bob) == [
            40_000, 60_000, 15_000, 25_000,
        ]  # fmt: skip
        bounds = {line.name: line.bound for line in preview.lines if line.bound}
        assert bounds == {"West": "floor", "Alice": "cap"}

    @pytest.mark.parametrize(
        ("bounds", "code"),
        [
            ({"floors": 100_001}, "floors_exceed_total"),
            ({"floors": 60_000, "caps": 50_000}, "floor_above_cap"),
            ({"floors": -1}, "negative"),
        ],
    )
    def test_bounds_that_cannot_hold_are_refused(
        self, world: World, goal: Goal, bounds: Mapping[str, int], code: str
    ) -> None:
        asked = {name: {who(world.west): amount} for name, amount in bounds.items()}
        refused(world, lambda: split(goal, "even", **asked), code)

    def test_caps_that_leave_a_rest_are_refused(self, world: World, goal: Goal) -> None:
        caps = {who(world.west): 10_000, who(world.east): 10_000}
        refused(world, lambda: split(goal, "even", caps=caps), "caps_below_total")


class TestGroups:
    def test_groups_get_their_part_first_then_their_members(self, world: World, goal: Goal) -> None:
        south = a_unit(world.acme, "South")
        large = BucketRequest("Large", [who(world.east)], weight=Decimal(1))
        small = BucketRequest("Small", [who(world.west), who(south)], weight=Decimal(1))
        preview = split(goal, "even", recursive=False, buckets=[large, small])
        assert numbers(goal, world.east, world.west, south) == [50_000, 25_000, 25_000]
        assert {line.name: line.child.group for line in preview.lines} == {
            "East": "Large", "South": "Small", "West": "Small",
        }  # fmt: skip

    def test_a_group_may_have_a_fixed_amount(self, world: World, goal: Goal) -> None:
        south = a_unit(world.acme, "South")
        large = BucketRequest("Large", [who(world.east)], fixed=70_000)
        small = BucketRequest("Small", [who(world.west), who(south)])
        split(goal, "even", recursive=False, buckets=[large, small])
        assert numbers(goal, world.east, world.west, south) == [70_000, 15_000, 15_000]

    @pytest.mark.parametrize(
        ("method", "groups", "code"),
        [
            ("even", {"A": ["east"]}, "unknown_bucket"),
            ("even", {"A": ["east", "west"], "B": ["west"]}, "repeated"),
            ("even", {"A": ["east", "west"], "B": []}, None),
            ("even", {"A": ["alice"]}, "not_below"),
            ("fixed", {"A": ["east", "west"]}, "fixed_in_groups"),
        ],
    )
    def test_everyone_is_in_one_group(
        self, world: World, goal: Goal, method: str, groups: Mapping[str, list[str]], code: str | None
    ) -> None:
        buckets = [
            BucketRequest(name, [who(getattr(world, one)) for one in members])
            for name, members in groups.items()
        ]
        if code is None:
            split(goal, method, buckets=buckets)
            assert numbers(goal, world.east, world.west) == [50_000, 50_000]
        else:
            refused(world, lambda: split(goal, method, buckets=buckets), code)


class TestRamp:
    def test_the_rest_stays_unallocated_where_it_is_kept(self, world: World, goal: Goal) -> None:
        hired(world.acme, world.bob, date(2026, 4, 1))  # 30 %
        preview = split(goal, "even", ramp="keep")
        assert numbers(goal, world.alice, world.bob, world.carol) == [25_000, 7_500, 50_000]
        assert balance(goal, world.north) == (17_500, 0)
        assert preview.levels[sheet(goal).tree.find(of(world.north))].unramped == 17_500
        assert told(preview) == [
            "New hires below “North” do not carry their full part yet; the rest stays unallocated."
        ]

    def test_the_others_take_it_where_it_is_shared(self, world: World, goal: Goal) -> None:
        hired(world.acme, world.bob, date(2026, 4, 1))
        split(goal, "even", ramp="share")
        assert numbers(goal, world.alice, world.bob) == [38_462, 11_538]
        assert balance(goal, world.north) == (0, 0)

    def test_without_a_ramp_new_hires_are_named(self, world: World, goal: Goal) -> None:
        hired(world.acme, world.bob, date(2026, 4, 1))
        hired(world.acme, world.carol, None, left_on=date(2026, 6, 1))
        preview = split(goal, "even")
        assert numbers(goal, world.alice, world.bob, world.carol) == [25_000, 25_000, 50_000]
        assert told(preview) == [
            "They carry less in this plan, being new, moving or leaving, but get a full number: Bob, Carol."
        ]

    def test_who_has_long_been_there_carries_all_of_it(self, world: World, goal: Goal) -> None:
        for person in (world.alice, world.bob, world.carol):
            hired(world.acme, person, date(2020, 1, 1))
        assert told(split(goal, "even", ramp="keep")) == []
        assert balance(goal, world.north) == (0, 0)


class TestPadding:
    def test_it_is_given_on_top_level_by_level(self, world: World, goal: Goal) -> None:
        split(goal, "even", padding=[Decimal(10), Decimal(0), Decimal(20)])
        assert numbers(goal, world.east, world.west) == [55_000, 55_000]
        assert numbers(goal, world.north, world.alice, world.bob) == [55_000, 33_000, 33_000]
        assert balance(goal) == (0, 10_000)

    def test_the_last_one_goes_for_all_levels_below(self, world: World, goal: Goal) -> None:
        split(goal, "even", padding=[Decimal(10)])
        assert numbers(goal, world.east, world.north) == [55_000, 60_500]

    def test_held_numbers_are_not_padded(self, world: World, goal: Goal) -> None:
        split(goal, "even", recursive=False, padding=[Decimal(10)], holds={who(world.west): 20_000})
        assert numbers(goal, world.east, world.west) == [88_000, 20_000]

    def test_less_than_nothing_is_refused(self, world: World, goal: Goal) -> None:
        refused(world, lambda: split(goal, "even", padding=[Decimal(-1)]), "invalid_padding")

    def test_what_people_carry_together_is_told_at_every_unit(self, world: World, goal: Goal) -> None:
        assert sheet(goal).over_assignment(sheet(goal).tree.root) is None
        split(goal, "even", padding=[Decimal(10), Decimal(0), Decimal(20)])
        found = sheet(goal)
        share = {node: found.over_assignment(node) for node, _depth in found.tree.walk()}
        by_name = {found.tree.name(node): each and float(each) for node, each in share.items()}
        assert by_name == {
            "Acme": 1.21, "East": 1.2, "North": 1.2, "Alice": None, "Bob": None, "West": 1.0, "Carol": None,
        }  # fmt: skip


class TestProductGroups:
    def test_a_groups_history_is_that_of_its_products(self, world: World, goal: Goal) -> None:
        from pipeline.models import Product

        with acting_for(world.acme.pk):
            for name, group in (("Pump", "Hardware"), ("Care", "Service")):
                Product.objects.create(source="crm", external_id=name, name=name, group=group)
            products = {product.name: product for product in Product.objects.all()}
        a_deal(world.acme, world.alice, base=30_000, closed_on=date(2026, 2, 3), product=products["Pump"])
        a_deal(world.acme, world.carol, base=10_000, closed_on=date(2026, 2, 3), product=products["Pump"])
        a_deal(world.acme, world.carol, base=90_000, closed_on=date(2026, 2, 3), product=products["Care"])
        a_deal(world.acme, world.bob, base=90_000, closed_on=date(2026, 2, 3))  # of no product
        drained(world.acme)
        with acting_for(world.acme.pk):
            root = Target.objects.get(goal=goal)
            ProductShare.objects.create(goal=goal, group="Hardware")
            Target.objects.create(
                goal=goal, unit=root.unit, group="Hardware", given=40_000, months=[40_000, 0, 0],
                change=root.change,
            )  # fmt: skip
        split(goal, "history", group="Hardware", recursive=False)
        with acting_for(world.acme.pk):
            rows = Target.objects.filter(goal=goal, group="Hardware").order_by("unit__name")
            assert [(row.unit.name, row.given) for row in rows] == [
                ("Acme", 40_000), ("East", 30_000), ("West", 10_000),
            ]  # fmt: skip
        assert numbers(goal, world.east) == [30_000]


def test_what_made_a_number_is_told_with_it(world: World, goal: Goal) -> None:
    hired(world.acme, world.bob, date(2026, 4, 1))
    split(goal, "even", ramp="keep", caps={who(world.alice): 20_000}, padding=[Decimal(10), Decimal(0)])
    with acting_for(world.acme.pk):
        target = Target.objects.get(goal=goal, person=world.bob)
        origin = origin_of(target.pk, Sight(everything=True))
        share, making = own_share(origin, target), origin.making
    assert making is not None
    assert share is not None
    assert (making.ramp, making.unramped, making.padded) == ("keep", 24_500, 0)
    assert (share.full, share.ramp, share.computed, share.amount) == (
        35_000, Decimal("0.300000"), 27_500, 10_500,
    )  # fmt: skip
    alice = next(each for each in making.shares if each.name == "Alice")
    assert (alice.cap, alice.is_bounded, alice.bucket) == (20_000, True, "")


def test_a_preview_of_the_months_writes_nothing(world: World, goal: Goal) -> None:
    split(goal, "even")
    before = written(world.acme)
    request = PhaseRequest(holder=of(world.north), method="weights", weights=[Decimal(n) for n in (1, 1, 2)])
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        lines = preview_phase(actor, goal=fresh(goal), request=request, at=APRIL)
    assert written(world.acme) == before
    assert [(line.name, line.depth, list(line.after)) for line in lines] == [
        ("North", 0, [12_500, 12_500, 25_000]),
        ("Alice", 1, [6_250, 6_250, 12_500]),
        ("Bob", 1, [6_250, 6_250, 12_500]),
    ]
    with acting_for(world.acme.pk):
        phase(actor, goal=fresh(goal), request=request, at=APRIL)
    found = sheet(goal)
    assert {line.name: found.by_month(line.node) for line in lines} == {
        line.name: list(line.after) for line in lines
    }


def test_a_new_colleague_is_ramped_where_they_have_their_place(world: World) -> None:
    dora = a_person(world.acme, "Dora", unit=world.west, since=date(2026, 4, 1))
    hired(world.acme, dora, date(2026, 4, 1))
    goal = a_goal(a_plan(world.acme), "100.00")
    split(goal, "even", holder=None, ramp="share")
    assert (number(goal, world.carol), number(goal, dora)) == (3_846, 1_154)
