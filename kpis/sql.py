"""The set-wise statements: from records to leaf cells, from leaf cells up the tree.

A leaf cell is a measure of one person in one stretch: the part of a month in which the person sat in one unit
and nothing changed above that unit. A stretch therefore has one path to the root, that of its first day.

Names in the text: `asked` the (person, month) to compute, `stretch` their stretches, `fresh` what the records
say, `stored` what is written, `diff` where the two differ.
"""

# ruff: noqa: S608  The pieces come from registered sources, never from a request; values are parameters.

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from kpis.registry import Flow, Source, Term
from salestargets.tenancy.context import current_organisation_id

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('kpis.cells', %(organisation)s))"

#: A whole organisation may take longer than a page may: as long as a task may (Celery's limit is 300 s).
TAKE_TIME = "SET LOCAL statement_timeout = '290s'"

#: Deleted first, in the same transaction: exactly what was claimed goes, and a rollback brings it back.
CLAIM = """
DELETE FROM kpis_dirtykey
WHERE organisation_id = %(organisation)s AND id IN (
    SELECT id FROM kpis_dirtykey WHERE organisation_id = %(organisation)s ORDER BY id LIMIT %(limit)s)
RETURNING "group", person_id, month
"""

CLAIM_EVERYTHING = "DELETE FROM kpis_dirtykey WHERE organisation_id = %(organisation)s"

_STRETCHES = """
WITH pair AS (
    SELECT DISTINCT person_id, month
    FROM unnest(%(people)s::bigint[], %(months)s::date[]) AS p (person_id, month)
),
whole AS (
    SELECT DISTINCT person_id FROM unnest(%(whole)s::bigint[]) AS w (person_id)
),
person AS (
    SELECT person_id FROM pair UNION SELECT person_id FROM whole
),
extreme AS ({extremes}),
asked AS (
    SELECT person_id, month FROM pair
  UNION ALL
    -- All months from a person's first record to the last one.
    SELECT person_id,
           generate_series(date_trunc('month', min(day)::timestamp), max(day), interval '1 month')::date
    FROM extreme
    WHERE day IS NOT NULL
    GROUP BY person_id
),
membership AS (
    SELECT a.person_id, a.unit_id, a.starts_on, COALESCE(a.ends_on, 'infinity') AS ends_on
    FROM person
    JOIN tenancy_assignment a
      ON a.organisation_id = %(organisation)s AND a.person_id = person.person_id AND a.role = 'member'
),
turn AS (
    -- The days on which a person's unit, or anything above it, changed.
    SELECT m.person_id, day
    FROM membership m CROSS JOIN LATERAL (VALUES (m.starts_on), (m.ends_on)) AS v (day)
  UNION
    SELECT m.person_id, day
    FROM membership m
    JOIN tenancy_unitclosure c ON c.organisation_id = %(organisation)s AND c.descendant_id = m.unit_id
    CROSS JOIN LATERAL (VALUES (c.starts_on), (c.ends_on)) AS v (day)
    WHERE day > m.starts_on AND day < m.ends_on
),
cut AS (
    SELECT person_id, month, month AS day FROM asked
  UNION ALL
    SELECT asked.person_id, asked.month, turn.day
    FROM turn
    JOIN asked
      ON asked.person_id = turn.person_id AND asked.month = date_trunc('month', turn.day::timestamp)::date
    WHERE turn.day > asked.month AND turn.day < 'infinity'
),
span AS (
    SELECT person_id, month, day AS starts_on,
           lead(day, 1, (month + interval '1 month')::date)
               OVER (PARTITION BY person_id, month ORDER BY day) AS ends_on
    FROM cut
),
stretch AS (
    SELECT span.*, m.unit_id
    FROM span
    LEFT JOIN membership m
      ON m.person_id = span.person_id AND m.starts_on <= span.starts_on AND m.ends_on > span.starts_on
)
"""

_FRESH = """,
part AS ({parts}),
fresh AS (
    SELECT person_id, month, starts_on, unit_id, measure, sum(value)::bigint AS value
    FROM part
    WHERE value <> 0
    GROUP BY person_id, month, starts_on, unit_id, measure
    HAVING sum(value) <> 0
)
"""

