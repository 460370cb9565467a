from django.db import models
from django.db.models import Q

from kpis.choices import EntryState
from kpis.marking import marks, month_of
from kpis.models.measuring import Kpi
from salestargets.tenancy.models import (
    Person,
    TenantForeignKey,
    TenantModel,
    Unit,
    UserForeignKey,
    tracked,
)

#: The word on the dirty keys of entries.
GROUP = "entries"


@tracked
class Entry(TenantModel):
    """A value of a manual KPI on a day, with where it is from. It counts once somebody else confirmed it.

    `value` is in the smallest unit of the KPI, of which `scale` make one: a percentage is kept in
    ten-thousandths.
    """

    kpi = TenantForeignKey(Kpi)
    #: One of the two: whose value it is.
    unit = TenantForeignKey(Unit, null=True)
    person = TenantForeignKey(Person, null=True)
    dated_on = models.DateField()
    value = models.BigIntegerField()
    scale = models.PositiveIntegerField()
    source = models.CharField(max_length=200)
    #: A link, or what there is to see.
    evidence = models.CharField(max_length=1000)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=EntryState, default=EntryState.ENTERED)
    entered_at = models.DateTimeField()
    #: Null for integrations, which `actor` tells apart.
    entered_by = UserForeignKey()
    actor = models.CharField(max_length=40)
    decided_at = models.DateTimeField(null=True)
    decided_by = UserForeignKey()
    decision = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True) ^ Q(person__isnull=True), name="entry_has_one_holder"
            ),
            models.CheckConstraint(condition=Q(scale__gt=0), name="entry_scale_is_positive"),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "person", "dated_on"],
                include=["kpi", "state", "value"],
                name="entry_by_person",
            ),
            models.Index(fields=["organisation", "kpi", "state", "dated_on"], name="entry_by_kpi"),
        ]
        triggers = marks(
            GROUP,
            f"SELECT organisation_id, person_id, {month_of('dated_on')} FROM {{rows}}"  # noqa: S608
            " WHERE person_id IS NOT NULL AND state = 'confirmed'",
        )
