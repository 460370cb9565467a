"""Publishing asks every holder about their number; they take it or contest it; a later version asks again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from salestargets.alerts.models import Notice
from salestargets.alerts.registry import NOTICE_KINDS
from salestargets.kernel.errors import Conflict, DomainError, Forbidden
from salestargets.tenancy.access import Actor, sight_of, system_actor
from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from targets.choices import AnswerState
from targets.models import Acknowledgement, Goal, PlanningRules, Target
from targets.selectors.acknowledgements import Answers, answers_of, asks_of, awaited_of
from targets.selectors.plans import get_target
from targets.services.acknowledgements import acknowledge, remind, remind_late
from targets.services.cells import set_target
from targets.services.publishing import close_plan, publish_plan
from targets.services.undo import undo_last
from tests.builders import World, a_person
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

LATER = APRIL + timedelta(days=1)
JULY = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


@lasting
def mona(world: World) -> Actor:
    """Leads North."""
    return member(world.acme, Role.MANAGER, world.mona)


@lasting
def alice(world: World) -> Actor:
    return member(world.acme, Role.REP, world.alice)


@lasting
def goal(alice: Actor, mona: Actor, goal: Goal) -> Goal:
    """Published when they had their sign-ins."""
    return goal


def asks(goal: Goal) -> list[tuple[str, str, int, str]]:
    """Who was asked about whose number, in which version, and what they said."""
    with acting_for(goal.organisation_id):
        rows = Acknowledgement.objects.filter(target__goal=goal).select_related("target__unit", "person")
        return sorted(
            (
                row.person.name,
                row.person.name if row.target.person_id else row.target.unit.name,
                row.version_number,
                row.state,
            )
            for row in rows
        )


def target_of(goal: Goal, holder: Unit | Person) -> Target:
    whose = {"person": holder} if isinstance(holder, Person) else {"unit": holder, "person": None}
    with acting_for(goal.organisation_id):
        return Target.objects.get(goal=goal, **whose)


def say(
    actor: Actor, goal: Goal, holder: Unit | Person, *, version: int = 1, at: datetime = LATER, **more: Any
) -> Acknowledgement:
    with acting_for(goal.organisation_id):
        target = get_target(actor, target_of(goal, holder).pk, actor.organisation.today(at))
        return acknowledge(actor, target=target, version=version, at=at, **more)


def change(goal: Goal, person: Person, amount: int, *, by: Actor | None = None) -> None:
    with acting_for(goal.organisation_id):
        set_target(
            by or system_actor(goal.organisation),
            goal=Goal.objects.select_related("plan__root_unit", "kpi").get(pk=goal.pk),
            holder=of(person),
            amount=amount,
            expected_version=None,
            reason="A customer moved",
            at=LATER,
        )


def told(organisation: Organisation, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Who was told, by e-mail address, and what."""
    with acting_for(organisation.pk):
        rows = Notice.objects.filter(kind=kind).select_related("user").order_by("user__email", "id")
        return [(row.user.email, row.facts) for row in rows]


def test_publishing_asks_each_person_and_the_managers_of_each_unit(goal: Goal) -> None:
    assert asks(goal) == [
        ("Alice", "Alice", 1, "asked"),
        ("Bob", "Bob", 1, "asked"),
        ("Carol", "Carol", 1, "asked"),
        ("Mona", "North", 1, "asked"),
    ]


def test_everyone_concerned_is_told_their_own_number_and_no_other(world: World, goal: Goal) -> None:
    found = told(world.acme, "plan_published")
    assert [(email, [number["amount"] for number in facts["numbers"]]) for email, facts in found] == [
        ("alice@acme.example", [30_000]),
        ("mona@acme.example", [60_000]),
    ]