_DIFF = """,
stored AS (
    SELECT l.person_id, l.month, l.starts_on, l.measure, l.unit_id, l.value
    FROM kpis_leafcell l JOIN pair USING (person_id, month)
    WHERE l.organisation_id = %(organisation)s AND {measures}
  UNION ALL
    SELECT l.person_id, l.month, l.starts_on, l.measure, l.unit_id, l.value
    FROM kpis_leafcell l JOIN whole USING (person_id)
    WHERE l.organisation_id = %(organisation)s AND {measures}
),
diff AS (
    SELECT person_id, month, starts_on, measure,
           stored.unit_id AS old_unit_id, stored.value AS old_value, fresh.unit_id, fresh.value
    FROM stored FULL JOIN fresh USING (person_id, month, starts_on, measure)
    WHERE (stored.unit_id, stored.value) IS DISTINCT FROM (fresh.unit_id, fresh.value)
)
"""

_WRITE = """,
written AS (
    INSERT INTO kpis_leafcell (organisation_id, person_id, month, starts_on, measure, unit_id, value)
    SELECT %(organisation)s, person_id, month, starts_on, measure, unit_id, value
    FROM diff WHERE value IS NOT NULL
    ON CONFLICT (organisation_id, person_id, month, measure, starts_on)
    DO UPDATE SET unit_id = excluded.unit_id, value = excluded.value
),
removed AS (
    DELETE FROM kpis_leafcell l USING diff
    WHERE diff.value IS NULL AND l.organisation_id = %(organisation)s AND l.person_id = diff.person_id
      AND l.month = diff.month AND l.measure = diff.measure AND l.starts_on = diff.starts_on
),
closed AS (
    SELECT id, month, measures FROM kpis_closing
    WHERE organisation_id = %(organisation)s AND reopened_at IS NULL
),
step AS (
    SELECT person_id, old_unit_id AS unit_id, month, starts_on, measure, -old_value AS delta
    FROM diff WHERE old_value IS NOT NULL
  UNION ALL
    SELECT person_id, unit_id, month, starts_on, measure, value FROM diff WHERE value IS NOT NULL
),
corrected AS (
    -- What is counted for the first time corrects nothing.
    INSERT INTO kpis_correction
        (organisation_id, closing_id, month, person_id, unit_id, starts_on, measure, delta, recorded_at)
    SELECT %(organisation)s, closed.id, step.month, person_id, unit_id, starts_on, measure,
           sum(delta)::bigint, %(at)s
    FROM closed JOIN step ON step.month = closed.month AND step.measure = ANY(closed.measures)
    GROUP BY closed.id, step.month, person_id, unit_id, starts_on, measure
    HAVING sum(delta) <> 0
)
"""

_CORRECT_UNITS = """
    INSERT INTO kpis_correction
        (organisation_id, closing_id, month, unit_id, starts_on, measure, delta, recorded_at)
    SELECT %(organisation)s, closing.id, {changed}.month, {changed}.unit_id, {changed}.month,
           {changed}.measure, {delta}, %(at)s
    FROM kpis_closing closing JOIN {changed}
      ON {changed}.month = closing.month AND {changed}.measure = ANY(closing.measures)
    WHERE closing.organisation_id = %(organisation)s AND closing.reopened_at IS NULL
"""

