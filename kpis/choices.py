from django.db import models
from django.utils.translation import gettext_lazy as _


class KpiUnit(models.TextChoices):
    MONEY = "money", _("Money")
    COUNT = "count", _("Count")
    PERCENT = "percent", _("Percent")
    DAYS = "days", _("Days")
    SCORE = "score", _("Score")


class Direction(models.TextChoices):
    HIGHER = "higher", _("Higher is better")
    LOWER = "lower", _("Lower is better")


class Base(models.TextChoices):
    """On what an amount rests: what was signed, what was invoiced, what was paid."""

    NONE = "", "—"
    BOOKED = "booked", _("Booked")
    INVOICED = "invoiced", _("Invoiced")
    COLLECTED = "collected", _("Collected")


class FilterKind(models.TextChoices):
    """What the values of a filter are."""

    REFERENCE = "reference"
    CHOICE = "choice"
    TEXT = "text"
    AMOUNT = "amount"
    NUMBER = "number"
    FLAG = "flag"


class FilterOp(models.TextChoices):
    ANY = "any", _("is any of")
    NONE = "none", _("is none of")
    AT_LEAST = "at_least", _("is at least")
    BELOW = "below", _("is below")
    IS = "is", _("is")
    GIVEN = "given", _("is given")
    MISSING = "missing", _("is missing")


class Manual(models.TextChoices):
    """How the values of a KPI that is entered by hand are put together."""

    NONE = "", "—"
    SUM = "sum", _("The values of people add up")
    LEVEL = "level", _("The newest value of a holder counts")


class EntryState(models.TextChoices):
    ENTERED = "entered", _("To be confirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ClosedBy(models.TextChoices):
    """How a month was closed."""

    ITSELF = "by_itself", _("By itself")
    HAND = "by_hand", _("By hand")


class Nature(models.TextChoices):
    OUTCOME = "outcome", _("Outcome")
    PROCESS = "process", _("Process")
    QUALITY = "quality", _("Quality")
    COST = "cost", _("Cost")
    CAPABILITY = "capability", _("Capability")


class Subject(models.TextChoices):
    """Whom a template measures, and by whose numbers."""

    PERSON = "person", _("People, by their own numbers")
    LEADER = "leader", _("People, by the unit that they lead")
    UNIT = "unit", _("Units")


class TargetSpan(models.TextChoices):
    """What a template's own target is for."""

    MONTH = "month", _("a month")
    QUARTER = "quarter", _("a quarter")


class By(models.TextChoices):
    """Into what a number over a period can be taken apart; words of the API only."""

    MONTH = "month"
    PERSON = "person"
    DAY = "day"
    PRODUCT = "product"


class Over(models.TextChoices):
    """Over which days a measure is taken; words of the API only."""

    PERIOD = "period"
    YEAR_BEFORE = "year_before"
    TRAILING_YEAR = "trailing_year"


class Part(models.TextChoices):
    """Above and below the line of a ratio; a plain sum is all numerator."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