def test_who_publishes_knows_their_own_number(world: World) -> None:
    lena = lead_of(world.acme, world.east)
    goal = a_goal(a_plan(world.acme, "East", root=world.east), "1.00")
    split(goal)
    a_deal(world.acme, world.alice, base=1_00, closed_on=date(2026, 2, 3))
    drained(world.acme)
    with acting_for(world.acme.pk):
        publish_plan(lena, plan=goal.plan, at=APRIL)
    assert ("Lena", "East", 1, "asked") not in asks(goal)
    assert ("Mona", "North", 1, "asked") in asks(goal)


def test_who_has_left_is_not_asked(world: World) -> None:
    with acting_for(world.acme.pk):
        Person.objects.filter(pk=world.bob.pk).update(left_on=date(2026, 3, 1))
    goal = a_goal(a_plan(world.acme), "9.00")
    split(goal)
    published(goal.plan)
    assert "Bob" not in {person for person, *_rest in asks(goal)}


def test_a_holder_acknowledges_their_number(world: World, goal: Goal, alice: Actor, mona: Actor) -> None:
    ask = say(alice, goal, world.alice)
    assert (ask.state, ask.answered_at) == (AnswerState.ACKNOWLEDGED, LATER)
    say(mona, goal, world.north)
    with acting_for(world.acme.pk):
        assert answers_of(asks_of(goal.plan, sight_of(mona, LATER.date()))) == Answers(3, 2, 0, 1, 1)
        everything = sight_of(system_actor(world.acme), LATER.date())
        assert answers_of(asks_of(goal.plan, everything)) == Answers(4, 2, 0, 2, 2)


def test_acknowledged_twice_is_once(world: World, goal: Goal, alice: Actor) -> None:
    first = say(alice, goal, world.alice)
    again = say(alice, goal, world.alice, at=LATER + timedelta(days=1))
    assert (again.version, again.answered_at) == (first.version, LATER)


def test_contesting_tells_who_gave_the_number_why(world: World, goal: Goal, alice: Actor) -> None:
    lead_of(world.acme, world.east)
    say(alice, goal, world.alice, is_contested=True, comment="My largest customer has left")
    [(email, facts)] = told(world.acme, "number_contested")
    assert (email, facts["person"], facts["comment"]) == (
        "mona@acme.example",
        "Alice",
        "My largest customer has left",
    )


def test_a_unit_s_manager_contests_to_the_one_above_and_else_to_the_administrators(
    world: World, goal: Goal, mona: Actor
) -> None:
    say(mona, goal, world.north, is_contested=True, comment="Too much")
    assert [email for email, _facts in told(world.acme, "number_contested")] == ["admin@acme.example"]
    lead_of(world.acme, world.east)
    say(mona, goal, world.north, is_contested=True, comment="Far too much")
    assert [email for email, _facts in told(world.acme, "number_contested")] == [
        "admin@acme.example",
        "lena@acme.example",
    ]


def test_contesting_needs_a_comment(world: World, goal: Goal, alice: Actor) -> None:
    refused(world, lambda: say(alice, goal, world.alice, is_contested=True), "comment_required")
    assert ("Alice", "Alice", 1, "asked") in asks(goal)


def test_only_who_was_asked_answers(world: World, goal: Goal, alice: Actor, mona: Actor) -> None:
    key = system_actor(world.acme)
    for actor in (mona, key):
        refused(world, lambda a=actor: say(a, goal, world.alice), "forbidden", Forbidden)  # type: ignore[misc]
    refused(world, lambda: say(alice, goal, world.alice, version=2), "forbidden", Forbidden)
    refused(world, lambda: say(alice, goal, world.bob), "not_found", DomainError)


def test_a_later_version_asks_again_and_the_older_answer_counts_no_more(
    world: World, goal: Goal, alice: Actor
) -> None:
    say(alice, goal, world.alice)
    change(goal, world.alice, 27_000)
    assert [row for row in asks(goal) if row[0] == "Alice"] == [
        ("Alice", "Alice", 1, "acknowledged"),
        ("Alice", "Alice", 2, "asked"),
    ]
    with acting_for(world.acme.pk):
        assert [ask.version_number for ask in awaited_of(alice)] == [2]
    [(email, facts)] = told(world.acme, "number_changed")
    assert (email, facts["reason"]) == ("alice@acme.example", "A customer moved")
    assert [(number["before"], number["amount"]) for number in facts["numbers"]] == [(30_000, 27_000)]
    refused(world, lambda: say(alice, goal, world.alice), "stale", Conflict)
    assert say(alice, goal, world.alice, version=2).state == AnswerState.ACKNOWLEDGED


