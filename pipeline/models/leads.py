from django.db import models
from django.db.models import Q

from pipeline.choices import LeadStatus
from pipeline.models.marks import marks_of
from pipeline.models.records import Channel, Customer, Deal, VersionedRecord, one_each_external_id
from salestargets.tenancy.models import Person, TenantForeignKey, tracked_changes


@tracked_changes
class Lead(VersionedRecord):
    """Somebody who may buy, before there is a deal; `deal` is what became of it."""

    owner = TenantForeignKey(Person, null=True)
    customer = TenantForeignKey(Customer, null=True)
    channel = TenantForeignKey(Channel, null=True)
    status = models.CharField(max_length=12, choices=LeadStatus, default=LeadStatus.NEW)
    created_on = models.DateField(null=True)
    qualified_on = models.DateField(null=True)
    disqualified_on = models.DateField(null=True)
    deal = TenantForeignKey(Deal, null=True)
    lost_reason = models.CharField(max_length=200, blank=True)

    class Meta(VersionedRecord.Meta):
        abstract = False
        constraints = [one_each_external_id("one_lead_each_external_id")]
        indexes = [
            models.Index(
                fields=["organisation", "owner", "created_on"],
                include=["channel"],
                condition=Q(deleted_at__isnull=True),
                name="lead_created_by_owner",
            ),
            models.Index(
                fields=["organisation", "owner", "qualified_on"],
                include=["channel", "deal"],
                condition=Q(deleted_at__isnull=True, qualified_on__isnull=False),
                name="lead_qualified_by_owner",
            ),
            models.Index(
                fields=["organisation", "owner", "disqualified_on"],
                include=["channel"],
                condition=Q(
                    deleted_at__isnull=True,
                    disqualified_on__isnull=False,
                    status=LeadStatus.DISQUALIFIED,
                ),
                name="lead_disqualified_by_owner",
            ),
            models.Index(fields=["organisation", "customer"], name="lead_by_customer"),
            models.Index(fields=["organisation", "deal"], name="lead_by_deal"),
            models.Index(fields=["organisation", "changed_at"], name="lead_by_change"),
        ]
        triggers = marks_of("leads", "owner_id", "created_on", "qualified_on", "disqualified_on")
