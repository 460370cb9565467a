from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise

from kpis.choices import Subject, TargetSpan
from kpis.models.measuring import Kpi
from kpis.presets import PRESETS
from salestargets.tenancy.models import (
    Person,
    TenantForeignKey,
    TenantModel,
    Unit,
    UserForeignKey,
    append_only,
    tracked,
)

#: 100 %, in hundredths of a percent.
WHOLE_BP = 10_000


@tracked
class Template(TenantModel):
    """By which KPIs somebody is measured. All but its name stands in dated versions."""

    #: Of those that every organisation begins with.
    key = models.CharField(max_length=20, blank=True)
    #: Empty, for one with a key: it is called as it came, in the reader's language.
    name = models.CharField(max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=~Q(name=""), name="one_template_a_name"
            ),
            models.UniqueConstraint(
                fields=["organisation", "key"], condition=~Q(key=""), name="one_template_a_key"
            ),
            models.CheckConstraint(condition=~Q(name="", key=""), name="template_is_called_something"),
        ]

    def __str__(self) -> str:
        return str(self.label)

    @property
    def label(self) -> Promise | str:
        """What the organisation calls it, else what everyone does."""
        return self.name or PRESETS[self.key].name


class TemplateVersion(TenantModel):
    """What a template says from a day on: whom it is for and, as its items, by what they are measured.

    Of those that have begun the newest holds. The rule: of these jobs, of these levels, that many months in
    the company, in these units or below; what is empty is not asked for. Append-only.
    """

    template = TenantForeignKey(Template)
    number = models.PositiveIntegerField()
    starts_on = models.DateField()
    #: The first that fits in this order is taken.
    position = models.PositiveSmallIntegerField()
    #: No longer used from this day on.
    is_retired = models.BooleanField(default=False)
    subject = models.CharField(max_length=10, choices=Subject, default=Subject.PERSON)
    jobs = ArrayField(models.CharField(max_length=100), default=list)
    levels = ArrayField(models.CharField(max_length=50), default=list)
    #: Months of tenure, half-open; the month of hiring is month 0.
    tenure_from = models.PositiveSmallIntegerField(null=True)
    tenure_to = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = UserForeignKey()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "template", "number"], name="one_template_version_a_number"
            ),
            models.CheckConstraint(
                condition=Q(tenure_to__isnull=True)
                | Q(tenure_from__isnull=True)
                | Q(tenure_to__gt=F("tenure_from")),
                name="template_tenure_is_open",
            ),
        ]
        triggers = [append_only()]


class TemplateUnit(TenantModel):
    """A unit that a version is for, with all below it."""

    template_version = TenantForeignKey(TemplateVersion)
    unit = TenantForeignKey(Unit)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "template_version", "unit"], name="one_template_unit_each"
            )
        ]
        triggers = [append_only()]


class TemplateItem(TenantModel):
    """A KPI of a version: its weight, what becomes of its attainment, and a target where no plan has one.

    Shares are hundredths of a percent. `base` and `target` are in the KPI's unit, percentages in percent.
    """

    template_version = TenantForeignKey(TemplateVersion)
    kpi = TenantForeignKey(Kpi)
    position = models.PositiveSmallIntegerField()
    weight_bp = models.PositiveIntegerField()
    #: An attainment below it scores 0; null: none is too little.
    threshold_bp = models.PositiveIntegerField(null=True)
    floor_bp = models.PositiveIntegerField(default=0)
    cap_bp = models.PositiveIntegerField(null=True)
    #: Where one begins: the attainment is the share of the way from there to the target.
    base = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    target = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    target_span = models.CharField(max_length=10, choices=TargetSpan, default=TargetSpan.QUARTER)
    #: New hires carry less of `target`.
    is_ramped = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "template_version", "kpi"], name="one_template_item_a_kpi"
            ),
            models.CheckConstraint(
                condition=Q(weight_bp__gt=0, weight_bp__lte=WHOLE_BP), name="template_weight_within_whole"
            ),
            models.CheckConstraint(
                condition=Q(cap_bp__isnull=True) | Q(cap_bp__gte=F("floor_bp")),
                name="template_floor_below_cap",
            ),
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target__gte=Decimal(0)),
                name="template_target_not_negative",
            ),
        ]
        triggers = [append_only()]


class TemplateChoice(TenantModel):
    """A person is measured by this template from a day on, whatever the rules say; by none: by the rules.

    Of those that have begun the newest holds. Append-only.
    """

    person = TenantForeignKey(Person)
    template = TenantForeignKey(Template, null=True)
    starts_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = UserForeignKey()

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["organisation", "person", "-id"], name="template_choice_by_person")]
        triggers = [append_only()]
