"""The set-wise statements: from records to leaf cells, from leaf cells up the tree.

A leaf cell is a measure of one person in one stretch: the part of a month in which the person sat in one unit
and nothing changed above that unit. A stretch therefore has one path to the root, that of its first day.

Names in the text: `pair` the people in months and `whole` the people in all months to compute, `path` their
days under one path to the root, `stretch` what of these is in a month, `fresh` what the records say, `stored`
what is written, `diff` where the two differ.
"""

# ruff: noqa: S608  The pieces come from registered sources, never from a request; values are parameters.

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
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

#: Whom to compute: people in months, and people in all of theirs.
_THESE = """
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
"""

_EVERYONE = """
WITH whole AS (
    SELECT id AS person_id FROM tenancy_person WHERE organisation_id = %(organisation)s
),
person AS (
    SELECT person_id FROM whole
),
"""

_PATHS = """
membership AS (
    SELECT a.person_id, a.unit_id, a.starts_on, COALESCE(a.ends_on, 'infinity') AS ends_on
    FROM person
    JOIN tenancy_assignment a
      ON a.organisation_id = %(organisation)s AND a.person_id = person.person_id AND a.role = 'member'
),
cut AS (
    SELECT person_id, '-infinity'::date AS day FROM person
  UNION
    -- The days on which a person's unit, or anything above it, changed.
    SELECT m.person_id, day
    FROM membership m CROSS JOIN LATERAL (VALUES (m.starts_on), (m.ends_on)) AS v (day)
    WHERE day < 'infinity'
  UNION
    SELECT m.person_id, day
    FROM membership m
    JOIN tenancy_unitclosure c ON c.organisation_id = %(organisation)s AND c.descendant_id = m.unit_id
    CROSS JOIN LATERAL (VALUES (c.starts_on), (c.ends_on)) AS v (day)
    WHERE day > m.starts_on AND day < m.ends_on
),
span AS (
    SELECT person_id, day AS starts_on,
           lead(day, 1, 'infinity') OVER (PARTITION BY person_id ORDER BY day) AS ends_on
    FROM cut
),
path AS (
    SELECT span.*, m.unit_id
    FROM span
    LEFT JOIN membership m
      ON m.person_id = span.person_id AND m.starts_on <= span.starts_on AND m.ends_on > span.starts_on
)
"""

_STRETCHES = """,
stretch AS (
    SELECT pair.person_id, pair.month, GREATEST(pair.month, path.starts_on) AS starts_on,
           LEAST((pair.month + interval '1 month')::date, path.ends_on) AS ends_on, path.unit_id
    FROM pair
    JOIN path
      ON path.person_id = pair.person_id AND path.ends_on > pair.month
     AND path.starts_on < (pair.month + interval '1 month')::date
)
"""

_CELLS = """
    SELECT person_id, month, starts_on, unit_id, measure, value
    FROM (SELECT person_id, month, starts_on, unit_id, {unfolded} FROM sums_{place}) cell
    WHERE value <> 0
"""

_ADDED = """
    SELECT person_id, month, starts_on, unit_id, measure, sum(value)::bigint AS value
    FROM ({cells}) cell
    GROUP BY person_id, month, starts_on, unit_id, measure
    HAVING sum(value) <> 0
"""

_STORED_OF_THESE = """,
stored AS (
    SELECT l.ctid AS place, l.person_id, l.month, l.starts_on, l.measure, l.unit_id, l.value
    FROM kpis_leafcell l JOIN pair USING (person_id, month)
    WHERE l.organisation_id = %(organisation)s AND {measures}
  UNION ALL
    SELECT l.ctid, l.person_id, l.month, l.starts_on, l.measure, l.unit_id, l.value
    FROM kpis_leafcell l JOIN whole USING (person_id)
    WHERE l.organisation_id = %(organisation)s AND {measures}
)
"""

_STORED = """,
stored AS (
    SELECT ctid AS place, person_id, month, starts_on, measure, unit_id, value FROM kpis_leafcell
    WHERE organisation_id = %(organisation)s
)
"""

_DIFF = """,
diff AS (
    SELECT person_id, month, starts_on, measure, stored.place,
           stored.unit_id AS old_unit_id, stored.value AS old_value, fresh.unit_id, fresh.value
    FROM stored FULL JOIN fresh USING (person_id, month, starts_on, measure)
    WHERE (stored.unit_id, stored.value) IS DISTINCT FROM (fresh.unit_id, fresh.value)
)
"""

