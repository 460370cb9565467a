"""The one writer of numbers: set-wise, under the plan's lock, never silently once the plan is published."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import pghistory
from django.db import connection

from kpis.choices import Direction
from salestargets.kernel.apportion import Weight, apportion
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.money import check_minor
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.context import current_organisation_id
from salestargets.tenancy.services.versions import lock
from salestargets.web.templatetags import formats
from targets.choices import MAKING, ChangeKind, PlanState
from targets.domain.phasing import even_weights
from targets.models import Change, Goal, Plan, PlanningRules, Split
from targets.selectors.approvers import may_approve
from targets.selectors.in_force import is_to_come
from targets.selectors.nesting import part_above
from targets.selectors.periods import periods_of, span_of
from targets.selectors.plans import may_set, sees
from targets.selectors.rules import approved_numbers, is_beyond_limit, limit_percent, planning_rules
from targets.selectors.sheets import NOTHING, Cell, Sheet, Spread
from targets.selectors.trees import Node
from targets.services.asking import ask, tell_changed
from targets.services.grouping import in_step
from targets.services.progress import refresh_progress

#: Of a goal: how it differs from the plan above, on purpose.
DRIFT = ("drift", "drift_below", "drift_reason")


@dataclass(frozen=True)
class Because:
    """Who changes numbers, why, and from which day they hold (today, where not said).

    `is_approved`: someone above agreed, so that the organisation's limit does not apply. `details` are kept
    with the change: what was asked for, where the numbers alone do not tell.
    """

    actor: Actor
    at: datetime
    reason: str = ""
    effective_on: date | None = None
    is_approved: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """How a unit's number was divided, to be kept with each of the numbers it gave."""

    unit: Node
    method: str
    inputs: Mapping[str, Any]
    result: Sequence[Mapping[str, Any]]
    computed: Mapping[Node, int | None]


@dataclass(frozen=True)
class Part:
    """What changes in one sheet: numbers, what is held from now on, and the splits that they come from."""

    sheet: Sheet
    numbers: Mapping[Node, Spread] = field(default_factory=dict)
    held: Mapping[Node, bool] = field(default_factory=dict)
    held_months: Mapping[Node, frozenset[int]] = field(default_factory=dict)
    made: Sequence[Made] = ()
    #: Who is to have the number they have, from an earlier day.
    earlier: Collection[Node] = ()

    def cell(self, node: Node) -> Cell:
        """As it is before the change."""
        return self.sheet.cells.get(node, NOTHING)


def lock_goal(goal: Goal, *, expected_version: int | None = None) -> Goal:
    """Plan, then goal, locked: one change at a time. Refused where numbers stand still."""
    plan = lock_changeable_plan(goal.plan)
    kpi = goal.kpi
    goal = lock(goal, expected_version=expected_version)
    goal.plan, goal.kpi = plan, kpi
    return goal


def lock_changeable_plan(plan: Plan, *, expected_version: int | None = None) -> Plan:
    plan = lock(plan, expected_version=expected_version)
    check_not_closed(plan)
    if plan.state not in (*MAKING, PlanState.PUBLISHED):
        raise DomainError(
            N_("The plan waits for its approval; its numbers stand still. Take it back to change them."),
            code="plan_submitted",
        )
    return plan


def check_not_closed(plan: Plan) -> None:
    if plan.state == PlanState.CLOSED:
        raise DomainError(N_("The plan is closed; its numbers stay as they are."), code="plan_closed")


def ensure_rows(because: Because, sheet: Sheet, nodes: Iterable[Node]) -> None:
    """A place for each of these holders, with no number where there was none. The goal must be locked."""
    missing = [node for node in dict.fromkeys(nodes) if node not in sheet.cells]
    if missing:
        change = record_change(because, sheet.goal, ChangeKind.PROPOSAL)
        _upsert(change, [(Part(sheet), node, NOTHING) for node in missing], {sheet.group: {}}, None)


