"""Each person's part of what a record is worth: one definition, in SQL.

A deal is credited by its shares. An order, invoice or payment is by its own, else by those of its deal. Where
there are none the owner is credited with the whole, and nothing is kept here.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from salestargets.ingest.kinds import Call
from salestargets.kernel.arrays import array
from salestargets.tenancy.context import current_organisation_id

# As `domain.credit` does it: the largest remainder, on the amount without its sign. Where a share waits for
# its person, the others get theirs and no more. Written so that it stays fast where the planner takes the
# tables for empty, as it does after a large import was taken back: records by key, the ranking made once.
_CREDITED = """
exact AS (
    SELECT record_id, person_id, sign(base_minor)::int AS sign,
           abs(base_minor)::numeric * share_ppm AS millionths
    FROM said
), ranked AS MATERIALIZED (
    SELECT record_id, person_id, sign, div(millionths, 1000000) AS whole,
           row_number() OVER (record ORDER BY mod(millionths, 1000000) DESC, person_id) AS place,
           div(sum(millionths) OVER record, 1000000)
               - sum(div(millionths, 1000000)) OVER record AS left_over
    FROM exact WINDOW record AS (PARTITION BY record_id)
), credited AS (
    SELECT record_id, person_id, (sign * (whole + (place <= left_over)::int))::bigint AS base_minor
    FROM ranked
)
"""

_SPREAD = f"""
WITH said AS (
    SELECT s.deal_id AS record_id, s.person_id, s.share_ppm, d.base_minor
    FROM pipeline_creditshare s
    CROSS JOIN LATERAL (
        SELECT base_minor FROM pipeline_deal
        WHERE organisation_id = %(organisation)s AND id = s.deal_id LIMIT 1
    ) d
    WHERE s.organisation_id = %(organisation)s AND s.deal_id = ANY(%(ids)s)
), {_CREDITED}
UPDATE pipeline_creditshare s SET base_minor = credited.base_minor FROM credited
WHERE s.organisation_id = %(organisation)s AND s.deal_id = credited.record_id
  AND s.person_id = credited.person_id AND s.base_minor IS DISTINCT FROM credited.base_minor
"""  # noqa: S608  made of constants

_FOLLOW = """
UPDATE {table} r SET follows_deal = NOT follows_deal
WHERE r.organisation_id = %(organisation)s AND r.id = ANY(%(ids)s)
  AND follows_deal <> (NOT r.is_shared AND EXISTS (
      SELECT FROM pipeline_deal d
      WHERE d.organisation_id = %(organisation)s AND d.id = r.deal_id AND d.is_shared))
"""

_CREDIT = f"""
WITH record AS (
    SELECT id, deal_id, is_shared, follows_deal, base_minor, {{days}} FROM {{table}}
    WHERE organisation_id = %(organisation)s AND id = ANY(%(ids)s)
), said AS (
    SELECT record.id AS record_id, s.person_id, s.share_ppm, record.base_minor
    FROM record
    CROSS JOIN LATERAL (
        SELECT person_id, share_ppm FROM {{shares}}
        WHERE organisation_id = %(organisation)s AND {{parent}} = record.id AND record.is_shared
      UNION ALL
        SELECT person_id, share_ppm FROM pipeline_creditshare
        WHERE organisation_id = %(organisation)s AND deal_id = record.deal_id AND record.follows_deal
    ) s
), {_CREDITED}, gone AS (
    DELETE FROM {{credits}} c
    WHERE c.organisation_id = %(organisation)s AND c.{{parent}} = ANY(%(ids)s)
      AND NOT EXISTS (SELECT FROM credited x WHERE x.record_id = c.{{parent}} AND x.person_id = c.person_id)
)
INSERT INTO {{credits}} AS c (organisation_id, {{parent}}, person_id, base_minor, {{days}})
SELECT %(organisation)s, credited.record_id, credited.person_id, credited.base_minor, {{days}}
FROM credited JOIN record ON record.id = credited.record_id
ORDER BY credited.record_id, credited.person_id
ON CONFLICT (organisation_id, {{parent}}, person_id)
DO UPDATE SET (base_minor, {{days}}) = ROW (EXCLUDED.base_minor, {{new_days}})
WHERE (c.base_minor, {{old_days}}) IS DISTINCT FROM (EXCLUDED.base_minor, {{new_days}})
"""  # noqa: S608

_FOLLOWERS = """
SELECT id FROM {table}
WHERE organisation_id = %(organisation)s AND deal_id = ANY(%(ids)s) AND NOT is_shared ORDER BY id
"""


@dataclass(frozen=True, kw_only=True)
class Credited:
    """Where the records of a kind are, and what their credit is kept with: `days` an index finds it by."""

    record: str
    days: tuple[str, ...] = ("dated_on",)

    def __call__(self, call: Call, ids: Collection[int]) -> None:
        """Make what everyone is credited with of these records."""
        _run(self._text(_FOLLOW), call, ids)
        _run(self._text(_CREDIT), call, ids)

    def of_deals(self, call: Call, deal_ids: Collection[int]) -> None:
        """The same for those that are credited as these deals are."""
        self(call, _run(self._text(_FOLLOWERS), call, deal_ids))

    def forget(self, ids: Collection[int]) -> None:
        """Before the records are deleted for good."""
        with connection.cursor() as cursor:
            cursor.execute(
                self._text("DELETE FROM {credits} WHERE organisation_id = %s AND {parent} = ANY(%s)"),
                [current_organisation_id(), list(ids)],
            )

    def _text(self, statement: str) -> str:
        return statement.format(
            table=f"pipeline_{self.record}",
            shares=f"pipeline_{self.record}share",
            credits=f"pipeline_{self.record}credit",
            parent=f"{self.record}_id",
            days=", ".join(self.days),
            old_days=", ".join(f"c.{day}" for day in self.days),
            new_days=", ".join(f"EXCLUDED.{day}" for day in self.days),
        )


ORDERS = Credited(record="order")
INVOICES = Credited(record="invoice", days=("dated_on", "due_on"))
PAYMENTS = Credited(record="payment")


def spread_shares(call: Call, deal_ids: Collection[int]) -> None:
    """Give everyone who shares in these deals their part of the amount, to the cent."""
    _run(_SPREAD, call, deal_ids)


def credit_as_deals(call: Call, deal_ids: Collection[int]) -> None:
    """What follows these deals is credited as they are now."""
    for credited in (ORDERS, INVOICES, PAYMENTS):
        credited.of_deals(call, deal_ids)


def _run(statement: str, call: Call, ids: Collection[int]) -> list[int]:
    """The ids that it returns, if it does. Of nothing nothing is asked."""
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, {"organisation": call.organisation_id, "ids": array(sorted(ids))})
        return [record_id for (record_id,) in cursor.fetchall()] if cursor.description else []