#: Nobody else writes cells meanwhile: a new one meets none that is there already, and the others are still in
#: their place.
_WRITE = """,
added AS (
    INSERT INTO kpis_leafcell (organisation_id, person_id, month, starts_on, measure, unit_id, value)
    SELECT %(organisation)s, person_id, month, starts_on, measure, unit_id, value
    FROM diff WHERE place IS NULL
),
changed AS (
    UPDATE kpis_leafcell l SET unit_id = diff.unit_id, value = diff.value FROM diff
    WHERE l.ctid = diff.place AND diff.value IS NOT NULL
),
removed AS (
    DELETE FROM kpis_leafcell l USING diff WHERE l.ctid = diff.place AND diff.value IS NULL
),
closed AS (
    SELECT id, month, measures FROM kpis_closing
    WHERE organisation_id = %(organisation)s AND reopened_at IS NULL
),
step AS (
    SELECT person_id, old_unit_id AS unit_id, month, starts_on, measure, -old_value AS value
    FROM diff WHERE old_value IS NOT NULL
  UNION ALL
    SELECT person_id, unit_id, month, starts_on, measure, value FROM diff WHERE value IS NOT NULL
),
corrected AS (
    -- What is counted for the first time corrects nothing.
    INSERT INTO kpis_correction
        (organisation_id, closing_id, month, person_id, unit_id, starts_on, measure, delta, recorded_at)
    SELECT %(organisation)s, closed.id, step.month, person_id, unit_id, starts_on, measure,
           sum(value)::bigint, %(at)s
    FROM closed JOIN step ON step.month = closed.month AND step.measure = ANY(closed.measures)
    GROUP BY closed.id, step.month, person_id, unit_id, starts_on, measure
    HAVING sum(value) <> 0
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

#: What {cells} come to up the tree: first in each unit of its own, which leaves little to carry up.
_CLIMBED = """
    SELECT c.ancestor_id AS unit_id, own.month, own.measure, sum(own.value)::bigint AS value
    FROM (
        SELECT unit_id, month, starts_on, measure, sum(value) AS value FROM {cells}
        GROUP BY unit_id, month, starts_on, measure
    ) own
    JOIN tenancy_unitclosure c
      ON c.organisation_id = %(organisation)s AND c.descendant_id = own.unit_id
     AND c.starts_on <= own.starts_on AND (c.ends_on IS NULL OR c.ends_on > own.starts_on)
    GROUP BY c.ancestor_id, own.month, own.measure
    HAVING sum(own.value) <> 0
"""

#: The tree is the one the old values were added to: whoever changes it asks for everything to be computed.
_ADD_UP = (
    """,
