from django.db import models
from django.utils.translation import gettext_lazy as _


class DealStatus(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class ImportState(models.TextChoices):
    MAPPING = "mapping", _("Needs a mapping")
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    CHECKED = "checked", _("Checked")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class LeadStatus(models.TextChoices):
    NEW = "new", _("New")
    WORKING = "working", _("Being worked on")
    QUALIFIED = "qualified", _("Qualified")
    DISQUALIFIED = "disqualified", _("Disqualified")


class ActivityKind(models.TextChoices):
    CALL = "call", _("Call")
    EMAIL = "email", _("E-mail")
    MESSAGE = "message", _("Message")
    MEETING = "meeting", _("Meeting")
    VISIT = "visit", _("Visit")
    DEMO = "demo", _("Demo")
    QUOTE = "quote", _("Quote")
    TRAINING = "training", _("Training")
    OTHER = "other", _("Other")


class FeedbackKind(models.TextChoices):
    """`NPS`: how likely they would recommend us, 0 to 10. `SATISFACTION`: 1 to 5."""

    NPS = "nps", _("Would recommend us (NPS)")
    SATISFACTION = "satisfaction", _("Satisfaction")


class ExpenseCategory(models.TextChoices):
    TRAVEL = "travel", _("Travel")
    HOSPITALITY = "hospitality", _("Hospitality")
    MARKETING = "marketing", _("Marketing")
    SAMPLES = "samples", _("Samples")
    TRAINING = "training", _("Training")
    OTHER = "other", _("Other")
