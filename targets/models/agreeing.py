from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from salestargets.tenancy.models import Person, TenantForeignKey, TenantModel, UserForeignKey, tracked
from targets.choices import AnswerState, ProposalState
from targets.models.numbers import Target


@tracked
class Proposal(TenantModel):
    """What a holder says they can reach, month by month, with what they need; or their manager instead.

    A newer one takes the place of the older (`is_current`). A unit's manager may set the unit's own in place
    of the sum of those below (`is_override`), with a reason in `comment`.
    """

    target = TenantForeignKey(Target)
    amount = models.BigIntegerField()
    months = ArrayField(models.BigIntegerField(), null=True)
    #: What was given before anybody answered: the organisation's limit is held against it.
    given = models.BigIntegerField(null=True)
    comment = models.TextField(blank=True)
    strategy = models.TextField(blank=True)
    resources = models.TextField(blank=True)
    is_override = models.BooleanField(default=False)
    is_current = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    made_at = models.DateTimeField()
    #: Null for integrations, which `actor` tells apart; likewise who answered.
    made_by = UserForeignKey()
    actor = models.CharField(max_length=40)
    #: The answer: a counter offer is the number then given.
    answered_at = models.DateTimeField(null=True)
    answered_by = UserForeignKey()
    answerer = models.CharField(max_length=40, blank=True)
    answer = models.TextField(blank=True)
    counter = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "target"],
                condition=Q(is_current=True),
                name="one_current_proposal_a_target",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="proposal_not_negative"),
            models.CheckConstraint(
                condition=Q(state=ProposalState.COUNTERED) ^ Q(counter__isnull=True),
                name="counter_has_a_number",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "target", "-id"], name="proposal_by_target")]


@tracked
class Acknowledgement(TenantModel):
    """A holder was asked about a version of their number, and what they answered."""

    target = TenantForeignKey(Target)
    version_number = models.PositiveIntegerField()
    person = TenantForeignKey(Person)
    state = models.CharField(max_length=14, choices=AnswerState, default=AnswerState.ASKED)
    comment = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "target", "person", "version_number"], name="asked_once_a_version"
            )
        ]
        indexes = [models.Index(fields=["organisation", "person", "state"], name="acknowledgement_by_person")]
