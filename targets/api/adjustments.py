from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, cast

from django.utils.translation import gettext
from rest_framework.request import Request

from kpis.values import Holder
from salestargets.api.inputs import BOOLEAN, DATE, ID, Field, Values, choice, list_of, object_of, text
from salestargets.api.operations import operation
from salestargets.api.pagination import CURSOR, LIMIT, PAGE, Page
from salestargets.api.views import TenantView
from salestargets.kernel.messages import Message
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import Scope
from targets.amounts import to_stored
from targets.api.rows import AMOUNT, EFFECTIVE_ON, GOAL, HOLDER_FIELD, Amounts, holder, part_of
from targets.choices import AdjustmentState, LeaverRule, Nature
from targets.frozen import Effect, Evidence, Fact, Held, Left, Move, Rule, Simulation
from targets.models import Adjustment, Goal
from targets.selectors.adjustments import adjustments_of, get_adjustment, seen
from targets.selectors.plans import get_goal, get_plan
from targets.selectors.rules import get_trigger
from targets.services.adjustments import (
    Preview,
    Why,
    Wish,
    approve_adjustment,
    preview_adjustment,
    reject_adjustment,
    request_adjustment,
    with_rule,
    withdraw_adjustment,
)
from targets.services.handover import Handover, hand_over, preview_handover, why_of

OF_MONTH = Field("month", DATE, "The first day of a month.")
NEW_AMOUNT = Field("amount", AMOUNT, "The new number of the span; months that are over stay.").optional()
NEW_MONTHS = Field(
    "months",
    list_of(object_of(OF_MONTH, Field("amount", AMOUNT)), at_most=36),
    "New numbers of single months, in the place of that of the span.",
).otherwise([])
CHANGES = Field(
    "changes",
    list_of(object_of(HOLDER_FIELD, NEW_AMOUNT, NEW_MONTHS), at_least=1, at_most=1000),
    "The new numbers.",
)
TRIGGER = Field("trigger", ID, "What gave rise to it: the id of one of the organisation's triggers.")
NATURE = Field("nature", choice(Nature), "Whether it is expected to last: a one-off is not.")
REASON = Field("reason", text(300), "Why; everyone whose number changes reads it.")
LEAVER = Field("person", ID, "The id of the person who leaves, or moves to other work.")
LEAVES_ON = Field("leaves_on", DATE, "The first day they are gone.")
RULE = Field("rule", choice(LeaverRule), "Who takes over; by default as the organisation has it.").optional()
SUCCESSOR = Field("successor", ID, "The id of a person, for the rule of that name.").optional()
PREVIEW = Field("preview", BOOLEAN, "Only tell what it would say and do.").otherwise(False)
STATE = Field("state", choice(AdjustmentState), "Only those in this state.").optional()
COMMENT = Field("comment", text(300, min_length=0), "A word with the decision.").otherwise("")
WHY_NOT = Field("comment", text(300), "Why not.")


class MoveRow(TypedDict):
    holder: str
    name: str
    before: Decimal | None
    after: Decimal | None
    months_before: list[Decimal | None] | None
    months_after: list[Decimal | None] | None


class FactRow(TypedDict):
    """How a holder stood when it was asked for. What is undefined is null."""

    holder: str
    name: str
    target: Decimal | None
    actual: Decimal | None
    expected: Decimal | None
    gap: Decimal | None
    attainment: Decimal | None
    pace: Decimal | None
    forecast: Decimal | None
    status: str
    open: Decimal | None
    coverage: Decimal | None
    win_rate: Decimal | None
    history: Decimal | None
    times_before: Decimal | None
    times_after: Decimal | None
    is_in_band: bool | None


class ReferenceRow(TypedDict):
    """What the goal is held against, and how many times that the plan's number was and would be."""

    key: str
    about: str
    amount: Decimal | None
    times_before: Decimal | None
    times_after: Decimal | None
    is_in_band: bool | None


