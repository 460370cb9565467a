from django.db import models
from django.db.models import Q

from pipeline.choices import ActivityKind, FeedbackKind
from pipeline.models.leads import Lead
from pipeline.models.marks import marks_of
from pipeline.models.records import Customer, Deal, VersionedRecord, one_each_external_id
from salestargets.tenancy.models import Person, TenantForeignKey, tracked_changes


@tracked_changes
class Activity(VersionedRecord):
    """Something a person did: a call, a visit. `happened_on` is its day where the organisation is."""

    kind = models.CharField(max_length=10, choices=ActivityKind)
    person = TenantForeignKey(Person, null=True)
    deal = TenantForeignKey(Deal, null=True)
    customer = TenantForeignKey(Customer, null=True)
    lead = TenantForeignKey(Lead, null=True)
    happened_at = models.DateTimeField()
    happened_on = models.DateField()
    minutes = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta(VersionedRecord.Meta):
        abstract = False
        constraints = [one_each_external_id("one_activity_each_external_id")]
        indexes = [
            models.Index(
                fields=["organisation", "person", "happened_on"],
                include=["kind", "minutes"],
                condition=Q(deleted_at__isnull=True),
                name="activity_by_person",
            ),
            models.Index(fields=["organisation", "deal"], name="activity_by_deal"),
            models.Index(fields=["organisation", "customer"], name="activity_by_customer"),
            models.Index(fields=["organisation", "changed_at"], name="activity_by_change"),
        ]
        triggers = marks_of("activities", "person_id", "happened_on")


@tracked_changes
class Feedback(VersionedRecord):
    """What a customer answered, credited to who looks after them."""

    kind = models.CharField(max_length=12, choices=FeedbackKind)
    score_hundredths = models.PositiveIntegerField()
    customer = TenantForeignKey(Customer, null=True)
    deal = TenantForeignKey(Deal, null=True)
    person = TenantForeignKey(Person, null=True)
    given_on = models.DateField()

    class Meta(VersionedRecord.Meta):
        abstract = False
        constraints = [
            one_each_external_id("one_feedback_each_external_id"),
            models.CheckConstraint(
                condition=Q(kind=FeedbackKind.NPS, score_hundredths__lte=1_000)
                | Q(kind=FeedbackKind.SATISFACTION, score_hundredths__gte=100, score_hundredths__lte=500),
                name="feedback_score_within_scale",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "person", "given_on"],
                include=["kind", "score_hundredths"],
                condition=Q(deleted_at__isnull=True),
                name="feedback_by_person",
            ),
            models.Index(fields=["organisation", "customer"], name="feedback_by_customer"),
            models.Index(fields=["organisation", "deal"], name="feedback_by_deal"),
            models.Index(fields=["organisation", "changed_at"], name="feedback_by_change"),
        ]
        triggers = marks_of("feedback", "person_id", "given_on")
