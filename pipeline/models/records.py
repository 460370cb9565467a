from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kpis.marking import marks_of_attributes
from pipeline.choices import DealStatus
from pipeline.models.kept import (
    DAY_AND_OWNER_OF_A_NEW_ENTRY,
    FIRST_DEALS_OF_CUSTOMERS,
    OWNER_OF_ITS_ENTRIES,
)
from pipeline.models.marks import (
    CLOSING_DAY_OF_A_NEW_SHARE,
    CLOSING_DAY_OF_ITS_SHARES,
    GROUP,
    MARKS_OF_DEALS,
    MARKS_OF_SHARES,
    MENTORING_STAYS,
    marks_of,
)
from salestargets.tenancy.models import Person, TenantForeignKey, TenantModel, tracked_changes


class Record(TenantModel):
    """A row that another system owns, known by (source, external_id)."""

    source = models.CharField(max_length=50)
    external_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    #: The time of change the source gave; an older one never overwrites a newer.
    source_updated_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name


class VersionedRecord(Record):
    """One that numbers are made of: it counts its changes, and deleting it leaves a tombstone."""

    deleted_at = models.DateTimeField(null=True)
    #: By our clock, for who reads what is new here.
    changed_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta(Record.Meta):
        abstract = True


def one_each_external_id(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["organisation", "source", "external_id"], name=name)


class Customer(Record):
    """Whom we sell to. The database keeps the first deal they were won with, its day and its owner."""

    industry = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100, blank=True)
    owner = TenantForeignKey(Person, null=True)
    #: No foreign key: the deal may go, and the next one is then the first.
    first_deal_id = models.BigIntegerField(null=True, editable=False)
    acquired_on = models.DateField(null=True, editable=False)
    acquired_by = TenantForeignKey(Person, null=True, editable=False)

    class Meta(Record.Meta):
        abstract = False
        constraints = [one_each_external_id("one_customer_each_external_id")]
        indexes = [
            models.Index(fields=["organisation", "owner"], name="customer_by_owner"),
            models.Index(
                fields=["organisation", "acquired_by", "acquired_on"],
                condition=Q(acquired_on__isnull=False),
                name="customer_by_acquisition",
            ),
        ]
        triggers = [
            *marks_of(GROUP, "acquired_by_id", "acquired_on"),
            *marks_of_attributes({"industry": "industry", "country": "country"}),
        ]


class Product(Record):
    group = models.CharField(max_length=100, blank=True)
    list_price_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    #: One that the organisation wants to see sold above others.
    is_key = models.BooleanField(default=False, db_default=False)

    class Meta(Record.Meta):
        abstract = False
        constraints = [one_each_external_id("one_product_each_external_id")]
        triggers = marks_of_attributes({"product_group": '"group"', "is_key_product": "is_key"})


class Channel(Record):
    class Meta(Record.Meta):
        abstract = False
        constraints = [one_each_external_id("one_channel_each_external_id")]


class Stage(Record):
    position = models.PositiveSmallIntegerField(default=0)
    category = models.CharField(max_length=10, choices=DealStatus, default=DealStatus.OPEN)
    #: Chance to win from here, in hundredths of a percent.
    probability_bp = models.PositiveIntegerField(null=True)

    class Meta(Record.Meta):
        abstract = False
        constraints = [
            one_each_external_id("one_stage_each_external_id"),
            models.CheckConstraint(
                condition=Q(probability_bp__isnull=True) | Q(probability_bp__lte=10_000),
                name="stage_probability_at_most_one",
            ),
        ]
        triggers = marks_of_attributes({"stage_category": "category"})


@tracked_changes
class Deal(VersionedRecord):
    """An opportunity. Dates are the organisation's; `base_minor` is the amount in its currency.

    No `base_minor` beside an amount means that no exchange rate was known: counted, not priced.
    """

    owner = TenantForeignKey(Person, null=True)
    customer = TenantForeignKey(Customer, null=True)
    product = TenantForeignKey(Product, null=True)
    channel = TenantForeignKey(Channel, null=True)
    stage = TenantForeignKey(Stage, null=True)
    status = models.CharField(max_length=5, choices=DealStatus, default=DealStatus.OPEN)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    base_minor = models.BigIntegerField(null=True)
    created_on = models.DateField(null=True)
    expected_close_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    lost_reason = models.CharField(max_length=200, blank=True)
    #: True where `CreditShare` rows say who is credited; else the owner is, with the whole.
    is_shared = models.BooleanField(default=False)

    class Meta(VersionedRecord.Meta):
        abstract = False
        constraints = [
            one_each_external_id("one_deal_each_external_id"),
            models.CheckConstraint(
                condition=Q(status=DealStatus.OPEN, closed_on__isnull=True)
                | (~Q(status=DealStatus.OPEN) & Q(closed_on__isnull=False)),
                name="deal_closed_on_iff_closed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "owner", "closed_on"],
                include=["status", "base_minor", "is_shared", "created_on", "product", "customer"],
                condition=Q(deleted_at__isnull=True),
                name="deal_closed_by_owner",
            ),
            models.Index(
                fields=["organisation", "owner", "created_on"],
                include=["base_minor"],
                condition=Q(deleted_at__isnull=True),
                name="deal_created_by_owner",
            ),
            models.Index(
                fields=["organisation", "owner", "expected_close_on"],
                condition=Q(deleted_at__isnull=True, status=DealStatus.OPEN),
                name="deal_open_by_owner",
            ),
            models.Index(fields=["organisation", "customer", "closed_on"], name="deal_by_customer"),
            models.Index(fields=["organisation", "stage"], name="deal_by_stage"),
            models.Index(fields=["organisation", "changed_at"], name="deal_by_change"),
        ]
        triggers = [
            MENTORING_STAYS,
            *MARKS_OF_DEALS,
            CLOSING_DAY_OF_ITS_SHARES,
            OWNER_OF_ITS_ENTRIES,
            *FIRST_DEALS_OF_CUSTOMERS,
        ]


class CreditShare(TenantModel):
    """A person's share of a deal in millionths; `base_minor` is that share of its amount, to the cent."""

    deal = TenantForeignKey(Deal)
    person = TenantForeignKey(Person)
    share_ppm = models.PositiveIntegerField()
    base_minor = models.BigIntegerField(null=True)
    #: The deal's, kept by the database, so that an index finds a person's shares of a month.
    closed_on = models.DateField(null=True, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "deal", "person"], name="one_share_a_person"),
            models.CheckConstraint(
                condition=Q(share_ppm__gt=0, share_ppm__lte=1_000_000), name="share_within_whole"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "person", "closed_on"],
                include=["deal", "base_minor"],
                name="share_by_person",
            )
        ]
        triggers = [*MARKS_OF_SHARES, CLOSING_DAY_OF_A_NEW_SHARE]


class StageEntry(TenantModel):
    """A deal came into a stage. The database keeps the day in the organisation, and whom it counts for."""

    deal = TenantForeignKey(Deal)
    stage = TenantForeignKey(Stage)
    entered_at = models.DateTimeField()
    entered_on = models.DateField(null=True, editable=False)
    #: The deal's, as long as the deal stands.
    owner = TenantForeignKey(Person, null=True, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "deal", "stage", "entered_at"], name="one_entry_a_moment"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "stage", "entered_at"], name="entry_by_stage"),
            models.Index(
                fields=["organisation", "owner", "entered_on"],
                include=["stage"],
                condition=Q(owner__isnull=False),
                name="entry_by_owner",
            ),
        ]
        triggers = [*marks_of("stages", "owner_id", "entered_on"), DAY_AND_OWNER_OF_A_NEW_ENTRY]
