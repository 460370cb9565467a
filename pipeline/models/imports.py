from django.contrib.postgres.fields import ArrayField
from django.db import models

from pipeline.choices import ImportState
from salestargets.jobs.models import Job
from salestargets.tenancy.models import TenantForeignKey, TenantModel, UserForeignKey, tracked


@tracked
class Alias(TenantModel):
    """Another name under which a source speaks of a record, agreed to by a person.

    Without a record: agreed to be none of ours, and not to be offered again.
    """

    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=50)
    reference = models.CharField(max_length=200)
    record_id = models.BigIntegerField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "source", "reference"], name="one_alias_a_reference"
            )
        ]


class UnresolvedReference(TenantModel):
    """A record speaks of another that is not here yet. Resolved when it arrives or is matched by hand."""

    kind = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=30)
    target_kind = models.CharField(max_length=20)
    source = models.CharField(max_length=50)
    reference = models.CharField(max_length=200)
    #: Where the field is a list: what else its row says, to be written with the reference.
    rest = models.JSONField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["organisation", "kind", "record_id"], name="unresolved_by_record"),
            models.Index(fields=["organisation", "target_kind", "reference"], name="unresolved_by_reference"),
        ]


@tracked
class ImportMapping(TenantModel):
    """Which column is which field, kept under a name."""

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    mapping = models.JSONField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_mapping_a_name")]


class ImportRun(TenantModel):
    """One file on its way in: looked at, tried, applied, undone."""

    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=50)
    file_name = models.CharField(max_length=200)
    #: The header, and the first rows below it.
    columns = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    is_dry_run = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.MAPPING)
    job = TenantForeignKey(Job, null=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    #: What was accepted though something is missing: {"without_customer": 1425, …}
    remarks = models.JSONField(default=dict)
    #: What it would mean for what others made, where it was tried: text, link and details of each.
    affects = models.JSONField(default=list)
    error = models.TextField(blank=True)
    created_by = UserForeignKey()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["organisation", "-created_at"], name="import_by_time")]


class ImportChunk(TenantModel):
    """Some thousand rows of a file, as read; gone once they have landed."""

    run = TenantForeignKey(ImportRun)
    number = models.PositiveIntegerField()
    #: In the file, where the header is row 1.
    first_row = models.PositiveIntegerField()
    rows = models.BinaryField()
    #: Places of rows that a later row of the file repeats.
    superseded = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "run", "number"], name="one_chunk_a_number")
        ]


class ImportRejection(TenantModel):
    """A row that did not land, with the reason."""

    run = TenantForeignKey(ImportRun)
    row = models.PositiveIntegerField()
    values = models.JSONField()
    errors = models.JSONField()

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["organisation", "run", "row"], name="rejection_by_run")]


class ImportChange(TenantModel):
    """What a step of an import did to records of a kind, so that the whole of it can be undone.

    One row for thousands of records: the arrays run side by side.
    """

    run = TenantForeignKey(ImportRun)
    kind = models.CharField(max_length=20)
    record_ids = ArrayField(models.BigIntegerField())
    #: Its version, of which the audit has the image, or an image in JSON; null where the record was made.
    before = ArrayField(models.TextField(null=True))
    #: What tells whether it was changed since: its version, or its image where its kind counts none.
    after = ArrayField(models.TextField())
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["organisation", "run"], name="change_by_run")]


class ImportLeft(TenantModel):
    """A record that undoing left as it is, and why."""

    run = TenantForeignKey(ImportRun)
    kind = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    name = models.CharField(max_length=200, blank=True)
    left = models.CharField(max_length=20)

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["organisation", "run"], name="left_by_run")]