def test_what_is_taken_back_is_asked_about_again(world: World, goal: Goal, alice: Actor) -> None:
    change(goal, world.alice, 27_000)
    with acting_for(world.acme.pk):
        undo_last(system_actor(world.acme), goal=fresh(goal), reason="A slip", at=LATER)
        assert [ask.version_number for ask in awaited_of(alice)] == [3]
    assert [facts["numbers"][0]["amount"] for _email, facts in told(world.acme, "number_changed")] == [
        27_000,
        30_000,
    ]


def test_a_closed_plan_takes_no_more_answers_and_tells_what_was_reached(
    world: World, goal: Goal, alice: Actor
) -> None:
    with acting_for(world.acme.pk):
        close_plan(system_actor(world.acme), plan=goal.plan, at=JULY)
    refused(world, lambda: say(alice, goal, world.alice, at=JULY), "plan_closed")
    found = told(world.acme, "plan_closed")
    assert [(email, facts["numbers"][0]["actual"]) for email, facts in found] == [
        ("alice@acme.example", 0),
        ("mona@acme.example", 0),
    ]


def test_a_manager_reminds_those_who_have_not_answered_once_a_day(
    world: World, goal: Goal, mona: Actor, alice: Actor
) -> None:
    member(world.acme, Role.REP, world.carol)
    with acting_for(world.acme.pk):
        assert remind(mona, plan=goal.plan, at=LATER) == 1  # Bob has no sign-in, Carol is not hers
        assert remind(mona, plan=goal.plan, at=LATER) == 0
        assert remind(mona, plan=goal.plan, at=LATER + timedelta(days=1)) == 1
    assert [email for email, _facts in told(world.acme, "answer_awaited")] == ["alice@acme.example"] * 2
    refused(world, lambda: remind(alice, plan=goal.plan, at=LATER), "forbidden", Forbidden)


def test_who_is_late_is_reminded_once_by_itself(world: World, goal: Goal, alice: Actor) -> None:
    with acting_for(world.acme.pk):
        PlanningRules.objects.update(answer_days=3)
        assert remind_late(world.acme, at=APRIL + timedelta(days=2)) == 0
        assert remind_late(world.acme, at=APRIL + timedelta(days=3)) == 2  # Alice and Mona
        assert remind_late(world.acme, at=APRIL + timedelta(days=9)) == 0
    assert [email for email, _facts in told(world.acme, "answer_awaited")] == [
        "alice@acme.example",
        "mona@acme.example",
    ]


def test_every_notice_reads_in_both_languages(world: World, goal: Goal, alice: Actor, mona: Actor) -> None:
    a_person(world.acme, "Ann", unit=world.north, role=AssignmentRole.MANAGER)
    change(goal, world.alice, 27_000)
    say(alice, goal, world.alice, version=2, is_contested=True, comment="Too much")
    with acting_for(world.acme.pk):
        remind(mona, plan=goal.plan, at=LATER)
        close_plan(system_actor(world.acme), plan=goal.plan, at=JULY)
        rows = {row.kind: row for row in Notice.objects.filter(user=alice.user)}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            for kind, row in rows.items():
                assert "Q2" in NOTICE_KINDS[kind].headline(row.facts)
                assert NOTICE_KINDS[kind].lines(row.facts)
    with translation.override("en"):
        changed = NOTICE_KINDS["number_changed"].lines(rows["number_changed"].facts)
    assert changed == [
        ("Alice · Won revenue", "$300 → $270"),
        ("In force from", "Apr 2, 2026"),
        ("Why", "A customer moved"),
    ]
