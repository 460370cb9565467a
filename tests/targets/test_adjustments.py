"""Numbers in force change by a request: with evidence, decided by someone else, and told to all concerned."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from salestargets.alerts.models import Notice
from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit
from targets.choices import AdjustmentState, ChangeKind, Nature
from targets.models import Adjustment, Goal, TargetVersion, Trigger
from targets.selectors.adjustments import adjustments_of, get_adjustment, seen
from targets.services import adjustments
from targets.services.adjustments import Preview, Why, Wish
from targets.services.cells import set_target
from targets.services.progress import refresh_progress
from targets.services.publishing import close_plan
from tests.builders import NOON, World
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import (
    a_goal,
    a_key_of,
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
    with_approvals,
)
from tests.targets.test_effective_dates import give

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)


@lasting
def world(world: World) -> World:
    a_deal(world.acme, world.alice, base=120_00, closed_on=date(2026, 4, 20))
    a_deal(world.acme, world.alice, base=200_00, closed_on=date(2025, 5, 4))
    drained(world.acme)
    return world


@lasting
def goal(world: World) -> Goal:
    """1,200.00: 300.00 each for Alice and Bob, 600.00 for Carol; the same in each month."""
    goal = a_goal(a_plan(world.acme, expected_basis="calendar"), "1200.00")
    split(goal)
    published(goal.plan)
    with_approvals(world.acme)
    with acting_for(world.acme.pk):
        refresh_progress(at=NOON)
    return goal


@lasting
def mona(world: World) -> Actor:
    """She manages North, where Alice and Bob are."""
    return member(world.acme, Role.MANAGER, world.mona)


@lasting
def lena(world: World) -> Actor:
    """She manages East, above North."""
    return lead_of(world.acme, world.east)


def trigger() -> Trigger:
    return Trigger.objects.order_by("position")[0]


def why(reason: str = "A competitor halved their prices", **more: Any) -> Why:
    return Why(**{"trigger": trigger(), "nature": Nature.TREND, "reason": reason, **more})


def ask(
    by: Actor, goal: Goal, *wishes: tuple[Unit | Person | None, int], effective_on: date | None = JUNE
) -> Adjustment:
    with acting_for(goal.organisation_id):
        return adjustments.request_adjustment(
            by,
            goal=fresh(goal),
            wishes=[Wish(of(holder), amount) for holder, amount in wishes],
            why=why(effective_on=effective_on),
            at=NOON,
        )


def approve(by: Actor, adjustment: Adjustment, **more: Any) -> Adjustment:
    with acting_for(adjustment.organisation_id):
        found = get_adjustment(by, adjustment.pk, NOON.date())
        return adjustments.approve_adjustment(by, adjustment=found, at=NOON, **more)


def months(goal: Goal, holder: Person | Unit) -> list[int | None]:
    return [number(goal, holder, month) for month in goal.plan.period_starts]


def told(world: World, person: Person) -> list[str]:
    with acting_for(world.acme.pk):
        user_id = Person.objects.get(pk=person.pk).user_id
        return list(Notice.objects.filter(user_id=user_id).order_by("id").values_list("kind", flat=True))


def test_a_manager_asks_and_who_is_above_approves_it(
    world: World, goal: Goal, mona: Actor, lena: Actor
) -> None:
    alice = member(world.acme, Role.REP, world.alice)
    asked = ask(mona, goal, (world.alice, 270_00))
    assert asked.state == AdjustmentState.REQUESTED
    assert number(goal, world.alice) == 300_00
    decided = approve(lena, asked, comment="As agreed on Monday")
    assert (decided.state, decided.decision) == (AdjustmentState.APPROVED, "As agreed on Monday")
    assert number(goal, world.alice) == 270_00
    with acting_for(world.acme.pk):
        assert decided.change is not None
        assert decided.change.kind == ChangeKind.ADJUSTMENT
        version = TargetVersion.objects.filter(target__person=world.alice, target__goal=goal).latest("number")
        assert (version.number, version.effective_on, version.change.reason) == (2, JUNE, asked.reason)
        notice = Notice.objects.get(user=alice.user, kind="number_adjusted")
        assert notice.facts["numbers"] == [["Alice", 300_00, 270_00]]
        assert notice.facts["reason"] == asked.reason


def test_only_the_months_from_the_day_on_change(world: World, goal: Goal, mona: Actor, lena: Actor) -> None:
    assert months(goal, world.alice) == [100_00, 100_00, 100_00]
    approve(lena, ask(mona, goal, (world.alice, 280_00)))
    assert months(goal, world.alice) == [100_00, 100_00, 80_00]


def test_single_months_may_be_named(world: World, goal: Goal, mona: Actor, lena: Actor) -> None:
    with acting_for(world.acme.pk):
        wish = Wish(of(world.alice), months={date(2026, 5, 1): 90_00, JUNE: 85_00})
        asked = adjustments.request_adjustment(
            mona, goal=fresh(goal), wishes=[wish], why=why(effective_on=date(2026, 5, 1)), at=NOON
        )
    approve(lena, asked)
    assert months(goal, world.alice) == [100_00, 90_00, 85_00]


def test_evidence_and_simulation_are_frozen_with_the_request(world: World, goal: Goal, mona: Actor) -> None:
    asked = ask(mona, goal, (world.alice, 150_00), effective_on=date(2026, 4, 1))
    facts = {fact["holder"]: fact for fact in asked.evidence["holders"]}
    alice = facts[place(world.alice)]
    assert (alice["target"], alice["actual"], alice["gap"], alice["attainment"]) == (
        300_00,
        120_00,
        180_00,
        "0.400000",
    )
    # 200.00 in the same months a year earlier: one and a half times that, now three quarters of it.
    assert (alice["history"], alice["times_before"], alice["times_after"], alice["is_in_band"]) == (
        200_00,
        "1.500000",
        "0.750000",
        True,
    )
    [effect] = asked.simulation["holders"]
    assert (effect["before"], effect["after"]) == (300_00, 150_00)
    assert (effect["attainment_before"], effect["attainment_after"]) == ("0.400000", "0.800000")
    assert (effect["alert_before"], effect["alert_after"]) == ("warning", None)
    assert effect["status_after"] == "ahead"
    [left] = asked.simulation["balances"]
    assert (left["name"], left["unallocated_before"], left["unallocated_after"]) == ("North", 0, 150_00)
    a_deal(world.acme, world.alice, base=50_00, closed_on=date(2026, 5, 1))
    drained(world.acme)
    with acting_for(world.acme.pk):
        assert Adjustment.objects.get(pk=asked.pk).evidence == asked.evidence


@pytest.mark.parametrize(("day", "held"), [(date(2026, 5, 20), 300_00), (date(2026, 6, 10), 320_00)])
def test_it_is_held_against_the_number_of_its_effective_day(
    world: World, goal: Goal, mona: Actor, day: date, held: int
) -> None:
    """Alice's 320.00 hold from June on."""
    give(goal, world.alice, 320_00)
    asked = ask(mona, goal, (world.alice, 285_00), effective_on=day)
    [effect] = asked.simulation["holders"]
    assert (effect["before"], effect["after"]) == (held, 285_00)
    facts = {fact["holder"]: fact["target"] for fact in asked.evidence["holders"]}
    assert facts[place(world.alice)] == held
    [left] = asked.simulation["balances"]
    assert left["over_before"] == held - 300_00
    assert [move["before"] for move in asked.changes] == [320_00]


