from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from salestargets.kernel.fiscal import FIRST_NUMBER, LAST_NUMBER, YearLayout
from salestargets.tenancy.models.base import TenantModel, tracked
from salestargets.tenancy.models.people import half_open


@tracked
class FiscalYear(TenantModel):
    """A listed fiscal year over [starts_on, ends_on), by the first days of its periods and quarters.

    No quarters listed: every third period begins one. Counts where the organisation's pattern is `custom`.
    """

    number = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(FIRST_NUMBER), MaxValueValidator(LAST_NUMBER)]
    )
    starts_on = models.DateField()
    ends_on = models.DateField()
    period_starts = ArrayField(models.DateField())
    quarter_starts = ArrayField(models.DateField(), default=list)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="one_fiscal_year_a_number"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="fiscal_year_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(period_starts__len__gt=0, period_starts__0=F("starts_on")),
                name="fiscal_year_starts_with_a_period",
            ),
            models.CheckConstraint(
                condition=Q(quarter_starts__len=0)
                | Q(quarter_starts__0=F("starts_on"), quarter_starts__contained_by=F("period_starts")),
                name="fiscal_quarters_start_with_periods",
            ),
            ExclusionConstraint(
                name="one_fiscal_year_a_day",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    (half_open(), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    def layout(self) -> YearLayout:
        return YearLayout(self.number, tuple(self.period_starts), self.ends_on, tuple(self.quarter_starts))
