"""Full recompute against one hand-written aggregate that makes the same cells in the same tables."""

from datetime import datetime
from math import log

from django.db import connection

from bench.figures import Figure, middle, seconds
from kpis.models import Selection
from kpis.services import rebuild
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation

ROUNDS = 3
GOAL, GOAL_OF_GROWTH = 1.0, 1.05

#: As someone writes it who knows that people move: each deal joined to its owner's assignment of that day.
_BY_HAND = """
WITH summed AS (
    SELECT d.owner_id AS person_id, date_trunc('month', d.closed_on)::date AS month,
           GREATEST(date_trunc('month', d.closed_on)::date, a.starts_on) AS starts_on, a.unit_id,
           sum(d.base_minor) FILTER (WHERE d.status = 'won') AS won_amount,
           count(*) FILTER (WHERE d.status = 'won') AS won_count,
           sum(d.base_minor) FILTER (WHERE d.status = 'lost') AS lost_amount,
           count(*) FILTER (WHERE d.status = 'lost') AS lost_count,
           sum(d.closed_on - d.created_on) FILTER (WHERE d.status = 'won') AS won_cycle_days,
           count(d.customer_id) FILTER (WHERE d.status = 'won') AS won_customer_count,
           sum(d.base_minor) FILTER (WHERE d.status = 'won' AND p.is_key) AS key_amount,
           NULL::bigint AS created_count, NULL::numeric AS created_amount, NULL::bigint AS new_customer_count
    FROM pipeline_deal d
    LEFT JOIN tenancy_assignment a
      ON a.organisation_id = d.organisation_id AND a.person_id = d.owner_id AND a.role = 'member'
     AND a.starts_on <= d.closed_on AND (a.ends_on IS NULL OR a.ends_on > d.closed_on)
    LEFT JOIN pipeline_product p ON p.organisation_id = d.organisation_id AND p.id = d.product_id
    WHERE d.organisation_id = %(organisation)s AND d.deleted_at IS NULL AND d.closed_on IS NOT NULL
    GROUP BY 1, 2, 3, 4
  UNION ALL
    SELECT d.owner_id, date_trunc('month', d.created_on)::date,
           GREATEST(date_trunc('month', d.created_on)::date, a.starts_on), a.unit_id,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, count(*), sum(d.base_minor), NULL
    FROM pipeline_deal d
    LEFT JOIN tenancy_assignment a
      ON a.organisation_id = d.organisation_id AND a.person_id = d.owner_id AND a.role = 'member'
     AND a.starts_on <= d.created_on AND (a.ends_on IS NULL OR a.ends_on > d.created_on)
    WHERE d.organisation_id = %(organisation)s AND d.deleted_at IS NULL
    GROUP BY 1, 2, 3, 4
  UNION ALL
    SELECT c.acquired_by_id, date_trunc('month', c.acquired_on)::date,
           GREATEST(date_trunc('month', c.acquired_on)::date, a.starts_on), a.unit_id,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, count(*)
    FROM pipeline_customer c
    LEFT JOIN tenancy_assignment a
      ON a.organisation_id = c.organisation_id AND a.person_id = c.acquired_by_id AND a.role = 'member'
     AND a.starts_on <= c.acquired_on AND (a.ends_on IS NULL OR a.ends_on > c.acquired_on)
    WHERE c.organisation_id = %(organisation)s AND c.acquired_by_id IS NOT NULL
    GROUP BY 1, 2, 3, 4
),
leaf AS (
    INSERT INTO kpis_leafcell (organisation_id, person_id, month, starts_on, unit_id, measure, value)
    SELECT %(organisation)s, person_id, month, starts_on, unit_id, m.measure, sum(m.value)
    FROM summed CROSS JOIN LATERAL (VALUES
        ('won_amount', won_amount), ('won_count', won_count), ('lost_amount', lost_amount),
        ('lost_count', lost_count), ('won_cycle_days', won_cycle_days), ('won_cycle_count', won_count),
        ('won_customer_count', won_customer_count), ('created_count', created_count),
        ('created_amount', created_amount), ('new_customer_count', new_customer_count),
        ('repeat_deal_count', COALESCE(won_customer_count, -new_customer_count)), (%(key)s, key_amount)
    ) AS m (measure, value)
    WHERE m.value <> 0
    GROUP BY 2, 3, 4, 5, 6
    HAVING sum(m.value) <> 0
    RETURNING unit_id, month, measure, value, starts_on
)
INSERT INTO kpis_unitcell (organisation_id, unit_id, month, measure, value)
SELECT %(organisation)s, c.ancestor_id, leaf.month, leaf.measure, sum(leaf.value)
FROM leaf
JOIN tenancy_unitclosure c
  ON c.organisation_id = %(organisation)s AND c.descendant_id = leaf.unit_id
 AND c.starts_on <= leaf.starts_on AND (c.ends_on IS NULL OR c.ends_on > leaf.starts_on)
GROUP BY 2, 3, 4
HAVING sum(leaf.value) <> 0
"""

#: How many cells there are, and a sum over all of them that no other set of cells has.
_CELLS = """
SELECT count(*), sum(hashtextextended(c::text, 0)::numeric) FROM (
    SELECT person_id, month, starts_on, unit_id, measure, value FROM kpis_leafcell
  UNION ALL
    SELECT NULL, month, NULL, unit_id, measure, value FROM kpis_unitcell
) c
"""


def measure(organisation: Organisation, *, rounds: int = ROUNDS, at: datetime) -> Figure:
    """All cells of the organisation, from none."""
    times: list[tuple[float, float]] = []
    for _ in range(rounds):
        _forget(organisation)
        ours = seconds(lambda: rebuild(organisation.pk, at=at))
        made = _digest(organisation)
        _forget(organisation)
        theirs = seconds(lambda: _by_hand(organisation))
        if _digest(organisation) != made:
            raise ValueError("The hand-written aggregate does not make the same cells.")
        times.append((ours, theirs))
    return Figure(
        name=f"Full recompute, {_count(organisation):,} deals",
        ours=middle([ours for ours, _theirs in times]),
        reference=middle([theirs for _ours, theirs in times]),
        unit="s",
        goal=GOAL,
        is_speed=False,
    )


def growth(less: Figure, more: Figure, *, times: float) -> Figure:
    """The exponent with which the time of each grows while there is `times` as much of everything."""
    return Figure(
        name=f"Growth of the recompute: exponent, for {times:g} times as much",
        ours=log(more.ours / less.ours, times),
        reference=log(more.reference / less.reference, times),
        unit="",
        goal=GOAL_OF_GROWTH,
        is_speed=False,
        is_absolute=True,
    )


def _by_hand(organisation: Organisation) -> None:
    with acting_for(organisation.pk), connection.cursor() as cursor:
        key = Selection.objects.get(measure="won_amount", filters__contains=[{"field": "is_key_product"}]).key
        cursor.execute(_BY_HAND, {"organisation": organisation.pk, "key": key})


def _forget(organisation: Organisation) -> None:
    with acting_for(organisation.pk), connection.cursor() as cursor:
        cursor.execute("DELETE FROM kpis_leafcell")
        cursor.execute("DELETE FROM kpis_unitcell")


def _digest(organisation: Organisation) -> tuple[int, ...]:
    with acting_for(organisation.pk), connection.cursor() as cursor:
        cursor.execute(_CELLS)
        [found] = cursor.fetchall()
        return tuple(found)


def _count(organisation: Organisation) -> int:
    with acting_for(organisation.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pipeline_deal")
        [(count,)] = cursor.fetchall()
        return int(count)