def test_what_is_to_come_may_come_sooner(world: World, goal: Goal, mona: Actor, lena: Actor) -> None:
    give(goal, world.alice, 320_00)
    asked = ask(mona, goal, (world.alice, 320_00), effective_on=date(2026, 5, 20))
    approve(lena, asked)
    with acting_for(world.acme.pk):
        newest = TargetVersion.objects.filter(target__goal=goal, target__person=world.alice).latest("number")
    assert (newest.amount, newest.effective_on) == (320_00, date(2026, 5, 20))
    refused(world, lambda: ask(mona, goal, (world.alice, 320_00), effective_on=JUNE), "no_change")


def test_a_preview_says_the_same_and_writes_nothing(world: World, goal: Goal, mona: Actor) -> None:
    def preview() -> Preview:
        wishes = [Wish(of(world.alice), 150_00)]
        return adjustments.preview_adjustment(
            mona, goal=fresh(goal), wishes=wishes, effective_on=JUNE, at=NOON
        )

    with acting_for(world.acme.pk):
        with pytest.raises(DomainError, match="alone are more"):
            preview()
        wishes = [Wish(of(world.alice), 250_00)]
        found = adjustments.preview_adjustment(
            mona, goal=fresh(goal), wishes=wishes, effective_on=JUNE, at=NOON
        )
        assert not Adjustment.objects.exists()
    asked = ask(mona, goal, (world.alice, 250_00))
    assert (found.moves, found.evidence, found.simulation) == (
        asked.changes,
        asked.evidence,
        asked.simulation,
    )