def check_may_set(actor: Actor, sheet: Sheet, *nodes: Node, at: datetime) -> None:
    """404 for a holder out of sight, 403 for one whose number someone above gives."""
    sight = sight_of(actor, actor.organisation.today(at))
    for node in nodes:
        if not sees(sight, node):
            raise NotFound(N_("There is no such holder in this plan."), code="not_found", field="holder")
        if not may_set(actor, sight, sheet.tree, node):
            raise Forbidden(N_("This number is given by the manager of the unit above."), code="not_yours")


def check_amount(amount: int) -> int:
    if amount < 0:
        raise DomainError(N_("A target cannot be below zero."), code="negative", field="amount")
    return check_minor(amount)


def check_stretch(goal: Goal, amount: int) -> None:
    """What would be excellent is no worse than the amount that the goal is to have, whoever writes it."""
    is_lower_better = goal.kpi.direction == Direction.LOWER
    if goal.stretch is not None and goal.stretch != amount and (goal.stretch > amount) == is_lower_better:
        raise DomainError(
            N_("The goal's stretch amount must be at least as good as its amount. Change it first."),
            code="stretch_below",
            field="stretch",
        )


def spread_like(sheet: Sheet, node: Node, total: int) -> Spread:
    """The total over the months in the shape they have; a new one's like its parent's, else evenly.

    Months that are held keep what they have, as far as the total allows.
    """
    if not sheet.months:
        return Spread(total, None)
    own = sheet.by_month(node)
    shapes = (own, sheet.by_month(sheet.tree.parents.get(node, node)))
    shape: list[Weight] = next((list(months) for months in shapes if any(months)), [])
    holds = {n: own[n] for n in sheet.held_months(node)}
    if sum(holds.values()) > total or len(holds) == len(own):
        holds = {}
    weights = shape or even_weights(periods_of(sheet.goal.plan))
    if not any(weight for n, weight in enumerate(weights) if n not in holds):
        weights = even_weights(periods_of(sheet.goal.plan))
    return Spread(total, tuple(apportion(total, weights, holds=holds)))


def write_numbers(because: Because, kind: ChangeKind, *parts: Part) -> Change | None:
    """Write what differs, as one change; None where nothing does. In force, so does the same number from an
    earlier day; from a later one it is refused, for it holds by then.

    The goal must be locked, and the sheets, all of that goal, read after that. Published: every changed
    number gets a new version with the reason, its holder is asked about it, and progress follows. Totals stay
    the sums of their product groups, where there are any.
    """
    goal = parts[0].sheet.goal
    asked = {node for part in parts for node in part.numbers}
    parts = _in_step(kind, parts)
    is_published = goal.plan.state == PlanState.PUBLISHED
    is_versioned = is_published and any(part.numbers for part in parts)
    on = because.actor.organisation.today(because.at)
    day = holds_from(goal.plan, because.effective_on, on=on)
    if is_versioned:
        parts = tuple(replace(part, earlier=_earlier(part, asked, day)) for part in parts)
    number = _agreed if kind == ChangeKind.AGREEMENT else _in_force if is_published else _given
    rows = [(part, node, cell) for part in parts for node, cell in _changed(part, number)]
    if not rows:
        _check_not_later(parts, day, on=on)
        return None
    because = replace(_checked(because, parts, is_versioned=is_versioned), effective_on=day)
    with pghistory.context(reason=because.reason):
        change = record_change(because, goal, kind)
        splits = {part.sheet.group: _record(change, part) for part in parts}
        ids = _upsert(change, rows, splits, day if is_versioned else None)
        _follow_root(because, goal, parts)
    if is_versioned:
        record_versions(change, ids, goal.plan)
        ask(change, because.actor.organisation)
        if kind != ChangeKind.ADJUSTMENT:  # which tells of itself, with more
            tell_changed(change, goal.plan)
        refresh_progress(at=because.at, goals=[goal], holders={node.holder for _part, node, _cell in rows})
    return change


