"""The last change of a goal's numbers taken back, then the one before it: the log knows what there was."""

from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection, transaction

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.context import current_organisation_id
from targets.choices import ChangeKind, PlanState
from targets.models import Change, Goal, Target, TargetVersion
from targets.selectors.in_force import to_come
from targets.selectors.rules import planning_rules
from targets.selectors.sheets import sheet_of
from targets.selectors.trees import Node
from targets.services.asking import ask, tell_changed
from targets.services.numbers import (
    DRIFT,
    Because,
    check_may_set,
    check_not_own,
    check_stretch,
    holds_from,
    lock_goal,
    note_drift,
    record_change,
    record_versions,
)
from targets.services.progress import refresh_progress

#: What was agreed, published or adjusted is changed by another agreement or adjustment.
UNDOABLE = (
    ChangeKind.SPLIT,
    ChangeKind.PHASING,
    ChangeKind.EDIT,
    ChangeKind.PASTE,
    ChangeKind.FILE,
    ChangeKind.HOLD,
)
#: Leave every number as it is: a taking back is not taken back, and a proposal only makes its place.
NO_NUMBERS = (ChangeKind.UNDO, ChangeKind.PROPOSAL)


def last_change(goal: Goal) -> Change | None:
    """The newest that is neither taken back nor itself a taking back; None where there is none to undo."""
    undone = Change.objects.filter(goal=goal, undoes__isnull=False).values("undoes")
    changes = Change.objects.filter(goal=goal).exclude(kind__in=NO_NUMBERS).exclude(pk__in=undone)
    change = changes.order_by("-id").first()
    return change if change and change.kind in UNDOABLE else None


@transaction.atomic
def undo_last(
    actor: Actor, *, goal: Goal, expected_version: int | None = None, reason: str = "", at: datetime
) -> set[Node]:
    """Every number of the last change as it was before, with what was held and which split it came from.

    `expected_version` is the goal's as it was read: what someone else changed since is not taken back unseen.
    In a published plan that needs a reason, and versions tell of it.
    """
    goal = lock_goal(goal, expected_version=expected_version)
    change = last_change(goal)
    if change is None:
        raise DomainError(N_("There is no change to take back."), code="nothing_to_undo")
    sheet, nodes = sheet_of(goal), _nodes_of(change)
    check_may_set(actor, sheet, *nodes, at=at)
    is_published = goal.plan.state == PlanState.PUBLISHED and change.kind != ChangeKind.HOLD
    reason = clean_text(reason, max_length=300)
    if is_published and not reason:
        raise DomainError(
            N_("The plan is published: say why the numbers change."), code="reason_required", field="reason"
        )
    because = Because(actor, at, reason)
    if is_published:
        check_not_own(because, sheet, nodes, planning_rules())
    taken_back = record_change(because, goal, ChangeKind.UNDO, undoes=change)
    day = holds_from(goal.plan, None, on=actor.organisation.today(at))
    if is_published:
        _record_meanwhile(taken_back, change, day)
    ids = _restore(change, day if is_published else None)
    _follow_root(because, goal)
    if is_published:
        record_versions(taken_back, ids, goal.plan)
        ask(taken_back, actor.organisation)
        tell_changed(taken_back, goal.plan)
        refresh_progress(at=at, goals=[goal], holders={node.holder for node in nodes})
    return nodes


def _nodes_of(change: Change) -> set[Node]:
    rows = Target.objects.filter(change=change).values_list("unit_id", "person_id").distinct()
    return {Node(unit_id, person_id) for unit_id, person_id in rows}


def _record_meanwhile(taken_back: Change, change: Change, day: date) -> None:
    """Where what was before is itself yet to come: what held before it holds again until then."""
    written = TargetVersion.objects.filter(target__change=change)
    late = written.filter(effective_on__gt=day).exclude(change=change).values("target")
    rows = written.filter(target__in=late).order_by("target", "-number")
    meanwhile = []
    for _target, found in groupby(rows, attrgetter("target_id")):
        taken, *older = found
        start = max(day, taken.effective_on)
        if older and older[0].effective_on > start:
            held = next((each for each in older if each.effective_on <= start), None)
            begins = _version(taken if held is None else held, start, is_nothing=held is None)
            numbers = [begins, *(_version(each, each.effective_on) for each in to_come(older, start)[:-1])]
            for number, each in enumerate(numbers, taken.number + 1):
                each.number, each.change, each.recorded_at = number, taken_back, taken_back.at
            meanwhile += numbers
    TargetVersion.objects.bulk_create(meanwhile)


def _version(of: TargetVersion, effective_on: date, *, is_nothing: bool = False) -> TargetVersion:
    """Its number, from a day on; of what was nothing a zero."""
    return TargetVersion(
        organisation_id=of.organisation_id,
        target_id=of.target_id,
        amount=0 if is_nothing else of.amount,
        months=[0] * len(of.months) if is_nothing and of.months else of.months,
        effective_on=effective_on,
        split_id=None if is_nothing else of.split_id,
    )


def _follow_root(because: Because, goal: Goal) -> None:
    goal.amount = sheet_of(goal).given(Node(goal.plan.root_unit_id)) or 0
    check_stretch(goal, goal.amount)
    note_drift(because, goal)
    goal.version += 1
    goal.save(update_fields=["amount", *DRIFT, "version"])


def _restore(change: Change, day: date | None) -> list[int]:
    """`day`: from which it holds again, or from later where it was yet to come; None: as it was."""
    values: dict[str, Any] = {"organisation": current_organisation_id(), "change": change.pk, "day": day}
    with connection.cursor() as cursor:
        cursor.execute(_RESTORE, values)
        return [row[0] for row in cursor.fetchall()]


#: An event is a row as it was before an update. The first state that belongs to the change, be it an event
#: or the row itself, is preceded by the state before it; without one the change made the row, which then has
#: no number again: where numbers are in force that is a zero, which has a version like any other.
_RESTORE = """
WITH touched AS (
    SELECT id FROM targets_target WHERE organisation_id = %(organisation)s AND change_id = %(change)s
), before AS (
    SELECT DISTINCT ON (e.pgh_obj_id) e.*
    FROM targets_targetevent e
    JOIN touched ON touched.id = e.pgh_obj_id
    WHERE e.organisation_id = %(organisation)s AND e.pgh_label = 'update'
      AND e.change_id < %(change)s
    ORDER BY e.pgh_obj_id, e.pgh_id DESC
)
UPDATE targets_target t
SET given = CASE WHEN %(day)s::date IS NOT NULL AND b.agreed IS NULL THEN COALESCE(b.given, 0)
                 ELSE b.given END,
    months = CASE WHEN %(day)s::date IS NOT NULL AND b.agreed IS NULL AND b.given IS NULL
                  THEN (SELECT array_agg(0::bigint) FROM unnest(COALESCE(t.agreed_months, t.months)))
                  ELSE b.months END,
    agreed = b.agreed, agreed_months = b.agreed_months,
    is_held = COALESCE(b.is_held, false), held_months = COALESCE(b.held_months, '{}'),
    split_id = b.split_id, computed = b.computed, change_id = COALESCE(b.change_id, t.change_id),
    effective_on = GREATEST(b.effective_on, %(day)s::date), version = t.version + 1
FROM touched LEFT JOIN before b ON b.pgh_obj_id = touched.id
WHERE t.organisation_id = %(organisation)s AND t.id = touched.id
RETURNING t.id
"""