def test_a_rep_may_ask_about_their_own_number_and_sees_only_that(
    world: World, goal: Goal, lena: Actor
) -> None:
    alice = member(world.acme, Role.REP, world.alice)
    asked = ask(alice, goal, (world.alice, 270_00))
    both = ask(lena, goal, (world.alice, 260_00), (world.bob, 340_00))
    with acting_for(world.acme.pk):
        on = NOON.date()
        assert adjustments_of(alice, goal.plan, on) == [both, asked]
        from salestargets.tenancy.access import sight_of

        shown = seen(get_adjustment(alice, both.pk, on), sight_of(alice, on))
        assert [move["name"] for move in shown.moves] == ["Alice"]
        assert shown.hidden == 1
        assert [fact["name"] for fact in shown.evidence["holders"]] == ["Alice"]
        assert shown.simulation["balances"] == []
        bob = member(world.acme, Role.REP, world.bob)
        assert adjustments_of(bob, goal.plan, on) == [both]
        with pytest.raises(NotFound):
            get_adjustment(bob, asked.pk, on)


@pytest.mark.parametrize(
    ("who", "code", "kind"),
    [
        ("bob", "not_found", NotFound),
        ("viewer", "forbidden", Forbidden),
        ("carols lead", "not_found", NotFound),
    ],
)
def test_others_may_not_ask(world: World, goal: Goal, who: str, code: str, kind: type[DomainError]) -> None:
    by = {
        "bob": lambda: member(world.acme, Role.REP, world.bob),
        "viewer": lambda: member(world.acme, Role.VIEWER),
        "carols lead": lambda: lead_of(world.acme, world.west, "Wes"),
    }[who]()
    refused(world, lambda: ask(by, goal, (world.alice, 270_00)), code, kind)
    with acting_for(world.acme.pk):
        assert not Adjustment.objects.exists()


WRONG: dict[str, tuple[Callable[[World], list[Wish]], dict[str, Any]]] = {
    "no_change": (lambda world: [Wish(of(world.alice), 300_00)], {}),
    "below_past": (lambda world: [Wish(of(world.alice), 150_00)], {}),
    "amount_or_months": (lambda world: [Wish(of(world.alice))], {}),
    "past_month": (lambda world: [Wish(of(world.alice), months={date(2026, 4, 1): 1})], {}),
    "not_a_month": (lambda world: [Wish(of(world.alice), months={date(2026, 8, 1): 1})], {}),
    "negative": (lambda world: [Wish(of(world.alice), months={JUNE: -1})], {}),
    "outside_plan": (lambda world: [Wish(of(world.alice), 250_00)], {"effective_on": date(2026, 7, 1)}),
    "reason_required": (lambda world: [Wish(of(world.alice), 250_00)], {"reason": " "}),
}