#: The tree is the one the old values were added to: whoever changes it asks for everything to be computed.
_ADD_UP = (
    """,
moved AS (
    SELECT old_unit_id AS unit_id, month, starts_on, measure, -old_value AS value FROM diff
    WHERE old_unit_id IS NOT NULL
  UNION ALL
    SELECT unit_id, month, starts_on, measure, value FROM diff WHERE unit_id IS NOT NULL
),
climbed AS (
    SELECT c.ancestor_id AS unit_id, moved.month, moved.measure, sum(moved.value)::bigint AS value
    FROM moved
    JOIN tenancy_unitclosure c
      ON c.organisation_id = %(organisation)s AND c.descendant_id = moved.unit_id
     AND c.starts_on <= moved.starts_on AND (c.ends_on IS NULL OR c.ends_on > moved.starts_on)
    GROUP BY c.ancestor_id, moved.month, moved.measure
    HAVING sum(moved.value) <> 0
),
corrected_units AS (
"""
    + _CORRECT_UNITS.format(changed="climbed", delta="climbed.value")
    + """
),
risen AS (
    INSERT INTO kpis_unitcell AS cell (organisation_id, unit_id, month, measure, value)
    SELECT %(organisation)s, unit_id, month, measure, value FROM climbed
    ON CONFLICT (organisation_id, unit_id, month, measure) DO UPDATE SET value = cell.value + excluded.value
    RETURNING unit_id
)
SELECT (SELECT array_agg(DISTINCT person_id) FROM diff),
       (SELECT array_agg(DISTINCT unit_id) FROM risen),
       (SELECT array_agg(DISTINCT month) FROM diff)
"""
)

#: A cell that came back to nothing is no cell: a rebuild would not write it either.
SWEEP_ZEROS = """
DELETE FROM kpis_unitcell
WHERE organisation_id = %(organisation)s AND value = 0
  AND unit_id = ANY(%(units)s) AND month = ANY(%(months)s)
"""

_LEAVES_ONLY = """
SELECT (SELECT array_agg(DISTINCT person_id) FROM diff), NULL, (SELECT array_agg(DISTINCT month) FROM diff)
"""

_UNITS = """
WITH fresh AS (
    SELECT c.ancestor_id AS unit_id, l.month, l.measure, sum(l.value)::bigint AS value
    FROM kpis_leafcell l
    JOIN tenancy_unitclosure c
      ON c.organisation_id = %(organisation)s AND c.descendant_id = l.unit_id
     AND c.starts_on <= l.starts_on AND (c.ends_on IS NULL OR c.ends_on > l.starts_on)
    WHERE l.organisation_id = %(organisation)s
    GROUP BY c.ancestor_id, l.month, l.measure
    HAVING sum(l.value) <> 0
),
stored AS (
    SELECT unit_id, month, measure, value FROM kpis_unitcell WHERE organisation_id = %(organisation)s
),
diff AS (
    SELECT unit_id, month, measure, stored.value AS old_value, fresh.value
    FROM stored FULL JOIN fresh USING (unit_id, month, measure)
    WHERE stored.value IS DISTINCT FROM fresh.value
)
"""

REBUILD_UNITS = (
    _UNITS
    + """,
written AS (
    INSERT INTO kpis_unitcell (organisation_id, unit_id, month, measure, value)
    SELECT %(organisation)s, unit_id, month, measure, value FROM diff WHERE value IS NOT NULL
    ON CONFLICT (organisation_id, unit_id, month, measure) DO UPDATE SET value = excluded.value
),
removed AS (
    DELETE FROM kpis_unitcell cell USING diff
    WHERE diff.value IS NULL AND cell.organisation_id = %(organisation)s AND cell.unit_id = diff.unit_id
      AND cell.month = diff.month AND cell.measure = diff.measure
),
corrected AS (
"""
    + _CORRECT_UNITS.format(changed="diff", delta="COALESCE(diff.value, 0) - COALESCE(diff.old_value, 0)")
    + """
)
SELECT (SELECT array_agg(DISTINCT unit_id) FROM diff), (SELECT array_agg(DISTINCT month) FROM diff)
"""
)


def lock(*, patience: str) -> None:
    """Be the only one at the organisation's cells until the transaction ends.

    It is a statement of its own: a statement sees what was committed when it began, so what is claimed and
    read after it is what the one before left. Fails with LockNotAvailable when the patience ends.
    """
    run("SELECT set_config('lock_timeout', %(patience)s, true)", patience=patience)
    run(_LOCK)
    run("SET LOCAL lock_timeout TO DEFAULT")


def recompute(flows: Sequence[Flow], present: Sequence[Flow]) -> str:
    """Leaf cells of %(people)s in %(months)s, pairwise, and of %(whole)s in all months; added up the tree.

    Only the flows that are `present` have records; what the others had before goes.
    """
    return _leaves(present, _of_these(flows)) + _WRITE + _ADD_UP


