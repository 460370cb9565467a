from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from rest_framework.request import Request

from kpis.values import Holder
from salestargets.api.inputs import DATE, MOMENT, Field, text
from salestargets.api.operations import operation
from salestargets.api.pagination import CURSOR, LIMIT, PAGE, Page
from salestargets.api.views import TenantView
from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Scope
from targets.amounts import to_stored
from targets.api.rows import (
    AMOUNT,
    EFFECTIVE_ON,
    GOAL,
    HOLDER_FIELD,
    REASON,
    Amounts,
    HeldRow,
    HolderRow,
    InForceRow,
    holder,
    part_of,
)
from targets.models import Target
from targets.selectors.agreement import proposed_in
from targets.selectors.as_of import Then
from targets.selectors.difficulty import difficulties
from targets.selectors.history import Making, Origin, Share, Step, Version, origin_of, steps_of, versions_of
from targets.selectors.in_force import upcoming_of
from targets.selectors.plans import get_goal, get_target
from targets.selectors.products import check_group
from targets.selectors.rows import sheet_rows
from targets.selectors.sheets import sheet_of
from targets.selectors.trees import Node
from targets.services.cells import HeldCell, hold, set_target
from targets.services.overrides import withdraw_override

FROM = HOLDER_FIELD.optional()
MONTH = Field("month", DATE, "Only this month, by its first day.").optional()
OF_MONTH = Field("month", DATE, "The first day of a month; the whole span if left out.").optional()
GIVEN = Field("amount", AMOUNT)
FORCE_ON = Field("as_of", DATE, "The numbers in force on this day; those of now if left out.").optional()
KNOWN_AT = Field("known_at", MOMENT, "As far as they had been written by this moment.").optional()
GROUP = Field("group", text(100, min_length=0), "A product group; all together if left out.").otherwise("")
AS_OF = Field("as_of", DATE, "Only the versions in force by this day.").optional()


class MonthRow(TypedDict):
    month: date
    amount: Decimal | None
    is_held: bool


class TargetDetail(InForceRow, HolderRow):
    """A holder's number with its months. `amount` is the newest: what was agreed, until then what was given.

    `in_force`: what holds today, `amount` but where that is `upcoming`; null in a plan that is being made.
    """

    target: int
    plan: int
    goal: int
    group: str
    kpi: str
    unit: str
    currency: str
    amount: Decimal | None
    given: Decimal | None
    agreed: Decimal | None
    computed: Decimal | None
    months: list[MonthRow]
    is_held: bool
    version: int


class VersionRow(TypedDict):
    number: int
    amount: Decimal | None
    months: list[Decimal | None] | None
    kind: str
    effective_on: date
    recorded_at: datetime
    recorded_by: str | None
    reason: str


class SplitShareRow(TypedDict):
    holder: str
    name: str
    history: Decimal | None
    weight: Decimal | None
    share: Decimal | None
    computed: Decimal | None
    amount: Decimal | None
    is_held: bool
    full: Decimal | None
    floor: Decimal | None
    cap: Decimal | None
    ramp: Decimal | None
    bucket: str
    is_bounded: bool


class SplitRow(TypedDict):
    """`children` and `weight_total` tell of all, `shares` of those whom you see.

    `unramped` is what new hires did not carry yet and nobody else got; `padded` was added at the end.
    """

    unit: str
    amount: Decimal | None
    method: str
    history_from: date | None
    history_to: date | None
    children: int
    weight_total: Decimal | None
    ramp: str
    unramped: Decimal | None
    padded: Decimal | None
    shares: list[SplitShareRow]
    made_at: datetime
    made_by: str | None


class NumberChangeRow(TypedDict):
    """A change of the number, and what was asked for beside it, such as how the months were spread."""

    kind: str
    at: datetime
    by: str | None
    reason: str
    details: dict[str, Any]
    amount: Decimal | None
    months: list[Decimal | None] | None
    is_held: bool


class HistoryRow(TypedDict):
    """How the number was made, every change of it, and its versions since it is in force; newest first."""

    target: int
    amount: Decimal | None
    computed: Decimal | None
    kind: str
    reason: str
    changed_at: datetime
    changed_by: str | None
    split: SplitRow | None
    changes: list[NumberChangeRow]
    versions: list[VersionRow]


