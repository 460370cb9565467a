from django.db import models
from django.db.models import Q

from kpis.models import Kpi
from salestargets.tenancy.models import TenantForeignKey, TenantModel, UserForeignKey, tracked
from targets.choices import AdjustmentState, BuiltInTrigger, Nature
from targets.models.numbers import Change
from targets.models.plans import Goal


@tracked
class Trigger(TenantModel):
    """What may give rise to an adjustment: the organisation's own list.

    With `pace_below` it fires by itself: where a plan's unit has been below that pace for `for_days`, a
    request is opened. With a KPI, only in goals of that KPI.
    """

    #: Of those that every organisation begins with.
    key = models.CharField(max_length=20, blank=True)
    #: Empty, for one with a key: it is called as it came, in the reader's language.
    name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    kpi = TenantForeignKey(Kpi, null=True)
    pace_below = models.DecimalField(max_digits=5, decimal_places=3, null=True)
    for_days = models.PositiveSmallIntegerField(default=10)
    position = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=~Q(name=""), name="one_trigger_a_name"
            ),
            models.UniqueConstraint(
                fields=["organisation", "key"], condition=~Q(key=""), name="one_trigger_a_key"
            ),
            models.CheckConstraint(condition=~Q(name="", key=""), name="trigger_is_called_something"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What the organisation calls it, else what everyone does."""
        return self.name or str(BuiltInTrigger(self.key).label)


@tracked
class Adjustment(TenantModel):
    """A request to change numbers in force: why, what, from when, the evidence and the effect as they were.

    `changes` are the new numbers by holder, with what they were when it was asked for. `evidence` and
    `simulation` are frozen with the request. A one-off is not expected to come again, a trend to last.
    """

    goal = TenantForeignKey(Goal)
    trigger = TenantForeignKey(Trigger)
    nature = models.CharField(max_length=8, choices=Nature)
    reason = models.TextField()
    effective_on = models.DateField()
    changes = models.JSONField()
    evidence = models.JSONField()
    simulation = models.JSONField()
    state = models.CharField(max_length=10, choices=AdjustmentState, default=AdjustmentState.REQUESTED)
    requested_at = models.DateTimeField()
    #: Null where a trigger fired by itself, and for integrations, which `actor` tells apart.
    requested_by = UserForeignKey()
    actor = models.CharField(max_length=40)
    #: What the system asked about, so that it asks once: a person who leaves, for one.
    about = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = UserForeignKey()
    decision = models.TextField(blank=True)
    #: Somebody above those who give the numbers agreed: later changes are held against these.
    decided_above = models.BooleanField(default=False)
    #: What it changed, once approved.
    change = TenantForeignKey(Change, null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "goal", "trigger", "about"],
                condition=~Q(about="") & Q(state=AdjustmentState.REQUESTED),
                name="asked_once_by_the_system",
            )
        ]
        indexes = [models.Index(fields=["organisation", "goal", "-id"], name="adjustment_by_goal")]
