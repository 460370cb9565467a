"""What other records refer to: customers, products, channels, stages."""

from pipeline.choices import DealStatus
from salestargets.ingest.fields import Choice, Currency, Date, Flag, Money, Name, Percent, Ref, Text, Whole
from salestargets.ingest.kinds import Kind
from salestargets.kernel.messages import N_

CUSTOMERS = Kind(
    name="customers",
    table="pipeline_customer",
    label=N_("Customers"),
    fields=(
        Name(),
        Text(name="industry", max_length=100),
        Text(name="country", max_length=100),
        Ref(name="owner", column="owner_id", kind="people"),
    ),
    kept=(
        Whole(name="first_deal", column="first_deal_id"),
        Date(name="acquired_on"),
        Ref(name="acquired_by", column="acquired_by_id", kind="people"),
    ),
)

PRODUCTS = Kind(
    name="products",
    table="pipeline_product",
    label=N_("Products"),
    fields=(
        Name(),
        Text(name="group", max_length=100, help="Product group or series."),
        Currency(name="currency"),
        Money(name="list_price", column="list_price_minor", currency="currency"),
        Flag(name="is_key", help="Whether it is a key product."),
    ),
    implies={"list_price": frozenset({"currency"})},
)

CHANNELS = Kind(name="channels", table="pipeline_channel", label=N_("Channels"), fields=(Name(),))

STAGES = Kind(
    name="stages",
    table="pipeline_stage",
    label=N_("Stages"),
    fields=(
        Name(),
        Whole(name="position", default=0, help="Order in the funnel."),
        Choice(name="category", choices=tuple(DealStatus.values), default=DealStatus.OPEN.value),
        Percent(name="probability", column="probability_bp", whole=10_000, help="Chance to win, in percent."),
    ),
)