climbed AS ("""
    + _CLIMBED.format(cells="step")
    + """
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

_UNITS = (
    """
fresh_unit AS ("""
    + _CLIMBED
    + """
),
stored_unit AS (
    SELECT unit_id, month, measure, value FROM kpis_unitcell WHERE organisation_id = %(organisation)s
),
unit_diff AS (
    SELECT unit_id, month, measure, stored_unit.value AS old_value, fresh_unit.value
    FROM stored_unit FULL JOIN fresh_unit USING (unit_id, month, measure)
    WHERE stored_unit.value IS DISTINCT FROM fresh_unit.value
)
"""
)

_REPLACE_UNITS = (
    ","
    + _UNITS.format(cells="fresh")
    + """,
written AS (
    INSERT INTO kpis_unitcell (organisation_id, unit_id, month, measure, value)
    SELECT %(organisation)s, unit_id, month, measure, value FROM unit_diff WHERE value IS NOT NULL
    ON CONFLICT (organisation_id, unit_id, month, measure) DO UPDATE SET value = excluded.value
),
removed_units AS (
    DELETE FROM kpis_unitcell cell USING unit_diff
    WHERE unit_diff.value IS NULL AND cell.organisation_id = %(organisation)s
      AND cell.unit_id = unit_diff.unit_id
      AND cell.month = unit_diff.month AND cell.measure = unit_diff.measure
),
corrected_units AS (
"""
    + _CORRECT_UNITS.format(
        changed="unit_diff", delta="COALESCE(unit_diff.value, 0) - COALESCE(unit_diff.old_value, 0)"
    )
    + """
)
SELECT ARRAY(SELECT DISTINCT person_id FROM diff),
       ARRAY(SELECT DISTINCT unit_id FROM unit_diff),
       ARRAY(SELECT month FROM diff UNION SELECT month FROM unit_diff)
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
    summed = [_in_stretches(flow) + " UNION ALL " + _in_all_months(flow) for flow in present]
    stored = _STORED_OF_THESE.replace("{measures}", _of_these(flows))
    return _THESE + _PATHS + _STRETCHES + _fresh(present, summed) + stored + _DIFF + _WRITE + _ADD_UP


def which_have_records(flows: Sequence[Flow]) -> str:
    """One row: for each flow whether there is any record of it."""
    return "SELECT " + ", ".join(f"EXISTS (SELECT FROM {one.table} WHERE {one.where})" for one in flows)


def rebuild(flows: Sequence[Flow]) -> str:
    """All cells of everyone, also of measures that nobody registers any more."""
    return _differences(flows) + _WRITE + _REPLACE_UNITS


def leaf_differences(flows: Sequence[Flow]) -> str:
    """Where leaf cells are not what the records say, but for people whose keys still wait."""
    return (
        _differences(flows)
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
    cells = "kpis_leafcell WHERE organisation_id = %(organisation)s"
    return f"""WITH {_UNITS.format(cells=cells)}
SELECT unit_id, month, measure, old_value, value FROM unit_diff
WHERE NOT EXISTS (
    SELECT FROM kpis_dirtykey k WHERE k.organisation_id = %(organisation)s AND k.person_id IS NULL)
ORDER BY unit_id, month, measure LIMIT %(limit)s
"""


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


def _differences(flows: Sequence[Flow]) -> str:
    summed = [_in_all_months(flow) for flow in flows]
    return _EVERYONE + _PATHS + _fresh(flows, summed) + _STORED + _DIFF


def _fresh(flows: Sequence[Flow], summed: Sequence[str]) -> str:
    """The cells of all flows, from their rows of sums; added up only where several flows have a measure."""
    rows = "".join(f",\nsums_{place} AS ({text})" for place, text in enumerate(summed))
    times = Counter(key for flow in flows for key in flow.terms)
    cells = _cells(flows, lambda key: times[key] == 1)
    shared = _cells(flows, lambda key: times[key] > 1)
    if shared:
        cells.append(_ADDED.format(cells=" UNION ALL ".join(shared)))
    return f"{rows},\nfresh AS ({' UNION ALL '.join(cells)})"


def _cells(flows: Sequence[Flow], is_wanted: Callable[[str], bool]) -> list[str]:
    chosen = ((place, list(filter(is_wanted, flow.terms))) for place, flow in enumerate(flows))
    return [_CELLS.format(place=place, unfolded=unfolded(keys)) for place, keys in chosen if keys]


def _of_these(flows: Sequence[Flow]) -> str:
    keys = ", ".join(f"'{key}'" for key in sorted({key for flow in flows for key in flow.terms}))
    return f"l.measure IN ({keys})"


def _in_stretches(flow: Flow) -> str:
    """A look into an index for each stretch."""
    return f"""
    SELECT stretch.person_id, stretch.month, stretch.starts_on, stretch.unit_id, t.*
    FROM stretch
    CROSS JOIN LATERAL (
        SELECT {sums(flow.terms)}
        FROM {flow.table}
        WHERE {flow.where} AND {flow.person} = stretch.person_id
          AND {flow.day} >= stretch.starts_on AND {flow.day} < stretch.ends_on
    ) t
"""


def _in_all_months(flow: Flow) -> str:
    """All records of a person at once, taken apart by month."""
    month = f"date_trunc('month', {flow.day}::timestamp)::date"
    columns = ", ".join(f'"{key}"' for key in flow.terms)
    return f"""
    SELECT person_id, month, GREATEST(month, since) AS starts_on, unit_id, {columns}
    FROM (
        SELECT path.person_id, path.starts_on AS since, path.unit_id, {month} AS month, {sums(flow.terms)}
        FROM whole JOIN path USING (person_id) CROSS JOIN {flow.table}
        WHERE {flow.where} AND {flow.person} = path.person_id
          AND {flow.day} >= path.starts_on AND {flow.day} < path.ends_on
        GROUP BY path.person_id, path.starts_on, path.unit_id, {month}
    ) t
"""