class Targets(TenantView):
    @operation(
        Scope.READ,
        query=(GOAL, FROM, MONTH, GROUP, FORCE_ON, KNOWN_AT, *PAGE),
        answers=Page[HeldRow],
    )
    def get(self, request: Request, plan_id: int) -> Page[HeldRow]:
        """The tree of a goal with its numbers, depth first, from a holder down; now, or as it read."""
        goal = get_goal(self.actor, self.query[GOAL], self.today, plan_id=plan_id)
        amounts, month = Amounts(goal, self.actor), self.query[MONTH]
        then, group = Then(self.query[FORCE_ON], self.query[KNOWN_AT]), check_group(goal, self.query[GROUP])
        of = holder(self.query[FROM])
        rows = sheet_rows(self.actor, goal, on=self.today, holder=of, then=then, group=group)
        proposed = {} if then or group else proposed_in(sheet_of(goal))
        page = part_of(rows, request, limit=self.query[LIMIT], cursor=self.query[CURSOR])
        numbers = {row.place.node: row.total.amount for row in page["results"]}
        given = {node: amount for node, amount in numbers.items() if amount is not None}
        hard = {} if group else difficulties(goal, given, on=self.today)
        results: list[HeldRow] = [
            {
                **amounts.row(row, month, proposed.get(row.place.node)),
                "difficulty": amounts.difficulty(hard.get(row.place.node)),
            }
            for row in page["results"]
        ]
        return {"results": results, "next": page["next"]}

    @operation(
        Scope.TARGETS_WRITE,
        body=(GOAL, HOLDER_FIELD, OF_MONTH, GIVEN, GROUP, REASON, EFFECTIVE_ON),
        answers=TargetDetail,
        status=201,
    )
    def post(self, request: Request, plan_id: int) -> TargetDetail:
        """Give a number to a holder that has none yet. One that is there is changed by PATCH."""
        goal = get_goal(self.actor, self.body[GOAL], self.today, plan_id=plan_id)
        target = set_target(
            self.actor,
            goal=goal,
            holder=holder(self.body[HOLDER_FIELD]),
            month=self.body[OF_MONTH],
            amount=to_stored(self.body[GIVEN], goal.kpi, self.actor.organisation.currency),
            expected_version=0,
            group=check_group(goal, self.body[GROUP]),
            reason=self.body[REASON],
            effective_on=self.body[EFFECTIVE_ON],
            at=self.at,
        )
        return _read(self, target.pk)


class OneTarget(TenantView):
    @operation(Scope.READ, answers=TargetDetail)
    def get(self, request: Request, target_id: int) -> TargetDetail:
        """One number."""
        return _read(self, target_id)

    @operation(
        Scope.TARGETS_WRITE,
        body=(GIVEN, OF_MONTH, REASON, EFFECTIVE_ON),
        answers=TargetDetail,
        versioned=True,
    )
    def patch(self, request: Request, target_id: int) -> TargetDetail:
        """Set a number by hand: the whole span's, spread over its months, or one month's, which moves it."""
        target = get_target(self.actor, target_id, self.today)
        set_target(
            self.actor,
            goal=target.goal,
            holder=_holder(target),
            month=self.body[OF_MONTH],
            amount=to_stored(self.body[GIVEN], target.goal.kpi, self.actor.organisation.currency),
            expected_version=self.version,
            group=target.group,
            reason=self.body[REASON],
            effective_on=self.body[EFFECTIVE_ON],
            at=self.at,
        )
        return _read(self, target_id)


class TargetHold(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(OF_MONTH,), answers=TargetDetail, versioned=True)
    def post(self, request: Request, target_id: int) -> TargetDetail:
        """Keep a holder's number, or one month of it, while the rest is split and spread anew."""
        return _hold(self, target_id, is_held=True)


class TargetRelease(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(OF_MONTH,), answers=TargetDetail, versioned=True)
    def post(self, request: Request, target_id: int) -> TargetDetail:
        """Let a holder's number, or one month of it, take part again."""
        return _hold(self, target_id, is_held=False)


class TargetOverride(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(REASON, EFFECTIVE_ON), answers=TargetDetail, versioned=True)
    def post(self, request: Request, target_id: int) -> TargetDetail:
        """Withdraw a number that was set over what a split gave: `computed` holds again."""
        target = get_target(self.actor, target_id, self.today)
        withdraw_override(
            self.actor,
            goal=target.goal,
            holder=_holder(target),
            expected_version=self.version,
            group=target.group,
            reason=self.body[REASON],
            effective_on=self.body[EFFECTIVE_ON],
            at=self.at,
        )
        return _read(self, target_id)


class TargetHistory(TenantView):
    @operation(Scope.READ, query=(AS_OF,), answers=HistoryRow)
    def get(self, request: Request, target_id: int) -> HistoryRow:
        """How a number was made, and its versions: in force from, recorded, by whom, why."""
        target = get_target(self.actor, target_id, self.today)
        amounts = Amounts(target.goal, self.actor)
        origin = origin_of(target_id, sight_of(self.actor, self.today))
        versions = [_version_row(version, amounts) for version in versions_of(target, self.query[AS_OF])]
        changes = [_change_row(step, amounts) for step in steps_of(target)]
        return _history_row(origin, changes, versions, amounts)


