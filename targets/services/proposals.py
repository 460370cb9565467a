"""What people say they can reach, and what they are answered, while the plan is open.

A newer proposal takes the place of the older. Nobody answers what they proposed themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kpis.values import Holder
from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.services.versions import lock, save_changes
from targets.choices import UNANSWERED, ChangeKind, PlanState, ProposalState
from targets.models import Goal, Plan, Proposal, Target
from targets.selectors.agreement import agreement_of, current_proposals, node_of, state_of
from targets.selectors.authority import Authority, authority_of
from targets.selectors.plans import sees
from targets.selectors.rules import is_beyond_limit, limit_percent, planning_rules
from targets.selectors.sheets import NOTHING, Cell, Sheet, Spread, sheet_of
from targets.selectors.trees import Node
from targets.services.cells import position_of
from targets.services.numbers import (
    Because,
    Part,
    check_amount,
    ensure_rows,
    lock_goal,
    spread_like,
    write_numbers,
)
from targets.services.telling import tell_answered, tell_escalated, tell_proposed, tell_withdrawn

LONGEST_WORDS = 2_000
LONGEST_ANSWER = 300
_ANSWER = ("state", "answer", "counter", "answered_at", "answered_by", "answerer", "version")


@dataclass(frozen=True)
class _Case:
    """A proposal under its plan's lock, with where it stands and what the actor may do about it."""

    actor: Actor
    at: datetime
    proposal: Proposal
    state: ProposalState
    sheet: Sheet
    node: Node
    authority: Authority

    @property
    def cell(self) -> Cell:
        return self.sheet.cells.get(self.node, NOTHING)

    def write(self, kind: ChangeKind, spread: Spread, reason: str) -> None:
        write_numbers(Because(self.actor, self.at, reason), kind, Part(self.sheet, {self.node: spread}))

    def answer(self, state: ProposalState, words: str, *, counter: int | None = None) -> Proposal:
        changes = {"state": state, "answer": words, "counter": counter}
        by = {"answered_by": self.actor.user, "answerer": self.actor.id}
        save_changes(self.proposal, {**changes, **by, "answered_at": self.at})
        return self.proposal


@transaction.atomic
def propose(
    actor: Actor,
    *,
    goal: Goal,
    holder: Holder | None,
    amount: int | None = None,
    months: Mapping[date, int] | None = None,
    comment: str = "",
    strategy: str = "",
    resources: str = "",
    at: datetime,
) -> Proposal:
    """A number for oneself, for the unit that one manages, or on behalf of someone below.

    An amount is spread in the shape of what was given. Of months, by their first days, those left out stay
    as they were proposed or given. For a unit with people it stands instead of their sum, and says why.
    """
    goal = lock_goal(goal)
    check_open(goal.plan)
    sheet = sheet_of(goal)
    node = sheet.tree.find(holder)
    _check_may_propose(actor, sheet, node, at=at)
    proposals = current_proposals(goal)
    spread = _proposed(sheet, node, proposals.get(node), amount, months)
    is_override = bool(sheet.tree.below(node))
    comment = clean_text(comment, max_length=LONGEST_WORDS, multiline=True)
    if is_override and not comment:
        raise DomainError(
            N_("Say why it is another number than the sum of those below."),
            code="reason_required",
            field="comment",
        )
    ensure_rows(Because(actor, at), sheet, [node])
    target = Target.objects.get(goal=goal, unit=node.unit_id, person=node.person_id, group="")
    proposal = _replace(
        Proposal(
            target=target,
            amount=spread.amount,
            months=None if spread.months is None else list(spread.months),
            given=_given_at_first(target),
            comment=comment,
            strategy=clean_text(strategy, max_length=LONGEST_WORDS, multiline=True),
            resources=clean_text(resources, max_length=LONGEST_WORDS, multiline=True),
            is_override=is_override,
            made_at=at,
            made_by=actor.user,
            actor=actor.id,
        )
    )
    tell_proposed(actor, proposal, sheet, at=at)
    return proposal


@transaction.atomic
def accept(
    actor: Actor,
    *,
    proposal: Proposal,
    comment: str = "",
    expected_version: int | None = None,
    at: datetime,
) -> Proposal:
    """What was proposed is agreed. Of a counter offer: the holder takes it, as if they had proposed it."""
    _check_takes_part(actor)
    case = _case(actor, proposal, expected_version, at=at)
    words = _words(comment)
    if case.state == ProposalState.COUNTERED:
        return _take(case, words)
    _check_may_answer(case)
    _check_limit(case, proposal.amount)
    case.write(ChangeKind.AGREEMENT, _spread_of(case.proposal), words)
    accepted = case.answer(ProposalState.ACCEPTED, words)
    tell_answered(actor, [accepted], case.sheet, at=at)
    return accepted


