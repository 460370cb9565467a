from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from salestargets.tenancy.models.base import TenantForeignKey, TenantModel, tracked
from salestargets.tenancy.models.people import MANUAL, Person, ends_after_start, half_open


@tracked
class Mentorship(TenantModel):
    """Someone helps another to sell over [starts_on, ends_on); what never was is a tombstone."""

    source = models.CharField(max_length=50, default=MANUAL)
    external_id = models.CharField(max_length=200)
    source_updated_at = models.DateTimeField(null=True)
    mentor = TenantForeignKey(Person)
    mentee = TenantForeignKey(Person)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    deleted_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            ends_after_start("mentorship_ends_after_start"),
            models.CheckConstraint(condition=~Q(mentor=F("mentee")), name="nobody_mentors_themselves"),
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"], name="one_mentorship_each_external_id"
            ),
            ExclusionConstraint(
                name="one_mentor_at_a_time",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("mentee", RangeOperators.EQUAL),
                    (half_open(), RangeOperators.OVERLAPS),
                ],
                condition=Q(deleted_at__isnull=True),
                # Looked at after the statement: in one call an old mentorship ends, a new one starts.
                deferrable=models.Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "mentor", "starts_on"], name="mentorship_by_mentor"),
            models.Index(fields=["organisation", "mentee", "starts_on"], name="mentorship_by_mentee"),
        ]