def _in_step(kind: ChangeKind, parts: Sequence[Part]) -> tuple[Part, ...]:
    """With what product groups and totals take along with each other."""
    known = {part.sheet.group: part for part in parts}
    found = in_step(
        kind,
        {group: part.sheet for group, part in known.items()},
        {group: part.numbers for group, part in known.items()},
    )
    more = {
        group: replace(known.get(group, Part(sheet)), numbers=numbers)
        for group, (sheet, numbers) in found.items()
    }
    return tuple({**known, **more}.values())


def record_change(because: Because, goal: Goal, kind: ChangeKind, *, undoes: Change | None = None) -> Change:
    return Change.objects.create(
        goal=goal,
        kind=kind,
        at=because.at,
        by=because.actor.user,
        reason=because.reason,
        details=dict(because.details),
        undoes=undoes,
    )


def record_versions(change: Change, target_ids: Sequence[int] | None, plan: Plan) -> None:
    """The numbers as they now are (of the whole goal, where no ids are named), each with its next version.

    It holds from the target's own day, which is the plan's first where none is kept.
    """
    values: dict[str, Any] = {
        "organisation": current_organisation_id(),
        "goal": change.goal_id,
        "ids": None if target_ids is None else list(target_ids),
        "starts_on": plan.starts_on,
        "change": change.pk,
        "at": change.at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, values)


def holds_from(plan: Plan, day: date | None, *, on: date) -> date:
    """The day from which a number holds: today, where none is said, as near as the plan has it."""
    if day is None:
        return min(max(on, plan.starts_on), span_of(plan).last_day)
    return check_within(plan, day, field="effective_on")


def check_within(plan: Plan, day: date, *, field: str) -> date:
    """DomainError `outside_plan` but for the days from the plan's first to its last."""
    if not span_of(plan).contains(day):
        raise DomainError(N_("Choose a day of the plan."), code="outside_plan", field=field)
    return day


def _earlier(part: Part, asked: Collection[Node], day: date) -> set[Node]:
    """Who is asked to have the number they have sooner. What a split holds keeps its day too."""
    found = set()
    for node in part.numbers.keys() & asked - part.held.keys():
        cell = part.cell(node)
        if _is_same(cell, part.numbers[node]) and cell.effective_on and day < cell.effective_on:
            found.add(node)
    return found


def _check_not_later(parts: Sequence[Part], day: date, *, on: date) -> None:
    """Of numbers that stay as they are: what has begun holds, so that none is put off by writing it again."""
    for part in parts:
        for node in part.numbers:
            since = part.cell(node).effective_on
            if since and since < day and is_to_come(part.sheet.goal.plan, since, on):
                raise DomainError(
                    N_(
                        "“{name}” has this number from {day} on already. To put it off, give again what is"
                        " to hold until then, and then this number from the later day."
                    ),
                    code="holds_earlier",
                    field="effective_on",
                    params={"name": part.sheet.tree.name(node), "day": formats.day(since)},
                )


def _changed(part: Part, number: Callable[[Cell, Spread], Cell]) -> Iterator[tuple[Node, Cell]]:
    """Every place of the part that differs, as it is to be."""
    computed = {node: given for made in part.made for node, given in made.computed.items()}
    for node in dict.fromkeys([*part.numbers, *part.held, *part.held_months]):
        old = part.cell(node)
        spread = part.numbers.get(node)
        new = (old if spread is None else number(old, spread))._replace(
            is_held=part.held.get(node, old.is_held),
            held_months=part.held_months.get(node, old.held_months),
            computed=computed.get(node, old.computed),
        )
        if new != old or node in part.earlier:
            yield node, new


def _agreed(old: Cell, spread: Spread) -> Cell:
    """Both sides came to it, be it what was given."""
    return old._replace(agreed=spread.amount, agreed_months=spread.months)


def _in_force(old: Cell, spread: Spread) -> Cell:
    """Another number for those who work towards it; what was once given stays beside it."""
    return old if _is_same(old, spread) else _agreed(old, spread)


