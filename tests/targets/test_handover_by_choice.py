"""A number is handed over by whoever may set it: previewed, asked for, refused; on a page and over REST."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from salestargets.alerts.models import Notice
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from targets.choices import LeaverRule
from targets.models import Adjustment, Goal
from targets.services.handover import Handover, hand_over
from tests.api.clients import Api, a_key, an_integration
from tests.builders import NOON, World
from tests.targets.builders import (
    a_goal,
    a_plan,
    fresh,
    lead_of,
    member,
    number,
    of,
    place,
    published,
    refused,
    split,
)
from tests.web.pages.kit import visitor

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)
LIVE = {"HX-Request": "true", "HX-Target": "effect"}


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


def hands_over(actor: Actor, goal: Goal, who: Any, **more: Any) -> Adjustment:
    handover = Handover(of(who), **{"leaves_on": JUNE, "rule": LeaverRule.EVEN, **more})  # type: ignore[arg-type]
    return hand_over(actor, goal=fresh(goal), handover=handover, reason="She moves on", at=NOON)


def test_a_rule_is_chosen_in_the_place_of_the_organisations(world: World, goal: Goal) -> None:
    lena = lead_of(world.acme, world.north)
    with acting_for(world.acme.pk):
        asked = hands_over(lena, goal, world.alice)
    assert {move["name"]: move["after"] for move in asked.changes} == {"Alice": 200_00, "Bob": 400_00}
    assert asked.evidence["rule"]["rule"] == LeaverRule.EVEN
    assert number(goal, world.alice) == 300_00


@pytest.mark.parametrize(
    ("who", "more", "code"),
    [
        ("alice", {"leaves_on": date(2026, 7, 1)}, "outside_plan"),
        ("alice", {"leaves_on": date(2026, 3, 31)}, "outside_plan"),
        ("north", {}, "not_a_person"),
        ("carol", {}, "nobody"),
        ("alice", {"rule": LeaverRule.SUCCESSOR}, "nobody"),
    ],
)
def test_a_handover_that_makes_no_sense_is_refused(
    world: World, goal: Goal, who: str, more: dict[str, Any], code: str
) -> None:
    admin = member(world.acme, Role.ADMIN)
    refused(world, lambda: hands_over(admin, goal, getattr(world, who), **more), code, DomainError)


def test_who_is_out_of_sight_or_whose_number_one_may_not_set_is_not_handed_over(
    world: World, goal: Goal
) -> None:
    lena, alice = lead_of(world.acme, world.north), member(world.acme, Role.REP, world.alice)
    refused(world, lambda: hands_over(lena, goal, world.carol, rule=LeaverRule.UNIT), "not_found", NotFound)
    refused(world, lambda: hands_over(lena, goal, world.charlie), "not_found", NotFound)
    to_carol = {"rule": LeaverRule.SUCCESSOR, "successor": of(world.carol)}
    refused(world, lambda: hands_over(lena, goal, world.alice, **to_carol), "not_found", NotFound)
    refused(world, lambda: hands_over(alice, goal, world.bob), "not_found", NotFound)


def test_a_plan_that_is_not_in_force_hands_nothing_over(world: World) -> None:
    draft = a_goal(a_plan(world.acme), "1200.00")
    split(draft)
    admin = member(world.acme, Role.ADMIN)
    refused(world, lambda: hands_over(admin, draft, world.alice), "not_published")


def test_a_level_is_nobodys_to_hand_over(world: World) -> None:
    rate = a_goal(a_plan(world.acme), "250000", kpi="win_rate")
    published(rate.plan)
    refused(world, lambda: hands_over(member(world.acme, Role.ADMIN), rate, world.alice), "not_additive")


def page_of(goal: Goal) -> str:
    return f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/hand-over/"


def filled(world: World, **more: Any) -> dict[str, Any]:
    return {
        "person": place(world.alice),
        "leaves_on": "2026-06-01",
        "rule": "successor",
        "successor": place(world.bob),
        "why": "She moves on",
        **more,
    }


def requests(world: World) -> list[Adjustment]:
    with acting_for(world.acme.pk):
        return list(Adjustment.objects.order_by("id"))


def test_a_manager_hands_over_on_a_page(world: World, goal: Goal) -> None:
    manager = visitor(world.acme, Role.MANAGER, world.mona)
    list_page = manager.get(f"/o/acme/plans/{goal.plan_id}/adjustments/").content.decode()
    assert page_of(goal) in list_page
    page = manager.get(page_of(goal)).content.decode()
    assert "Hand over a number" in page
    assert "Carol" not in page
    live = manager.post(page_of(goal), filled(world, why=""), headers=LIVE).content.decode()
    assert "$400.00" in live
    assert requests(world) == []
    answer: Any = manager.post(page_of(goal), filled(world))
    [asked] = requests(world)
    assert answer.headers["Location"] == f"/o/acme/adjustments/{asked.pk}/"
    assert {move["name"]: move["after"] for move in asked.changes} == {"Alice": 200_00, "Bob": 400_00}
    assert "One successor" in manager.get(answer.headers["Location"]).content.decode()


def test_the_form_begins_with_the_day_somebody_leaves(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        Person.objects.filter(pk=world.alice.pk).update(left_on=date(2026, 6, 15))
    page = visitor(world.acme, Role.ADMIN).get(f"{page_of(goal)}?person={world.alice.pk}").content.decode()
    assert 'value="2026-06-15"' in page


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"successor": ""}, "Choose who takes over."),
        ({"leaves_on": "2026-07-01"}, "Choose a day of the plan."),
        ({"why": ""}, "This field is required."),
        ({"person": "999999"}, "Select a valid choice."),
    ],
)
def test_a_page_says_what_is_wrong_and_nothing_is_asked(
    world: World, goal: Goal, more: dict[str, Any], says: str
) -> None:
    admin = visitor(world.acme, Role.ADMIN)
    answer: Any = admin.post(page_of(goal), filled(world, **more))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert requests(world) == []


def test_reps_have_no_such_page(world: World, goal: Goal) -> None:
    rep: Client = visitor(world.acme, Role.REP, world.alice)
    assert rep.get(page_of(goal)).status_code == 403
    assert rep.post(page_of(goal), filled(world)).status_code == 403
    assert requests(world) == []


def body(world: World, goal: Goal, **more: Any) -> dict[str, Any]:
    return {
        "goal": goal.pk,
        "person": world.alice.pk,
        "leaves_on": "2026-06-01",
        "rule": "even",
        "reason": "She moves on",
        **more,
    }


def test_over_rest_it_is_previewed_asked_for_and_approved_by_another(world: World, goal: Goal) -> None:
    asks, decides = an_integration(world.acme), an_integration(world.acme, name="Another")
    path = f"/api/v1/plans/{goal.plan_id}/handovers/"
    previewed = asks.send("POST", path, body(world, goal, preview=True)).json()
    assert (previewed["id"], requests(world)) == (None, [])
    made = asks.send("POST", path, body(world, goal))
    assert made.status_code == 201
    found = made.json()
    assert found["changes"] == previewed["changes"]
    assert (
        found["evidence"]["rule"]
        == {"rule": "even", "leaves_on": "2026-06-01"}
        == previewed["evidence"]["rule"]
    )
    assert {row["name"]: row["after"] for row in found["changes"]} == {"Alice": "200.00", "Bob": "400.00"}
    approve = f"/api/v1/plans/{goal.plan_id}/adjustments/{found['id']}/approve/"
    assert asks.send("POST", approve, {}).status_code == 403
    assert decides.send("POST", approve, {}).status_code == 200
    assert (number(goal, world.alice), number(goal, world.bob)) == (200_00, 400_00)


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"leaves_on": "2026-07-01"}, 422, "outside_plan"),
        ({"rule": "successor"}, 422, "nobody"),
        ({"person": 999_999}, 404, "not_found"),
        ({"successor": 999_999, "rule": "successor"}, 404, "not_found"),
        ({"rule": "lots"}, 422, None),
    ],
)
def test_rest_refuses_with_the_reason(
    world: World, goal: Goal, more: dict[str, Any], status: int, code: str | None
) -> None:
    api = an_integration(world.acme)
    answer = api.send("POST", f"/api/v1/plans/{goal.plan_id}/handovers/", body(world, goal, **more))
    assert answer.status_code == status, answer.content
    assert code in (None, answer.json()["code"])
    assert requests(world) == []


def test_a_key_that_only_reads_hands_nothing_over(world: World, goal: Goal) -> None:
    reader = Api(a_key(world.acme, Scope.READ))
    answer = reader.send("POST", f"/api/v1/plans/{goal.plan_id}/handovers/", body(world, goal))
    assert (answer.status_code, requests(world)) == (403, [])


def test_who_decides_is_told(world: World, goal: Goal) -> None:
    mona, admin = member(world.acme, Role.MANAGER, world.mona), member(world.acme, Role.ADMIN)
    with acting_for(world.acme.pk):
        hands_over(admin, goal, world.alice)
        assert Notice.objects.filter(user=mona.user, kind="adjustment_asked").count() == 1
        assert not Notice.objects.filter(user=admin.user).exists()
        with pytest.raises(Forbidden):
            hands_over(member(world.acme, Role.VIEWER), goal, world.bob)
