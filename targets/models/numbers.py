from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

from salestargets.tenancy.models import (
    Person,
    TenantForeignKey,
    TenantModel,
    Unit,
    UserForeignKey,
    append_only,
    tracked,
)
from targets.choices import ChangeKind, SplitMethod, Status
from targets.models.plans import Goal


def _amounts(**options: Any) -> Any:
    """One amount for each of the plan's periods, in their order."""
    return ArrayField(models.BigIntegerField(), **options)


def _sums_to(months: str, total: str) -> Q:
    """A number is the sum of its months, to the unit; the database insists."""
    summed = Func(F(months), function="targets_sum", output_field=models.BigIntegerField())
    return Q(**{f"{months}__isnull": True}) | Q(**{total: summed})


class Change(TenantModel):
    """One act that changed numbers of a goal: what kind, when, by whom, why. Append-only.

    What the numbers were before stands in their log; `undoes` is the change that this one took back.
    """

    goal = TenantForeignKey(Goal)
    kind = models.CharField(max_length=12, choices=ChangeKind)
    at = models.DateTimeField()
    by = UserForeignKey()
    reason = models.CharField(max_length=300, blank=True)
    #: What it was asked to do, where the numbers alone do not tell: how months were spread, what else moved.
    details = models.JSONField(default=dict)
    undoes = TenantForeignKey("self", null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["organisation", "undoes"], name="undone_once")]
        indexes = [models.Index(fields=["organisation", "goal", "-id"], name="change_by_goal")]
        triggers = [append_only()]


class Split(TenantModel):
    """How a unit's number was divided among its children: method, inputs and result, as they were."""

    change = TenantForeignKey(Change)
    unit = TenantForeignKey(Unit)
    group = models.CharField(max_length=100, blank=True)
    method = models.CharField(max_length=10, choices=SplitMethod)
    inputs = models.JSONField()
    result = models.JSONField()

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["organisation", "change"], name="split_by_change")]
        triggers = [append_only()]


@tracked
class Target(TenantModel):
    """A goal's number for one holder (a unit, or a person within a unit) and one product group or all (“”).

    `given` is top-down, `agreed` what both sides came to, which then is the one in force; null is not given
    or not agreed yet. Each with its months, which sum to it; a level has none.
    """

    goal = TenantForeignKey(Goal)
    unit = TenantForeignKey(Unit)
    person = TenantForeignKey(Person, null=True)
    group = models.CharField(max_length=100, blank=True)
    given = models.BigIntegerField(null=True)
    months = _amounts(null=True)
    agreed = models.BigIntegerField(null=True)
    agreed_months = _amounts(null=True)
    is_held = models.BooleanField(default=False)
    #: Positions of the months that stay while the others are spread anew.
    held_months = ArrayField(models.SmallIntegerField(), default=list)
    #: The split that gave a number last, and what it gave: another number now is an override.
    split = TenantForeignKey(Split, null=True)
    computed = models.BigIntegerField(null=True)
    #: The day from which its newest version holds; null: from the plan's first, or not in force at all.
    effective_on = models.DateField(null=True)
    change = TenantForeignKey(Change)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "goal", "unit", "person", "group"],
                nulls_distinct=False,
                name="one_target_a_holder_a_group",
            ),
            models.CheckConstraint(condition=_sums_to("months", "given"), name="months_sum_to_given"),
            models.CheckConstraint(
                condition=_sums_to("agreed_months", "agreed"), name="months_sum_to_agreed"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "person", "goal"], name="target_by_person"),
            models.Index(fields=["organisation", "unit", "goal"], name="target_by_unit"),
            models.Index(fields=["organisation", "change"], name="target_by_change"),
        ]


class TargetVersion(TenantModel):
    """A number in force, with the day it holds from and the moment it was written. Append-only."""

    target = TenantForeignKey(Target)
    number = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    months = _amounts(null=True)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()
    change = TenantForeignKey(Change)
    split = TenantForeignKey(Split, null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "target", "number"], name="one_version_a_number"),
            models.CheckConstraint(condition=_sums_to("months", "amount"), name="months_sum_to_version"),
        ]
        triggers = [append_only()]


class Progress(TenantModel):
    """Actual against target, now. One row per target; recomputed whenever a cell under it changes."""

    target = TenantForeignKey(Target)
    #: The number in force that it was held against.
    amount = models.BigIntegerField()
    #: Null: a ratio of nothing to nothing.
    actual = models.BigIntegerField(null=True)
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
