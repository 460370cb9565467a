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


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    CHINESE = "zh-hans", "简体中文"


class Scope(models.TextChoices):
    """What may be done: the same words for a member's role and for an API key."""

    READ = "read", _("Read")
    RECORDS_WRITE = "records:write", _("Write records")
    TARGETS_WRITE = "targets:write", _("Write targets")
    ADMIN = "admin", _("Administer")
