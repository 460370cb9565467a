"""Scorecards: parts and their total, where each target is from, and what is told of what has no score."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kpis.models import Template
from kpis.selectors import get_kpi
from kpis.services.templates import Draft, ItemDraft, change_template
from kpis.values import Holder
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Person
from salestargets.tenancy.selectors import fiscal_calendar_of
from targets.choices import TargetOrigin
from targets.selectors.scorecards import Scorecard, check_fiscal, scorecard, scorecards_in
from tests.builders import NOON, World, a_member, a_person, a_world, acting_as
from tests.kpis.builders import a_deal, a_template, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, published, split

pytestmark = pytest.mark.django_db

TODAY = NOON.date()
Q1 = Period(date(2026, 1, 1), date(2026, 4, 1))
Q2 = Period(date(2026, 4, 1), date(2026, 7, 1))
MAY = Period(date(2026, 5, 1), date(2026, 6, 1))


@lasting
def world() -> World:
    """In the second quarter Alice has won 200.00 of her 300.00, one deal of two, in 30 days; Bob nothing."""
    world = a_world()
    a_deal(world.other, world.charlie, base=77_777)
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal, "even")
    published(goal.plan)
    a_deal(world.acme, world.alice, base=20_000, closed_on=date(2026, 5, 4), created_on=date(2026, 4, 4))
    a_deal(world.acme, world.alice, status="lost", closed_on=date(2026, 5, 5))
    drained(world.acme)
    return world


@pytest.fixture
def admin(world: World) -> Iterator[Actor]:
    with acting_for(world.acme.pk):
        yield system_actor(world.acme)


def items(*given: tuple[str, int, str | None], **more: object) -> Draft:
    """(KPI, weight in percent, target in the KPI's unit)."""
    return Draft(
        items=[
            ItemDraft(get_kpi(key), weight * 100, target=Decimal(target) if target else None, **more)  # type: ignore[arg-type]
            for key, weight, target in given
        ]
    )


def measured_by(admin: Actor, draft: Draft, starts_on: date = Q2.start) -> None:
    a_template(admin, f"By {starts_on}", draft, starts_on)


def card_of(admin: Actor, person: Person, period: Period = Q2) -> Scorecard:
    return scorecard(admin, Holder("person", person.pk), period, on=TODAY)


def test_the_parts_make_the_total_and_each_says_where_its_target_is_from(world, admin):
    measured_by(admin, items(("won_revenue", 60, None), ("win_rate", 30, "40"), ("sales_cycle", 10, "20")))
    card = card_of(admin, world.alice)
    revenue, rate, cycle = card.parts
    assert (revenue.aim.target, revenue.aim.origin, revenue.actual) == (30_000, TargetOrigin.PLAN, 20_000)
    assert revenue.attainment == revenue.score == Fraction(2, 3)
    assert (rate.aim.target, rate.aim.origin) == (Fraction(2, 5), TargetOrigin.TEMPLATE)
    assert (rate.actual, rate.score) == (Fraction(1, 2), Fraction(5, 4))
    assert (cycle.actual, cycle.score) == (30, Fraction(1, 2))  # lower is better: half as much again
    assert card.total.value == Fraction(60, 100) * Fraction(2, 3) + Fraction(375, 1000) + Fraction(5, 100)
    assert card.total.unscored == 0


def test_what_has_no_target_or_no_result_has_no_score_and_is_told(world, admin):
    measured_by(admin, items(("won_revenue", 50, None), ("deals_won", 30, None), ("win_rate", 20, "40")))
    card = card_of(admin, world.bob)
    revenue, deals, rate = card.parts
    assert (revenue.score, revenue.actual) == (0, 0)  # nothing won of a target is 0 %
    assert (deals.score, deals.aim.origin) == (None, TargetOrigin.NONE)
    assert (rate.score, rate.actual) == (None, None)  # a ratio of nothing
    assert (card.total.value, card.total.unscored) == (0, Fraction(1, 2))
    assert card.without_score == [deals, rate]


def test_a_target_of_the_template_is_turned_to_the_period(world, admin):
    monthly = items(("deals_won", 50, "2"), ("deals_created", 50, "6"), target_span="month")
    measured_by(admin, replace(monthly, position=2))
    assert [part.aim.target for part in card_of(admin, world.alice).parts] == [6, 18]
    assert [part.aim.target for part in card_of(admin, world.alice, MAY).parts] == [2, 6]
    measured_by(admin, items(("deals_won", 50, "6"), ("win_rate", 50, "40")), date(2026, 5, 1))
    deals, rate = card_of(admin, world.alice, MAY).parts
    assert (deals.aim.target, rate.aim.target) == (2, Fraction(2, 5))  # a rate is the same at any length


def test_the_plan_of_a_longer_span_gives_the_months_of_the_period(world, admin):
    measured_by(admin, items(("won_revenue", 100, "1")))
    [part] = card_of(admin, world.alice, MAY).parts
    assert (part.aim.target, part.aim.origin) == (10_000, TargetOrigin.PLAN)
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    assert card_of(admin, world.alice, year).fit.version.template.key == "veteran"
    [revenue, *_rest] = card_of(admin, world.alice, year).parts
    assert revenue.aim.origin == TargetOrigin.NONE  # a quarter's plan says nothing of the year


def test_a_new_hire_carries_less_of_the_templates_target_where_it_is_ramped(world, admin):
    Person.objects.filter(pk=world.bob.pk).update(hired_on=date(2026, 2, 1))
    draft = Draft(
        items=[
            ItemDraft(get_kpi("deals_won"), 5_000, target=Decimal(10)),
            ItemDraft(get_kpi("deals_created"), 5_000, target=Decimal(10), is_ramped=False),
        ]
    )
    measured_by(admin, draft)
    ramped, whole = card_of(admin, world.bob).parts
    assert (ramped.aim.origin, whole.aim.origin) == (TargetOrigin.RAMPED, TargetOrigin.TEMPLATE)
    assert (whole.aim.target, ramped.aim.target) == (10, 10 * ramped.aim.ramp)
    assert Fraction(3, 10) < ramped.aim.ramp < Fraction(6, 10)  # April at 30 %, May and June at 60 %


def test_from_a_base_the_way_counts_and_below_the_threshold_nothing(world, admin):
    draft = Draft(
        items=[
            ItemDraft(get_kpi("sales_cycle"), 5_000, target=Decimal(20), base=Decimal(40)),
            ItemDraft(get_kpi("won_revenue"), 5_000, threshold_bp=7_000),
        ]
    )
    measured_by(admin, draft)
    cycle, revenue = card_of(admin, world.alice).parts
    assert cycle.score == Fraction(1, 2)  # from 40 down to 30, of 20
    assert (revenue.attainment, revenue.score) == (Fraction(2, 3), 0)


def test_a_past_period_reads_the_version_that_held_then(world, admin):
    veteran = Template.objects.get(key="veteran")
    change_template(
        admin, template=veteran, draft=items(("deals_won", 100, "4")), starts_on=Q2.start,
        expected_version=1, at=NOON,
    )  # fmt: skip
    assert [part.kpi.key for part in card_of(admin, world.alice, Q2).parts] == ["deals_won"]
    assert len(card_of(admin, world.alice, Q1).parts) == 5


def test_a_lead_is_measured_by_the_unit_they_lead_and_a_unit_by_its_own_template(world, admin):
    Person.objects.filter(pk=world.mona.pk).update(job="Team lead")
    mona = card_of(admin, world.mona)
    assert mona.fit.holder == Holder("unit", world.north.pk)
    assert (mona.parts[0].actual, mona.parts[0].aim.target) == (20_000, 60_000)
    north = scorecard(admin, Holder("unit", world.north.pk), Q2, on=TODAY)
    assert (north.fit.version.template.key, north.parts[0].score) == ("unit", Fraction(1, 3))


def test_a_mover_is_held_against_their_numbers_in_all_places(world, admin):
    measured_by(admin, items(("won_revenue", 100, None)))
    Assignment.objects.filter(person=world.alice).update(ends_on=date(2026, 5, 10))
    Assignment.objects.create(
        person=world.alice, unit=world.west, role=AssignmentRole.MEMBER, starts_on=date(2026, 5, 10),
        external_id="moved",
    )  # fmt: skip
    [part] = card_of(admin, world.alice).parts
    assert (part.aim.target, part.actual) == (30_000, 20_000)


def test_a_units_sheet_has_the_units_right_below_and_all_people(world, admin):
    sheet = scorecards_in(admin, world.east, Q2, on=TODAY)
    assert [card.name for card in sheet.units] == ["North"]
    assert [card.name for card in sheet.people] == ["Alice", "Bob", "Mona"]
    assert sheet.unit.name == "East"


def test_it_takes_as_many_queries_for_one_person_as_for_many(world, admin, django_assert_max_num_queries):
    with django_assert_max_num_queries(100) as first:
        scorecards_in(admin, world.north, Q2, on=TODAY)
    counted = len(first)
    for name in ("Dora", "Eve", "Finn"):
        person = Person.objects.create(name=name, external_id=name)
        Assignment.objects.create(
            person=person, unit=world.north, starts_on=date(2026, 1, 1), external_id=f"in {name}"
        )
    with django_assert_max_num_queries(counted):
        assert len(scorecards_in(admin, world.north, Q2, on=TODAY).people) == 6


def test_everyone_sees_as_far_as_they_see(world):
    alice = a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice)
    mona = a_member(world.acme, "mona@acme.example", Role.MANAGER, person=world.mona)
    rep, manager = acting_as(world.acme, alice), acting_as(world.acme, mona)
    with acting_for(world.acme.pk):
        assert card_of(rep, world.alice).name == "Alice"
        assert card_of(manager, world.bob).name == "Bob"
        for actor, holder in (
            (rep, Holder("person", world.bob.pk)),
            (rep, Holder("unit", world.north.pk)),
            (manager, Holder("person", world.carol.pk)),
            (manager, Holder("person", world.charlie.pk)),
        ):
            with pytest.raises(NotFound):
                scorecard(actor, holder, Q2, on=TODAY)


def test_a_person_who_was_not_there_yet_has_no_scorecard(world):
    dora = a_person(world.acme, "Dora", unit=world.west, since=date(2026, 5, 1))
    with acting_for(world.acme.pk):
        Person.objects.filter(pk=dora.pk).update(hired_on=date(2026, 5, 1))
        actor = system_actor(world.acme)
        assert card_of(actor, dora, Q1).fit is None
        assert card_of(actor, dora, Q1).total.value is None
        assert card_of(actor, dora).fit.day == date(2026, 5, 1)


def test_only_whole_fiscal_periods_are_asked_for(world, admin):
    calendar = fiscal_calendar_of(world.acme)
    assert check_fiscal(Q2, calendar) == Q2
    for period in (Period(date(2026, 4, 2), date(2026, 7, 1)), Period(date(2026, 4, 1), date(2026, 6, 30))):
        with pytest.raises(DomainError) as refused:
            check_fiscal(period, calendar)
        assert refused.value.code == "not_fiscal"
