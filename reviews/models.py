from django.db import models

from salestargets.tenancy.models import TenantForeignKey, TenantModel, Unit, UserForeignKey, tracked
from targets.models import Plan


@tracked
class Review(TenantModel):
    """The numbers of a unit as they stood on a day, frozen, and what people concluded from them."""

    plan = TenantForeignKey(Plan)
    unit = TenantForeignKey(Unit)
    as_of = models.DateField()
    #: One row a goal and holder: the unit and those right below it. Exact amounts as text; never rewritten.
    snapshot = models.JSONField()
    conclusions = models.TextField(blank=True)
    held_at = models.DateTimeField()
    held_by = UserForeignKey()
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "plan", "unit", "as_of"], name="one_review_a_unit_a_day"
            )
        ]
        indexes = [models.Index(fields=["organisation", "-as_of", "-id"], name="review_by_day")]
