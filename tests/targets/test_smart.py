"""What a goal is held against: earlier results, what the people can carry, what is open."""

from datetime import date

import pytest

from kpis.services.definitions import KpiFacts
from kpis.services.entries import create_manual_kpi
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from targets.models import Goal
from targets.selectors.smart import references_of, smart_findings
from tests.builders import NOON, World, a_member, a_person, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, fresh

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@lasting
def world() -> World:
    """Alice and Bob won 12.00 and 36.00 a month from January to March."""
    world = a_world()
    for month in (1, 2, 3):
        a_deal(world.acme, world.alice, base=1_200, closed_on=date(2026, month, 15))
        a_deal(world.acme, world.bob, base=3_600, closed_on=date(2026, month, 15))
    drained(world.acme)
    return world


def held_against(goal: Goal) -> dict[str, tuple[str, int | None]]:
    with acting_for(goal.organisation_id):
        found = references_of(fresh(goal), on=TODAY)
    return {reference.key: (str(reference.about.render()), reference.amount) for reference in found}


def test_capacity_is_ramped_months_times_the_median_of_ramped_peers(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "300.00")
    # Carol won nothing in her three months as a peer: the median of 12.00, 36.00 and 0.00 a month is 12.00.
    assert held_against(goal)["capacity"] == ("what the people can carry", 3 * 3 * 1_200)


def test_a_new_hire_carries_less_and_is_no_peer(world: World) -> None:
    with acting_for(world.acme.pk):
        Person.objects.filter(pk=world.carol.pk).update(hired_on=date(2026, 4, 1))
    goal = a_goal(a_plan(world.acme), "300.00")
    # The median of 12.00 and 36.00 is 24.00; Carol carries 30 % of each of her first three months.
    assert held_against(goal)["capacity"][1] == round(2_400 * (6 + 3 * 0.3))


def test_the_pipeline_is_what_is_reached_and_what_is_open(world: World) -> None:
    a_deal(world.acme, world.carol, base=50_000, status="open", closed_on=None)
    a_deal(world.acme, world.alice, base=1_000, closed_on=date(2026, 5, 4))
    drained(world.acme)
    goal = a_goal(a_plan(world.acme), "300.00")
    assert held_against(goal)["pipeline"] == ("what is reached and open now", 51_000)


def test_history_names_the_period_it_is_from(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "300.00")
    assert held_against(goal)["history"] == ("the result of the period just before", 14_400)
    a_deal(world.acme, world.alice, base=700, closed_on=date(2025, 5, 4))
    drained(world.acme)
    with acting_for(world.acme.pk):
        [name] = {held_against(goal)["history"][0]}
    assert name == "the result of the period just before"  # nobody belonged to a unit a year ago


def test_a_level_is_held_against_its_baseline_and_its_earlier_value(world: World) -> None:
    a_deal(world.acme, world.alice, base=700, status="lost", closed_on=date(2026, 3, 4))
    drained(world.acme)
    goal = a_goal(a_plan(world.acme), "900000", kpi="win_rate")
    with acting_for(world.acme.pk):
        Goal.objects.filter(pk=goal.pk).update(baseline=500_000)
    assert held_against(goal) == {
        "history": ("the result of the period just before", 857_143),
        "baseline": ("its baseline", 500_000),
    }


def test_an_amount_outside_the_band_of_any_reference_needs_a_reason(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "1000.00")
    with acting_for(world.acme.pk):
        Goal.objects.filter(pk=goal.pk).update(achievable_because="")
        [letter] = [one for one in smart_findings(fresh(goal), on=TODAY) if one.letter == "A"]
    assert not letter.ok
    assert letter.missing is not None
    assert (
        letter.missing.render()
        == "It is 6.94 times the result of the period just before; the band is 0.50 to 1.50."
    )


def test_what_is_entered_by_hand_needs_somebody_else_to_confirm_it(world: World) -> None:
    with acting_for(world.acme.pk):
        create_manual_kpi(
            system_actor(world.acme),
            key="cases",
            unit="count",
            facts=KpiFacts(name="Reference cases", nature="quality", direction="higher"),
            adds_up=True,
            at=NOON,
        )
    goal = a_goal(a_plan(world.acme), "30", kpi="cases")

    def measurable() -> bool:
        with acting_for(world.acme.pk):
            return smart_findings(fresh(goal), on=TODAY)[1].ok

    assert not measurable()  # there is the administrator alone
    a_member(world.acme, "viewer@acme.example", Role.VIEWER)
    assert not measurable()
    a_member(world.acme, "alice@acme.example", person=world.alice)
    assert measurable()


def test_more_people_need_no_more_queries(world: World, django_assert_num_queries: object) -> None:
    goal = a_goal(a_plan(world.acme), "300.00")

    for number in range(3):
        a_person(world.acme, f"Person {number}", unit=world.west)
        with acting_for(world.acme.pk):
            fetched = fresh(goal)
            with django_assert_num_queries(12):  # type: ignore[operator]
                references_of(fetched, on=TODAY)