@pytest.mark.parametrize("code", WRONG)
def test_what_cannot_be_is_refused(world: World, goal: Goal, mona: Actor, code: str) -> None:
    wishes, more = WRONG[code]

    def call() -> None:
        adjustments.request_adjustment(
            mona,
            goal=fresh(goal),
            wishes=wishes(world),
            why=why(**{"effective_on": JUNE, **more}),
            at=NOON,
        )

    refused(world, call, code)


def test_numbers_still_being_made_are_not_adjusted(world: World) -> None:
    goal = a_goal(a_plan(world.acme, "Draft"), "100.00")
    refused(world, lambda: ask(system_actor(world.acme), goal, (None, 90_00)), "not_published")


def test_numbers_of_a_closed_plan_stay(world: World, goal: Goal) -> None:
    july = datetime(2026, 7, 2, tzinfo=UTC)
    actor = system_actor(world.acme)
    asked = ask(actor, goal, (world.alice, 270_00))
    with acting_for(world.acme.pk):
        close_plan(actor, plan=fresh(goal).plan, at=july)
    refused(world, lambda: ask(actor, goal, (world.alice, 260_00)), "plan_closed")
    admin = member(world.acme, Role.ADMIN)
    refused(world, lambda: approve(admin, asked), "plan_closed")


def test_nobody_decides_about_what_they_asked_for(world: World, goal: Goal, lena: Actor) -> None:
    asked = ask(lena, goal, (world.alice, 270_00))
    refused(world, lambda: approve(lena, asked), "own_request", Forbidden)
    key = Actor(world.acme, frozenset(Scope), "key", key_id=7)
    by_key = ask(key, goal, (world.bob, 280_00))
    refused(world, lambda: approve(key, by_key), "own_request", Forbidden)
    assert approve(Actor(world.acme, frozenset(Scope), "other", key_id=8), by_key).state == "approved"


def test_nobody_decides_about_their_own_number(world: World, goal: Goal, mona: Actor, lena: Actor) -> None:
    """A manager answers for the number of their unit; an administrator who sells, for their own."""
    asked = ask(lena, goal, (world.north, 590_00))
    refused(world, lambda: approve(mona, asked), "own_number", Forbidden)
    admin = member(world.acme, Role.ADMIN, world.alice)
    hers = ask(lena, goal, (world.alice, 270_00))
    refused(world, lambda: approve(admin, hers), "own_number", Forbidden)


def test_beyond_the_limit_someone_above_the_manager_decides(
    world: World, goal: Goal, mona: Actor, lena: Actor
) -> None:
    """The limit is a tenth."""
    system = Actor(world.acme, frozenset(Scope), "system")
    within, beyond = ask(system, goal, (world.alice, 270_00)), ask(system, goal, (world.bob, 269_99))
    assert approve(mona, within).state == AdjustmentState.APPROVED
    refused(world, lambda: approve(mona, beyond), "not_yours", Forbidden)
    assert approve(lena, beyond).state == AdjustmentState.APPROVED


def test_several_small_adjustments_count_from_what_someone_above_agreed_to(
    world: World, goal: Goal, mona: Actor, lena: Actor
) -> None:
    system = Actor(world.acme, frozenset(Scope), "system")
    approve(mona, ask(system, goal, (world.alice, 285_00)))
    second = ask(system, goal, (world.alice, 268_00))
    refused(world, lambda: approve(mona, second), "not_yours", Forbidden)
    assert approve(lena, second).state == AdjustmentState.APPROVED
    assert approve(mona, ask(system, goal, (world.alice, 255_00))).state == AdjustmentState.APPROVED


