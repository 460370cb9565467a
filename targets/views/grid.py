"""What the planning grid and the server say to each other, in whole numbers of the smallest unit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from kpis.choices import Direction
from kpis.values import Holder
from salestargets.api.inputs import (
    BOOLEAN,
    DATE,
    PLACED_HOLDER,
    Field,
    HolderInput,
    Reader,
    Values,
    choice,
    list_of,
    object_of,
    read_body,
    text,
    whole,
)
from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import parse_json, strict_date
from salestargets.tenancy.access import sight_of
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.selectors import fiscal_calendar_of
from salestargets.web.asked import asked_text
from salestargets.web.requests import TenantRequest, page
from targets.amounts import is_level, scale_of
from targets.choices import IN_FORCE, MAKING, PlanState, Respread
from targets.domain.difficulty import word_of
from targets.models import Change, Goal, Plan
from targets.selectors.agreement import proposed_in
from targets.selectors.columns import columns_of
from targets.selectors.difficulty import MOST_PERIODS, pasts
from targets.selectors.plans import get_goal
from targets.selectors.products import check_group
from targets.selectors.rows import Gridline, gridlines, places
from targets.selectors.sheets import NOTHING, Sheet, sheet_of
from targets.selectors.trees import Node
from targets.services.cells import Edit, HeldCell, StaleEdits, edit_numbers, hold
from targets.services.undo import undo_last

TOTAL = "total"
#: JavaScript counts exactly as far as this.
LARGEST = 2**53 - 1
MOST_BYTES, MOST_EDITS = 5_000_000, 50_000

COLUMN: Reader[str] = text(21)
EDITED = object_of(
    Field("holder", PLACED_HOLDER),
    Field("column", COLUMN),
    Field("was", whole(0, LARGEST)).nullable(),
    Field("amount", whole(0, LARGEST)),
)
HELD_CELL = object_of(Field("holder", PLACED_HOLDER), Field("column", COLUMN))
EDITS = Field("edits", list_of(EDITED, at_most=MOST_EDITS, at_least=1))
RULE = Field("rule", choice(Respread)).otherwise(Respread.STAY)
REASON = Field("reason", text(300, min_length=0)).otherwise("")
EFFECTIVE_ON = Field("effective_on", DATE).nullable()
CELLS = Field("cells", list_of(HELD_CELL, at_most=MOST_EDITS, at_least=1))
IS_HELD = Field("held", BOOLEAN)
VERSION = Field("version", whole(1, LARGEST)).optional()


@page()
@gzip_page
def grid(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    """GET: all of the goal's numbers in sight. POST: some of them written anew, all or none."""
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    if request.method == "POST":
        return _answered(request, goal, _edit)
    sheet = _sheet(request, goal)
    scale = scale_of(goal.kpi, request.organisation.currency)
    return _json(
        {
            "goal": goal.pk,
            "version": goal.version,
            "unit": scale.unit,
            "currency": scale.currency,
            "places": scale.places,
            "state": goal.plan.state,
            "is_level": is_level(goal.kpi),
            "needs_reason": goal.plan.state == PlanState.PUBLISHED,
            "columns": _columns(goal, request),
            "rows": _rows(request, sheet),
            "rules": [[rule.value, str(rule.label)] for rule in Respread],
        }
    )