def which_have_records(flows: Sequence[Flow]) -> str:
    """One row: for each flow whether there is any record of it."""
    return "SELECT " + ", ".join(f"EXISTS (SELECT FROM {one.table} WHERE {one.where})" for one in flows)


def rebuild_leaves(flows: Sequence[Flow]) -> str:
    """The same for leaf cells alone, also of measures that nobody registers any more."""
    return _leaves(flows, "true") + _WRITE + _LEAVES_ONLY


def leaf_differences(flows: Sequence[Flow]) -> str:
    """Where leaf cells are not what the records say, but for people whose keys still wait."""
    return (
        _leaves(flows, "true")
        + """
SELECT person_id, month, measure, old_value, value FROM diff
WHERE NOT EXISTS (
    SELECT FROM kpis_dirtykey k
    WHERE k.organisation_id = %(organisation)s AND (k.person_id IS NULL OR k.person_id = diff.person_id))
ORDER BY person_id, month, measure, starts_on LIMIT %(limit)s
"""
    )


def unit_differences() -> str:
    """Where unit cells are not the sum of the leaf cells, but for a tree that was changed just now."""
    return (
        _UNITS
        + """
SELECT unit_id, month, measure, old_value, value FROM diff
WHERE NOT EXISTS (
    SELECT FROM kpis_dirtykey k WHERE k.organisation_id = %(organisation)s AND k.person_id IS NULL)
ORDER BY unit_id, month, measure LIMIT %(limit)s
"""
    )


def run(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement for the organisation in context."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"organisation": current_organisation_id(), **parameters})
        return list(cursor.fetchall()) if cursor.description else []


def sums(terms: Mapping[str, Term]) -> str:
    return ", ".join(
        f'(sum({term.value}) FILTER (WHERE {term.where}))::bigint AS "{key}"' for key, term in terms.items()
    )


def params_of(sources: Iterable[Source]) -> dict[str, Any]:
    """What the terms of the sources ask for."""
    terms = (term for source in sources for term in source.terms.values())
    return {name: value for term in terms for name, value in term.params.items()}


def unfolded(keys: Iterable[str]) -> str:
    """Columns to rows, in a select list: (measure, value) of every measure of a row of sums."""
    keys = list(keys)
    names, columns = ", ".join(f"'{key}'" for key in keys), ", ".join(f'"{key}"' for key in keys)
    return f"unnest(ARRAY[{names}]) AS measure, unnest(ARRAY[{columns}]) AS value"


def _leaves(flows: Sequence[Flow], measures: str) -> str:
    stretches = _STRETCHES.replace("{extremes}", " UNION ALL ".join(_extremes(flow) for flow in flows))
    fresh = _FRESH.replace("{parts}", " UNION ALL ".join(_part(flow) for flow in flows))
    return stretches + fresh + _DIFF.replace("{measures}", measures)


def _of_these(flows: Sequence[Flow]) -> str:
    keys = ", ".join(f"'{key}'" for key in sorted({key for flow in flows for key in flow.terms}))
    return f"l.measure IN ({keys})"


def _extremes(flow: Flow) -> str:
    """A person's first and last day: two looks into an index."""
    days = (
        f"SELECT {flow.day} FROM {flow.table} WHERE {flow.where} AND {flow.person} = whole.person_id"
        f" AND {flow.day} IS NOT NULL ORDER BY {flow.day}"
    )
    return f"""
    SELECT whole.person_id, d.day
    FROM whole CROSS JOIN LATERAL (({days} LIMIT 1) UNION ALL ({days} DESC LIMIT 1)) AS d (day)
"""


def _part(flow: Flow) -> str:
    return f"""
    SELECT stretch.person_id, stretch.month, stretch.starts_on, stretch.unit_id, {unfolded(flow.terms)}
    FROM stretch
    CROSS JOIN LATERAL (
        SELECT {sums(flow.terms)}
        FROM {flow.table}
        WHERE {flow.where} AND {flow.person} = stretch.person_id
          AND {flow.day} >= stretch.starts_on AND {flow.day} < stretch.ends_on
    ) t
"""