def test_nobody_decides_with_a_key_of_their_own(world: World, goal: Goal) -> None:
    admin = member(world.acme, Role.ADMIN)
    by_key = a_key_of(admin)
    for asking, deciding in ((admin, by_key), (by_key, admin)):
        asked = ask(asking, goal, (world.bob, 280_00))
        refused(world, lambda by=deciding, asked=asked: approve(by, asked), "own_request", Forbidden)  # type: ignore[misc]


def test_a_rep_decides_nothing(world: World, goal: Goal, lena: Actor) -> None:
    carol = member(world.acme, Role.REP, world.carol)
    asked = ask(lena, goal, (world.alice, 270_00))
    refused(world, lambda: approve(carol, asked), "not_found", NotFound)


def test_what_has_changed_since_is_refused_with_then_and_now(
    world: World, goal: Goal, mona: Actor, lena: Actor
) -> None:
    asked = ask(mona, goal, (world.alice, 270_00))
    with acting_for(world.acme.pk):
        set_target(
            system_actor(world.acme),
            goal=fresh(goal),
            holder=of(world.alice),
            amount=310_00,
            expected_version=None,
            reason="A customer more",
            at=NOON,
        )
    error = refused(world, lambda: approve(lena, asked), "stale", Conflict)
    assert error.errors == {
        place(world.alice): ["Alice had 300.00 when this was asked for, and has 310.00 now."]
    }


def test_what_is_decided_stays_decided(world: World, goal: Goal, mona: Actor, lena: Actor) -> None:
    asked = ask(mona, goal, (world.alice, 270_00))
    approve(lena, asked)
    refused(world, lambda: approve(lena, asked), "decided", Conflict)
    assert number(goal, world.alice) == 270_00


def test_a_rejection_says_why_and_leaves_the_numbers(
    world: World, goal: Goal, mona: Actor, lena: Actor
) -> None:
    asked = ask(mona, goal, (world.alice, 270_00))
    with acting_for(world.acme.pk):
        with pytest.raises(DomainError) as caught:
            adjustments.reject_adjustment(lena, adjustment=asked, comment="", at=NOON)
        assert caught.value.code == "reason_required"
        with pytest.raises(Forbidden):
            adjustments.reject_adjustment(mona, adjustment=asked, comment="No", at=NOON)
        rejected = adjustments.reject_adjustment(lena, adjustment=asked, comment="Too early", at=NOON)
    assert (rejected.state, rejected.decision) == (AdjustmentState.REJECTED, "Too early")
    assert number(goal, world.alice) == 300_00
    assert told(world, world.mona) == ["adjustment_decided"]


def test_only_who_asked_withdraws_it(world: World, goal: Goal, mona: Actor, lena: Actor) -> None:
    asked = ask(mona, goal, (world.alice, 270_00))
    with acting_for(world.acme.pk):
        with pytest.raises(Forbidden):
            adjustments.withdraw_adjustment(lena, adjustment=asked, at=NOON)
        withdrawn = adjustments.withdraw_adjustment(mona, adjustment=asked, at=NOON)
    assert withdrawn.state == AdjustmentState.WITHDRAWN
    assert told(world, world.mona) == []


def test_those_who_may_decide_are_told_then_who_asked(
    world: World, goal: Goal, mona: Actor, lena: Actor
) -> None:
    """Within the limit the nearest above, not who asks; without anyone above, the administrators."""
    asked = ask(mona, goal, (world.alice, 270_00))
    with acting_for(world.acme.pk):
        lena_told = list(Notice.objects.filter(user=lena.user).values_list("kind", "path"))
        assert lena_told == [("adjustment_asked", f"adjustments/{asked.pk}/")]
        assert Notice.objects.count() == 1
    approve(lena, asked)
    assert "adjustment_decided" in told(world, world.mona)
    ask(lena, goal, (world.east, 590_00))
    with acting_for(world.acme.pk):
        assert Notice.objects.filter(kind="adjustment_asked", user__email="admin@acme.example").count() == 1
