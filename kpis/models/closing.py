import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kpis.choices import ClosedBy
from salestargets.tenancy.models import TenantForeignKey, TenantModel, UserForeignKey, tracked


@tracked
class Closing(TenantModel):
    """A month whose numbers are final from a moment on. What changes them later is a `Correction`.

    A month that was opened again keeps this row; closing it anew makes another.
    """

    month = models.DateField()
    closed_at = models.DateTimeField()
    #: Null where it closed by itself, or an integration closed it.
    closed_by = UserForeignKey()
    how = models.CharField(max_length=9, choices=ClosedBy)
    #: What was counted by then or has been for the first time since: what comes to be is no correction.
    measures = ArrayField(models.CharField(max_length=40))
    #: What there is at a moment, of which it was kept what there was at the end of the month.
    levels = ArrayField(models.CharField(max_length=40), default=list)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = UserForeignKey()
    reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "month"],
                condition=Q(reopened_at__isnull=True),
                name="one_closing_a_month",
            )
        ]


class ClosedLevel(TenantModel):
    """What there was of a level at the end of a closed month: of a person with their unit, or of a unit."""

    closing = TenantForeignKey(Closing)
    person_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    measure = models.CharField(max_length=40)
    value = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(person_id__isnull=False) | Q(unit_id__isnull=False),
                name="closed_level_has_a_holder",
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "closing", "person_id"], name="closed_level_by_person"),
            models.Index(fields=["organisation", "closing", "unit_id"], name="closed_level_by_unit"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class Correction(TenantModel):
    """By how much a cell of a closed month changed, written by the statement that changed it. Append-only.

    Of a leaf cell: the person, and the unit they sat in. Of a unit cell, which has no person: the unit. Of a
    level, which has no cell, the night writes it.
    """

    closing = TenantForeignKey(Closing)
    month = models.DateField()
    person_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    starts_on = models.DateField()
    measure = models.CharField(max_length=40)
    delta = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(person_id__isnull=False) | Q(unit_id__isnull=False),
                name="correction_has_a_holder",
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "person_id", "month"], name="correction_by_person"),
            models.Index(fields=["organisation", "unit_id", "month"], name="correction_by_unit"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
