"""Numbers in force are adjusted by request: asked for with evidence, decided by someone else, then kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import pghistory
from django.db import transaction
from django.utils.translation import gettext

from kpis.values import Holder
from salestargets.api.selectors import is_same_hand
from salestargets.kernel.apportion import apportion
from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.services.versions import lock, save_changes
from targets.adjustment_notices import tell_asked, tell_decided
from targets.amounts import from_stored
from targets.choices import AdjustmentState, ChangeKind, Nature, PlanState
from targets.domain.phasing import even_weights
from targets.frozen import Evidence, Move, Rule, Simulation
from targets.models import Adjustment, Goal, Plan, Trigger
from targets.selectors.adjustments import decides_above, is_own, may_decide, moves_in, node_of
from targets.selectors.in_force import sheet_on
from targets.selectors.periods import periods_of
from targets.selectors.plans import may_set, sees
from targets.selectors.sheets import Sheet, Spread, sheet_of
from targets.selectors.trees import Node
from targets.services.numbers import (
    Because,
    Part,
    check_amount,
    check_not_closed,
    check_stretch,
    holds_from,
    lock_goal,
    write_numbers,
)
from targets.services.simulation import moves_of, studied


@dataclass(frozen=True, slots=True)
class Wish:
    """A holder's new number for the span, or new numbers of some months, by their first days.

    Months that are over by the effective day stay as they are, whatever the number of the span.
    """

    holder: Holder | None
    amount: int | None = None
    months: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Why:
    """What gave rise to it, and from which day it holds (today, where not said).

    `about`: what the system asks about, so that it asks once. `rule`: what the numbers follow, as it is kept.
    """

    trigger: Trigger
    nature: str
    reason: str
    effective_on: date | None = None
    about: str = ""
    rule: Rule | None = None


@dataclass(frozen=True)
class Preview:
    """What a request would say and do, as of now."""

    effective_on: date
    moves: Sequence[Move]
    evidence: Evidence
    simulation: Simulation


def preview_adjustment(
    actor: Actor, *, goal: Goal, wishes: Sequence[Wish], effective_on: date | None, at: datetime
) -> Preview:
    """What `request_adjustment` would freeze now. Nothing is written."""
    return _previewed(actor, sheet_of(goal), wishes, effective_on, at)


@transaction.atomic
def request_adjustment(
    actor: Actor, *, goal: Goal, wishes: Sequence[Wish], why: Why, at: datetime
) -> Adjustment:
    """Ask for new numbers, by whoever holds or may set every one of them. Those who may decide are told."""
    sheet = sheet_of(goal)
    found = _previewed(actor, sheet, wishes, why.effective_on, at)
    reason = clean_text(why.reason, max_length=300)
    if not reason:
        raise DomainError(N_("Say why."), code="reason_required", field="reason")
    adjustment = Adjustment.objects.create(
        goal=goal,
        trigger=why.trigger,
        nature=Nature(why.nature),
        reason=reason,
        effective_on=found.effective_on,
        changes=list(found.moves),
        evidence=with_rule(found.evidence, why),
        simulation=found.simulation,
        requested_at=at,
        requested_by=actor.user,
        actor=actor.id,
        about=why.about,
    )
    tell_asked(adjustment, sheet.tree, on=actor.organisation.today(at), at=at)
    return adjustment


@transaction.atomic
def approve_adjustment(
    actor: Actor,
    *,
    adjustment: Adjustment,
    comment: str = "",
    expected_version: int | None = None,
    at: datetime,
) -> Adjustment:
    """Write the numbers, from the effective day on; refused where they are no longer what they were."""
    goal = lock_goal(adjustment.goal)
    adjustment = _lock(adjustment, goal, expected_version)
    sheet, on = sheet_of(goal), actor.organisation.today(at)
    _check_may_decide(actor, adjustment, sheet, on)
    _check_in_force(goal.plan)
    moves = moves_in(adjustment)
    _check_fresh(sheet, moves, actor.organisation.currency)
    change = write_numbers(
        Because(actor, at, adjustment.reason, adjustment.effective_on, is_approved=True),
        ChangeKind.ADJUSTMENT,
        Part(sheet, {node_of(move): _spread(move) for move in moves}),
    )
    above = decides_above(actor, adjustment, sheet.tree, on)
    return _decide(
        actor, adjustment, AdjustmentState.APPROVED, comment, at, change=change, decided_above=above
    )


@transaction.atomic
def reject_adjustment(
    actor: Actor, *, adjustment: Adjustment, comment: str, expected_version: int | None = None, at: datetime
) -> Adjustment:
    """Leave the numbers as they are, and say why: by whoever could approve."""
    adjustment = _lock(adjustment, adjustment.goal, expected_version)
    _check_may_decide(actor, adjustment, sheet_of(adjustment.goal), actor.organisation.today(at))
    if not clean_text(comment, max_length=300):
        raise DomainError(N_("Say why."), code="reason_required", field="comment")
    return _decide(actor, adjustment, AdjustmentState.REJECTED, comment, at)


@transaction.atomic
def withdraw_adjustment(
    actor: Actor, *, adjustment: Adjustment, expected_version: int | None = None, at: datetime
) -> Adjustment:
    """Whoever asked no longer does."""
    adjustment = _lock(adjustment, adjustment.goal, expected_version)
    if adjustment.actor != actor.id:
        raise Forbidden(N_("Only who asked for it withdraws it."), code="forbidden")
    return _decide(actor, adjustment, AdjustmentState.WITHDRAWN, "", at)


def with_rule(evidence: Evidence, why: Why) -> Evidence:
    """With what the numbers follow, as it is kept."""
    return {**evidence, "rule": why.rule} if why.rule else evidence


def check_may_ask(actor: Actor, sheet: Sheet, *nodes: Node, on: date) -> None:
    """404 for a holder out of sight; 403 for who neither holds the number nor may set it."""
    sight = sight_of(actor, on)
    if not all(sees(sight, node) for node in nodes):
        raise NotFound(N_("There is no such holder in this plan."), code="not_found", field="holder")
    if actor.role == Role.VIEWER or (actor.role is None and not actor.may(Scope.TARGETS_WRITE)):
        raise Forbidden(N_("Your role or key may not do this."), code="forbidden")
    if not all(may_set(actor, sight, sheet.tree, node) or is_own(actor, node, on) for node in nodes):
        raise Forbidden(
            N_("A number is adjusted at the wish of who holds it, or of who gives it."), code="not_yours"
        )


def from_day(sheet: Sheet, node: Node, total: int, day: date) -> Spread:
    """The total, with the months that are over by the day as they are and the others in their shape."""
    if not sheet.months:
        return Spread(check_amount(total), None)
    own, periods = sheet.by_month(node), periods_of(sheet.goal.plan)
    past = {n: own[n] for n, period in enumerate(periods) if period.end <= day}
    if total < sum(past.values()):
        raise DomainError(
            N_("The months before that day alone are more than the new number of “{name}”."),
            code="below_past",
            field="amount",
            params={"name": sheet.tree.name(node)},
        )
    stay = past | {n: own[n] for n in sheet.held_months(node)}
    holds = stay if sum(stay.values()) <= total and len(stay) < len(own) else past
    weights = own if any(part for n, part in enumerate(own) if n not in holds) else even_weights(periods)
    return Spread(check_amount(total), tuple(apportion(total, weights, holds=holds)))


def _previewed(
    actor: Actor, sheet: Sheet, wishes: Sequence[Wish], effective_on: date | None, at: datetime
) -> Preview:
    on = actor.organisation.today(at)
    _check_in_force(sheet.goal.plan)
    day = holds_from(sheet.goal.plan, effective_on, on=on)
    held = sheet_on(sheet, day)
    numbers = _numbers(actor, sheet, held, wishes, day, on)
    if root := numbers.get(sheet.tree.root):
        check_stretch(sheet.goal, root.amount)
    evidence, simulation = studied(held, numbers, actor.organisation, at=at)
    return Preview(day, moves_of(sheet, numbers), evidence, simulation)


def _numbers(
    actor: Actor, sheet: Sheet, held: Sheet, wishes: Sequence[Wish], day: date, on: date
) -> dict[Node, Spread]:
    """Those that would differ: from the newest, or from what else is `held` from the day on."""
    nodes = [sheet.tree.find(wish.holder) for wish in wishes]
    check_may_ask(actor, sheet, *nodes, on=on)
    numbers = {node: _wished(sheet, node, wish, day) for node, wish in zip(nodes, wishes, strict=True)}
    changed = {
        node: spread
        for node, spread in numbers.items()
        if any(spread != _standing_in(each, node) for each in (sheet, held))
    }
    if not changed:
        raise DomainError(N_("No number would change. Enter at least one."), code="no_change")
    return changed


def _wished(sheet: Sheet, node: Node, wish: Wish, day: date) -> Spread:
    if (wish.amount is None) == (not wish.months):
        raise DomainError(
            N_("Enter a number for the span, or for months of it."), code="amount_or_months", field="amount"
        )
    if wish.amount is not None:
        return from_day(sheet, node, wish.amount, day)
    months = sheet.by_month(node)
    for month, amount in wish.months.items():
        months[_position(sheet, month, day)] = check_amount(amount)
    return Spread(check_amount(sum(months)), tuple(months))


def _position(sheet: Sheet, month: date, day: date) -> int:
    if month not in sheet.months:
        raise DomainError(
            N_("Enter the first day of one of the plan's months."), code="not_a_month", field="months"
        )
    position = sheet.months.index(month)
    if periods_of(sheet.goal.plan)[position].end <= day:
        raise DomainError(
            N_("Months before the day from which it holds stay as they are."),
            code="past_month",
            field="months",
        )
    return position


def _standing_in(sheet: Sheet, node: Node) -> Spread | None:
    cell = sheet.cells.get(node)
    return None if cell is None or cell.amount is None else Spread(cell.amount, cell.months)


def _spread(move: Move) -> Spread:
    months = move["months_after"]
    return Spread(move["after"], None if months is None else tuple(months))


def _check_in_force(plan: Plan) -> None:
    check_not_closed(plan)
    if plan.state != PlanState.PUBLISHED:
        raise DomainError(
            N_("Only numbers in force are adjusted; those of this plan are still being made."),
            code="not_published",
        )


def _lock(adjustment: Adjustment, goal: Goal, expected_version: int | None) -> Adjustment:
    adjustment = lock(adjustment, expected_version=expected_version)
    adjustment.goal = goal
    if adjustment.state != AdjustmentState.REQUESTED:
        raise Conflict(N_("This has been decided already."), code="decided")
    return adjustment


def _check_may_decide(actor: Actor, adjustment: Adjustment, sheet: Sheet, on: date) -> None:
    if is_same_hand(actor, adjustment.actor):
        raise Forbidden(N_("Nobody decides about what they asked for themselves."), code="own_request")
    if any(is_own(actor, node_of(move), on) for move in moves_in(adjustment)):
        raise Forbidden(N_("Nobody decides about their own number."), code="own_number")
    if not may_decide(actor, adjustment, sheet.tree, on):
        raise Forbidden(N_("This is decided by someone above."), code="not_yours")


def _check_fresh(sheet: Sheet, moves: Sequence[Move], currency: str) -> None:
    stale = [move for move in moves if not _is_fresh(sheet, move)]
    if stale:
        raise Conflict(
            N_("Numbers have changed since this was asked for. Ask anew, from what they are now."),
            code="stale",
            errors={move["holder"]: [_then_and_now(sheet, move, currency)] for move in stale},
        )


def _then_and_now(sheet: Sheet, move: Move, currency: str) -> str:
    then, now = (
        from_stored(stored, sheet.goal.kpi, currency)
        for stored in (move["before"], sheet.given(node_of(move)))
    )
    return gettext("%(name)s had %(then)s when this was asked for, and has %(now)s now.") % {
        "name": move["name"],
        "then": gettext("none") if then is None else then,
        "now": gettext("none") if now is None else now,
    }


def _is_fresh(sheet: Sheet, move: Move) -> bool:
    months = move["months_before"]
    now = _standing_in(sheet, node_of(move))
    if now is None:
        return move["before"] is None
    return (now.amount, now.months) == (move["before"], None if months is None else tuple(months))


def _decide(
    actor: Actor, adjustment: Adjustment, state: AdjustmentState, comment: str, at: datetime, **more: object
) -> Adjustment:
    decision = clean_text(comment, max_length=300)
    with pghistory.context(reason=decision):
        save_changes(
            adjustment,
            {"state": state, "decided_at": at, "decided_by": actor.user, "decision": decision, **more},
        )
    tell_decided(adjustment, on=actor.organisation.today(at), at=at)
    return adjustment
