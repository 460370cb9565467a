"""Reads. A review is for those who see its unit."""

from datetime import date

from django.db.models import QuerySet

from reviews.models import Review
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, sight_of
from targets.models import Goal
from targets.registry import Told


def visible_reviews(actor: Actor, on: date) -> QuerySet[Review]:
    """The newest first."""
    sight = sight_of(actor, on)
    reviews = Review.objects.select_related("plan", "unit", "held_by").order_by("-as_of", "-id")
    return reviews if sight.everything else reviews.filter(unit_id__in=sight.unit_ids)


def get_review(actor: Actor, review_id: int, on: date) -> Review:
    review = visible_reviews(actor, on).filter(pk=review_id).first()
    if review is None:
        raise NotFound(N_("There is no such review."), code="not_found")
    return review


def causes_before(goal: Goal) -> list[Told]:
    """What was concluded in the reviews of the unit's last plan before this goal's, the newest first."""
    reviews = Review.objects.filter(
        unit=goal.plan.root_unit_id, plan__ends_on__lte=goal.plan.starts_on
    ).order_by("-plan__ends_on", "-as_of", "-id")
    last = reviews.exclude(conclusions="").first()
    if last is None:
        return []
    told = reviews.exclude(conclusions="").filter(plan=last.plan_id)
    return [Told(review.conclusions, review.as_of) for review in told]
