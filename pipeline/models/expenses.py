from django.db import models
from django.db.models import Q

from pipeline.choices import ExpenseCategory
from pipeline.models.marks import marks_of
from pipeline.models.records import Customer, Deal, VersionedRecord, one_each_external_id
from salestargets.tenancy.models import Person, TenantForeignKey, tracked_changes


@tracked_changes
class Expense(VersionedRecord):
    """What somebody spent; `base_minor` is the amount in the organisation's currency."""

    person = TenantForeignKey(Person, null=True)
    category = models.CharField(max_length=12, choices=ExpenseCategory, default=ExpenseCategory.OTHER)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    base_minor = models.BigIntegerField(null=True)
    dated_on = models.DateField(null=True)
    customer = TenantForeignKey(Customer, null=True)
    deal = TenantForeignKey(Deal, null=True)

    class Meta(VersionedRecord.Meta):
        abstract = False
        constraints = [one_each_external_id("one_expense_each_external_id")]
        indexes = [
            models.Index(
                fields=["organisation", "person", "dated_on"],
                include=["category", "base_minor"],
                condition=Q(deleted_at__isnull=True),
                name="expense_by_person",
            ),
            models.Index(fields=["organisation", "customer"], name="expense_by_customer"),
            models.Index(fields=["organisation", "deal"], name="expense_by_deal"),
            models.Index(fields=["organisation", "changed_at"], name="expense_by_change"),
        ]
        triggers = marks_of("expenses", "person_id", "dated_on")
