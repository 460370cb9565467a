"""Orders, invoices and payments: what was agreed, asked for and received."""

from django.db import models
from django.db.models import Q

from pipeline.models.marks import marks_of, marks_of_money
from pipeline.models.records import Channel, Customer, Deal, Product, VersionedRecord, one_each_external_id
from salestargets.tenancy.models import Person, TenantForeignKey, TenantModel, tracked_changes

_LIVE = Q(deleted_at__isnull=True)


class MoneyRecord(VersionedRecord):
    """An amount on a day. One that credits another counts negatively; `amount_minor` stays as written."""

    owner = TenantForeignKey(Person, null=True)
    customer = TenantForeignKey(Customer, null=True)
    deal = TenantForeignKey(Deal, null=True)
    #: The record that this one takes back, wholly or in part.
    credits = TenantForeignKey("self", null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    #: Signed, in the organisation's currency, by the rate of `dated_on`.
    base_minor = models.BigIntegerField(null=True)
    dated_on = models.DateField(null=True)
    #: Names a record that it credits, which may not be here yet.
    is_credit = models.BooleanField(default=False)
    #: Its own shares say who is credited; else those of its deal do, else the owner is, with the whole.
    is_shared = models.BooleanField(default=False)
    follows_deal = models.BooleanField(db_default=False, editable=False)

    class Meta(VersionedRecord.Meta):
        abstract = True


def _indexes(prefix: str, *more: str) -> list[models.Index]:
    return [
        models.Index(
            fields=["organisation", "owner", "dated_on"],
            include=["base_minor", "amount_minor", "is_credit", "is_shared", "follows_deal", *more],
            condition=_LIVE,
            name=f"{prefix}_by_owner",
        ),
        models.Index(fields=["organisation", "customer"], name=f"{prefix}_by_customer"),
        models.Index(fields=["organisation", "deal"], name=f"{prefix}_by_deal"),
        models.Index(
            fields=["organisation", "credits"],
            condition=Q(credits__isnull=False),
            name=f"{prefix}_by_credited",
        ),
        models.Index(fields=["organisation", "changed_at"], name=f"{prefix}_by_change"),
    ]


@tracked_changes
class Order(MoneyRecord):
    product = TenantForeignKey(Product, null=True)
    channel = TenantForeignKey(Channel, null=True)

    class Meta(MoneyRecord.Meta):
        abstract = False
        constraints = [one_each_external_id("one_order_each_external_id")]
        indexes = _indexes("order", "product")
        triggers = marks_of_money("orders", "order", "dated_on")


@tracked_changes
class Invoice(MoneyRecord):
    product = TenantForeignKey(Product, null=True)
    due_on = models.DateField(null=True)

    class Meta(MoneyRecord.Meta):
        abstract = False
        constraints = [one_each_external_id("one_invoice_each_external_id")]
        indexes = [
            *_indexes("invoice", "product"),
            models.Index(
                fields=["organisation", "owner", "due_on"],
                include=["base_minor", "is_shared", "follows_deal"],
                condition=_LIVE,
                name="invoice_due_by_owner",
            ),
        ]
        triggers = marks_of_money("invoices", "invoice", "dated_on", "due_on")


@tracked_changes
class Payment(MoneyRecord):
    invoice = TenantForeignKey(Invoice, null=True)

    class Meta(MoneyRecord.Meta):
        abstract = False
        constraints = [one_each_external_id("one_payment_each_external_id")]
        indexes = [
            *_indexes("payment", "invoice"),
            models.Index(
                fields=["organisation", "invoice", "dated_on"],
                include=["amount_minor", "base_minor", "is_credit", "currency"],
                condition=_LIVE,
                name="payment_by_invoice",
            ),
        ]
        triggers = marks_of_money("payments", "payment", "dated_on")


class Share(TenantModel):
    """A person's share of a record in millionths, as the source says."""

    person = TenantForeignKey(Person)
    share_ppm = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        abstract = True


class Credit(TenantModel):
    """What a person is credited with of a shared record, to the cent. Made from the shares."""

    person = TenantForeignKey(Person)
    base_minor = models.BigIntegerField(null=True)
    dated_on = models.DateField(null=True)

    class Meta(TenantModel.Meta):
        abstract = True


def _one_a_person(record: str, what: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["organisation", record, "person"], name=f"one_{record}_{what}_a_person"
    )


def _share_rules(record: str) -> list[models.BaseConstraint]:
    within = Q(share_ppm__gt=0, share_ppm__lte=1_000_000)
    return [
        _one_a_person(record, "share"),
        models.CheckConstraint(condition=within, name=f"{record}_share_within_whole"),
    ]


def _credit_index(record: str, day: str) -> models.Index:
    return models.Index(
        fields=["organisation", "person", day],
        include=[record, "base_minor"],
        name=f"{record}_credit_by_{day}",
    )


class OrderShare(Share):
    order = TenantForeignKey(Order)

    class Meta(Share.Meta):
        abstract = False
        constraints = _share_rules("order")


class InvoiceShare(Share):
    invoice = TenantForeignKey(Invoice)

    class Meta(Share.Meta):
        abstract = False
        constraints = _share_rules("invoice")


class PaymentShare(Share):
    payment = TenantForeignKey(Payment)

    class Meta(Share.Meta):
        abstract = False
        constraints = _share_rules("payment")


class OrderCredit(Credit):
    order = TenantForeignKey(Order)

    class Meta(Credit.Meta):
        abstract = False
        constraints = [_one_a_person("order", "credit")]
        indexes = [_credit_index("order", "dated_on")]
        triggers = marks_of("orders", "person_id", "dated_on")


class InvoiceCredit(Credit):
    invoice = TenantForeignKey(Invoice)
    due_on = models.DateField(null=True)

    class Meta(Credit.Meta):
        abstract = False
        constraints = [_one_a_person("invoice", "credit")]
        indexes = [_credit_index("invoice", "dated_on"), _credit_index("invoice", "due_on")]
        triggers = marks_of("invoices", "person_id", "dated_on", "due_on")


class PaymentCredit(Credit):
    payment = TenantForeignKey(Payment)

    class Meta(Credit.Meta):
        abstract = False
        constraints = [_one_a_person("payment", "credit")]
        indexes = [_credit_index("payment", "dated_on")]
        triggers = marks_of("payments", "person_id", "dated_on")