class HandoverRule(TypedDict):
    """By which rule a number is handed over; the first day on which its holder is gone."""

    rule: str
    leaves_on: date


class EvidenceRow(TypedDict):
    as_of: date
    rule: HandoverRule | None
    holders: list[FactRow]
    references: list[ReferenceRow]


class EffectRow(MoveRow):
    attainment_before: Decimal | None
    attainment_after: Decimal | None
    pace_before: Decimal | None
    pace_after: Decimal | None
    status_before: str
    status_after: str
    alert_before: str | None
    alert_after: str | None


class BalanceRow(TypedDict):
    holder: str
    name: str
    unallocated_before: Decimal | None
    unallocated_after: Decimal | None
    over_assigned_before: Decimal | None
    over_assigned_after: Decimal | None


class SimulationRow(TypedDict):
    holders: list[EffectRow]
    balances: list[BalanceRow]


class AdjustmentRow(TypedDict):
    """A request to change numbers in force. A preview has no id and no moments yet.

    `hidden` counts the numbers of others that it changes and that you do not see.
    """

    id: int | None
    plan: int
    goal: int
    trigger: str
    nature: str
    reason: str
    effective_on: date
    state: str | None
    requested_at: datetime | None
    requested_by: str | None
    decided_at: datetime | None
    decided_by: str | None
    decision: str
    changes: list[MoveRow]
    hidden: int
    version: int | None


class AdjustmentDetail(AdjustmentRow):
    """With what stood behind it and what it would do, as both were when it was asked for."""

    evidence: EvidenceRow
    simulation: SimulationRow


class Adjustments(TenantView):
    @operation(Scope.READ, query=(STATE, *PAGE), answers=Page[AdjustmentRow])
    def get(self, request: Request, plan_id: int) -> Page[AdjustmentRow]:
        """The adjustments of a plan that are about someone you see, or yours; the newest first."""
        found = adjustments_of(self.actor, get_plan(self.actor, plan_id, self.today), self.today)
        rows = [row for row in found if self.query[STATE] in (None, row.state)]
        page = part_of(rows, request, limit=self.query[LIMIT], cursor=self.query[CURSOR])
        return {
            "results": [_row(row, self.actor, self.today) for row in page["results"]],
            "next": page["next"],
        }

    @operation(
        Scope.READ,
        body=(GOAL, TRIGGER, NATURE, REASON, EFFECTIVE_ON, CHANGES, PREVIEW),
        answers=AdjustmentDetail,
        status=201,
    )
    def post(self, request: Request, plan_id: int) -> AdjustmentDetail:
        """Ask for other numbers, with evidence and simulation attached and frozen; or only preview it."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        trigger = get_trigger(self.body[TRIGGER], active=True)
        wishes = [_wish(change, goal, self.actor) for change in self.body[CHANGES]]
        why = Why(trigger, self.body[NATURE], self.body[REASON], self.body[EFFECTIVE_ON])
        if self.body[PREVIEW]:
            found = preview_adjustment(
                self.actor, goal=goal, wishes=wishes, effective_on=why.effective_on, at=self.at
            )
            return _previewed(self, goal, why, found)
        return _again(self, request_adjustment(self.actor, goal=goal, wishes=wishes, why=why, at=self.at))


class Handovers(TenantView):
    @operation(
        Scope.TARGETS_WRITE,
        body=(GOAL, LEAVER, LEAVES_ON, RULE, SUCCESSOR, REASON, PREVIEW),
        answers=AdjustmentDetail,
        status=201,
    )
    def post(self, request: Request, plan_id: int) -> AdjustmentDetail:
        """Ask that what is left of a person's number goes to others, by a rule; or only preview it."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        successor = self.body[SUCCESSOR]
        handover = Handover(
            Holder("person", self.body[LEAVER]),
            self.body[LEAVES_ON],
            self.body[RULE] or "",
            Holder("person", successor) if successor else None,
        )
        reason = self.body[REASON]
        if self.body[PREVIEW]:
            found = preview_handover(self.actor, goal=goal, handover=handover, at=self.at)
            return _previewed(self, goal, why_of(handover, reason=reason), found)
        return _again(self, hand_over(self.actor, goal=goal, handover=handover, reason=reason, at=self.at))


