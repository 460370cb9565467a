from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypedDict, cast

from django.db.models import TextChoices
from rest_framework.request import Request

from kpis.api.actuals import PART, key_of, position_in
from kpis.behind import unit_of
from kpis.selectors import Row, records_behind
from kpis.takes import Part as PartName
from kpis.values import shown
from salestargets.api.inputs import DATE, ID, Field, choice
from salestargets.api.operations import operation
from salestargets.api.pagination import CURSOR, LIMIT, PAGE, Page, next_page
from salestargets.api.problems import BadRequest
from salestargets.api.views import TenantView
from salestargets.kernel.messages import N_
from salestargets.tenancy.choices import Scope
from targets.amounts import is_level
from targets.api.products import MixRow, group_row
from targets.api.rows import HOLDER_FIELD, Amounts, PlaceRow, holder, part_of, place_row
from targets.choices import Against
from targets.models import Goal
from targets.selectors.periods import span_of
from targets.selectors.plans import get_goal, get_plan, get_target, goals_of
from targets.selectors.products import Mix, mixes_of
from targets.selectors.rows import ProgressRow, progress
from targets.selectors.trees import Node


class ProgressBy(TextChoices):
    PRODUCT = "product"


PLAN = Field("plan", ID, "All goals of a plan.").optional()
ONE_GOAL = Field("goal", ID, "One goal.").optional()
FROM = HOLDER_FIELD.optional()
AS_OF = Field("as_of", DATE, "From the records dated before this day; as it is now if left out.").optional()
AGAINST = Field(
    "against", choice(Against), "The targets in force, or the first that were published."
).otherwise(Against.CURRENT)
BY = Field("by", choice(ProgressBy), "product: everyone's product groups too.").optional()


class StandingRow(PlaceRow):
    """`target` is the amount to be reached, `target_id` where it is kept: null where there is none.

    What is undefined is null: attainment without a target, pace while nothing was due. `products` is null
    where it was not asked for.
    """

    target_id: int | None
    plan: int
    goal: int
    kpi: str
    unit: str
    currency: str
    target: Decimal | None
    actual: Decimal | None
    expected: Decimal | None
    expected_calendar: Decimal | None
    expected_working_day: Decimal | None
    attainment: Decimal | None
    pace: Decimal | None
    gap: Decimal | None
    pace_gap: Decimal | None
    required_rate: Decimal | None
    forecast: Decimal | None
    status: str
    as_of: date
    computed_at: datetime
    products: list[MixRow] | None


class CreditedRow(TypedDict):
    """A record, as far as it is credited to a person. Value null: counted, not priced."""

    id: int
    person: int
    day: date | None
    value: Decimal | None
    about: dict[str, Any]


class BehindProgress(TypedDict):
    """`total` is what all the records of this part sum to: of a plain sum the actual itself."""

    part: str
    total: Decimal | None
    count: int
    not_priced: int
    results: list[CreditedRow]
    next: str | None


class ProgressList(TenantView):
    @operation(Scope.READ, query=(PLAN, ONE_GOAL, FROM, AS_OF, AGAINST, BY, *PAGE), answers=Page[StandingRow])
    def get(self, request: Request) -> Page[StandingRow]:
        """Where everyone you see stands, by goal and depth first, from a holder down."""
        rows = [
            (goal, row)
            for goal in self._goals()
            for row in progress(
                self.actor,
                goal,
                holder=holder(self.query[FROM]),
                as_of=self.query[AS_OF],
                against=self.query[AGAINST],
                at=self.at,
            )
        ]
        page = part_of(rows, request, limit=self.query[LIMIT], cursor=self.query[CURSOR])
        products = self._products(page["results"]) if self.query[BY] else {}
        results = [
            _standing_row(row, goal, Amounts(goal, self.actor), products.get((goal.pk, row.place.node)))
            for goal, row in page["results"]
        ]
        return {"results": results, "next": page["next"]}

    def _products(self, rows: Sequence[tuple[Goal, ProgressRow]]) -> dict[tuple[int, Node], Mix]:
        nodes: dict[Goal, list[Node]] = {}
        for goal, row in rows:
            nodes.setdefault(goal, []).append(row.place.node)
        return {
            (goal.pk, node): mix
            for goal, wanted in nodes.items()
            if not is_level(goal.kpi)
            for node, mix in mixes_of(goal, wanted, on=self.today, as_of=self.query[AS_OF]).items()
        }

    def _goals(self) -> list[Goal]:
        plan_id, goal_id = self.query[PLAN], self.query[ONE_GOAL]
        if goal_id is not None:
            return [get_goal(self.actor, goal_id, self.today, plan_id=plan_id)]
        if plan_id is None:
            raise BadRequest(N_("Name a plan or a goal."), code="required", field="plan")
        return goals_of([get_plan(self.actor, plan_id, self.today)])[plan_id]


class ProgressRecords(TenantView):
    @operation(Scope.READ, query=(AS_OF, PART, *PAGE), answers=BehindProgress)
    def get(self, request: Request, target_id: int) -> BehindProgress:
        """The records behind a holder's actual, the newest first; they sum to it."""
        target = get_target(self.actor, target_id, self.today)
        cursor, part = self.query[CURSOR], cast(PartName, self.query[PART].value)
        currency = self.actor.organisation.currency
        amounts = partial(shown, unit=unit_of(target.goal.kpi, part), currency=currency)
        found = records_behind(
            Node(target.unit_id, target.person_id).holder,
            target.goal.kpi,
            span_of(target.goal.plan),
            on=self.today,
            as_of=self.query[AS_OF],
            part=part,
            after=position_in(cursor) if cursor else None,
            limit=self.query[LIMIT],
        )
        return {
            "part": part,
            "total": amounts(found.total.value),
            "count": found.total.rows,
            "not_priced": found.total.not_priced,
            "results": [_record_row(row, amounts) for row in found.rows],
            "next": next_page(request, key_of(found.next)),
        }


def _record_row(row: Row, amounts: Callable[[int | None], Decimal | None]) -> CreditedRow:
    return {
        "id": row.record_id,
        "person": row.person_id,
        "day": row.day,
        "value": amounts(row.value),
        "about": {
            "kind": row.kind,
            "name": row.name,
            "external_id": row.external_id,
            "customer_id": row.customer_id,
            "amount_minor": row.amount_minor,
            "currency": row.currency,
        },
    }


def _standing_row(row: ProgressRow, goal: Goal, amounts: Amounts, mix: Mix | None) -> StandingRow:
    standing = row.standing
    return {
        **place_row(row.place),
        "target_id": standing.target_id,
        "plan": goal.plan_id,
        "goal": goal.pk,
        "kpi": goal.kpi.key,
        "unit": goal.kpi.unit,
        "currency": amounts.currency,
        "target": amounts(standing.target),
        "actual": amounts(standing.actual),
        "expected": amounts(standing.expected),
        "expected_calendar": amounts(standing.expected_calendar),
        "expected_working_day": amounts(standing.expected_working_day),
        "attainment": standing.attainment,
        "pace": standing.pace,
        "gap": amounts(standing.gap),
        "pace_gap": amounts(standing.pace_gap),
        "required_rate": amounts(standing.required_rate),
        "forecast": amounts(standing.forecast),
        "status": standing.status,
        "as_of": standing.as_of,
        "computed_at": standing.computed_at,
        "products": [group_row(line, amounts) for line in mix.lines] if mix else None,
    }
