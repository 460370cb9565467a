from django.db import models
from django.utils.translation import gettext_lazy as _


class KpiUnit(models.TextChoices):
    MONEY = "money", _("Money")
    COUNT = "count", _("Count")
    PERCENT = "percent", _("Percent")
    DAYS = "days", _("Days")


class Direction(models.TextChoices):
    HIGHER = "higher", _("Higher is better")
    LOWER = "lower", _("Lower is better")


class Nature(models.TextChoices):
    OUTCOME = "outcome", _("Outcome")
    PROCESS = "process", _("Process")
    QUALITY = "quality", _("Quality")
    COST = "cost", _("Cost")
    CAPABILITY = "capability", _("Capability")


class By(models.TextChoices):
    """Into what a number over a period can be taken apart; words of the API only."""

    MONTH = "month"
    PERSON = "person"
    DAY = "day"
    PRODUCT = "product"


class Part(models.TextChoices):
    """Above and below the line of a ratio; a plain sum is all numerator."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
