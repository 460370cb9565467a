import pgtrigger
from django.db import models
from django.db.models import F, Q

from kpis.models import Kpi
from salestargets.tenancy.choices import ExpectedBasis
from salestargets.tenancy.models import Person, TenantForeignKey, TenantModel, Unit, UserForeignKey, tracked
from targets.choices import PlanState, SplitMethod, Status


def append_only() -> pgtrigger.Protect:
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


@tracked
class Plan(TenantModel):
    """The targets of one span, for a unit and everything below it."""

    name = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()
    root_unit = TenantForeignKey(Unit)
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.DRAFT)
    expected_basis = models.CharField(max_length=20, choices=ExpectedBasis)
    published_at = models.DateTimeField(null=True)
    published_by = UserForeignKey()
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="plan_ends_after_start"),
            models.UniqueConstraint(fields=["organisation", "name"], name="one_plan_a_name"),
        ]
        indexes = [models.Index(fields=["organisation", "state", "starts_on"], name="plan_by_time")]

    def __str__(self) -> str:
        return self.name


@tracked
class Goal(TenantModel):
    """One KPI in a plan, with what makes it SMART. Amounts are in minor units (or counts) of the KPI."""

    plan = TenantForeignKey(Plan)
    kpi = TenantForeignKey(Kpi)
    amount = models.BigIntegerField()
    stretch = models.BigIntegerField(null=True)
    objective = models.CharField(max_length=300, blank=True)
    why = models.TextField(blank=True)
    achievable_because = models.TextField(blank=True)
    weight_bp = models.PositiveIntegerField(default=10_000)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "plan", "kpi"], name="one_goal_a_kpi"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="goal_not_negative"),
        ]


@tracked
class Target(TenantModel):
    """A goal's number for one holder: a unit, or a person within a unit. No month: for the whole span."""

    goal = TenantForeignKey(Goal)
    unit = TenantForeignKey(Unit)
    person = TenantForeignKey(Person, null=True)
    month = models.DateField(null=True)
    given = models.BigIntegerField()
    is_held = models.BooleanField(default=False)
    #: The split that gave the number; none where someone set it by hand.
    split = TenantForeignKey("targets.Split", null=True)
    reason = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()
    changed_by = UserForeignKey()
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "goal", "unit", "person", "month"],
                nulls_distinct=False,
                name="one_target_a_holder_a_month",
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "person", "goal"], name="target_by_person"),
            models.Index(fields=["organisation", "unit", "goal"], name="target_by_unit"),
        ]


class TargetVersion(TenantModel):
    """A number as it was agreed, with the day it holds from and the moment it was written. Append-only."""

    target = TenantForeignKey(Target)
    number = models.PositiveIntegerField()
    given = models.BigIntegerField()
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = UserForeignKey()
    reason = models.CharField(max_length=300)
    split = TenantForeignKey("targets.Split", null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "target", "number"], name="one_version_a_number")
        ]
        triggers = [append_only()]


class Split(TenantModel):
    """How a unit's number was divided among its children: method, inputs and result, as they were."""

    goal = TenantForeignKey(Goal)
    unit = TenantForeignKey(Unit)
    method = models.CharField(max_length=10, choices=SplitMethod)
    inputs = models.JSONField()
    result = models.JSONField()
    made_at = models.DateTimeField()
    made_by = UserForeignKey()

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["organisation", "goal", "unit", "made_at"], name="split_by_unit")]
        triggers = [append_only()]


class Progress(TenantModel):
    """Actual against target, now. One row per span target; recomputed whenever a cell under it changes."""

    target = TenantForeignKey(Target)
    actual = models.BigIntegerField()
    #: The form that governs the plan, and both forms beside each other.
    expected = models.BigIntegerField(null=True)
    expected_calendar = models.BigIntegerField(null=True)
    expected_working_day = models.BigIntegerField(null=True)
    attainment = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    pace = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    forecast = models.BigIntegerField(null=True)
    status = models.CharField(max_length=10, choices=Status)
    computed_on = models.DateField()
    computed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "target"], name="one_progress_a_target")
        ]
        indexes = [models.Index(fields=["organisation", "computed_on"], name="progress_by_day")]