@transaction.atomic
def counter(
    actor: Actor,
    *,
    proposal: Proposal,
    amount: int,
    comment: str,
    expected_version: int | None = None,
    at: datetime,
) -> Proposal:
    """Another number is given instead, spread in the shape of what was given; the holder may take it."""
    case = _case(actor, proposal, expected_version, at=at)
    words = _reason(comment)
    _check_may_answer(case)
    _check_limit(case, check_amount(amount))
    case.write(ChangeKind.COUNTER, spread_like(case.sheet, case.node, amount), words)
    countered = case.answer(ProposalState.COUNTERED, words, counter=amount)
    tell_answered(actor, [countered], case.sheet, at=at)
    return countered


@transaction.atomic
def escalate(
    actor: Actor,
    *,
    proposal: Proposal,
    comment: str,
    expected_version: int | None = None,
    at: datetime,
) -> Proposal:
    """Someone above who gives the number is to answer it."""
    case = _case(actor, proposal, expected_version, at=at)
    words = _reason(comment)
    _check_may_answer(case)
    escalated = case.answer(ProposalState.ESCALATED, words)
    tell_escalated(actor, escalated, case.sheet, at=at)
    return escalated


@transaction.atomic
def withdraw(
    actor: Actor, *, proposal: Proposal, expected_version: int | None = None, at: datetime
) -> Proposal:
    """It is proposed no longer: of a unit the sum of those below counts again, of others what was given."""
    _check_takes_part(actor)
    case = _case(actor, proposal, expected_version, at=at)
    _check_unanswered(case)
    if not case.authority.withdraws(case.proposal, case.node, case.state):
        raise Forbidden(
            N_("A proposal is withdrawn by who made it, or by whose number it is."), code="forbidden"
        )
    save_changes(case.proposal, {"state": ProposalState.WITHDRAWN, "is_current": False})
    tell_withdrawn(actor, case.proposal, case.sheet, was=case.state, at=at)
    return case.proposal


@transaction.atomic
def accept_within_limit(
    actor: Actor, *, goal: Goal, expected_version: int | None = None, at: datetime
) -> int:
    """All within the limit that is the actor's to answer, as one change; tells how many."""
    actor.require(Scope.TARGETS_WRITE)
    goal = lock_goal(goal, expected_version=expected_version)
    check_open(goal.plan)
    proposals = agreement_of(actor, goal, at=at).acceptable
    sheet = sheet_of(goal)
    if not proposals:
        return 0
    numbers = {node_of(proposal): _spread_of(proposal) for proposal in proposals}
    write_numbers(Because(actor, at), ChangeKind.AGREEMENT, Part(sheet, numbers))
    for proposal in proposals:
        proposal.state, proposal.answer, proposal.counter = ProposalState.ACCEPTED, "", None
        proposal.answered_at, proposal.answered_by, proposal.answerer = at, actor.user, actor.id
        proposal.version += 1
    Proposal.objects.bulk_update(proposals, _ANSWER)
    tell_answered(actor, proposals, sheet, at=at)
    return len(proposals)


def _take(case: _Case, words: str) -> Proposal:
    """The counter offer, which is the number given now, becomes the holder's own and is agreed."""
    if not case.authority.takes(case.proposal, case.node, case.state):
        raise Forbidden(N_("This offer is for its holder to take."), code="not_yours")
    given = Spread(case.cell.given or 0, case.cell.given_months)
    if case.cell.given != case.proposal.counter:
        raise Conflict(N_("Another number was given since this was offered."), code="stale")
    case.write(ChangeKind.AGREEMENT, given, words)
    offered = case.proposal
    taken = _replace(
        Proposal(
            target=offered.target,
            amount=given.amount,
            months=None if given.months is None else list(given.months),
            given=offered.given,
            comment=words,
            is_override=offered.is_override,
            state=ProposalState.ACCEPTED,
            made_at=case.at,
            made_by=case.actor.user,
            actor=case.actor.id,
            answered_at=offered.answered_at,
            answered_by=offered.answered_by,
            answerer=offered.answerer,
            answer=offered.answer,
        )
    )
    tell_proposed(case.actor, taken, case.sheet, at=case.at)
    return taken


def _replace(proposal: Proposal) -> Proposal:
    """It takes the place of the holder's last one."""
    for older in Proposal.objects.filter(target=proposal.target, is_current=True).select_for_update():
        save_changes(older, {"is_current": False})
    proposal.save()
    return proposal