def _given(old: Cell, spread: Spread) -> Cell:
    """Another number from above; what was agreed does not outlive what it was agreed about."""
    if _is_same(old, spread):
        return old
    return old._replace(given=spread.amount, given_months=spread.months, agreed=None, agreed_months=None)


def _is_same(old: Cell, spread: Spread) -> bool:
    return (spread.amount, spread.months) == (old.amount, old.months)


def _checked(because: Because, parts: Sequence[Part], *, is_versioned: bool) -> Because:
    reason = clean_text(because.reason, max_length=300)
    if is_versioned and not reason:
        raise DomainError(
            N_("The plan is published: say why the numbers change."), code="reason_required", field="reason"
        )
    if is_versioned and not because.is_approved:
        rules = planning_rules()
        for part in parts:
            changed = {node for node, new in part.numbers.items() if not _is_same(part.cell(node), new)}
            check_not_own(because, part.sheet, changed.union(part.earlier), rules)
            _check_limit(part, rules)
    return replace(because, reason=reason)


def check_not_own(because: Because, sheet: Sheet, nodes: Iterable[Node], rules: PlanningRules) -> None:
    """Who sells and leads too changes their own number in force as little as anybody else does; where plans
    need an approval, nor does who leads the plan change its own.
    """
    actor, on = because.actor, because.actor.organisation.today(because.at)
    root, plan = sheet.tree.root, sheet.goal.plan
    for node in nodes:
        is_theirs = node.person_id is not None and node.person_id == actor.person_id
        is_to_approve = node == root and rules.needs_approval and not may_approve(actor, plan, on=on)
        if is_theirs or is_to_approve:
            raise Forbidden(
                N_("Nobody changes their own number in force. Ask for an adjustment instead."),
                code="own_number",
            )


def _check_limit(part: Part, rules: PlanningRules) -> None:
    """In however many steps: beyond the limit a number in force moves by an adjustment only."""
    if not rules.needs_approval:
        return
    moved = {
        node: spread.amount
        for node, spread in part.numbers.items()
        if spread.amount != part.cell(node).amount
    }
    approved = approved_numbers(part.sheet.goal, moved, part.sheet.group)
    for node, amount in moved.items():
        if is_beyond_limit(rules, approved.get(node, 0), amount):
            raise DomainError(
                N_(
                    "“{name}” would be more than {percent} % from what was approved."
                    " Ask for an adjustment instead."
                ),
                code="above_limit",
                params={"name": part.sheet.tree.name(node), "percent": limit_percent(rules)},
            )


def _record(change: Change, part: Part) -> dict[Node, int]:
    """Keep how each unit was divided; tells for each child which split it comes from."""
    rows = Split.objects.bulk_create(
        Split(
            organisation_id=current_organisation_id(),
            change=change,
            unit_id=made.unit.unit_id,
            group=part.sheet.group,
            method=made.method,
            inputs=made.inputs,
            result=made.result,
        )
        for made in part.made
    )
    return {node: row.pk for made, row in zip(part.made, rows, strict=True) for node in made.computed}


def _follow_root(because: Because, goal: Goal, parts: Sequence[Part]) -> None:
    """The goal's amount is the number of the plan's unit. Where it drifts from the plan above is kept."""
    for part in parts:
        spread = part.numbers.get(part.sheet.tree.root)
        if spread is not None and not part.sheet.group:
            check_stretch(goal, spread.amount)
            goal.amount = spread.amount
    note_drift(because, goal)
    goal.version += 1
    goal.save(update_fields=["amount", *DRIFT, "version"])


def note_drift(because: Because, goal: Goal) -> None:
    """A number in force changes with a reason, which is that of the drift; before, it is asked for apart."""
    part = part_above(goal)
    if part is None:
        return
    if not part.differs:
        goal.drift, goal.drift_below, goal.drift_reason = 0, {}, ""
    elif goal.plan.state == PlanState.PUBLISHED and part.is_open:
        goal.drift, goal.drift_below, goal.drift_reason = part.drift, part.drift_below, because.reason