class OneAdjustment(TenantView):
    @operation(Scope.READ, answers=AdjustmentDetail)
    def get(self, request: Request, plan_id: int, adjustment_id: int) -> AdjustmentDetail:
        """One adjustment, with its frozen evidence and simulation."""
        found = get_adjustment(self.actor, adjustment_id, self.today, plan_id=plan_id)
        return _detail(found, self.actor, self.today)


class AdjustmentApproval(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(COMMENT,), answers=AdjustmentDetail, versioned=True)
    def post(self, request: Request, plan_id: int, adjustment_id: int) -> AdjustmentDetail:
        """Write the new numbers: someone above, never who asked, never about one's own number."""
        return _decided(self, approve_adjustment, adjustment_id, plan_id, comment=self.body[COMMENT])


class AdjustmentRejection(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(WHY_NOT,), answers=AdjustmentDetail, versioned=True)
    def post(self, request: Request, plan_id: int, adjustment_id: int) -> AdjustmentDetail:
        """Leave the numbers as they are, and say why."""
        return _decided(self, reject_adjustment, adjustment_id, plan_id, comment=self.body[WHY_NOT])


class AdjustmentWithdrawal(TenantView):
    @operation(Scope.READ, answers=AdjustmentDetail, versioned=True)
    def post(self, request: Request, plan_id: int, adjustment_id: int) -> AdjustmentDetail:
        """Ask for it no longer: only who asked."""
        return _decided(self, withdraw_adjustment, adjustment_id, plan_id)


def _decided(
    view: TenantView, service: Callable[..., Adjustment], adjustment_id: int, plan_id: int, **said: str
) -> AdjustmentDetail:
    found = get_adjustment(view.actor, adjustment_id, view.today, plan_id=plan_id)
    service(view.actor, adjustment=found, expected_version=view.version, at=view.at, **said)
    return _again(view, found)


def _previewed(view: TenantView, goal: Goal, why: Why, found: Preview) -> AdjustmentDetail:
    unsaved = Adjustment(
        goal=goal,
        trigger=why.trigger,
        nature=why.nature,
        reason=why.reason,
        effective_on=found.effective_on,
        changes=list(found.moves),
        evidence=with_rule(found.evidence, why),
        simulation=found.simulation,
    )
    return {**_detail(unsaved, view.actor, view.today), "state": None, "version": None}


def _again(view: TenantView, adjustment: Adjustment) -> AdjustmentDetail:
    return _detail(get_adjustment(view.actor, adjustment.pk, view.today), view.actor, view.today)


def _wish(change: Values, goal: Goal, actor: Actor) -> Wish:
    def stored(amount: Decimal) -> int:
        return to_stored(amount, goal.kpi, actor.organisation.currency)

    amount = change[NEW_AMOUNT]
    return Wish(
        holder=holder(change[HOLDER_FIELD]),
        amount=None if amount is None else stored(amount),
        months={month[OF_MONTH]: stored(month[Field("amount", AMOUNT)]) for month in change[NEW_MONTHS]},
    )


def _row(adjustment: Adjustment, actor: Actor, on: date) -> AdjustmentRow:
    found, amounts = seen(adjustment, sight_of(actor, on)), Amounts(adjustment.goal, actor)
    return {
        "id": adjustment.pk,
        "plan": adjustment.goal.plan_id,
        "goal": adjustment.goal_id,
        "trigger": adjustment.trigger.label,
        "nature": adjustment.nature,
        "reason": adjustment.reason,
        "effective_on": adjustment.effective_on,
        "state": adjustment.state,
        "requested_at": adjustment.requested_at,
        "requested_by": _name(adjustment.requested_by),
        "decided_at": adjustment.decided_at,
        "decided_by": _name(adjustment.decided_by),
        "decision": adjustment.decision,
        "changes": [_move_row(move, amounts) for move in found.moves],
        "hidden": found.hidden,
        "version": adjustment.version,
    }


