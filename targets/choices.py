from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Closed")


class SplitMethod(models.TextChoices):
    EVEN = "even", _("Evenly")
    HISTORY = "history", _("By history")
    WEIGHTS = "weights", _("By own weights")


class Phasing(models.TextChoices):
    EVEN = "even", _("Evenly")
    WORKING_DAYS = "working_days", _("By working days")
    HISTORY = "history", _("By history")
    WEIGHTS = "weights", _("By own weights")


class Status(models.TextChoices):
    NO_TARGET = "no_target", _("No target")
    EARLY = "early", _("Too early to say")
    REACHED = "reached", _("Reached")
    AHEAD = "ahead", _("Ahead")
    ON_TRACK = "on_track", _("On track")
    BEHIND = "behind", _("Behind")
    AT_RISK = "at_risk", _("At risk")
