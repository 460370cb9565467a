from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from rest_framework.request import Request

from salestargets.api.inputs import DATE, Field, choice, list_of, object_of, text
from salestargets.api.operations import operation
from salestargets.api.pagination import CURSOR, LIMIT, PAGE, Page
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope
from targets.amounts import to_stored
from targets.api.rows import AMOUNT, GOAL, HOLDER_FIELD, Amounts, HolderRow, holder, holder_row, part_of
from targets.choices import ProposalState
from targets.models import Goal, Proposal
from targets.selectors.agreement import (
    Gap,
    agreement_of,
    get_proposal,
    node_of,
    proposals_of,
    state_of,
)
from targets.selectors.leads import Lead
from targets.selectors.plans import get_goal, get_plan, goals_of
from targets.selectors.trees import Label
from targets.services.proposals import (
    LONGEST_ANSWER,
    LONGEST_WORDS,
    accept,
    accept_within_limit,
    counter,
    escalate,
    propose,
    withdraw,
)
from targets.services.reminders import remind

MOST_PERIODS = 200
_WORDS = text(LONGEST_WORDS, min_length=0, multiline=True)
ONE_GOAL = GOAL.optional()
STATE = Field("state", choice(ProposalState), "Only proposals in this state.").optional()
PROPOSED = Field("amount", AMOUNT, "For the span, or for the month; may be left out with months.").optional()
MONTH = Field("month", DATE, "The first day of a month: only this one is proposed anew.").optional()
OF_MONTH = Field("month", DATE, "The first day of a month.")
MONTH_AMOUNT = Field("amount", AMOUNT)
MONTHS = Field(
    "months",
    list_of(object_of(OF_MONTH, MONTH_AMOUNT), at_most=MOST_PERIODS, at_least=1),
    "Month by month; those left out stay as they were proposed or given.",
).optional()
COMMENT = Field("comment", _WORDS, "Required for a unit with people below it.").otherwise("")
STRATEGY = Field("strategy", _WORDS, "How it is to be reached.").otherwise("")
RESOURCES = Field("resources", _WORDS, "What is needed for it.").otherwise("")
WORDS = Field("comment", text(LONGEST_ANSWER, min_length=0)).otherwise("")
REASON = Field("comment", text(LONGEST_ANSWER), "Why.")
OFFER = Field("amount", AMOUNT, "What is given instead.")


class MonthAmount(TypedDict):
    month: date
    amount: Decimal | None


class ProposalRow(HolderRow):
    """`on_behalf`: someone else proposed for this person. `counter` is what was offered instead.

    An accepted proposal is open again once another number is given.
    """

    proposal: int
    plan: int
    goal: int
    target: int
    amount: Decimal | None
    months: list[MonthAmount]
    comment: str
    strategy: str
    resources: str
    is_override: bool
    on_behalf: bool
    is_current: bool
    state: str
    given: Decimal | None
    agreed: Decimal | None
    counter: Decimal | None
    made_at: datetime
    made_by: str | None
    answered_at: datetime | None
    answered_by: str | None
    answer: str
    version: int


class OwnerRow(TypedDict):
    id: int
    name: str


class GapRow(HolderRow):
    """A part of the gap, above zero where less is promised than was given.

    `reason`: promise (of a holder), held_back (by a unit, of what it was given), overridden (the manager
    proposes another number than the sum below). No `owners`: the administrators, or settled.
    """

    reason: str
    amount: Decimal
    state: str
    comment: str
    owners: list[OwnerRow]
    proposal: int | None


class Reconciliation(TypedDict):
    """From the topmost holders that you see: `given` − `proposed` = `gap` = the sum of all results.

    Of the `leaves` (people, and units without) those `waiting` have not proposed: what they were given
    counts.
    """

    given: Decimal
    proposed: Decimal
    gap: Decimal
    waiting: int
    leaves: int
    results: list[GapRow]
    next: str | None


class Acceptance(TypedDict):
    accepted: int


class Reminder(TypedDict):
    """How many were told now; nobody is told twice a day."""

    reminded: int


