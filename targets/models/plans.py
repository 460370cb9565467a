from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kpis.models import Kpi
from salestargets.tenancy.choices import ExpectedBasis
from salestargets.tenancy.models import (
    Person,
    TenantForeignKey,
    TenantModel,
    Unit,
    UserForeignKey,
    append_only,
    tracked,
)
from targets.choices import PlanState


@tracked
class Objective(TenantModel):
    """What the organisation wants and why, whatever the numbers: goals serve it."""

    name = models.CharField(max_length=300)
    about = models.TextField(blank=True)
    owner = TenantForeignKey(Person, null=True)
    is_archived = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_objective_a_name")]

    def __str__(self) -> str:
        return self.name


@tracked
class Plan(TenantModel):
    """The targets of one span, for a unit and everything below it.

    `period_starts` are the first days of its months (or of the fiscal periods in their place): the plan keeps
    its own, so that another calendar later changes nothing here. `parent` is the plan it is a part of.
    """

    name = models.CharField(max_length=200)
    parent = TenantForeignKey("self", null=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    period_starts = ArrayField(models.DateField())
    root_unit = TenantForeignKey(Unit)
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.DRAFT)
    expected_basis = models.CharField(max_length=20, choices=ExpectedBasis)
    #: Until when people answer while the plan is open.
    answers_by = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = UserForeignKey()
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="plan_ends_after_start"),
            models.CheckConstraint(
                condition=Q(period_starts__0=F("starts_on")), name="plan_starts_with_its_first_period"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="plan_is_not_its_parent"),
            models.UniqueConstraint(fields=["organisation", "name"], name="one_plan_a_name"),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "starts_on"], name="plan_by_time"),
            models.Index(fields=["organisation", "parent"], name="plan_by_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class PlanMove(TenantModel):
    """A plan went from one state to another: when, by whom, why. Append-only."""

    plan = TenantForeignKey(Plan)
    from_state = models.CharField(max_length=10, choices=PlanState)
    to_state = models.CharField(max_length=10, choices=PlanState)
    at = models.DateTimeField()
    by = UserForeignKey()
    #: Tells integrations apart too, so that none approves its own.
    actor = models.CharField(max_length=40)
    reason = models.CharField(max_length=300, blank=True)
    #: The reason stands for letters of SMART that were not met.
    is_override = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["organisation", "plan", "id"], name="move_by_plan")]
        triggers = [append_only()]


@tracked
class Goal(TenantModel):
    """One KPI in a plan, with what makes it SMART. Amounts are stored as `targets.amounts` says."""

    plan = TenantForeignKey(Plan)
    kpi = TenantForeignKey(Kpi)
    amount = models.BigIntegerField()
    stretch = models.BigIntegerField(null=True)
    #: Where a level starts from, such as the win rate today; amounts start from nothing.
    baseline = models.BigIntegerField(null=True)
    objective = TenantForeignKey(Objective, null=True)
    owner = TenantForeignKey(Person, null=True)
    why = models.TextField(blank=True)
    achievable_because = models.TextField(blank=True)
    weight_bp = models.PositiveIntegerField(default=10_000)
    #: By how much it differs, on purpose, from what the plan above has for these months and this unit.
    drift = models.BigIntegerField(default=0)
    #: Unit below → by how much its number differs from what the plan above has for it.
    drift_below = models.JSONField(default=dict)
    drift_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "plan", "kpi"], name="one_goal_a_kpi"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="goal_not_negative"),
            models.CheckConstraint(
                condition=Q(drift=0, drift_below={}) | ~Q(drift_reason=""), name="drift_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "objective"], name="goal_by_objective")]


@tracked
class Milestone(TenantModel):
    """Something that is to be there by a day on the way to a goal."""

    goal = TenantForeignKey(Goal)
    name = models.CharField(max_length=200)
    due_on = models.DateField()
    #: What is to be reached by then, where it is a number.
    amount = models.BigIntegerField(null=True)
    done_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["organisation", "goal", "due_on"], name="milestone_by_goal")]


@tracked
class ProductShare(TenantModel):
    """A product group of a goal, by the name products carry, and the least it must bring (product mix)."""

    goal = TenantForeignKey(Goal)
    group = models.CharField(max_length=100)
    min_share_bp = models.PositiveIntegerField(null=True)
    min_amount = models.BigIntegerField(null=True)
    position = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "goal", "group"], name="one_share_a_group"),
            models.CheckConstraint(condition=~Q(group=""), name="product_group_has_a_name"),
            models.CheckConstraint(
                condition=Q(min_share_bp__isnull=True) | Q(min_amount__isnull=True),
                name="one_kind_of_minimum",
            ),
        ]


class Worksheet(TenantModel):
    """The methods that proposed a goal's number, side by side with their inputs, and the blend. Append-only.

    The last version is in force. `facts` are the inputs that came from records, as they were: where they
    change later, the worksheet is flagged.
    """

    goal = TenantForeignKey(Goal)
    methods = models.JSONField()
    weights = models.JSONField()
    facts = models.JSONField()
    amount = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    made_by = UserForeignKey()
    version = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "goal", "version"], name="one_worksheet_a_version"
            )
        ]
        triggers = [append_only()]
