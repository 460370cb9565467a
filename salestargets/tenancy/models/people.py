from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models.base import TenantForeignKey, TenantModel, UserForeignKey, tracked

MANUAL = "manual"  # the source of rows that people typed in here


class DateRange(Func):
    function = "daterange"


def half_open() -> DateRange:
    return DateRange(F("starts_on"), F("ends_on"))


def current_on(day: date) -> Q:
    """Dated rows that hold on a day."""
    return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gt=day))


def ends_after_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name=name
    )


@tracked
class Unit(TenantModel):
    """A node of the sales organisation. Where it hangs is dated: `UnitPlacement`."""

    source = models.CharField(max_length=50, default=MANUAL)
    external_id = models.CharField(max_length=200)
    #: The time of change the source gave; an older one never overwrites a newer.
    source_updated_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=50, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"], name="one_unit_each_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name


@tracked
class UnitPlacement(TenantModel):
    """A unit's parent over [starts_on, ends_on). The root has no parent."""

    unit = TenantForeignKey(Unit)
    parent = TenantForeignKey(Unit, null=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            ends_after_start("placement_ends_after_start"),
            models.CheckConstraint(condition=~Q(parent=F("unit")), name="unit_is_not_its_parent"),
            ExclusionConstraint(
                name="one_place_at_a_time",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (half_open(), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["organisation", "parent"], name="placement_by_parent")]


class UnitClosure(TenantModel):
    """Every ancestor of every unit over [starts_on, ends_on), itself at depth 0. Derived from placements."""

    ancestor = TenantForeignKey(Unit)
    descendant = TenantForeignKey(Unit)
    depth = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["organisation", "descendant", "starts_on"], name="closure_upwards"),
            models.Index(fields=["organisation", "ancestor", "depth"], name="closure_downwards"),
        ]


@tracked
class Person(TenantModel):
    """Someone who sells or manages, with a sign-in or without."""

    source = models.CharField(max_length=50, default=MANUAL)
    external_id = models.CharField(max_length=200)
    source_updated_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    #: What they do and how senior they are, in the organisation's own words: what they are measured by.
    job = models.CharField(max_length=100, blank=True)
    level = models.CharField(max_length=50, blank=True)
    hired_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    user = UserForeignKey()
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"], name="one_person_each_external_id"
            ),
            models.UniqueConstraint(
                fields=["organisation", "user"], condition=Q(user__isnull=False), name="one_person_a_user"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "name"], name="person_by_name")]

    def __str__(self) -> str:
        return self.name


@tracked
class Assignment(TenantModel):
    """A person in a unit over [starts_on, ends_on): as a member (whose numbers it gets) or its manager."""

    source = models.CharField(max_length=50, default=MANUAL)
    external_id = models.CharField(max_length=200)
    source_updated_at = models.DateTimeField(null=True)
    person = TenantForeignKey(Person)
    unit = TenantForeignKey(Unit)
    role = models.CharField(max_length=10, choices=AssignmentRole, default=AssignmentRole.MEMBER)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            ends_after_start("assignment_ends_after_start"),
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"], name="one_assignment_each_external_id"
            ),
            ExclusionConstraint(
                name="member_of_one_unit_at_a_time",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (half_open(), RangeOperators.OVERLAPS),
                ],
                condition=Q(role=AssignmentRole.MEMBER),
                # Looked at after the statement: in one call an old assignment ends, a new one starts.
                deferrable=models.Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "person", "role", "starts_on"], name="assignment_by_person"),
            models.Index(fields=["organisation", "unit", "role", "starts_on"], name="assignment_by_unit"),
        ]
