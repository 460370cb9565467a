"""A review freezes the numbers of a day; what is corrected later shows beside them."""

from datetime import date

import pytest
import time_machine
from django.test import Client

from reviews.models import Review
from reviews.selectors import get_review, visible_reviews
from reviews.services import conclude, hold_review
from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Unit
from targets.models import Plan
from tests.builders import NOON, PASSWORD, World, a_member, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, lead_of, member, published, split

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 12)


@lasting
def world() -> World:
    world = a_world()
    for organisation, person in ((world.acme, world.alice), (world.other, world.charlie)):
        a_deal(organisation, person, base=30_000_00, closed_on=date(2026, 4, 20))
        drained(organisation)
    return world


@lasting
def plan(world: World) -> Plan:
    plan = a_plan(world.acme)
    split(a_goal(plan, "120000.00"))
    return published(plan)


def hold(world: World, plan: Plan, unit: Unit, *, by: Actor | None = None, as_of: date = DAY) -> Review:
    with acting_for(world.acme.pk):
        actor = by or system_actor(world.acme)
        return hold_review(actor, plan=plan, unit_id=unit.pk, as_of=as_of, at=NOON)


def actuals(review: Review) -> dict[str, str]:
    return {row["name"]: row["actual"] for row in review.snapshot}


def test_the_unit_and_those_right_below_it_are_frozen_as_they_stood(world: World, plan: Plan) -> None:
    review = hold(world, plan, world.north)
    assert actuals(review) == {"North": "30000.00", "Alice": "30000.00", "Bob": "0.00"}
    north = review.snapshot[0]
    assert (north["target"], north["attainment"]) == ("60000.00", "0.500000")


def test_what_is_sold_later_does_not_rewrite_it(world: World, plan: Plan) -> None:
    review = hold(world, plan, world.north)
    a_deal(world.acme, world.bob, base=5_000_00, closed_on=date(2026, 4, 21))
    drained(world.acme)
    with acting_for(world.acme.pk):
        again = get_review(system_actor(world.acme), review.pk, DAY)
    assert actuals(again)["Bob"] == "0.00"


def test_the_same_day_is_frozen_once(world: World, plan: Plan) -> None:
    hold(world, plan, world.north)
    with pytest.raises(Conflict):
        hold(world, plan, world.north)
    with acting_for(world.acme.pk):
        assert Review.objects.count() == 1


@pytest.mark.parametrize("day", [date(2026, 4, 1), date(2026, 5, 13), date(2026, 3, 1)])
def test_a_day_outside_the_plan_or_still_to_come_is_refused(world: World, plan: Plan, day: date) -> None:
    with pytest.raises(DomainError) as refused:
        hold(world, plan, world.north, as_of=day)
    assert refused.value.field == "as_of"


def test_a_draft_is_not_reviewed(world: World) -> None:
    draft = a_plan(world.acme, "Draft")
    a_goal(draft)
    with pytest.raises(DomainError) as refused:
        hold(world, draft, world.north)
    assert refused.value.code == "draft"


def test_a_manager_reviews_what_they_lead_and_a_rep_nothing(world: World, plan: Plan) -> None:
    lead = lead_of(world.acme, world.north)
    assert hold(world, plan, world.north, by=lead).held_by == lead.user
    with pytest.raises(NotFound):
        hold(world, plan, world.west, by=lead)
    with pytest.raises(Forbidden):
        hold(world, plan, world.north, by=member(world.acme, Role.REP, world.bob))


def test_conclusions_are_written_again_but_never_over_someone_elses(world: World, plan: Plan) -> None:
    review = hold(world, plan, world.north)
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        changed = conclude(actor, review=review, conclusions="Fewer demos", expected_version=1)
        assert (changed.conclusions, changed.version) == ("Fewer demos", 2)
        with pytest.raises(Conflict):
            conclude(actor, review=review, conclusions="Other", expected_version=1)


def test_another_organisation_sees_none_of_it(world: World, plan: Plan) -> None:
    review = hold(world, plan, world.north)
    with acting_for(world.other.pk):
        actor = system_actor(world.other)
        assert not visible_reviews(actor, DAY).exists()
        with pytest.raises(NotFound):
            get_review(actor, review.pk, DAY)


@time_machine.travel(NOON)
def test_a_manager_holds_a_review_on_the_page_and_writes_what_it_means(world: World, plan: Plan) -> None:
    a_member(world.acme, "lead@acme.example", Role.ADMIN)
    client = Client()
    assert client.login(email="lead@acme.example", password=PASSWORD)
    held = client.post(
        "/o/acme/reviews/new/",
        {"plan": plan.pk, "unit": world.north.pk, "as_of": "2026-05-12", "conclusions": "We need demos"},
        follow=True,
    )
    assert "We need demos" in held.content.decode()
    with acting_for(world.acme.pk):
        review = Review.objects.get()
    assert held.request["PATH_INFO"] == f"/o/acme/reviews/{review.pk}/"
    page = client.get(f"/o/acme/reviews/{review.pk}/").content.decode()
    assert "Alice" in page
    assert "30,000" in page
    refused = client.post("/o/acme/reviews/new/", {"plan": plan.pk, "unit": world.north.pk, "as_of": ""})
    assert refused.status_code == 422
