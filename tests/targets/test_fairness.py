"""Whether targets ask about as much of everyone: by ramped months and what fully ramped people brought."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from targets.charts import fairness_chart
from targets.domain.fairness import Rated
from targets.models import Goal, Potential
from targets.selectors.fairness import Judged, fairness_of
from targets.selectors.trees import Node
from targets.services.cells import set_target
from targets.services.publishing import close_plan
from tests.api.clients import an_integration
from tests.builders import World, a_person, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import APRIL, Q2, a_goal, a_plan, fresh, member, of, published, split
from tests.targets.pages.conftest import visitor
from tests.targets.pages.test_today import text_of

pytestmark = pytest.mark.django_db

JULY = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


@lasting
def world() -> World:
    return a_world()


def judged(world: World, goal: Goal, *, by: Actor | None = None, on: date = Q2[0]) -> Judged:
    with acting_for(world.acme.pk):
        found = fairness_of(by or system_actor(world.acme), fresh(goal), on=on)
    assert found is not None
    return found


def ratios(found: Judged) -> dict[str, float | None]:
    return {
        rated.name: None if rated.ratio is None else round(float(rated.ratio), 3)
        for rated in found.result.people
    }


def since(world: World, person: Person, **days: Any) -> None:
    with acting_for(world.acme.pk):
        Person.objects.filter(pk=person.pk).update(**days)


def test_expected_capacity_is_ramped_months_times_what_ramped_peers_brought_in_a_month(world: World) -> None:
    """January to March: Alice 3,000.00, Bob 600.00, Carol 0: 1,000.00, 200.00 and 0 a month."""
    a_deal(world.acme, world.alice, base=300_000, closed_on=date(2026, 2, 3))
    a_deal(world.acme, world.bob, base=60_000, closed_on=date(2026, 3, 3))
    drained(world.acme)
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    found = judged(world, goal)
    assert (found.capacity.monthly, found.capacity.peers) == (20_000, 3)
    assert (found.capacity.span.start, found.capacity.span.end) == (date(2025, 4, 1), date(2026, 4, 1))
    assert set(found.capacity.months.values()) == {Fraction(3)}
    assert ratios(found) == {"Alice": 0.5, "Bob": 0.5, "Carol": 1.0}
    assert found.result.max_over_min == 2


def test_months_in_which_someone_ramped_up_tell_nothing_of_the_others(world: World) -> None:
    a_deal(world.acme, world.alice, base=300_000, closed_on=date(2026, 2, 3))
    drained(world.acme)
    for newcomer in (world.bob, world.carol):
        since(world, newcomer, hired_on=date(2026, 1, 1))
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    found = judged(world, goal)
    assert (found.capacity.monthly, found.capacity.peers) == (100_000, 1)
    months = {node.person_id: ramped for node, ramped in found.capacity.months.items()}
    assert months == {world.alice.pk: 3, world.bob.pk: Fraction(9, 5), world.carol.pk: Fraction(9, 5)}


def test_without_history_capacity_goes_by_headcount(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    found = judged(world, goal)
    assert (found.capacity.peers, found.capacity.monthly) == (0, Fraction(120_000, 9))
    assert ratios(found) == {"Alice": 0.75, "Bob": 0.75, "Carol": 1.5}
    note = found.result.note
    assert note is not None
    assert note.params["count"] == 3


def test_who_leaves_in_the_middle_carries_less(world: World) -> None:
    since(world, world.alice, left_on=date(2026, 4, 1))
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    assert ratios(judged(world, goal))["Alice"] is None  # nothing can be expected


def test_nobody_is_compared_whom_one_does_not_see(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    mona = member(world.acme, Role.MANAGER, world.mona)
    assert set(ratios(judged(world, goal, by=mona))) == {"Alice", "Bob"}


def test_who_stands_out_is_named(world: World) -> None:
    for n in range(7):
        a_person(world.acme, f"Rep {n}", unit=world.north)
    goal = a_goal(a_plan(world.acme, root=world.north), "9.00")
    split(goal)
    assert judged(world, goal).result.outliers == ()
    with acting_for(world.acme.pk):
        set_target(
            system_actor(world.acme),
            goal=fresh(goal),
            holder=of(world.bob),
            amount=500,
            expected_version=None,
            at=APRIL,
        )
    assert [rated.name for rated in judged(world, goal).result.outliers or ()] == ["Bob"]


def test_a_ratio_is_not_compared(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "1000", kpi="win_rate")
    with acting_for(world.acme.pk):
        assert fairness_of(system_actor(world.acme), fresh(goal), on=APRIL.date()) is None
    answer = an_integration(world.acme).get(f"/api/v1/plans/{goal.plan_id}/fairness/?goal={goal.pk}")
    assert (answer.status_code, answer.json()["code"]) == (422, "not_additive")


def test_after_closing_the_outcome_is_told_with_counts(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    published(goal.plan)
    a_deal(world.acme, world.alice, base=30_000)
    a_deal(world.acme, world.carol, base=50_000)
    drained(world.acme)
    assert judged(world, goal).outcome is None
    with acting_for(world.acme.pk):
        close_plan(system_actor(world.acme), plan=goal.plan, at=JULY)
    found = judged(world, goal, on=JULY.date())
    assert found.outcome is not None
    assert (found.outcome.count, found.outcome.reached, found.outcome.near) == (3, 1, 2)
    assert found.correlation is not None
    assert (found.by_potential, found.correlation.count) == (False, 2)  # North and West
    with acting_for(world.acme.pk):
        Potential.objects.create(
            person=world.alice, amount=1, starts_on=date(2026, 1, 1), noted_at=APRIL, noted_by=None
        )
    found = judged(world, goal, on=JULY.date())
    assert found.correlation is not None
    assert (found.by_potential, found.correlation.count) == (True, 1)
    page = text_of(visitor(world.acme, Role.ADMIN), f"/o/acme/plans/{goal.plan_id}/fairness/")
    assert "1 of 3 people" in page
    assert "2 of 3 people" in page


def test_the_page_shows_the_formula_the_table_and_a_note_for_few(world: World) -> None:
    for person in (world.alice, world.bob):
        a_deal(world.acme, person, base=300_000, closed_on=date(2026, 2, 3))
    drained(world.acme)
    goal = a_goal(a_plan(world.acme), "1200.00")
    path = f"/o/acme/plans/{goal.plan_id}/fairness/"
    admin = visitor(world.acme, Role.ADMIN)
    assert "Nothing to compare yet" in text_of(admin, path)
    split(goal)
    page = text_of(admin, path)
    assert "Expected capacity = ramped months in the plan ×" in page
    assert "People compared: 3. Fewer than 6 say little about fairness" in page
    assert 'scope="row">Carol' in page
    assert visitor(world.acme, Role.REP, world.alice).get(path).status_code == 403


def test_fairness_over_rest(world: World) -> None:
    a_deal(world.acme, world.alice, base=300_000, closed_on=date(2026, 2, 3))
    a_deal(world.acme, world.bob, base=60_000, closed_on=date(2026, 3, 3))
    drained(world.acme)
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal)
    found = an_integration(world.acme).get(f"/api/v1/plans/{goal.plan_id}/fairness/?goal={goal.pk}").json()
    assert (found["monthly"], found["peers"], found["count"], found["outcome"]) == ("200.00", 3, 3, None)
    people = {row["name"]: (row["capacity"], row["ratio"]) for row in found["people"]}
    assert people["Carol"] == ("600.00", "1.0000")
    assert Decimal(found["max_over_min"]) == 2


def test_two_people_of_one_long_name_have_a_bar_each_with_room_to_see_it() -> None:
    name = "Maximiliana Featherstonehaugh-Cholmondeley"
    people = [Rated(Node(1, each), name, Fraction(each), None, is_outlier=False) for each in (1, 2)]
    chart = fairness_chart(people)
    bars, axis = chart["data"][0], chart["layout"]["xaxis"]
    assert len(set(bars["x"])) == 2
    assert list(axis["tickvals"]) == list(bars["x"])
    assert {len(text) for text in axis["ticktext"]} == {14}
    assert list(bars["hovertext"]) == [name, name]