class Proposals(TenantView):
    @operation(Scope.READ, query=(ONE_GOAL, STATE, *PAGE), answers=Page[ProposalRow])
    def get(self, request: Request, plan_id: int) -> Page[ProposalRow]:
        """The newest proposal of every holder you see, the latest first."""
        plan = get_plan(self.actor, plan_id, self.today)
        asked, state = self.query[ONE_GOAL], self.query[STATE]
        goals = (
            [get_goal(self.actor, asked, self.today, plan_id=plan_id)] if asked else goals_of([plan])[plan.pk]
        )
        rows = [self._row(row) for row in proposals_of(self.actor, goals, on=self.today)]
        found = [row for row in rows if state in (None, row["state"])]
        return part_of(found, request, limit=self.query[LIMIT], cursor=self.query[CURSOR])

    @operation(
        Scope.READ,
        body=(GOAL, HOLDER_FIELD, PROPOSED, MONTH, MONTHS, COMMENT, STRATEGY, RESOURCES),
        answers=ProposalRow,
        status=201,
    )
    def post(self, request: Request, plan_id: int) -> ProposalRow:
        """Propose a number for yourself, for a unit that you manage, or on behalf of someone below it."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        amount, months = self._numbers(goal)
        proposal = propose(
            self.actor,
            goal=goal,
            holder=holder(self.body[HOLDER_FIELD]),
            amount=amount,
            months=months,
            comment=self.body[COMMENT],
            strategy=self.body[STRATEGY],
            resources=self.body[RESOURCES],
            at=self.at,
        )
        return read(self, proposal.pk)

    def _row(self, proposal: Proposal) -> ProposalRow:
        return proposal_row(proposal, Amounts(proposal.target.goal, self.actor))

    def _numbers(self, goal: Goal) -> tuple[int | None, Mapping[date, int]]:
        """The amount of the span, and those of single months."""
        currency = self.actor.organisation.currency
        months = {
            row[OF_MONTH]: to_stored(row[MONTH_AMOUNT], goal.kpi, currency) for row in self.body[MONTHS] or ()
        }
        sent, month = self.body[PROPOSED], self.body[MONTH]
        amount = None if sent is None else to_stored(sent, goal.kpi, currency)
        if month is None or amount is None:
            return amount, months
        return None, {**months, month: amount}


class ProposalAcceptance(TenantView):
    @operation(Scope.READ, body=(WORDS,), answers=ProposalRow, versioned=True)
    def post(self, request: Request, proposal_id: int) -> ProposalRow:
        """Agree to what was proposed; or, as its holder, to what was offered instead."""
        return _answered(self, accept, proposal_id, comment=self.body[WORDS])


class ProposalCounter(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(OFFER, REASON), answers=ProposalRow, versioned=True)
    def post(self, request: Request, proposal_id: int) -> ProposalRow:
        """Give another number instead, and say why; its holder may accept it."""
        kpi = get_proposal(self.actor, proposal_id, self.today).target.goal.kpi
        offer = to_stored(self.body[OFFER], kpi, self.actor.organisation.currency)
        return _answered(self, counter, proposal_id, amount=offer, comment=self.body[REASON])


class ProposalEscalation(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(REASON,), answers=ProposalRow, versioned=True)
    def post(self, request: Request, proposal_id: int) -> ProposalRow:
        """Let someone above you answer it, as what moves a number beyond the limit must be."""
        return _answered(self, escalate, proposal_id, comment=self.body[REASON])


class ProposalWithdrawal(TenantView):
    @operation(Scope.READ, answers=ProposalRow, versioned=True)
    def post(self, request: Request, proposal_id: int) -> ProposalRow:
        """Propose it no longer, while it is not answered: of a unit the sum of those below counts again."""
        return _answered(self, withdraw, proposal_id)


class ProposalsAcceptance(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(GOAL,), answers=Acceptance, versioned=True)
    def post(self, request: Request, plan_id: int) -> Acceptance:
        """Accept every proposal that is yours to answer and within the limit."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        accepted = accept_within_limit(self.actor, goal=goal, expected_version=self.version, at=self.at)
        return {"accepted": accepted}


