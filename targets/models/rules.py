from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from salestargets.tenancy.models import Person, TenantForeignKey, TenantModel, Unit, UserForeignKey, tracked
from targets.choices import LeaverRule


def ramp_by_quarter() -> list[int]:
    """Percent of a full target by month of tenure: 30, 60, then 100 % a quarter long each."""
    return [30, 30, 30, 60, 60, 60]


@tracked
class PlanningRules(TenantModel):
    """How the organisation plans: one row, made with it."""

    needs_approval = models.BooleanField(default=True)
    #: By how much a manager may move a number without an approval from above, in hundredths of a percent.
    move_limit_bp = models.PositiveIntegerField(default=1_000, validators=[MaxValueValidator(100_000)])
    #: A goal is achievable between these multiples of history, capacity and pipeline.
    band_low = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("0.50"))
    band_high = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("1.50"))
    ramp = ArrayField(
        models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)]), default=ramp_by_quarter
    )
    leaver_rule = models.CharField(max_length=12, choices=LeaverRule, default=LeaverRule.UNIT)
    #: How many days people have to answer a plan or a number.
    answer_days = models.PositiveSmallIntegerField(default=7)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="one_set_of_rules"),
            models.CheckConstraint(condition=Q(band_high__gt=F("band_low")), name="band_is_open"),
        ]


@tracked
class Potential(TenantModel):
    """What a unit's or a person's market could bring in a year, from a day on, as somebody estimated it."""

    unit = TenantForeignKey(Unit, null=True)
    person = TenantForeignKey(Person, null=True)
    amount = models.BigIntegerField()
    starts_on = models.DateField()
    source = models.CharField(max_length=200, blank=True)
    noted_at = models.DateTimeField()
    noted_by = UserForeignKey()
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True) ^ Q(person__isnull=True), name="potential_has_one_holder"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="potential_not_negative"),
            models.UniqueConstraint(
                fields=["organisation", "unit", "person", "starts_on"],
                nulls_distinct=False,
                name="one_potential_a_day",
            ),
        ]
