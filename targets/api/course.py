from datetime import datetime
from typing import TypedDict

from rest_framework.request import Request

from salestargets.api.operations import operation
from salestargets.api.pagination import CURSOR, LIMIT, PAGE, Page
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope
from targets.api.rows import part_of
from targets.models import PlanMove
from targets.selectors.course import moves_of
from targets.selectors.plans import get_plan


class PlanMoveRow(TypedDict):
    """`is_override`: it was taken though not every goal was SMART; the reason says why."""

    id: int
    from_state: str
    to_state: str
    at: datetime
    by: str | None
    reason: str
    is_override: bool


class PlanMoves(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[PlanMoveRow])
    def get(self, request: Request, plan_id: int) -> Page[PlanMoveRow]:
        """From state to state: who moved the plan, when, and why; the newest first."""
        plan = get_plan(self.actor, plan_id, self.today)
        rows = [_row(move) for move in moves_of(plan)]
        return part_of(rows, request, limit=self.query[LIMIT], cursor=self.query[CURSOR])


def _row(move: PlanMove) -> PlanMoveRow:
    return {
        "id": move.pk,
        "from_state": move.from_state,
        "to_state": move.to_state,
        "at": move.at,
        "by": str(move.by) if move.by else None,
        "reason": move.reason,
        "is_override": move.is_override,
    }