def _detail(adjustment: Adjustment, actor: Actor, on: date) -> AdjustmentDetail:
    found, amounts = seen(adjustment, sight_of(actor, on)), Amounts(adjustment.goal, actor)
    return {
        **_row(adjustment, actor, on),
        "evidence": _evidence_row(found.evidence, amounts),
        "simulation": _simulation_row(found.simulation, amounts),
    }


def _evidence_row(evidence: Evidence, amounts: Amounts) -> EvidenceRow:
    return {
        "as_of": date.fromisoformat(evidence["as_of"]),
        "rule": _rule_row(evidence.get("rule")),
        "holders": [_fact_row(fact, amounts) for fact in evidence["holders"]],
        "references": [_held_row(held, amounts) for held in evidence["references"]],
    }


def _rule_row(rule: Rule | None) -> HandoverRule | None:
    if rule is None:
        return None
    return {"rule": rule["rule"], "leaves_on": date.fromisoformat(rule["leaves_on"])}


def _simulation_row(simulation: Simulation, amounts: Amounts) -> SimulationRow:
    return {
        "holders": [_effect_row(effect, amounts) for effect in simulation["holders"]],
        "balances": [_left_row(left, amounts) for left in simulation["balances"]],
    }


def _move_row(move: Move, amounts: Amounts) -> MoveRow:
    return {
        "holder": move["holder"],
        "name": move["name"],
        "before": amounts(move["before"]),
        "after": amounts(move["after"]),
        "months_before": _months(move["months_before"], amounts),
        "months_after": _months(move["months_after"], amounts),
    }


def _fact_row(fact: Fact, amounts: Amounts) -> FactRow:
    stored: Mapping[str, Any] = fact
    numbers: dict[str, Any] = {
        name: amounts(stored[name])
        for name in ("target", "actual", "expected", "gap", "forecast", "open", "history")
    }
    ratios: dict[str, Any] = {
        name: _ratio(stored[name])
        for name in ("attainment", "pace", "coverage", "win_rate", "times_before", "times_after")
    }
    kept = {name: stored[name] for name in ("holder", "name", "status", "is_in_band")}
    return cast("FactRow", {**kept, **numbers, **ratios})


def _held_row(held: Held, amounts: Amounts) -> ReferenceRow:
    return {
        "key": held["key"],
        "about": Message(held["about"], held["params"]).render(gettext),
        "amount": amounts(held["amount"]),
        "times_before": _ratio(held["times_before"]),
        "times_after": _ratio(held["times_after"]),
        "is_in_band": held["is_in_band"],
    }


def _effect_row(effect: Effect, amounts: Amounts) -> EffectRow:
    return {
        **_move_row(effect, amounts),
        "attainment_before": _ratio(effect["attainment_before"]),
        "attainment_after": _ratio(effect["attainment_after"]),
        "pace_before": _ratio(effect["pace_before"]),
        "pace_after": _ratio(effect["pace_after"]),
        "status_before": effect["status_before"],
        "status_after": effect["status_after"],
        "alert_before": effect["alert_before"],
        "alert_after": effect["alert_after"],
    }


def _left_row(left: Left, amounts: Amounts) -> BalanceRow:
    return {
        "holder": left["holder"],
        "name": left["name"],
        "unallocated_before": amounts(left["unallocated_before"]),
        "unallocated_after": amounts(left["unallocated_after"]),
        "over_assigned_before": amounts(left["over_before"]),
        "over_assigned_after": amounts(left["over_after"]),
    }


def _months(months: Sequence[int] | None, amounts: Amounts) -> list[Decimal | None] | None:
    return None if months is None else [amounts(month) for month in months]


def _ratio(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _name(user: object) -> str | None:
    return str(user) if user else None