def _holder(target: Target) -> Holder:
    return Node(target.unit_id, target.person_id).holder


def _hold(view: TenantView, target_id: int, *, is_held: bool) -> TargetDetail:
    target, month = get_target(view.actor, target_id, view.today), view.body[OF_MONTH]
    months = [month] if month else []
    hold(
        view.actor,
        goal=target.goal,
        cells=[HeldCell(_holder(target), months)],
        is_held=is_held,
        group=target.group,
        expected_version=view.version,
        at=view.at,
    )
    return _read(view, target_id)


def _read(view: TenantView, target_id: int) -> TargetDetail:
    target = get_target(view.actor, target_id, view.today)
    named, kpi, amounts = target.person or target.unit, target.goal.kpi, Amounts(target.goal, view.actor)
    amount = target.given if target.agreed is None else target.agreed
    return {
        "target": target.pk,
        "holder": str(_holder(target)),
        "id": named.pk,
        "external_id": named.external_id,
        "name": named.name,
        "plan": target.goal.plan_id,
        "goal": target.goal_id,
        "group": target.group,
        "kpi": kpi.key,
        "unit": kpi.unit,
        "currency": view.actor.organisation.currency,
        "amount": amounts(amount),
        **amounts.in_force(amount, upcoming_of(target, view.today)),
        "given": amounts(target.given),
        "agreed": amounts(target.agreed),
        "computed": amounts(target.computed),
        "months": _month_rows(target, amounts),
        "is_held": target.is_held,
        "version": target.version,
    }


def _month_rows(target: Target, amounts: Amounts) -> list[MonthRow]:
    months = (target.months if target.agreed is None else target.agreed_months) or []
    return [
        {"month": start, "amount": amounts(amount), "is_held": n in target.held_months}
        for n, (start, amount) in enumerate(zip(target.goal.plan.period_starts, months, strict=bool(months)))
    ]


def _history_row(
    origin: Origin, changes: list[NumberChangeRow], versions: list[VersionRow], amounts: Amounts
) -> HistoryRow:
    return {
        "target": origin.target_id,
        "amount": amounts(origin.given),
        "computed": amounts(origin.computed),
        "kind": origin.kind,
        "reason": origin.reason,
        "changed_at": origin.changed_at,
        "changed_by": origin.changed_by,
        "split": _split_row(origin.making, amounts) if origin.making else None,
        "changes": changes,
        "versions": versions,
    }


def _change_row(step: Step, amounts: Amounts) -> NumberChangeRow:
    return {
        "kind": step.kind,
        "at": step.at,
        "by": step.by,
        "reason": step.reason,
        "details": dict(step.details),
        "amount": amounts(step.amount),
        "months": None if step.months is None else [amounts(month) for month in step.months],
        "is_held": step.is_held,
    }


def _version_row(version: Version, amounts: Amounts) -> VersionRow:
    return {
        "number": version.number,
        "amount": amounts(version.given),
        "months": None if version.months is None else [amounts(month) for month in version.months],
        "kind": version.kind,
        "effective_on": version.effective_on,
        "recorded_at": version.recorded_at,
        "recorded_by": version.recorded_by,
        "reason": version.reason,
    }


def _split_row(making: Making, amounts: Amounts) -> SplitRow:
    return {
        "unit": making.unit,
        "amount": amounts(making.amount),
        "method": making.method,
        "history_from": making.history_from,
        "history_to": making.history_to,
        "children": making.children,
        "weight_total": amounts.weight(making.weight_total, making.method),
        "ramp": making.ramp,
        "unramped": amounts(making.unramped),
        "padded": amounts(making.padded),
        "shares": [_share_row(share, making.method, amounts) for share in making.shares],
        "made_at": making.made_at,
        "made_by": making.made_by,
    }


def _share_row(share: Share, method: str, amounts: Amounts) -> SplitShareRow:
    return {
        "holder": share.holder,
        "name": share.name,
        "history": amounts(share.history),
        "weight": amounts.weight(share.weight, method),
        "share": share.share,
        "computed": amounts(share.computed),
        "amount": amounts(share.amount),
        "is_held": share.is_held,
        "full": amounts(share.full),
        "floor": amounts(share.floor),
        "cap": amounts(share.cap),
        "ramp": share.ramp,
        "bucket": share.bucket,
        "is_bounded": share.is_bounded,
    }