@require_GET
@page()
@gzip_page
def grid_past(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    """What everyone in sight reached before, for the grid to say how hard their numbers are while it writes.

    Asked for once the numbers stand. `words`: what so many of so many periods are called.
    """
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    sight = sight_of(request.actor, request.today)
    nodes = [place.node for place in places(sheet_of(goal).tree, sight)]
    past = pasts(goal, nodes, on=request.today)
    return _json(
        {
            "is_lower_better": goal.kpi.direction == Direction.LOWER,
            "words": [[word_of(reached, of) for reached in range(of + 1)] for of in range(MOST_PERIODS + 1)],
            "past": {str(node): _known(past[node]) for node in nodes},
        }
    )


def _known(past: Sequence[int | None]) -> list[int]:
    return [amount for amount in past if amount is not None]


@require_POST
@page(Scope.TARGETS_WRITE)
def grid_hold(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    """Whole numbers, or some months of them, kept from now on or let go."""
    return _answered(request, get_goal(request.actor, goal_id, request.today, plan_id=plan_id), _hold)


@require_POST
@page(Scope.TARGETS_WRITE)
def grid_undo(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    """The last change taken back, whosever it was."""
    return _answered(request, get_goal(request.actor, goal_id, request.today, plan_id=plan_id), _undo)


Act = Callable[[TenantRequest, Goal, object], set[Node]]


def _answered(request: TenantRequest, goal: Goal, act: Act) -> HttpResponse:
    """The rows that changed; or why nothing did, with what stands there now."""
    try:
        nodes = act(request, goal, parse_json(request.body, max_bytes=MOST_BYTES))
    except (NotFound, Forbidden):
        raise
    except StaleEdits as error:
        return _stale(request, goal, error)
    except DomainError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _json({"detail": error.render(gettext), "errors": error.errors}, status)
    goal.refresh_from_db(fields=["version"])
    return _json({"version": goal.version, "rows": _rows(request, _sheet(request, goal), nodes)})


def _edit(request: TenantRequest, goal: Goal, sent: object) -> set[Node]:
    body = read_body(sent, (EDITS, RULE, REASON, EFFECTIVE_ON))
    return edit_numbers(
        request.actor,
        goal=goal,
        edits=[_edit_of(goal, row) for row in body[EDITS]],
        rule=body[RULE],
        group=_group(request, goal),
        reason=body[REASON],
        effective_on=body[EFFECTIVE_ON],
        at=request.now,
    )


def _edit_of(goal: Goal, row: Values) -> Edit:
    sent = row.sent
    column = sent["column"]
    return Edit(
        _holder(sent["holder"]), _months(goal, column), sent["amount"], was=sent.get("was"), column=column
    )


def _hold(request: TenantRequest, goal: Goal, sent: object) -> set[Node]:
    body = read_body(sent, (CELLS, IS_HELD))
    asked = [(_holder(cell.sent["holder"]), cell.sent["column"]) for cell in body[CELLS]]
    return hold(
        request.actor,
        goal=goal,
        cells=[HeldCell(holder, _months(goal, column)) for holder, column in asked if holder is not None],
        is_held=body[IS_HELD],
        group=_group(request, goal),
        at=request.now,
    )


def _undo(request: TenantRequest, goal: Goal, sent: object) -> set[Node]:
    body = read_body(sent, (VERSION, REASON))
    return undo_last(
        request.actor, goal=goal, expected_version=body[VERSION], reason=body[REASON], at=request.now
    )


def _sheet(request: TenantRequest, goal: Goal) -> Sheet:
    return sheet_of(goal, group=_group(request, goal))


def _group(request: TenantRequest, goal: Goal) -> str:
    """`?group=`: the numbers of one product group."""
    return check_group(goal, asked_text(request, "group"))


def _holder(sent: HolderInput) -> Holder | None:
    if sent.id is None or sent.kind == "root":
        return None
    return Holder("unit" if sent.kind == "unit" else "person", sent.id, sent.unit_id)


def _months(goal: Goal, column: str) -> list[date]:
    """“total”: none; a month by its first day; a longer span as start/end, by the periods within it."""
    if column == TOTAL:
        return []
    start, _slash, end = column.partition("/")
    first = strict_date(start)
    if not end:
        return [first]
    last = strict_date(end)
    months = [month for month in goal.plan.period_starts if first <= month < last]
    if not months:
        raise DomainError(
            N_("Enter the first day of one of the plan's months."), code="not_a_month", field="column"
        )
    return months


def _stale(request: TenantRequest, goal: Goal, error: StaleEdits) -> HttpResponse:
    sheet = _sheet(request, goal)
    cells = [sheet.cells.get(stale.node) for stale in error.stale]
    changes = Change.objects.select_related("by").in_bulk({cell.change_id for cell in cells if cell})
    told = [
        {
            "holder": str(stale.node),
            "column": stale.edit.column,
            "now": stale.now,
            "by": str(changes[cell.change_id].by or "") if cell else "",
            "at": changes[cell.change_id].at.isoformat() if cell else "",
        }
        for stale, cell in zip(error.stale, cells, strict=True)
    ]
    nodes = {stale.node for stale in error.stale}
    rows = _rows(request, sheet, nodes)
    return _json({"detail": error.render(gettext), "stale": told, "rows": rows}, 409)


def _columns(goal: Goal, request: TenantRequest) -> list[dict[str, Any]]:
    if is_level(goal.kpi):
        return [{"key": TOTAL}]
    calendar = fiscal_calendar_of(request.organisation)
    return [
        {"key": column.key, "label": str(column.label), "kind": column.kind, "of": list(column.of)}
        if column.key != TOTAL
        else {"key": TOTAL}
        for column in columns_of(goal.plan, calendar)
    ]


def _rows(
    request: TenantRequest, sheet: Sheet, only: Iterable[Node] | None = None
) -> list[Mapping[str, Any]]:
    plan, sight = sheet.goal.plan, sight_of(request.actor, request.today)
    writes = request.actor.may(Scope.TARGETS_WRITE) and plan.state in (*MAKING, PlanState.PUBLISHED)
    wanted = None if only is None else set(only)
    starts = [month.isoformat() for month in sheet.months]
    proposed = proposed_in(sheet) if _is_agreed_upon(plan, sheet) else {}
    is_in_force = plan.state in IN_FORCE
    return [
        _row(line, starts, proposed.get(line.place.node), is_in_force=is_in_force, writes=writes)
        for line in gridlines(request.actor, sheet, sight, on=request.today)
        if wanted is None or line.place.node in wanted
    ]


def _is_agreed_upon(plan: Plan, sheet: Sheet) -> bool:
    """People propose for all product groups together, from when the plan is open until it is in force."""
    return not sheet.group and plan.state not in (PlanState.DRAFT, *IN_FORCE)


def _row(
    line: Gridline, starts: Sequence[str], proposed: int | None, *, is_in_force: bool, writes: bool
) -> dict[str, Any]:
    place, cell, is_writable, may_split, upcoming = line
    node, label, _depth, parent, _has_children = place
    cell = cell or NOTHING
    months = cell.months
    return {
        "key": str(node),
        "parent": str(parent) if parent else None,
        "name": label.name,
        "is_unit": node.is_unit,
        "is_stray": label.is_stray,
        "joined_on": label.joined_on,
        "last_day": label.last_day,
        "writable": writes and is_writable,
        "may_split": writes and may_split,
        "held": cell.is_held,
        "held_months": [starts[n] for n in sorted(cell.held_months)] if cell.held_months else [],
        "total": cell.amount,
        "months": months or [None] * len(starts),
        "computed": cell.computed,
        "proposed": proposed,
        "agreed": cell.agreed is not None and not is_in_force,
        "coming": [(each.effective_on, each.amount) for each in upcoming.numbers] if upcoming else [],
        "now": upcoming.now if upcoming else None,
        "target": cell.target_id or None,
    }


def _json(said: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(said), content_type="application/json", status=status)
