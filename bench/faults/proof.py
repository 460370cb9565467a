"""Whether every number equals its records, worked out in SQL that shares nothing with the engine's."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg2

from bench.faults.world import SLUG
from bench.faults.writer import Deal

_WAITING = "SELECT count(*) FROM kpis_dirtykey"

_DEALS = """
SELECT d.external_id, p.external_id, d.status, d.amount_minor, d.created_on, d.closed_on,
       d.deleted_at IS NOT NULL, d.version
FROM pipeline_deal d JOIN tenancy_person p ON p.id = d.owner_id
"""

_TRUTH = """
WITH deal AS (SELECT * FROM pipeline_deal WHERE deleted_at IS NULL),
truth (person_id, month, measure, value) AS (
    SELECT owner_id, date_trunc('month', closed_on)::date, 'won_amount', sum(amount_minor)::bigint
    FROM deal WHERE status = 'won' GROUP BY 1, 2
  UNION ALL
    SELECT owner_id, date_trunc('month', closed_on)::date, status || '_count', count(*)
    FROM deal WHERE status <> 'open' GROUP BY 1, 2, status
  UNION ALL
    SELECT owner_id, date_trunc('month', created_on)::date, 'created_count', count(*) FROM deal GROUP BY 1, 2
),
above (person_id, unit_id) AS (
    SELECT a.person_id, c.ancestor_id FROM tenancy_assignment a
    JOIN tenancy_unitclosure c ON c.descendant_id = a.unit_id
)
"""

_WRONG = {
    "cells of people": _TRUTH
    + """,
kept AS (
    SELECT person_id, month, measure, sum(value)::bigint FROM kpis_leafcell
    WHERE measure IN (SELECT measure FROM truth) GROUP BY 1, 2, 3
)
(TABLE truth EXCEPT ALL TABLE kept) UNION ALL (TABLE kept EXCEPT ALL TABLE truth)
""",
    "cells of units": _TRUTH
    + """,
summed AS (
    SELECT unit_id, month, measure, sum(value)::bigint FROM truth JOIN above USING (person_id)
    GROUP BY 1, 2, 3
),
kept AS (
    SELECT unit_id, month, measure, value FROM kpis_unitcell WHERE measure IN (SELECT measure FROM truth)
)
(TABLE summed EXCEPT ALL TABLE kept) UNION ALL (TABLE kept EXCEPT ALL TABLE summed)
""",
    "progress": _TRUTH
    + """,
won (person_id, value) AS (
    SELECT person_id, sum(value) FROM truth WHERE measure = 'won_amount' GROUP BY 1
)
SELECT t.unit_id, t.person_id, p.actual FROM targets_progress p
JOIN targets_target t ON t.id = p.target_id
WHERE p.actual IS DISTINCT FROM COALESCE((
    SELECT sum(value) FROM won
    WHERE CASE WHEN t.person_id IS NOT NULL THEN won.person_id = t.person_id
               ELSE won.person_id IN (SELECT person_id FROM above WHERE above.unit_id = t.unit_id) END), 0)
""",
    "targets without progress": """
SELECT t.id FROM targets_target t
WHERE NOT EXISTS (SELECT FROM targets_progress p WHERE p.target_id = t.id)
""",
}


@dataclass(frozen=True)
class Finding:
    what: str
    rows: list[tuple[Any, ...]]


def still_waiting(url: str) -> int:
    """How many marks no worker has worked off. Asked from outside: nothing is woken by it."""
    [(count,)] = _read(url, _WAITING)
    return int(count)


def wrong_numbers(url: str) -> list[Finding]:
    found = [Finding(what, _read(url, query)) for what, query in _WRONG.items()]
    return [finding for finding in found if finding.rows]


def wrong_deals(url: str, ledger: dict[str, Deal]) -> list[Finding]:
    """Deals that were answered and are not there as they were answered, and deals that nobody was told of."""
    stored = {row[0]: row for row in _read(url, _DEALS)}
    known = {external_id: _row(deal) for external_id, deal in ledger.items()}
    if len(stored) != len(_read(url, "SELECT id FROM pipeline_deal")):
        return [Finding("deals without an owner, or twice", [])]
    rows = [
        (stored.get(external_id), known.get(external_id))
        for external_id in sorted(stored.keys() | known.keys())
        if stored.get(external_id) != known.get(external_id)
    ]
    return [Finding("deals (stored, answered)", rows)] if rows else []


def _row(deal: Deal) -> tuple[str, str, str, int, date, date | None, bool, int]:
    return (
        deal.external_id,
        deal.owner,
        deal.status,
        deal.cents,
        deal.created_on,
        deal.closed_on,
        deal.is_deleted,
        deal.version,
    )


def _read(url: str, query: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT id FROM tenancy_organisation WHERE slug <> %s", [SLUG])
            if cursor.fetchall():
                raise RuntimeError("The proof reads all tables: there must be one organisation.")
            cursor.execute(query)
            return list(cursor.fetchall())
    finally:
        connection.close()
