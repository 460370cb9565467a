from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMIN = "admin", _("Administrator")
    MANAGER = "manager", _("Manager")
    REP = "rep", _("Rep")
    VIEWER = "viewer", _("Viewer")


class AssignmentRole(models.TextChoices):
    MEMBER = "member", _("Member")
    MANAGER = "manager", _("Manager")


class ExpectedBasis(models.TextChoices):
    CALENDAR = "calendar", _("Calendar days")
    WORKING_DAY = "working_day", _("Working days")


class FiscalPattern(models.TextChoices):
    """What the periods of a fiscal year are."""

    MONTHS = "months", _("Calendar months")
    WEEKS_445 = "445", _("Weeks, 4-4-5 a quarter")
    WEEKS_454 = "454", _("Weeks, 4-5-4 a quarter")
    WEEKS_544 = "544", _("Weeks, 5-4-4 a quarter")
    CUSTOM = "custom", _("As listed, year by year")


class YearEndRule(models.TextChoices):
    """On which last day of a week a fiscal year of weeks ends."""

    NEAREST = "nearest", _("The one nearest to the end of the month")
    LAST = "last", _("The last one in the month")


class NamedAfter(models.TextChoices):
    """Which calendar year a fiscal year is numbered by."""

    END = "end", _("The calendar year it ends in")
    START = "start", _("The calendar year it starts in")


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    CHINESE = "zh-hans", "简体中文"


class Scope(models.TextChoices):
    """What may be done: the same words for a member's role and for an API key."""

    READ = "read", _("Read")
    RECORDS_WRITE = "records:write", _("Write records")
    TARGETS_WRITE = "targets:write", _("Write targets")
    ADMIN = "admin", _("Administer")
