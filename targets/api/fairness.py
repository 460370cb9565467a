from datetime import date
from decimal import Decimal
from typing import TypedDict

from django.utils.translation import gettext
from rest_framework.request import Request

from salestargets.api.operations import operation
from salestargets.api.views import TenantView
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.rational import rounded
from salestargets.tenancy.choices import Scope
from targets.api.rows import GOAL, Amounts
from targets.domain.fairness import Rated
from targets.models import Goal
from targets.selectors.fairness import Judged, fairness_of
from targets.selectors.plans import get_goal
from targets.selectors.trees import Node

PLACES = 4


class LoadRow(TypedDict):
    """`ratio` is target over expected capacity; `others` the mean ratio of all others."""

    holder: str
    name: str
    target: Decimal | None
    ramped_months: Decimal | None
    capacity: Decimal | None
    ratio: Decimal | None
    others: Decimal | None
    is_outlier: bool


class OutcomeRow(TypedDict):
    """Of a closed plan. `size`: what `correlation` holds attainment against, by rank, from −1 to 1."""

    count: int
    reached: int
    reached_share: Decimal | None
    near: int
    near_share: Decimal | None
    size: str
    compared: int
    correlation: Decimal | None


class FairnessRow(TypedDict):
    """`monthly`: what a fully ramped person brought in a month, the median of `peers`.

    Without peers it is what the targets ask of a ramped month on average: capacity goes by headcount.

    Spread is null where it is undefined, `outliers` where there are too few others to look for any.
    """

    history_from: date
    history_to: date
    monthly: Decimal | None
    peers: int
    count: int
    mean: Decimal | None
    median: Decimal | None
    variation: Decimal | None
    gini: Decimal | None
    max_over_min: Decimal | None
    outliers: int | None
    note: str | None
    people: list[LoadRow]
    outcome: OutcomeRow | None


class PlanFairness(TenantView):
    @operation(Scope.READ, query=(GOAL,), answers=FairnessRow)
    def get(self, request: Request, plan_id: int) -> FairnessRow:
        """Whether the goal asks about as much of everyone you see: target over expected capacity."""
        goal = get_goal(self.actor, self.query[GOAL], self.today, plan_id=plan_id)
        judged = fairness_of(self.actor, goal, on=self.today)
        if judged is None:
            raise DomainError(
                N_("A ratio or a level is no amount of work: there is nothing to compare."),
                code="not_additive",
                field="goal",
            )
        return _row(judged, goal, Amounts(goal, self.actor))


def _row(judged: Judged, goal: Goal, amounts: Amounts) -> FairnessRow:
    found, capacity = judged.result, judged.capacity
    return {
        "history_from": capacity.span.start,
        "history_to": capacity.span.end,
        "monthly": amounts(round(capacity.monthly or 0)),
        "peers": capacity.peers,
        "count": found.count,
        "mean": _written(found.mean),
        "median": _written(found.median),
        "variation": _written(found.variation),
        "gini": _written(found.gini),
        "max_over_min": _written(found.max_over_min),
        "outliers": None if found.outliers is None else len(found.outliers),
        "note": found.note.render(gettext) if found.note else None,
        "people": [_load_row(rated, judged, amounts) for rated in found.people],
        "outcome": _outcome_row(judged),
    }


def _load_row(rated: Rated[Node], judged: Judged, amounts: Amounts) -> LoadRow:
    capacity, node = judged.capacity, rated.key
    return {
        "holder": str(node),
        "name": rated.name,
        "target": amounts(judged.targets[node]),
        "ramped_months": rounded(capacity.months[node], PLACES),
        "capacity": amounts(round(capacity.of(node))),
        "ratio": rounded(rated.ratio, PLACES),
        "others": _written(rated.others),
        "is_outlier": rated.is_outlier,
    }


def _outcome_row(judged: Judged) -> OutcomeRow | None:
    found, correlation = judged.outcome, judged.correlation
    if found is None or correlation is None:
        return None
    return {
        "count": found.count,
        "reached": found.reached,
        "reached_share": rounded(found.reached_share, PLACES),
        "near": found.near,
        "near_share": rounded(found.near_share, PLACES),
        "size": "potential" if judged.by_potential else "headcount",
        "compared": correlation.count,
        "correlation": _written(correlation.coefficient),
    }


def _written(value: float | None) -> Decimal | None:
    """A statistic describes; it is told to four decimals."""
    return None if value is None else rounded(Decimal(value), PLACES)
