"""Twelve goals of a thousand people over a hundred thousand orders, against one UPDATE written by hand.

It is what Odoo's update of goals does; it reads the orders of each user in turn.
"""

from datetime import datetime, timedelta

from django.db import connection

from bench import bulk
from bench.figures import Figure, middle, seconds
from bench.organisations import Size
from bench.plans import published
from kpis.catalogue import of, where
from kpis.choices import Direction, KpiUnit, Nature
from kpis.models import Kpi
from kpis.services import rebuild
from kpis.services.definitions import KpiFacts, create_kpi
from pipeline.models import Product
from salestargets.demo.generator import company
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from targets.models import Goal, Plan, Progress
from targets.services.progress import refresh_progress

ROUNDS = 5
GOAL = 2.0
AMOUNT = 30_000_000_00

_ORDERS = """
WITH dice AS (
    SELECT number, ('x' || left(md5(%(seed)s || '/' || number), 8))::bit(32)::bigint AS who,
           ('x' || right(md5(%(seed)s || '/' || number), 8))::bit(32)::bigint AS what
    FROM generate_series(1, %(count)s) AS number
)
INSERT INTO pipeline_order
    (organisation_id, source, external_id, name, owner_id, product_id, amount_minor, base_minor, currency,
     dated_on, is_credit, is_shared, changed_at, version)
SELECT %(organisation)s, %(source)s, 'O' || number, 'Order ' || number,
       person[1 + who %% cardinality(person)], product[1 + what %% cardinality(product)],
       100000 + what %% 1000000, 100000 + what %% 1000000, %(currency)s,
       %(starts_on)s::date + (who / 7919 %% %(days)s)::int, false, false, now(), 1
FROM dice, (SELECT %(person)s::bigint[] AS person, %(product)s::bigint[] AS product) AS ids
"""

#: What is to be known of the numbers of people, and of nothing else.
_BY_HAND = """
UPDATE targets_progress p SET actual = COALESCE(s.amount, 0), computed_at = %(at)s
FROM targets_target t
JOIN unnest(%(goals)s::bigint[], %(products)s::bigint[]) AS g (goal_id, product_id) USING (goal_id)
LEFT JOIN (
    SELECT owner_id, product_id, sum(base_minor) AS amount FROM pipeline_order
    WHERE organisation_id = %(organisation)s AND deleted_at IS NULL
      AND dated_on >= %(starts_on)s AND dated_on < %(ends_on)s
    GROUP BY owner_id, product_id
) s ON s.owner_id = t.person_id AND s.product_id = g.product_id
WHERE t.organisation_id = %(organisation)s AND t.person_id IS NOT NULL
  AND p.organisation_id = %(organisation)s AND p.target_id = t.id
"""


def an_organisation(size: Size, *, orders: int, at: datetime) -> Plan:
    """A KPI and a goal for each of twelve products, and the orders of the plan's quarter."""
    organisation = bulk.an_organisation("goals", size, at=at)
    with acting_for(organisation.pk):
        plan = published(organisation, dict.fromkeys(_kpis(organisation, at=at), AMOUNT), at=at)
    with acting_for(organisation.pk):
        _order(organisation, plan, size, orders)
    return plan


def measure(plan: Plan, *, at: datetime) -> list[Figure]:
    """Brought up to date, as when a day begins: the cells are there. And from none: the cells of everyone
    and of the units above, and then how each target stands.
    """
    organisation, facts = plan.organisation, _facts(plan, at)
    times: list[tuple[float, float, float]] = []
    for _ in range(ROUNDS):
        _forget(organisation)
        rebuilt = seconds(lambda: rebuild(organisation.pk, at=at))
        made = _actuals(organisation)
        _forget_progress(organisation)
        refreshed = seconds(lambda: _refresh(organisation, at))
        if _actuals(organisation) != made:
            raise ValueError("Progress brought up to date is not what a rebuild makes it.")
        _forget_progress(organisation)
        by_hand = seconds(lambda: _by_hand(organisation, facts))
        if _actuals(organisation) != made:
            raise ValueError("The hand-written UPDATE does not make the same numbers.")
        times.append((refreshed, rebuilt, by_hand))
    what = f"{len(made):,} targets of people over {_count(organisation):,} orders"
    kept, none, reference = (middle(way) for way in zip(*times, strict=True))
    return [
        _figure(f"{what}, brought up to date", kept, reference),
        _figure(f"{what}, from none", none, reference),
    ]


def _figure(name: str, ours: float, reference: float) -> Figure:
    return Figure(name=name, ours=ours, reference=reference, unit="s", goal=GOAL, is_speed=False)


def _refresh(organisation: Organisation, at: datetime) -> None:
    with acting_for(organisation.pk):
        refresh_progress(at=at)


def _kpis(organisation: Organisation, *, at: datetime) -> list[Kpi]:
    return [
        create_kpi(
            system_actor(organisation),
            key=f"orders_{product.external_id.lower()}",
            unit=KpiUnit.MONEY,
            recipe=of(where("booked_order_amount", "product", product.pk)),
            facts=KpiFacts(
                name=f"Orders of {product.name}", nature=Nature.OUTCOME, direction=Direction.HIGHER
            ),
            at=at,
        )
        for product in Product.objects.order_by("external_id")
    ]


def _order(organisation: Organisation, plan: Plan, size: Size, count: int) -> None:
    _run(
        _ORDERS,
        organisation=organisation.pk,
        source=bulk.SOURCE,
        seed=size.seed,
        count=count,
        currency=company.CURRENCY,
        starts_on=plan.starts_on,
        days=(plan.ends_on - plan.starts_on) // timedelta(days=1),
        person=bulk.ids_of("tenancy_person"),
        product=bulk.ids_of("pipeline_product"),
    )


def _facts(plan: Plan, at: datetime) -> dict[str, object]:
    with acting_for(plan.organisation_id):
        products = {f"orders_{one.external_id.lower()}": one.pk for one in Product.objects.all()}
        goals = dict(Goal.objects.filter(plan=plan).values_list("pk", "kpi__key"))
    return {
        "goals": list(goals),
        "products": [products[key] for key in goals.values()],
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "at": at,
    }


def _by_hand(organisation: Organisation, facts: dict[str, object]) -> None:
    with acting_for(organisation.pk):
        _run(_BY_HAND, organisation=organisation.pk, **facts)


def _forget(organisation: Organisation) -> None:
    with acting_for(organisation.pk):
        for table in ("kpis_leafcell", "kpis_unitcell"):
            _run(f"DELETE FROM {table}")
    _forget_progress(organisation)


def _forget_progress(organisation: Organisation) -> None:
    with acting_for(organisation.pk):
        Progress.objects.update(actual=None)


def _actuals(organisation: Organisation) -> dict[int, int | None]:
    with acting_for(organisation.pk):
        people = Progress.objects.filter(target__person__isnull=False)
        return dict(people.values_list("target_id", "actual"))


def _count(organisation: Organisation) -> int:
    with acting_for(organisation.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pipeline_order")
        [(count,)] = cursor.fetchall()
        return int(count)


def _run(statement: str, **values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