Row = tuple[Part, Node, Cell]


def _upsert(
    change: Change, rows: Sequence[Row], splits: Mapping[str, Mapping[Node, int]], day: date | None
) -> list[int]:
    """`day`: from which they hold; None: nothing that is in force changes."""
    cells = [cell for _part, _node, cell in rows]
    values: dict[str, Any] = {
        "organisation": current_organisation_id(),
        "goal": change.goal_id,
        "change": change.pk,
        "units": [node.unit_id for _part, node, _cell in rows],
        "people": [node.person_id for _part, node, _cell in rows],
        "groups": [part.sheet.group for part, _node, _cell in rows],
        "given": [cell.given for cell in cells],
        "months": [_literal(cell.given_months) for cell in cells],
        "agreed": [cell.agreed for cell in cells],
        "agreed_months": [_literal(cell.agreed_months) for cell in cells],
        "held": [cell.is_held for cell in cells],
        "held_months": [_literal(sorted(cell.held_months)) for cell in cells],
        "splits": [splits[part.sheet.group].get(node, cell.split_id) for part, node, cell in rows],
        "computed": [cell.computed for cell in cells],
        "day": day,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, values)
        return [row[0] for row in cursor.fetchall()]


def _literal(numbers: Sequence[int] | None) -> str | None:
    """An array as PostgreSQL writes it: arrays of arrays cannot be taken apart by row."""
    return None if numbers is None else "{" + ",".join(map(str, numbers)) + "}"


_UPSERT = """
INSERT INTO targets_target (organisation_id, goal_id, change_id, unit_id, person_id, "group", given, months,
                            agreed, agreed_months, is_held, held_months, split_id, computed, effective_on,
                            version)
SELECT %(organisation)s, %(goal)s, %(change)s, unit_id, person_id, "group", given, months::bigint[],
       agreed, agreed_months::bigint[], held, held_months::smallint[], split_id, computed,
       %(day)s::date, 1
FROM unnest(%(units)s::bigint[], %(people)s::bigint[], %(groups)s::text[], %(given)s::bigint[],
            %(months)s::text[], %(agreed)s::bigint[], %(agreed_months)s::text[], %(held)s::boolean[],
            %(held_months)s::text[], %(splits)s::bigint[], %(computed)s::bigint[])
     AS place(unit_id, person_id, "group", given, months, agreed, agreed_months, held, held_months, split_id,
              computed)
ON CONFLICT (organisation_id, goal_id, unit_id, person_id, "group") DO UPDATE
SET change_id = EXCLUDED.change_id, given = EXCLUDED.given, months = EXCLUDED.months,
    agreed = EXCLUDED.agreed, agreed_months = EXCLUDED.agreed_months, is_held = EXCLUDED.is_held,
    held_months = EXCLUDED.held_months, split_id = EXCLUDED.split_id, computed = EXCLUDED.computed,
    effective_on = COALESCE(EXCLUDED.effective_on, targets_target.effective_on),
    version = targets_target.version + 1
RETURNING id
"""

_VERSIONS = """
INSERT INTO targets_targetversion (organisation_id, target_id, number, amount, months, effective_on,
                                   recorded_at, change_id, split_id)
SELECT t.organisation_id, t.id, COALESCE(last.number, 0) + 1, COALESCE(t.agreed, t.given),
       CASE WHEN t.agreed IS NULL THEN t.months ELSE t.agreed_months END,
       COALESCE(t.effective_on, %(starts_on)s::date), %(at)s, %(change)s, t.split_id
FROM targets_target t
LEFT JOIN LATERAL (
    SELECT max(number) AS number FROM targets_targetversion v
    WHERE v.organisation_id = t.organisation_id AND v.target_id = t.id
) last ON true
WHERE t.organisation_id = %(organisation)s AND t.goal_id = %(goal)s
  AND (%(ids)s::bigint[] IS NULL OR t.id = ANY(%(ids)s))
  AND COALESCE(t.agreed, t.given) IS NOT NULL
"""
