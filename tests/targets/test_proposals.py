"""People say what they can reach; who gives the number answers; nobody answers for themselves."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from salestargets.alerts.models import Notice
from salestargets.alerts.registry import NOTICE_KINDS
from salestargets.kernel.errors import Conflict, Forbidden, NotFound
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit
from targets.choices import ChangeKind, ProposalState
from targets.models import Change, Goal, Plan, Proposal, Target
from targets.selectors.agreement import agreement_of, asked_of, get_proposal, proposed_in
from targets.selectors.sheets import sheet_of
from targets.selectors.trees import Node
from targets.services import proposals
from targets.services.cells import set_target
from targets.services.plans import create_goal
from targets.services.publishing import submit_plan
from targets.services.reminders import remind, remind_of_due
from tests.builders import World
from tests.lasting import lasting
from tests.targets.builders import (
    APRIL,
    a_goal,
    a_key_of,
    a_plan,
    a_world_that_proposes,
    an_open_goal,
    cents,
    fresh,
    lead_of,
    member,
    of,
    opened,
    propose,
    refused,
    with_approvals,
)

pytestmark = pytest.mark.django_db

MONTHS = (date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1))


@lasting
def world() -> World:
    return a_world_that_proposes()


@lasting
def goal(world: World) -> Goal:
    return an_open_goal(world)


@lasting
def alice(world: World) -> Actor:
    return member(world.acme, Role.REP, world.alice)


@lasting
def mona(world: World) -> Actor:
    """Leads North."""
    return member(world.acme, Role.MANAGER, world.mona)


@lasting
def lena(world: World) -> Actor:
    """Leads East, above North."""
    return lead_of(world.acme, world.east)


def answer(what: Any, proposal: Proposal, by: Actor, **more: Any) -> Proposal:
    with acting_for(proposal.organisation_id):
        found = get_proposal(by, proposal.pk, APRIL.date())
        done: Proposal = what(by, proposal=found, at=APRIL, **more)
        return done


def accept(proposal: Proposal, by: Actor, **more: Any) -> Proposal:
    return answer(proposals.accept, proposal, by, **more)


def counter(proposal: Proposal, by: Actor, amount: str, comment: str = "The market grows") -> Proposal:
    return answer(proposals.counter, proposal, by, amount=cents(amount), comment=comment)


def escalate(proposal: Proposal, by: Actor, comment: str = "Too far from what was given") -> Proposal:
    return answer(proposals.escalate, proposal, by, comment=comment)


def withdraw(proposal: Proposal, by: Actor, **more: Any) -> Proposal:
    return answer(proposals.withdraw, proposal, by, **more)


def target_of(goal: Goal, holder: Unit | Person) -> Target:
    whose = {"person": holder} if isinstance(holder, Person) else {"unit": holder, "person": None}
    with acting_for(goal.organisation_id):
        return Target.objects.select_related("change").get(goal=goal, **whose)


def told(world: World, kind: str) -> list[tuple[str, str]]:
    """Who was told what, of one kind."""
    with acting_for(world.acme.pk):
        rows = Notice.objects.filter(kind=kind).select_related("user").order_by("id")
        return [(row.user.email.partition("@")[0], NOTICE_KINDS[kind].headline(row.facts)) for row in rows]


class TestProposing:
    def test_a_rep_proposes_in_the_shape_of_what_was_given(
        self, goal: Goal, world: World, alice: Actor
    ) -> None:
        proposal = propose(goal, world.alice, "270.00", by=alice, comment="Two big ones", strategy="Visit")
        given = target_of(goal, world.alice)
        assert (proposal.amount, proposal.months) == (27_000, [9_000, 9_000, 9_000])
        assert (proposal.state, proposal.made_by, proposal.is_override) == ("open", alice.user, False)
        assert (proposal.comment, proposal.strategy, proposal.resources) == ("Two big ones", "Visit", "")
        assert (given.given, given.agreed) == (30_000, None)

    def test_months_given_singly_sum_to_the_amount(self, goal: Goal, world: World, alice: Actor) -> None:
        months = {MONTHS[0]: "50.00", MONTHS[1]: "60.00", MONTHS[2]: "70.00"}
        proposal = propose(goal, world.alice, by=alice, months=months)
        assert (proposal.amount, proposal.months) == (18_000, [5_000, 6_000, 7_000])

    def test_a_single_month_leaves_the_others_as_they_were_given_then_as_proposed(
        self, goal: Goal, world: World, alice: Actor
    ) -> None:
        first = propose(goal, world.alice, by=alice, months={MONTHS[1]: "60.00"})
        assert first.months == [10_000, 6_000, 10_000]
        second = propose(goal, world.alice, by=alice, months={MONTHS[2]: "0.00"})
        assert (second.amount, second.months) == (16_000, [10_000, 6_000, 0])

    def test_a_newer_one_takes_the_place_of_the_older(self, goal: Goal, world: World, alice: Actor) -> None:
        older, newer = (propose(goal, world.alice, amount, by=alice) for amount in ("1.00", "2.00"))
        with acting_for(world.acme.pk):
            rows = Proposal.objects.order_by("id").values_list("id", "is_current")
            assert list(rows) == [(older.pk, False), (newer.pk, True)]

    def test_a_manager_proposes_on_behalf_of_someone_below(
        self, goal: Goal, world: World, mona: Actor
    ) -> None:
        proposal = propose(goal, world.bob, "100.00", by=mona)
        assert (proposal.made_by, proposal.target.person_id) == (mona.user, world.bob.pk)

    def test_a_units_manager_sets_their_own_instead_of_the_sum_and_says_why(
        self, goal: Goal, world: World, mona: Actor
    ) -> None:
        refused(world, lambda: propose(goal, world.north, "500.00", by=mona), "reason_required")
        proposal = propose(goal, world.north, "500.00", by=mona, comment="One of them leaves")
        assert (proposal.is_override, proposal.amount) == (True, 50_000)

    def test_who_was_given_nothing_may_propose_all_the_same(self, world: World, alice: Actor) -> None:
        goal = a_goal(a_plan(world.acme, "Bare"), "1200.00")
        opened(goal.plan)
        proposal = propose(goal, world.alice, "30.00", by=alice)
        row = target_of(goal, world.alice)
        assert (proposal.months, row.given, row.months) == ([1_000] * 3, None, None)
        assert row.change.kind == ChangeKind.PROPOSAL
        with acting_for(world.acme.pk):
            admin = member(world.acme, Role.ADMIN)
            first = set_target(
                admin, goal=fresh(goal), holder=of(world.alice), amount=5, expected_version=0, at=APRIL
            )
            assert first.given == 5

    def test_a_ratio_is_proposed_without_months(self, world: World, alice: Actor) -> None:
        plan = a_plan(world.acme, "Levels")
        goal = a_goal(plan, "300000", kpi="win_rate")
        opened(plan)
        with acting_for(world.acme.pk):
            proposal = proposals.propose(
                alice, goal=fresh(goal), holder=of(world.alice), amount=250_000, at=APRIL
            )
            assert (proposal.amount, proposal.months) == (250_000, None)

    def test_what_makes_no_sense_is_refused(self, goal: Goal, world: World, alice: Actor) -> None:
        wrong: dict[str, dict[str, Any]] = {
            "required": {},
            "negative": {"amount": "-1.00"},
            "not_a_month": {"months": {date(2026, 7, 1): "1.00"}},
            "months_do_not_sum": {"amount": "1.00", "months": {MONTHS[0]: "1.00"}},
            "too_long": {"amount": "1.00", "strategy": "x" * 2_001},
        }
        for code, more in wrong.items():
            refused(world, partial(propose, goal, world.alice, by=alice, **more), code)

    def test_a_month_alone_says_nothing_where_nothing_was_given(self, world: World, alice: Actor) -> None:
        goal = a_goal(a_plan(world.acme, "Bare"), "1200.00")
        opened(goal.plan)
        months = {MONTHS[0]: "1.00"}
        refused(world, lambda: propose(goal, world.alice, by=alice, months=months), "months_missing")

    def test_only_while_the_plan_is_open(self, world: World, alice: Actor, mona: Actor) -> None:
        goal = a_goal(a_plan(world.acme, "Draft"), "1200.00")
        refused(world, lambda: propose(goal, world.bob, "1.00", by=mona), "not_open")
        opened(goal.plan)
        with acting_for(world.acme.pk):
            submit_plan(system_actor(world.acme), plan=Plan.objects.get(pk=goal.plan_id), at=APRIL)
        refused(world, lambda: propose(goal, world.alice, "1.00", by=alice), "plan_submitted")

    def test_nobody_proposes_for_others(self, goal: Goal, world: World, alice: Actor, mona: Actor) -> None:
        refused(world, lambda: propose(goal, world.bob, "1.00", by=alice), "not_found", NotFound)
        refused(world, lambda: propose(goal, world.north, "1.00", by=alice), "not_found", NotFound)
        refused(world, lambda: propose(goal, world.carol, "1.00", by=mona), "not_found", NotFound)
        refused(world, lambda: propose(goal, world.charlie, "1.00", by=mona), "not_found", NotFound)

    def test_who_only_reads_proposes_nothing(self, goal: Goal, world: World) -> None:
        viewer = member(world.acme, Role.VIEWER, world.carol)
        refused(world, lambda: propose(goal, world.carol, "1.00", by=viewer), "forbidden", Forbidden)
        key = Actor(world.acme, frozenset({Scope.READ}), "a key")
        refused(world, lambda: propose(goal, world.carol, "1.00", by=key), "forbidden", Forbidden)


class TestAnswering:
    def test_what_is_accepted_is_agreed_beside_what_was_given(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        proposal = propose(goal, world.alice, by=alice, months={MONTHS[0]: "80.00"})
        accepted = accept(proposal, mona, comment="Fair")
        row = target_of(goal, world.alice)
        assert (row.given, row.agreed, row.agreed_months) == (30_000, 28_000, [8_000, 10_000, 10_000])
        assert (accepted.state, accepted.answered_by, accepted.answer) == ("accepted", mona.user, "Fair")
        assert row.change.kind == ChangeKind.AGREEMENT

    def test_what_was_given_can_be_agreed_as_it_is(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        accept(propose(goal, world.alice, "300.00", by=alice), mona)
        assert target_of(goal, world.alice).agreed == 30_000

    def test_a_counter_offer_is_the_number_given_from_then_on(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        countered = counter(propose(goal, world.alice, "200.00", by=alice), mona, "270.00")
        row = target_of(goal, world.alice)
        assert (row.given, row.months, row.agreed) == (27_000, [9_000] * 3, None)
        assert (countered.state, countered.counter, countered.answer) == (
            "countered",
            27_000,
            "The market grows",
        )

    def test_its_holder_takes_a_counter_offer_as_if_it_were_their_own(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        offered = counter(propose(goal, world.alice, "200.00", by=alice), mona, "270.00")
        taken = accept(offered, alice)
        row = target_of(goal, world.alice)
        assert (row.given, row.agreed, row.agreed_months) == (27_000, 27_000, [9_000] * 3)
        assert (taken.amount, taken.state, taken.made_by, taken.answered_by) == (
            27_000,
            "accepted",
            alice.user,
            mona.user,
        )
        with acting_for(world.acme.pk):
            offered.refresh_from_db()
            assert (offered.is_current, offered.counter) == (False, 27_000)

    def test_who_offered_does_not_take(self, goal: Goal, world: World, alice: Actor, mona: Actor) -> None:
        offered = counter(propose(goal, world.alice, "200.00", by=alice), mona, "270.00")
        refused(world, lambda: accept(offered, mona), "not_yours", Forbidden)

    def test_an_offer_overtaken_by_another_number_is_not_taken(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        offered = counter(propose(goal, world.alice, "200.00", by=alice), mona, "270.00")
        with acting_for(world.acme.pk):
            set_target(
                mona, goal=fresh(goal), holder=of(world.alice), amount=1, expected_version=None, at=APRIL
            )
        refused(world, lambda: accept(offered, alice), "stale", Conflict)

    def test_nobody_answers_their_own(self, goal: Goal, world: World, alice: Actor, mona: Actor) -> None:
        on_behalf = propose(goal, world.bob, "290.00", by=mona)
        refused(world, lambda: accept(on_behalf, mona), "own_proposal", Forbidden)
        own = propose(goal, world.alice, "290.00", by=alice)
        refused(world, lambda: accept(own, alice), "own_proposal", Forbidden)
        refused(world, lambda: counter(own, alice, "1.00"), "own_proposal", Forbidden)
        refused(world, lambda: escalate(own, alice), "own_proposal", Forbidden)

    def test_nobody_answers_what_a_key_of_theirs_said_nor_by_such_a_key(
        self, goal: Goal, world: World
    ) -> None:
        admin = member(world.acme, Role.ADMIN)
        key = a_key_of(admin)
        for proposing, answering in ((admin, key), (key, admin), (key, a_key_of(admin))):
            own = propose(goal, world.bob, "290.00", by=proposing)
            refused(world, lambda by=answering, own=own: accept(own, by), "own_proposal", Forbidden)  # type: ignore[misc]
            refused(world, lambda by=answering, own=own: counter(own, by, "1.00"), "own_proposal", Forbidden)  # type: ignore[misc]
            refused(world, lambda by=answering, own=own: escalate(own, by), "own_proposal", Forbidden)  # type: ignore[misc]
            assert withdraw(own, answering).state == ProposalState.WITHDRAWN
        lead = lead_of(world.acme, world.north)
        offered = counter(propose(goal, world.bob, "290.00", by=lead), key, "295.00")
        refused(world, lambda: accept(offered, admin), "not_yours", Forbidden)
        assert accept(offered, lead).state == ProposalState.ACCEPTED

    def test_a_manager_who_sells_too_does_not_answer_for_themselves(
        self, goal: Goal, world: World, mona: Actor, lena: Actor
    ) -> None:
        dora = lead_of(world.acme, world.west, "Dora")
        with acting_for(world.acme.pk):
            dora_too = Actor(**{**dora.__dict__, "person_id": world.carol.pk})
        by_key = propose(goal, world.carol, "590.00")
        refused(world, lambda: accept(by_key, dora_too), "own_proposal", Forbidden)
        assert accept(by_key, dora).state == ProposalState.ACCEPTED

    def test_a_unit_is_answered_for_above_it_and_the_plans_own_above_the_plan(
        self, goal: Goal, world: World, mona: Actor, lena: Actor
    ) -> None:
        north = propose(goal, world.north, "590.00", by=mona, comment="Bob leaves")
        dora = lead_of(world.acme, world.north, "Dora")
        refused(world, lambda: accept(north, dora), "not_yours", Forbidden)
        assert accept(north, lena).state == ProposalState.ACCEPTED
        with acting_for(world.acme.pk):
            root = fresh(goal).plan.root_unit
        boss, admin = lead_of(world.acme, root, "Rosa"), member(world.acme, Role.ADMIN)
        whole = propose(goal, None, "1100.00", comment="A slow summer")
        refused(world, lambda: accept(whole, boss), "not_yours", Forbidden)
        assert accept(whole, admin).state == ProposalState.ACCEPTED

    def test_others_do_not_see_it_and_viewers_only_look(self, goal: Goal, world: World, alice: Actor) -> None:
        proposal = propose(goal, world.carol, "590.00")
        refused(world, lambda: accept(proposal, alice), "not_found", NotFound)
        viewer = member(world.acme, Role.VIEWER)
        refused(world, lambda: accept(proposal, viewer), "forbidden", Forbidden)
        refused(world, lambda: counter(proposal, viewer, "580.00"), "not_yours", Forbidden)

    def test_an_answer_says_why(self, goal: Goal, world: World, alice: Actor, mona: Actor) -> None:
        proposal = propose(goal, world.alice, "200.00", by=alice)
        refused(world, lambda: counter(proposal, mona, "270.00", comment=" "), "reason_required")
        refused(world, lambda: escalate(proposal, mona, comment=""), "reason_required")
        refused(world, lambda: counter(proposal, mona, "-1.00"), "negative")

    def test_it_is_answered_once_until_another_number_is_given(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        proposal = propose(goal, world.alice, "290.00", by=alice)
        accept(proposal, mona)
        refused(world, lambda: accept(proposal, mona), "answered")
        with acting_for(world.acme.pk):
            set_target(
                mona, goal=fresh(goal), holder=of(world.alice), amount=40_000, expected_version=None, at=APRIL
            )
        assert target_of(goal, world.alice).agreed is None
        assert accept(proposal, mona).state == ProposalState.ACCEPTED
        assert target_of(goal, world.alice).agreed == 29_000

    def test_an_older_or_a_changed_proposal_is_not_answered(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        older = propose(goal, world.alice, "290.00", by=alice)
        newer = propose(goal, world.alice, "280.00", by=alice)
        refused(world, lambda: accept(older, mona), "superseded", Conflict)
        refused(world, lambda: accept(newer, mona, expected_version=7), "stale", Conflict)

    def test_nothing_is_answered_once_the_plan_is_submitted(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        proposal = propose(goal, world.alice, "290.00", by=alice)
        with acting_for(world.acme.pk):
            submit_plan(system_actor(world.acme), plan=Plan.objects.get(pk=goal.plan_id), at=APRIL)
        refused(world, lambda: accept(proposal, mona), "plan_submitted")


class TestWithdrawn:
    def test_what_was_given_counts_again_and_they_are_asked_again(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        proposal = propose(goal, world.alice, "290.00", by=alice)
        assert withdraw(proposal, alice).state == ProposalState.WITHDRAWN
        with acting_for(world.acme.pk):
            found = agreement_of(mona, fresh(goal), at=APRIL)
            assert (found.waiting, found.gap) == (2, 0)
            assert asked_of(alice)[0].proposal is None
        assert propose(goal, world.alice, "280.00", by=alice).is_current

    def test_an_override_gives_way_to_the_sum_of_those_below(
        self, goal: Goal, world: World, mona: Actor, lena: Actor
    ) -> None:
        propose(goal, world.alice, "290.00")
        override = propose(goal, world.north, "500.00", by=mona, comment="Two are new")
        with acting_for(world.acme.pk):
            assert proposed_in(sheet_of(fresh(goal)))[Node(world.north.pk)] == 50_000
        withdraw(override, lena)
        with acting_for(world.acme.pk):
            assert proposed_in(sheet_of(fresh(goal)))[Node(world.north.pk)] == 59_000

    def test_by_who_made_it_or_whose_number_it_is(
        self, goal: Goal, world: World, alice: Actor, mona: Actor, lena: Actor
    ) -> None:
        own = propose(goal, world.alice, "290.00", by=alice)
        for other in (mona, lena):
            refused(world, partial(withdraw, own, other), "forbidden", Forbidden)
        on_behalf = propose(goal, world.alice, "280.00", by=mona)
        viewer = member(world.acme, Role.VIEWER)
        refused(world, lambda: withdraw(on_behalf, viewer), "forbidden", Forbidden)
        assert not withdraw(on_behalf, alice).is_current
        assert not withdraw(propose(goal, world.alice, "270.00", by=mona), mona).is_current

    def test_not_once_it_is_answered_or_the_plan_is_submitted(
        self, goal: Goal, world: World, alice: Actor, mona: Actor, lena: Actor
    ) -> None:
        countered = propose(goal, world.alice, "290.00", by=alice)
        counter(countered, mona, "295.00")
        refused(world, lambda: withdraw(countered, alice), "answered")
        escalated = propose(goal, world.alice, "200.00", by=alice)
        escalate(escalated, mona)
        assert withdraw(escalated, alice).state == ProposalState.WITHDRAWN
        refused(world, lambda: accept(escalated, lena), "superseded", Conflict)
        last = propose(goal, world.alice, "290.00", by=alice)
        refused(world, lambda: withdraw(last, alice, expected_version=7), "stale", Conflict)
        with acting_for(world.acme.pk):
            submit_plan(system_actor(world.acme), plan=Plan.objects.get(pk=goal.plan_id), at=APRIL)
        refused(world, lambda: withdraw(last, alice), "plan_submitted")


class TestTheLimit:
    @pytest.fixture(autouse=True)
    def ten_percent(self, world: World) -> None:
        with_approvals(world.acme)

    def test_within_it_a_manager_answers_beyond_it_someone_above(
        self, goal: Goal, world: World, alice: Actor, mona: Actor, lena: Actor
    ) -> None:
        proposal = propose(goal, world.alice, "269.99", by=alice)
        refused(world, lambda: accept(proposal, mona), "above_limit")
        refused(world, lambda: counter(proposal, mona, "330.01"), "above_limit")
        assert escalate(proposal, mona).state == ProposalState.ESCALATED
        refused(world, lambda: accept(proposal, mona), "escalated", Forbidden)
        refused(world, lambda: escalate(proposal, mona), "escalated", Forbidden)
        assert accept(proposal, lena).state == ProposalState.ACCEPTED
        assert target_of(goal, world.alice).agreed == 26_999

    def test_it_counts_from_what_was_given_when_it_was_proposed(
        self, goal: Goal, world: World, alice: Actor, mona: Actor, lena: Actor
    ) -> None:
        proposal = propose(goal, world.alice, "250.00", by=alice)
        with acting_for(world.acme.pk):
            set_target(
                mona,
                goal=fresh(goal),
                holder=of(world.alice),
                amount=26_000,
                expected_version=None,
                at=APRIL,
            )
        refused(world, lambda: accept(proposal, mona), "above_limit")
        assert accept(proposal, lena).state == ProposalState.ACCEPTED

    def test_it_counts_through_all_counter_offers(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        counter(propose(goal, world.alice, "250.00", by=alice), mona, "280.00")
        for _again in range(2):
            proposal = propose(goal, world.alice, "260.00", by=alice)
            refused(world, lambda proposal=proposal: accept(proposal, mona), "above_limit")  # type: ignore[misc]
        third = propose(goal, world.alice, "270.00", by=alice)
        assert accept(third, mona).state == ProposalState.ACCEPTED

    def test_to_the_cent(self, goal: Goal, world: World, alice: Actor, mona: Actor) -> None:
        assert accept(propose(goal, world.alice, "270.00", by=alice), mona).state == ProposalState.ACCEPTED

    def test_who_decides_need_not_be_asked_first(
        self, goal: Goal, world: World, alice: Actor, lena: Actor
    ) -> None:
        proposal = propose(goal, world.alice, "100.00", by=alice)
        assert counter(proposal, lena, "150.00").counter == 15_000

    def test_all_within_it_are_accepted_at_once(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        small, large = propose(goal, world.alice, "290.00", by=alice), propose(goal, world.bob, "100.00")
        with acting_for(world.acme.pk):
            before = Change.objects.count()
            assert proposals.accept_within_limit(mona, goal=fresh(goal), at=APRIL) == 1
            assert proposals.accept_within_limit(mona, goal=fresh(goal), at=APRIL) == 0
            assert Change.objects.count() == before + 1
            small.refresh_from_db()
            large.refresh_from_db()
            assert (small.state, small.answered_by, large.state) == ("accepted", mona.user, "open")
        assert target_of(goal, world.alice).agreed == 29_000
        assert ("alice", "What was proposed for Alice in “Q2” is agreed: $290.00.") in told(
            world, "proposal_answered"
        )

    def test_what_goes_beyond_it_is_not_among_them_for_who_may_decide_it_either(
        self, goal: Goal, world: World, alice: Actor, mona: Actor, lena: Actor
    ) -> None:
        far = escalate(propose(goal, world.alice, "100.00", by=alice), mona)
        propose(goal, world.bob, "290.00")
        with acting_for(world.acme.pk):
            assert proposals.accept_within_limit(lena, goal=fresh(goal), at=APRIL) == 1
            far.refresh_from_db()
        assert far.state == ProposalState.ESCALATED

    def test_a_rep_accepts_nothing_at_once(self, goal: Goal, world: World, alice: Actor) -> None:
        refused(
            world,
            lambda: proposals.accept_within_limit(alice, goal=fresh(goal), at=APRIL),
            "forbidden",
            Forbidden,
        )


class TestWhoIsTold:
    def test_each_who_is_to_act_next(
        self, goal: Goal, world: World, alice: Actor, mona: Actor, lena: Actor
    ) -> None:
        with_approvals(world.acme)
        proposal = propose(goal, world.alice, "200.00", by=alice)
        assert told(world, "proposed") == [("mona", "Alice proposes $200.00 for “Q2”.")]
        escalate(proposal, mona)
        assert told(world, "proposal_escalated") == [
            ("lena", "Please decide: Alice proposes $200.00 for “Q2”.")
        ]
        offered = counter(proposal, lena, "250.00")
        assert told(world, "proposal_answered") == [
            ("alice", "$250.00 is offered to Alice in “Q2”, instead of $200.00.")
        ]
        accept(offered, alice)
        assert told(world, "proposed")[1:] == [("mona", "Alice takes your offer for “Q2”: $250.00.")]

    def test_who_waited_for_it_hears_that_it_is_withdrawn(
        self, goal: Goal, world: World, alice: Actor, mona: Actor, lena: Actor
    ) -> None:
        withdraw(propose(goal, world.alice, "290.00", by=alice), alice)
        words = "$290.00 is no longer proposed for Alice in “Q2”."
        assert told(world, "proposal_withdrawn") == [("mona", words)]
        escalated = propose(goal, world.alice, "290.00", by=alice)
        escalate(escalated, mona)
        withdraw(escalated, alice)
        assert told(world, "proposal_withdrawn")[1:] == [("mona", words), ("lena", words)]

    def test_where_nobody_manages_the_administrators(self, goal: Goal, world: World) -> None:
        propose(goal, world.carol, "500.00")
        assert told(world, "proposed") == [("admin", "Carol proposes $500.00 for “Q2”.")]

    def test_who_proposed_on_behalf_is_told_the_answer_too(
        self, goal: Goal, world: World, mona: Actor, lena: Actor, alice: Actor
    ) -> None:
        accept(propose(goal, world.alice, "290.00", by=mona), lena)
        assert [name for name, _words in told(world, "proposal_answered")] == ["alice", "mona"]

    def test_everyone_who_holds_a_number_is_told_that_the_plan_is_open(
        self, world: World, alice: Actor, mona: Actor
    ) -> None:
        opened(a_goal(a_plan(world.acme, "Q3"), "1200.00").plan)
        assert told(world, "plan_opened") == [("alice", "Please propose your numbers for “Q3”.")]

    def test_who_has_not_proposed_is_reminded_once_a_day(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        member(world.acme, Role.REP, world.bob)
        member(world.acme, Role.REP, world.carol)
        propose(goal, world.bob, "290.00")
        with acting_for(world.acme.pk):
            plan = fresh(goal).plan
            assert [remind(mona, plan=plan, at=APRIL) for _again in range(2)] == [1, 0]
            assert remind(system_actor(world.acme), plan=plan, at=APRIL) == 1
            assert remind(mona, plan=plan, at=APRIL + timedelta(days=1)) == 1
        words = "Your proposal for “Q2” is still missing."
        assert told(world, "proposal_missing") == [("alice", words), ("carol", words), ("alice", words)]

    def test_of_two_goals_both_are_to_be_answered(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        with acting_for(world.acme.pk):
            kpi = fresh(a_goal(a_plan(world.acme, "Other"), "5", kpi="deals_won")).kpi
            create_goal(system_actor(world.acme), plan=fresh(goal).plan, kpi=kpi, amount=5, at=APRIL)
        propose(goal, world.alice, "290.00")
        with acting_for(world.acme.pk):
            assert remind(mona, plan=fresh(goal).plan, at=APRIL) == 1

    def test_reminders_are_for_managers_and_open_plans(
        self, goal: Goal, world: World, alice: Actor, mona: Actor
    ) -> None:
        with acting_for(world.acme.pk):
            plan, draft = fresh(goal).plan, a_plan(world.acme, "Draft")
        refused(world, lambda: remind(alice, plan=plan, at=APRIL), "forbidden", Forbidden)
        refused(world, lambda: remind(mona, plan=draft, at=APRIL), "not_open")

    def test_two_days_before_and_on_the_day_they_come_by_themselves_but_not_at_night(
        self, world: World, alice: Actor
    ) -> None:
        goal = a_goal(a_plan(world.acme, "Q3"), "1200.00")
        opened(goal.plan, answers_by=date(2026, 4, 5))
        with acting_for(world.acme.pk):
            night = APRIL.replace(hour=7)
            days = [
                (day, hour, remind_of_due(world.acme, at=night + timedelta(days=day, hours=hour)))
                for day in range(6)
                for hour in (0, 1, 2)
            ]
        assert [(day, hour) for day, hour, count in days if count] == [(2, 1), (4, 1)]

    def test_a_day_without_a_worker_is_made_up_for_once(self, world: World, alice: Actor) -> None:
        opened(a_goal(a_plan(world.acme, "Q3"), "1200.00").plan, answers_by=date(2026, 4, 5))
        with acting_for(world.acme.pk):
            days = {day: remind_of_due(world.acme, at=APRIL + timedelta(days=day)) for day in (0, 3, 9, 10)}
        assert days == {0: 0, 3: 1, 9: 1, 10: 0}

    def test_who_was_asked_on_that_very_day_is_not_reminded(self, world: World, alice: Actor) -> None:
        opened(a_goal(a_plan(world.acme, "Q3"), "1200.00").plan, answers_by=date(2026, 4, 2))
        with acting_for(world.acme.pk):
            days = [remind_of_due(world.acme, at=APRIL + timedelta(days=day)) for day in range(3)]
        assert days == [0, 1, 0]