class PlanReconciliation(TenantView):
    @operation(Scope.READ, query=(GOAL, *PAGE), answers=Reconciliation)
    def get(self, request: Request, plan_id: int) -> Reconciliation:
        """What was given against what was proposed: the gap, and its parts, the largest first."""
        goal = get_goal(self.actor, self.query[GOAL], self.today, plan_id=plan_id)
        found, amounts = agreement_of(self.actor, goal, at=self.at), Amounts(goal, self.actor)
        rows = [_gap_row(gap, amounts) for gap in found.gaps]
        page = part_of(rows, request, limit=self.query[LIMIT], cursor=self.query[CURSOR])
        return {
            "given": amounts.sure(found.given),
            "proposed": amounts.sure(found.proposed),
            "gap": amounts.sure(found.gap),
            "waiting": found.waiting,
            "leaves": found.leaves,
            "results": page["results"],
            "next": page["next"],
        }


class PlanReminder(TenantView):
    @operation(Scope.TARGETS_WRITE, answers=Reminder)
    def post(self, request: Request, plan_id: int) -> Reminder:
        """Tell everyone you see who has not proposed for each goal of the plan."""
        plan = get_plan(self.actor, plan_id, self.today)
        return {"reminded": remind(self.actor, plan=plan, at=self.at)}


def _answered(
    view: TenantView, service: Callable[..., Proposal], proposal_id: int, **said: Any
) -> ProposalRow:
    """The proposal as it is then; of an offer that is taken, what takes its place."""
    proposal = get_proposal(view.actor, proposal_id, view.today)
    answer = service(view.actor, proposal=proposal, expected_version=view.version, at=view.at, **said)
    return read(view, answer.pk)


def read(view: TenantView, proposal_id: int) -> ProposalRow:
    proposal = get_proposal(view.actor, proposal_id, view.today)
    return proposal_row(proposal, Amounts(proposal.target.goal, view.actor))


def proposal_row(proposal: Proposal, amounts: Amounts) -> ProposalRow:
    target, node = proposal.target, node_of(proposal)
    named = target.person or target.unit
    return {
        **holder_row(node, Label(named.name, named.external_id)),
        "proposal": proposal.pk,
        "plan": target.goal.plan_id,
        "goal": target.goal_id,
        "target": target.pk,
        "amount": amounts(proposal.amount),
        "months": _months(proposal, amounts),
        "comment": proposal.comment,
        "strategy": proposal.strategy,
        "resources": proposal.resources,
        "is_override": proposal.is_override,
        "on_behalf": target.person is not None and proposal.made_by_id != target.person.user_id,
        "is_current": proposal.is_current,
        "state": state_of(proposal, target.agreed),
        "given": amounts(target.given),
        "agreed": amounts(target.agreed),
        "counter": amounts(proposal.counter),
        "made_at": proposal.made_at,
        "made_by": str(proposal.made_by) if proposal.made_by else None,
        "answered_at": proposal.answered_at,
        "answered_by": str(proposal.answered_by) if proposal.answered_by else None,
        "answer": proposal.answer,
        "version": proposal.version,
    }


def _months(proposal: Proposal, amounts: Amounts) -> list[MonthAmount]:
    starts, months = proposal.target.goal.plan.period_starts, proposal.months or []
    return [
        {"month": start, "amount": amounts(part)} for start, part in zip(starts, months, strict=bool(months))
    ]


def _gap_row(gap: Gap, amounts: Amounts) -> GapRow:
    place, proposal = gap.line.place, gap.line.proposal
    return {
        **holder_row(place.node, place.label),
        "reason": gap.reason,
        "amount": amounts.sure(gap.amount),
        "state": gap.state,
        "comment": gap.comment,
        "owners": [_owner_row(lead) for lead in gap.owners],
        "proposal": proposal.pk if proposal else None,
    }


def _owner_row(lead: Lead) -> OwnerRow:
    return {"id": lead.person_id, "name": lead.name}