def _case(actor: Actor, proposal: Proposal, expected_version: int | None, *, at: datetime) -> _Case:
    goal, target = lock_goal(proposal.target.goal), proposal.target
    proposal = lock(proposal, expected_version=expected_version)
    proposal.target = target
    sheet, node = sheet_of(goal), node_of(proposal)
    check_open(goal.plan)
    if not proposal.is_current:
        raise Conflict(N_("A newer proposal has taken the place of this one."), code="superseded")
    authority = authority_of(actor, goal.plan, sheet.tree, on=actor.organisation.today(at))
    state = state_of(proposal, sheet.cells.get(node, NOTHING).agreed)
    return _Case(actor, at, proposal, state, sheet, node, authority)


def check_open(plan: Plan) -> None:
    if plan.state != PlanState.OPEN:
        raise DomainError(
            N_("The plan is not open for proposals."),
            code="not_open",
        )


def _check_takes_part(actor: Actor) -> None:
    """A rep writes nothing but what they promise; a viewer and a key that only reads not even that."""
    if actor.role == Role.VIEWER or (actor.role is None and not actor.may(Scope.TARGETS_WRITE)):
        raise Forbidden(N_("Your role or key may not do this."), code="forbidden")


def _check_may_propose(actor: Actor, sheet: Sheet, node: Node, *, at: datetime) -> None:
    _check_takes_part(actor)
    authority = authority_of(actor, sheet.goal.plan, sheet.tree, on=actor.organisation.today(at))
    if not sees(authority.sight, node):
        raise NotFound(N_("There is no such holder in this plan."), code="not_found", field="holder")
    if not authority.may_propose(node):
        raise Forbidden(N_("Propose your own number, or that of a unit that you manage."), code="not_yours")


def _check_unanswered(case: _Case) -> None:
    if case.state not in UNANSWERED:
        raise DomainError(N_("This proposal is answered already."), code="answered")


def _check_may_answer(case: _Case) -> None:
    _check_unanswered(case)
    if case.authority.answers_to(case.proposal, case.node, case.state):
        return
    if case.authority.is_by(case.proposal.actor) or case.authority.is_own(case.node):
        raise Forbidden(N_("Nobody answers their own proposal."), code="own_proposal")
    if case.authority.answers(case.node):
        raise Forbidden(N_("This was escalated: someone above you decides."), code="escalated")
    raise Forbidden(N_("This number is given by the manager of the unit above."), code="not_yours")


def _check_limit(case: _Case, amount: int) -> None:
    rules = planning_rules()
    if case.authority.decides(case.node) or not is_beyond_limit(rules, case.proposal.given, amount):
        return
    raise DomainError(
        N_(
            "This moves what was given to “{name}” by more than {percent} %, which is for someone above you"
            " to decide. Escalate it."
        ),
        code="above_limit",
        params={"name": case.sheet.tree.name(case.node), "percent": limit_percent(rules)},
    )


def _given_at_first(target: Target) -> int | None:
    """What was given before the two began to talk: a counter offer that still stands is a part of it."""
    countered = Proposal.objects.filter(target=target, counter__isnull=False).order_by("-id").first()
    given: int | None = target.given
    return countered.given if countered and countered.counter == given else given


def _proposed(
    sheet: Sheet, node: Node, before: Proposal | None, amount: int | None, months: Mapping[date, int] | None
) -> Spread:
    if not months:
        if amount is None:
            raise DomainError(N_("Enter an amount."), code="required", field="amount")
        return spread_like(sheet, node, check_amount(amount))
    parts = _filled(sheet, node, before, {position_of(sheet, month): part for month, part in months.items()})
    for part in parts:
        check_amount(part)
    total = check_amount(sum(parts))
    if amount not in (None, total):
        raise DomainError(
            N_("The months do not sum to the amount."), code="months_do_not_sum", field="months"
        )
    return Spread(total, tuple(parts))


def _filled(sheet: Sheet, node: Node, before: Proposal | None, parts: Mapping[int, int]) -> list[int]:
    """All months: those that are not named stay as they were proposed last, else as they were given."""
    cell = sheet.cells.get(node, NOTHING)
    known: Sequence[int] = (before.months if before else cell.months) or ()
    if not known and len(parts) < len(sheet.months):
        raise DomainError(
            N_("Enter an amount for every month; nothing was given or proposed yet."),
            code="months_missing",
            field="months",
        )
    return [parts[n] if n in parts else known[n] for n in range(len(sheet.months))]


def _spread_of(proposal: Proposal) -> Spread:
    return Spread(proposal.amount, None if proposal.months is None else tuple(proposal.months))


def _words(text: str) -> str:
    return clean_text(text, max_length=LONGEST_ANSWER)


def _reason(text: str) -> str:
    words = _words(text)
    if not words:
        raise DomainError(N_("Say why."), code="reason_required", field="comment")
    return words
