"""The page on which a plan is agreed, and the card by which a rep proposes."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.models import Goal, PlanningRules, Proposal, Target
from targets.services.cells import set_target
from tests.builders import NOON, World
from tests.lasting import lasting
from tests.targets.builders import (
    APRIL,
    a_goal,
    a_plan,
    a_world_that_proposes,
    an_open_goal,
    fresh,
    of,
    opened,
    propose,
    published,
    split,
    with_approvals,
)
from tests.targets.pages.conftest import visitor

pytestmark = pytest.mark.django_db


@lasting(at=NOON)
def world() -> World:
    return a_world_that_proposes()


@lasting(at=NOON)
def goal(world: World) -> Goal:
    goal = an_open_goal(world)
    with_approvals(world.acme)
    return goal


@pytest.fixture
def mona(world: World) -> Client:
    return visitor(world.acme, Role.MANAGER, world.mona)


@pytest.fixture
def alice(world: World) -> Client:
    return visitor(world.acme, Role.REP, world.alice)


def page_of(goal: Goal, **asked: str) -> str:
    query = "".join(f"&{name}={text}" for name, text in asked.items())
    return f"/o/acme/plans/{goal.plan_id}/agreement/?goal={goal.pk}{query}"


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content
    return str(answer.content.decode())


def latest(world: World) -> Proposal:
    with acting_for(world.acme.pk):
        return Proposal.objects.select_related("target").latest("id")


def test_it_rolls_up_and_tells_where_the_gap_comes_from(world: World, goal: Goal, mona: Client) -> None:
    propose(goal, world.alice, "290.00", comment="Two big ones <slipped>")
    shown = text_of(mona.get(page_of(goal)))
    assert "Two big ones &lt;slipped&gt;" in shown
    assert "promises less than was given" in shown
    assert "1 of 2" in shown
    assert "Accept 1 within the limit" in shown
    assert "Carol" not in shown


def test_without_any_proposal_it_says_who_has_not_answered(world: World, goal: Goal, mona: Client) -> None:
    shown = text_of(mona.get(page_of(goal)))
    assert "Nobody has proposed yet" in shown
    assert "Answers so far: 0 of 2. Not yet: Alice, Bob" in shown
    assert "There is no gap" not in shown
    propose(goal, world.alice, "300.00")
    shown = text_of(mona.get(page_of(goal)))
    assert "There is no gap so far" in shown
    assert "Answers so far: 1 of 2. Not yet: Bob" in shown
    propose(goal, world.bob, "300.00")
    assert "What is proposed is what was given, at every place." in text_of(mona.get(page_of(goal)))


def test_of_a_draft_nobody_was_asked(world: World) -> None:
    draft = a_goal(a_plan(world.acme, "Q3"), "1200.00")
    split(draft)
    assert "Nobody has been asked yet" in text_of(visitor(world.acme, Role.ADMIN).get(page_of(draft)))


def test_what_is_kept_back_is_a_gap_before_anybody_answers(world: World) -> None:
    goal = a_goal(a_plan(world.acme, "Q3"), "1200.00")
    split(goal)
    with acting_for(world.acme.pk):
        set_target(
            system_actor(world.acme),
            goal=fresh(goal),
            holder=of(world.alice),
            amount=20_000,
            expected_version=None,
            at=APRIL,
        )
    opened(goal.plan)
    shown = text_of(visitor(world.acme, Role.ADMIN).get(page_of(goal)))
    assert "was not given on" in shown
    assert "Nobody has proposed yet. Answers so far: 0 of 3. Not yet: Alice, Bob, Carol" in shown


def test_a_proposal_is_withdrawn_by_who_made_it(
    world: World, goal: Goal, mona: Client, alice: Client
) -> None:
    own = f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/person/{world.alice.pk}/propose/"
    alice.post(own, {"method": "total", "amount": "290.00", "comment": "", "strategy": "", "resources": ""})
    address = f"/o/acme/proposals/{latest(world).pk}/"
    assert address in text_of(alice.get("/o/acme/today/"))
    assert "what was given counts again" in text_of(alice.get(address))
    assert "Withdraw the proposal" not in text_of(mona.get(address))
    assert mona.post(f"{address}withdraw/").status_code == 403
    assert alice.get(f"{address}withdraw/").url == address  # as after signing in anew
    answer = alice.post(f"{address}withdraw/", follow=True)
    assert answer.redirect_chain == [("/o/acme/today/", 302)]
    assert "It is withdrawn." in text_of(answer)
    assert (latest(world).state, latest(world).is_current) == ("withdrawn", False)
    assert "Propose your number" in text_of(alice.get("/o/acme/today/"))
    assert "Withdrawn" in text_of(mona.get(address))


def test_an_override_is_withdrawn_by_who_manages_the_unit(world: World, goal: Goal, mona: Client) -> None:
    override = propose(goal, world.north, "500.00", comment="Two are new")
    address = f"/o/acme/proposals/{override.pk}/"
    assert "the sum of those below counts again" in text_of(mona.get(address))
    answer = mona.post(f"{address}withdraw/", headers={"HX-Request": "true"})
    assert "numbers" in answer["HX-Trigger"]
    assert latest(world).state == "withdrawn"


def test_the_grid_shows_what_is_proposed_until_the_plan_is_in_force(
    world: World, goal: Goal, mona: Client
) -> None:
    grid = f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/grid/"

    def proposed() -> dict[str, int | None]:
        return {row["name"]: row["proposed"] for row in mona.get(grid).json()["rows"]}

    assert proposed() == {"North": None, "Alice": None, "Bob": None}
    propose(goal, world.alice, "290.00")
    assert proposed() == {"North": 59_000, "Alice": 29_000, "Bob": None}
    with acting_for(world.acme.pk):
        PlanningRules.objects.update(needs_approval=False)
    published(goal.plan)
    assert proposed() == {"North": None, "Alice": None, "Bob": None}


def test_it_narrows_to_a_state(world: World, goal: Goal, mona: Client) -> None:
    propose(goal, world.alice, "290.00")
    shown = text_of(mona.get(page_of(goal, show="waiting")))
    rows = shown[shown.index("<tbody") : shown.index("</tbody")]
    assert "Bob" in rows
    assert "Alice" not in rows
    assert "Nobody in this state" in text_of(mona.get(page_of(goal, show="escalated")))


def test_reps_have_no_business_there(goal: Goal, alice: Client) -> None:
    assert alice.get(page_of(goal)).status_code == 403


def test_a_rep_proposes_from_their_own_page(world: World, goal: Goal, alice: Client) -> None:
    assert "Propose your number" in text_of(alice.get("/o/acme/today/"))
    address = f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/person/{world.alice.pk}/propose/"
    assert "$300.00 was given" in text_of(alice.get(address))
    asked = {"method": "total", "amount": "290.00", "comment": "", "strategy": "Visit", "resources": ""}
    assert alice.post(address, asked)["Location"] == "/o/acme/today/"
    proposal = latest(world)
    assert (proposal.amount, proposal.strategy) == (29_000, "Visit")
    assert "$290.00" in text_of(alice.get("/o/acme/today/"))
    months = {f"month-2026-0{n}-01": amount for n, amount in ((4, "1.00"), (5, "2.00"), (6, "3.00"))}
    alice.post(address, {**asked, "method": "months", **months})
    assert latest(world).months == [100, 200, 300]


def test_what_must_be_entered_is_not_called_optional(
    world: World, goal: Goal, alice: Client, mona: Client
) -> None:
    def marks(page: str) -> dict[str, str]:
        mark = r'\s*(?:<span class="field-optional">([^<]*)</span>)?\s*'
        return dict(re.findall(f"<label for=[^>]*>([^<]+?){mark}</label>", page))

    own = f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/person/{world.alice.pk}/propose/"
    assert marks(text_of(alice.get(own))) == {
        "Your number": "",
        "April 2026": "",
        "May 2026": "",
        "June 2026": "",
        "Comment": "optional",
        "How will you reach it?": "optional",
        "What do you need for it?": "optional",
    }
    proposal = propose(goal, world.alice, "290.00")
    assert marks(text_of(mona.get(f"/o/acme/proposals/{proposal.pk}/"))) == {
        "Your offer": "",
        "Comment": "needed unless you accept",
    }


def test_what_is_wrong_stands_by_its_field(world: World, goal: Goal, alice: Client) -> None:
    address = f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/person/{world.alice.pk}/propose/"
    assert "Enter a number, or 0 for nothing." in text_of(alice.post(address, {"method": "total"}), 422)
    assert "cannot be below zero" in text_of(alice.post(address, {"method": "total", "amount": "-1.00"}), 422)


def test_nobody_opens_the_dialog_for_others(world: World, goal: Goal, alice: Client) -> None:
    for holder in (f"person/{world.bob.pk}", f"unit/{world.north.pk}", f"person/{world.charlie.pk}"):
        address = f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/{holder}/propose/"
        assert alice.get(address).status_code == 404
    viewer = visitor(world.acme, Role.VIEWER)
    address = f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/person/{world.bob.pk}/propose/"
    assert viewer.get(address).status_code == 403


def test_a_manager_accepts_one_or_all_within_the_limit(world: World, goal: Goal, mona: Client) -> None:
    first, second = propose(goal, world.alice, "290.00"), propose(goal, world.bob, "310.00")
    answer = mona.post(f"/o/acme/proposals/{first.pk}/accept/", headers={"HX-Request": "true"})
    assert "numbers" in answer["HX-Trigger"]
    path = f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/proposals/accept/"
    assert "1 proposal is accepted." in text_of(mona.post(path, follow=True))
    with acting_for(world.acme.pk):
        assert {row.state for row in Proposal.objects.filter(pk__in=[first.pk, second.pk])} == {"accepted"}


def test_a_manager_offers_another_number_or_leaves_it_to_someone_above(
    world: World, goal: Goal, mona: Client, alice: Client
) -> None:
    far = propose(goal, world.alice, "100.00")
    address = f"/o/acme/proposals/{far.pk}/"
    shown = text_of(mona.get(address))
    assert "someone above you decides" in shown
    assert 'value="accept"' not in shown
    said = {"answer": "counter", "version": "1", "comment": "More"}
    assert "Enter the number that you offer." in text_of(mona.post(address, said), 422)
    assert "by more than 10 %" in text_of(mona.post(address, {**said, "amount": "200.00"}), 422)
    mona.post(address, {**said, "amount": "280.00"})
    assert (latest(world).state, latest(world).counter) == ("countered", 28_000)
    assert "You are offered" in text_of(alice.get("/o/acme/today/"))
    alice.post(address, {"answer": "accept", "version": "2", "comment": ""})
    with acting_for(world.acme.pk):
        assert Target.objects.get(goal=goal, person=world.alice).agreed == 28_000
    bobs = propose(goal, world.bob, "100.00")
    mona.post(f"/o/acme/proposals/{bobs.pk}/", {"answer": "escalate", "version": "1", "comment": "Far off"})
    assert latest(world).state == "escalated"


def test_an_offer_is_taken_with_one_button(world: World, goal: Goal, mona: Client, alice: Client) -> None:
    proposal = propose(goal, world.alice, "290.00")
    address = f"/o/acme/proposals/{proposal.pk}/"
    mona.post(address, {"answer": "counter", "version": "1", "amount": "295.00", "comment": "More"})
    shown = text_of(alice.get(address))
    assert re.search(r'<button class="btn btn-primary" type="submit">\s*Take the offer\s*</button>', shown)
    assert 'type="radio"' not in shown
    assert "needed unless you accept" not in shown
    alice.post(address, {"answer": "accept", "version": "2", "comment": ""})
    assert latest(world).state == "accepted"


def test_who_may_not_answer_reads(world: World, goal: Goal, alice: Client) -> None:
    own = propose(goal, world.alice, "290.00", strategy="Visit everyone")
    shown = text_of(alice.get(f"/o/acme/proposals/{own.pk}/"))
    assert "Visit everyone" in shown
    assert 'name="answer"' not in shown
    assert alice.post(f"/o/acme/proposals/{own.pk}/accept/").status_code == 403


def test_who_has_not_answered_is_reminded(world: World, goal: Goal, mona: Client, alice: Client) -> None:
    path = f"/o/acme/plans/{goal.plan_id}/remind/"
    assert "1 person is reminded." in text_of(mona.post(path, follow=True))
    assert "was reminded today already" in text_of(mona.post(path, follow=True))


def test_it_is_exported(world: World, goal: Goal, mona: Client) -> None:
    propose(goal, world.alice, "290.00", comment="Two")
    answer = mona.get(page_of(goal, export="csv"))
    rows = b"".join(answer).decode().splitlines()
    assert rows[2].startswith("Alice,alice,North,300.00,290.00,10.00")


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_takes_the_same_queries_for_any_size(
    world: World, goal: Goal, people: int, django_assert_num_queries: Any
) -> None:
    admin = visitor(world.acme, Role.ADMIN)
    for holder in [world.alice, world.bob, world.carol][:people]:
        propose(goal, holder, "1.00")
    admin.get(page_of(goal))
    with django_assert_num_queries(24):
        admin.get(page_of(goal))


def test_it_is_told_in_chinese(world: World, goal: Goal, mona: Client) -> None:
    propose(goal, world.alice, "290.00")
    with translation.override("zh-hans"):
        mona.cookies["django_language"] = "zh-hans"
        assert "申报" in text_of(mona.get(page_of(goal)))
