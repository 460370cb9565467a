from django.db import models

from salestargets.tenancy.models import Organisation, TenantModel, UserForeignKey


class JobState(models.TextChoices):
    QUEUED = "queued", "queued"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class Wake(models.Model):
    """A note that an organisation has work waiting in a queue; carries nothing else.

    Outside row-level security, because the sweep reads it for all organisations at once.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    queue = models.CharField(max_length=30)
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [models.Index(fields=["organisation", "queue"], name="wake_by_organisation")]


class Job(TenantModel):
    """Work that must happen: written in the transaction that asks for it, done in steps by the worker."""

    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    created_by = UserForeignKey()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [
            models.Index(
                fields=["organisation", "next_at", "id"],
                condition=models.Q(state=JobState.QUEUED),
                name="job_waiting",
            )
        ]


class IdempotencyKey(TenantModel):
    """The answer already given to a write, so that the same request sent twice is done once."""

    actor = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    request_digest = models.BinaryField()
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "actor", "key"], name="one_answer_a_key")
        ]
        indexes = [models.Index(fields=["organisation", "created_at"], name="idempotency_by_age")]
