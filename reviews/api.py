from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypedDict

from django.db.models import QuerySet
from rest_framework.request import Request

from reviews.models import Review
from reviews.selectors import get_review, visible_reviews
from reviews.services import LONGEST, conclude, hold_review
from salestargets.api.inputs import DATE, ID, Field, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope
from targets.selectors.plans import get_plan

PLAN = Field("plan", ID, "A published plan.")
UNIT = Field("unit", ID, "The unit whose numbers are looked at, with those right below it.")
AS_OF = Field("as_of", DATE, "The numbers as they stood at the start of this day.")
CONCLUSIONS = Field("conclusions", text(LONGEST, min_length=0, multiline=True), "What people concluded.")


class FrozenRow(TypedDict):
    """A holder's numbers as they stood. What was undefined is null."""

    goal: int
    kpi: str
    holder: str
    name: str
    depth: int
    status: str
    attainment: str | None
    pace: str | None
    target: str | None
    actual: str | None
    expected: str | None
    gap: str | None
    forecast: str | None


class ReviewRow(TypedDict):
    id: int
    plan: int
    unit: int
    as_of: date
    held_at: datetime
    held_by: str | None
    version: int


class ReviewDetail(ReviewRow):
    conclusions: str
    snapshot: list[FrozenRow]


class Reviews(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[ReviewRow])
    def get(self, request: Request) -> Page[ReviewRow]:
        """The reviews of the units you see, the newest first."""
        rows: QuerySet[Any, Any] = visible_reviews(self.actor, self.today).values(*_COLUMNS)
        return self.page(rows, key=Key(as_of=DATE, id=ID), row=_row, descending=True)

    @operation(
        Scope.TARGETS_WRITE,
        body=(PLAN, UNIT, AS_OF, CONCLUSIONS.otherwise("")),
        answers=ReviewDetail,
        status=201,
    )
    def post(self, request: Request) -> ReviewDetail:
        """Freeze the numbers of a unit as they stood on a day."""
        review = hold_review(
            self.actor,
            plan=get_plan(self.actor, self.body[PLAN], self.today),
            unit_id=self.body[UNIT],
            as_of=self.body[AS_OF],
            conclusions=self.body[CONCLUSIONS],
            at=self.at,
        )
        return _detail(review)


class OneReview(TenantView):
    @operation(Scope.READ, answers=ReviewDetail)
    def get(self, request: Request, review_id: int) -> ReviewDetail:
        """One review with its frozen numbers."""
        return _detail(get_review(self.actor, review_id, self.today))

    @operation(Scope.TARGETS_WRITE, body=(CONCLUSIONS,), answers=ReviewDetail, versioned=True)
    def patch(self, request: Request, review_id: int) -> ReviewDetail:
        """Other conclusions; the numbers stay."""
        review = conclude(
            self.actor,
            review=get_review(self.actor, review_id, self.today),
            conclusions=self.body[CONCLUSIONS],
            expected_version=self.version,
        )
        return _detail(review)


_COLUMNS = ("id", "plan_id", "unit_id", "as_of", "held_at", "held_by__name", "held_by__email", "version")


def _row(row: Mapping[str, Any]) -> ReviewRow:
    return {
        "id": row["id"],
        "plan": row["plan_id"],
        "unit": row["unit_id"],
        "as_of": row["as_of"],
        "held_at": row["held_at"],
        "held_by": row["held_by__name"] or row["held_by__email"],
        "version": row["version"],
    }


def _detail(review: Review) -> ReviewDetail:
    return {
        "id": review.pk,
        "plan": review.plan_id,
        "unit": review.unit_id,
        "as_of": review.as_of,
        "held_at": review.held_at,
        "held_by": str(review.held_by) if review.held_by else None,
        "version": review.version,
        "conclusions": review.conclusions,
        "snapshot": review.snapshot,
    }
