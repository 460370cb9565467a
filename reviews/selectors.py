"""Reads. A review is for those who see its unit."""

from datetime import date

from django.db.models import QuerySet

from reviews.models import Review
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, sight_of


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
