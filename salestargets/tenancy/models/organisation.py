import zoneinfo
from datetime import date, datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from salestargets.accounts.models import User
from salestargets.tenancy.choices import (
    ExpectedBasis,
    FiscalPattern,
    Language,
    NamedAfter,
    Role,
    YearEndRule,
)
from salestargets.tenancy.models.base import TenantModel, tracked


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


@tracked
class Organisation(models.Model):
    """The tenant. Everyone's sign-in may read this row by its slug; only itself may change it."""

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3, default="CNY")
    time_zone = models.CharField(max_length=64, default="Asia/Shanghai")
    language = models.CharField(max_length=10, choices=Language, default=Language.ENGLISH)
    holiday_country = models.CharField(max_length=2, blank=True)
    working_weekdays = ArrayField(models.SmallIntegerField(), default=monday_to_friday)
    fiscal_year_start_month = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    fiscal_year_named_after = models.CharField(max_length=5, choices=NamedAfter, default=NamedAfter.END)
    fiscal_pattern = models.CharField(max_length=10, choices=FiscalPattern, default=FiscalPattern.MONTHS)
    #: For patterns of weeks: the day on which a week starts, Monday is 0, and where the year ends.
    fiscal_week_starts_on = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(6)])
    fiscal_year_end_rule = models.CharField(max_length=10, choices=YearEndRule, default=YearEndRule.NEAREST)
    expected_basis = models.CharField(max_length=20, choices=ExpectedBasis, default=ExpectedBasis.WORKING_DAY)
    ahead_level = models.DecimalField(max_digits=4, decimal_places=3, default="1.050")
    on_track_level = models.DecimalField(max_digits=4, decimal_places=3, default="0.970")
    behind_level = models.DecimalField(max_digits=4, decimal_places=3, default="0.850")
    #: Days after its end on which a month closes by itself; null: only by hand.
    closes_after_days = models.PositiveSmallIntegerField(
        null=True, blank=True, default=10, validators=[MaxValueValidator(90)]
    )
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    #: One row is one tenant, so the policy compares this column.
    tenant_column = "id"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    ahead_level__gt=models.F("on_track_level"), on_track_level__gt=models.F("behind_level")
                ),
                name="organisation_levels_descend",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def language_of(self, user: User | None) -> str:
        """What somebody is written to in: what they chose themselves, else the organisation's."""
        return (user.language if user else "") or self.language

    def today(self, at: datetime) -> date:
        """The organisation's own date at an instant."""
        return at.astimezone(zoneinfo.ZoneInfo(self.time_zone)).date()


@tracked
class Membership(models.Model):
    """Who may enter which organisation, as what. Read at sign-in, before an organisation is chosen."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_each")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} in {self.organisation_id}"


@tracked
class WorkingDayException(TenantModel):
    """A day that differs from the calendar: a holiday of the house, or a make-up working day."""

    day = models.DateField()
    is_working = models.BooleanField()
    name = models.CharField(max_length=100, blank=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["organisation", "day"], name="one_exception_a_day")]


@tracked
class ExchangeRate(TenantModel):
    """How many units of the organisation's currency one unit of `currency` buys from `valid_on` on."""

    currency = models.CharField(max_length=3)
    valid_on = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.CharField(max_length=50, default="manual")
    external_id = models.CharField(max_length=200)
    source_updated_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"], name="one_rate_each_external_id"
            ),
            models.UniqueConstraint(fields=["organisation", "currency", "valid_on"], name="one_rate_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_is_positive"),
        ]
