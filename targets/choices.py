from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open for proposals")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Closed")


#: While it is made, numbers change freely; what was submitted waits for its approver.
MAKING = (PlanState.DRAFT, PlanState.OPEN)
#: People work towards its numbers, or did.
IN_FORCE = (PlanState.PUBLISHED, PlanState.CLOSED)


class TargetOrigin(models.TextChoices):
    """Where the target of a scorecard's KPI is from."""

    PLAN = "plan", _("From the plan")
    TEMPLATE = "template", _("From the template")
    RAMPED = "ramped", _("From the template, less for a new hire")
    NONE = "none", _("No target")


class SplitMethod(models.TextChoices):
    EVEN = "even", _("Evenly")
    HISTORY = "history", _("By history")
    POTENTIAL = "potential", _("By potential")
    CAPACITY = "capacity", _("By capacity")
    PIPELINE = "pipeline", _("By open pipeline")
    WEIGHTS = "weights", _("By own weights")
    FIXED = "fixed", _("Fixed amounts")
    #: Not to be chosen: everyone's number by product group, where the plan's own is divided so.
    MIX = "mix", _("To fit both totals: the holder's and the group's")


#: What a number may be divided by.
CHOSEN = tuple(method for method in SplitMethod if method != SplitMethod.MIX)
#: Whose weights are amounts: of the goal's KPI, or of money a year (a potential).
WEIGHED_BY_AMOUNT = (
    SplitMethod.HISTORY,
    SplitMethod.PIPELINE,
    SplitMethod.FIXED,
    SplitMethod.POTENTIAL,
    SplitMethod.MIX,
)


class Ramp(models.TextChoices):
    """What becomes of the part that new hires do not carry yet."""

    NONE = "none", _("Everyone carries a full number")
    KEEP = "keep", _("New hires carry less; the rest stays unallocated")
    SHARE = "share", _("New hires carry less; the others take the rest")


class Phasing(models.TextChoices):
    EVEN = "even", _("Evenly")
    WORKING_DAYS = "working_days", _("By working days")
    HISTORY = "history", _("By history")
    WEIGHTS = "weights", _("By own weights")


class Respread(models.TextChoices):
    """What else moves when a number is written by hand."""

    STAY = "stay", _("Everyone else stays")
    BELOW = "below", _("Those below follow")
    BESIDE = "beside", _("Those beside take up the difference")


class Against(models.TextChoices):
    """Which number is held against what was reached: the one in force, or the first that was published."""

    CURRENT = "current", _("Current target")
    ORIGINAL = "original", _("Original target")


class ChangeKind(models.TextChoices):
    GOAL = "goal", _("The goal's own number")
    SPLIT = "split", _("A split")
    PHASING = "phasing", _("Months spread anew")
    EDIT = "edit", _("By hand")
    PASTE = "paste", _("Several at once")
    FILE = "file", _("From a file")
    PROPOSAL = "proposal", _("A proposal")
    AGREEMENT = "agreement", _("Agreed")
    COUNTER = "counter", _("A counter offer")
    PUBLICATION = "publication", _("Published")
    ADJUSTMENT = "adjustment", _("An adjustment")
    HOLD = "hold", _("Held or released")
    UNDO = "undo", _("Taken back")


class ProposalState(models.TextChoices):
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    COUNTERED = "countered", _("Countered")
    ESCALATED = "escalated", _("Escalated")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: Nobody has said yes or something else yet; whoever proposed it may think again.
UNANSWERED = (ProposalState.OPEN, ProposalState.ESCALATED)


class AnswerState(models.TextChoices):
    ASKED = "asked", _("No answer yet")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    CONTESTED = "contested", _("Contested")


class Nature(models.TextChoices):
    ONE_OFF = "one_off", _("One-off")
    TREND = "trend", _("Trend")


class AdjustmentState(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class BuiltInTrigger(models.TextChoices):
    """What may give rise to an adjustment in any organisation: called so until somebody renames it."""

    COMPETITOR = "competitor", _("A competitor moved")
    POLICY = "policy", _("A policy or price changed")
    KEY_PERSON = "key_person", _("A key person left or joined")
    FAR_OFF = "far_off", _("A number is far off")


#: The trigger of what somebody leaves behind, and of whoever comes.
KEY_PERSON = BuiltInTrigger.KEY_PERSON


class LeaverRule(models.TextChoices):
    """Who takes over what is left of a leaver's number."""

    UNIT = "unit", _("The unit keeps it, unallocated")
    EVEN = "even", _("The team, evenly")
    SHARES = "shares", _("The team, in proportion to their numbers")
    SUCCESSOR = "successor", _("One successor")


class Status(models.TextChoices):
    NO_TARGET = "no_target", _("No target")
    EARLY = "early", _("Too early to say")
    REACHED = "reached", _("Reached")
    AHEAD = "ahead", _("Ahead")
    ON_TRACK = "on_track", _("On track")
    BEHIND = "behind", _("Behind")
    AT_RISK = "at_risk", _("At risk")
