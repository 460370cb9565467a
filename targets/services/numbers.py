"""The one writer of numbers: set-wise, under the plan's lock, never silently once the plan is published."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pghistory
from django.db import connection

from salestargets.kernel.apportion import Weight, apportion
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.money import check_minor
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.context import current_organisation_id
from salestargets.tenancy.services.versions import lock
from targets.choices import PlanState
from targets.domain.phasing import even_weights
from targets.models import Goal, Plan
from targets.selectors.plans import may_set, sees
from targets.selectors.sheets import Place, Sheet, span_of
from targets.selectors.trees import Node
from targets.services.progress import refresh_progress


@dataclass(frozen=True)
class Because:
    """Who changes numbers, why, and from which day they hold (today, where not said)."""

    actor: Actor
    at: datetime
    reason: str = ""
    effective_on: date | None = None


@dataclass(frozen=True)
class Batch:
    """New numbers by place; for a holder, the split they come from and whether they are held from now on."""

    numbers: Mapping[Place, int]
    splits: Mapping[Node, int] = field(default_factory=dict)
    held: Mapping[Node, bool] = field(default_factory=dict)


def lock_goal(goal: Goal, *, expected_version: int | None = None) -> Goal:
    """Plan, then goal, locked: one change of a plan's numbers at a time. Refused once the plan is closed."""
    plan = lock_open_plan(goal.plan)
    kpi = goal.kpi
    goal = lock(goal, expected_version=expected_version)
    goal.plan, goal.kpi = plan, kpi
    return goal


def lock_open_plan(plan: Plan, *, expected_version: int | None = None) -> Plan:
    plan = lock(plan, expected_version=expected_version)
    if plan.state == PlanState.CLOSED:
        raise DomainError(N_("The plan is closed; its numbers stay as they are."), code="plan_closed")
    return plan


def check_may_set(actor: Actor, sheet: Sheet, node: Node, *, at: datetime) -> None:
    """404 for a holder out of sight, 403 for one whose number someone above gives."""
    sight = sight_of(actor, actor.organisation.today(at))
    if not sees(sight, node):
        raise NotFound(N_("There is no such holder in this plan."), code="not_found", field="holder")
    if not may_set(actor, sight, sheet.tree, node):
        raise Forbidden(N_("This number is given by the manager of the unit above."), code="not_yours")


def check_amount(amount: int) -> int:
    if amount < 0:
        raise DomainError(N_("A target cannot be below zero."), code="negative", field="amount")
    return check_minor(amount)


def months_like(sheet: Sheet, node: Node, total: int) -> dict[Place, int]:
    """The total over the months in the shape they have; a new one's like its parent's, else evenly."""
    parent = sheet.tree.parents.get(node, node)
    shapes = (sheet.by_month(node), sheet.by_month(parent))
    shape: list[Weight] = next((list(months) for months in shapes if any(months)), [])
    parts = apportion(total, shape or even_weights(span_of(sheet.goal.plan).months()))
    return {(node, month): part for month, part in zip(sheet.months, parts, strict=True)}


def write_numbers(because: Because, sheet: Sheet, batch: Batch) -> None:
    """Write what differs. The goal must be locked and the sheet read after that.

    Published: every changed number gets a new version with the reason, and progress follows.
    """
    goal, plan = sheet.goal, sheet.goal.plan
    changed = {place: number for place, number in batch.numbers.items() if _differs(sheet, batch, place)}
    if not changed:
        return
    is_published = plan.state == PlanState.PUBLISHED
    because = _checked(because, is_published=is_published)
    with pghistory.context(reason=because.reason):
        ids = _upsert(because, sheet, batch, changed)
        goal.amount = changed.get((sheet.tree.root, None), goal.amount)
        goal.version += 1
        goal.save(update_fields=["amount", "version"])
    if is_published:
        record_versions(because, plan, ids)
        refresh_progress(at=because.at, goals=[goal], holders={node.holder for node, _month in changed})


def record_versions(because: Because, plan: Plan, target_ids: list[int]) -> None:
    """The numbers as they now are, each with its next version number."""
    today = because.actor.organisation.today(because.at)
    values: dict[str, Any] = {
        "organisation": current_organisation_id(),
        "ids": target_ids,
        "effective_on": max(plan.starts_on, because.effective_on or today),
        "at": because.at,
        "user": because.actor.user and because.actor.user.pk,
        "reason": because.reason,
    }
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, values)


def _differs(sheet: Sheet, batch: Batch, place: Place) -> bool:
    cell = sheet.cells.get(place)
    if cell is None or cell.given != batch.numbers[place]:
        return True
    node, month = place
    return month is None and batch.held.get(node, cell.is_held) != cell.is_held


def _checked(because: Because, *, is_published: bool) -> Because:
    reason = clean_text(because.reason, max_length=300)
    if is_published and not reason:
        raise DomainError(
            N_("The plan is published: say why the numbers change."), code="reason_required", field="reason"
        )
    return Because(because.actor, because.at, reason, because.effective_on)


def _upsert(because: Because, sheet: Sheet, batch: Batch, changed: Mapping[Place, int]) -> list[int]:
    values: dict[str, Any] = {
        "organisation": current_organisation_id(),
        "goal": sheet.goal.pk,
        "units": [node.unit_id for node, _month in changed],
        "people": [node.person_id for node, _month in changed],
        "months": [month for _node, month in changed],
        "given": list(changed.values()),
        "held": [month is None and batch.held.get(n, sheet.is_held(n)) for n, month in changed],
        "splits": [batch.splits.get(node) for node, _month in changed],
        "reason": because.reason,
        "at": because.at,
        "user": because.actor.user and because.actor.user.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, values)
        return [row[0] for row in cursor.fetchall()]


_UPSERT = """
INSERT INTO targets_target (organisation_id, goal_id, unit_id, person_id, month, given, is_held, split_id,
                            reason, changed_at, changed_by_id, version)
SELECT %(organisation)s, %(goal)s, place.*, %(reason)s, %(at)s, %(user)s, 1
FROM unnest(%(units)s::bigint[], %(people)s::bigint[], %(months)s::date[], %(given)s::bigint[],
            %(held)s::boolean[], %(splits)s::bigint[]) AS place
ON CONFLICT (organisation_id, goal_id, unit_id, person_id, month) DO UPDATE
SET given = EXCLUDED.given, is_held = EXCLUDED.is_held, split_id = EXCLUDED.split_id,
    reason = EXCLUDED.reason, changed_at = EXCLUDED.changed_at, changed_by_id = EXCLUDED.changed_by_id,
    version = targets_target.version + 1
RETURNING id
"""

_VERSIONS = """
INSERT INTO targets_targetversion (organisation_id, target_id, number, given, effective_on, recorded_at,
                                   recorded_by_id, reason, split_id)
SELECT t.organisation_id, t.id, COALESCE(last.number, 0) + 1, t.given, %(effective_on)s, %(at)s, %(user)s,
       %(reason)s, t.split_id
FROM targets_target t
LEFT JOIN LATERAL (
    SELECT max(number) AS number FROM targets_targetversion v
    WHERE v.organisation_id = t.organisation_id AND v.target_id = t.id
) last ON true
WHERE t.organisation_id = %(organisation)s AND t.id = ANY(%(ids)s)
"""
