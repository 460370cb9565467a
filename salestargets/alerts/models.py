from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.models import Person, TenantForeignKey, TenantModel, Unit, UserForeignKey, tracked


class Severity(models.TextChoices):
    WARNING = "warning", _("Behind")
    CRITICAL = "critical", _("At risk")


@tracked
class Rule(TenantModel):
    """When to warn. Raise and clear levels differ, so that a number on the edge does not flicker."""

    key = models.CharField(max_length=40)
    is_enabled = models.BooleanField(default=True)
    raise_below = models.DecimalField(max_digits=5, decimal_places=3)
    critical_below = models.DecimalField(max_digits=5, decimal_places=3)
    clear_at = models.DecimalField(max_digits=5, decimal_places=3)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_rule_a_key"),
            models.CheckConstraint(
                condition=models.Q(
                    critical_below__lte=models.F("raise_below"), raise_below__lte=models.F("clear_at")
                ),
                name="rule_levels_ascend",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Alert(TenantModel):
    """One deviation of one subject, open until it clears. `facts` hold the numbers that say why."""

    rule = TenantForeignKey(Rule)
    subject = models.CharField(max_length=60)
    unit = TenantForeignKey(Unit, null=True)
    person = TenantForeignKey(Person, null=True)
    severity = models.CharField(max_length=10, choices=Severity)
    facts = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = UserForeignKey()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "rule", "subject"],
                condition=models.Q(cleared_at__isnull=True),
                name="one_open_alert_a_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(unit__isnull=True) ^ models.Q(person__isnull=True),
                name="alert_has_one_holder",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "unit", "raised_at"], name="alert_by_unit"),
            models.Index(fields=["organisation", "person", "raised_at"], name="alert_by_person"),
        ]


class Personal(TenantModel):
    """A row that is one member's own business."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,  # made by SecureTenantTables
    )

    class Meta(TenantModel.Meta):
        abstract = True


class Notice(Personal):
    """One message to one member, read or not yet. `facts` hold its numbers; it is worded when it is read."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=100)
    facts = models.JSONField(default=dict)
    path = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "subject", "user"], name="one_notice_a_subject_and_user"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "user", "made_at"], name="notice_by_user"),
            models.Index(
                fields=["organisation", "user", "made_at"],
                condition=models.Q(read_at__isnull=True),
                name="notice_unread",
            ),
        ]


class NoticePreference(Personal):
    """What a member chose about their notices; who chose nothing has the defaults."""

    by_mail = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="one_preference_a_user")]
