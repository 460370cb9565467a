"""The statements that read: sums from cells, sums and rows from the records behind them.

A spell is a span of days during which a person counts for a holder: for themselves all the time, for their
place in a unit while they are a member of it, for a unit also while they are a member of one below it. Sums
and rows are made from the same spells and sources. A reading is what is taken over one span of days: a
formula may need several, such as this year's and last year's.
"""

# ruff: noqa: S608  The pieces come from registered sources, never from a request; values are parameters.

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kpis.marking import month_of
from kpis.registry import Flow, Held, Source, Stock, Term
from kpis.sql import sums, unfolded

_SPELLS = """
holder AS (
    SELECT 'unit' AS kind, id AS holder_id, NULL::bigint AS within FROM unnest(%(units)s::bigint[]) AS u (id)
  UNION ALL
    SELECT 'person', id, NULL FROM unnest(%(people)s::bigint[]) AS p (id)
  UNION ALL
    SELECT 'person', person_id, unit_id
    FROM unnest(%(members)s::bigint[], %(places)s::bigint[]) AS m (person_id, unit_id)
),
spell AS (
    SELECT 'unit' AS kind, c.ancestor_id AS holder_id, NULL::bigint AS within, a.person_id,
           GREATEST(a.starts_on, c.starts_on, %(starts_on)s) AS starts_on,
           LEAST(a.ends_on, c.ends_on, %(ends_on)s) AS ends_on
    FROM tenancy_unitclosure c
    JOIN tenancy_assignment a
      ON a.organisation_id = %(organisation)s AND a.unit_id = c.descendant_id AND a.role = 'member'
    WHERE c.organisation_id = %(organisation)s AND c.ancestor_id = ANY(%(units)s)
      AND GREATEST(a.starts_on, c.starts_on, %(starts_on)s) < LEAST(a.ends_on, c.ends_on, %(ends_on)s)
  UNION ALL
    SELECT 'person', id, NULL, id, %(starts_on)s, %(ends_on)s FROM unnest(%(people)s::bigint[]) AS p (id)
  UNION ALL
    SELECT 'person', a.person_id, a.unit_id, a.person_id,
           GREATEST(a.starts_on, %(starts_on)s), LEAST(a.ends_on, %(ends_on)s)
    FROM unnest(%(members)s::bigint[], %(places)s::bigint[]) AS m (person_id, unit_id)
    JOIN tenancy_assignment a
      ON a.organisation_id = %(organisation)s AND a.person_id = m.person_id AND a.unit_id = m.unit_id
     AND a.role = 'member'
    WHERE GREATEST(a.starts_on, %(starts_on)s) < LEAST(a.ends_on, %(ends_on)s)
)
"""

_CELLS = {
    "unit": """
SELECT 'unit', unit_id, NULL::bigint, {bucket}, measure, sum(value)::bigint FROM kpis_unitcell cell
WHERE organisation_id = %(organisation)s AND unit_id = ANY(%(units)s)
  AND month >= %(starts_on)s AND month < %(ends_on)s AND measure = ANY(%(measures)s)
GROUP BY unit_id, 4, measure
""",
    "person": """
SELECT 'person', person_id, NULL::bigint, {bucket}, measure, sum(value)::bigint FROM kpis_leafcell cell
WHERE organisation_id = %(organisation)s AND person_id = ANY(%(people)s)
  AND month >= %(starts_on)s AND month < %(ends_on)s AND measure = ANY(%(measures)s)
GROUP BY person_id, 4, measure
""",
    "place": """
SELECT 'person', person_id, unit_id, bucket, measure, value
FROM (
    SELECT person_id, unit_id, {bucket} AS bucket, measure, sum(value)::bigint AS value
    FROM kpis_leafcell cell
    WHERE organisation_id = %(organisation)s AND person_id = ANY(%(members)s)
      AND month >= %(starts_on)s AND month < %(ends_on)s AND measure = ANY(%(measures)s)
    GROUP BY person_id, unit_id, 3, measure
) summed
JOIN unnest(%(members)s::bigint[], %(places)s::bigint[]) AS m (person_id, unit_id) USING (person_id, unit_id)
""",
    "people of a unit": """
SELECT 'unit', c.ancestor_id, NULL::bigint, cell.person_id, cell.measure, sum(cell.value)::bigint
FROM tenancy_unitclosure c
JOIN kpis_leafcell cell
  ON cell.organisation_id = %(organisation)s AND cell.unit_id = c.descendant_id
 AND cell.starts_on >= c.starts_on AND (c.ends_on IS NULL OR cell.starts_on < c.ends_on)
WHERE c.organisation_id = %(organisation)s AND c.ancestor_id = ANY(%(units)s)
  AND cell.month >= %(starts_on)s AND cell.month < %(ends_on)s AND cell.measure = ANY(%(measures)s)
GROUP BY c.ancestor_id, cell.person_id, cell.measure
""",
}


def cell_sums(by: Literal["month", "person"] | None) -> str:
    """(kind, holder, unit of a place, bucket, measure, value) of whole months."""
    kinds, bucket = ("people of a unit" if by == "person" else "unit", "person", "place"), _cell_bucket(by)
    return " UNION ALL ".join(f"({_CELLS[kind].format(bucket=bucket)})" for kind in kinds)


def _cell_bucket(by: Literal["month", "person"] | None) -> str:
    return {None: "NULL::bigint", "month": "cell.month", "person": "cell.person_id"}[by]


@dataclass(frozen=True)
class Reading:
    """Sources with just the terms that are wanted, over one span of days; a level at its end, or now.

    `window` is said with the name of each measure. `signs`: measures that are subtracted have −1.
    """

    sources: Sequence[Source]
    now: bool = True
    window: str = ""
    signs: Mapping[str, int] | None = None


def record_sums(reading: Reading, *, by: str | None) -> str:
    """(kind, holder, unit of a place, bucket, measure, value) of a span of days, or a level at a moment."""
    parts = " UNION ALL ".join(
        _summed(source, by, now=reading.now) for source in reading.sources if source.terms
    )
    return (
        f"WITH {_SPELLS} SELECT kind, holder_id, within, bucket, measure, sum(value)::bigint"
        f" FROM ({parts}) part GROUP BY kind, holder_id, within, bucket, measure HAVING sum(value) <> 0"
    )


def record_rows(readings: Sequence[Reading]) -> str:
    """The records behind a sum, newest first; a shared deal has a row for each person it counts for.

    Line, person, measure and kind tell every row from all others.
    """
    return f"""{_behind(readings)}
SELECT * FROM behind
WHERE %(after_day)s::date IS NULL
   OR (sort_day, line, person_id, measure, kind)
    < (%(after_day)s::date, %(after_line)s, %(after_person)s, %(after_measure)s, %(after_kind)s)
ORDER BY sort_day DESC, line DESC, person_id DESC, measure DESC, kind DESC
LIMIT %(limit)s
"""


def record_total(readings: Sequence[Reading]) -> str:
    """(value, rows, rows of unknown worth) over all the records behind a sum."""
    return f"""{_behind(readings)}
SELECT COALESCE(sum(value), 0)::bigint, count(*), count(*) FILTER (WHERE value IS NULL) FROM behind
"""


def placed(names: Mapping[str, object], place: int) -> dict[str, object]:
    """The parameters of a reading by the names that `record_rows` calls them: days of the reading `place`."""
    return {f"{name}_{place}" if name in _OF_THE_SPAN else name: value for name, value in names.items()}


_OF_THE_SPAN = ("starts_on", "ends_on", "before")


def _behind(readings: Sequence[Reading]) -> str:
    parts = " UNION ALL ".join(f"({_read(reading, place)})" for place, reading in enumerate(readings))
    return f"WITH behind AS ({parts})"


def _read(reading: Reading, place: int) -> str:
    """The rows of a reading, with names of its own for its days."""
    text = f"WITH {_SPELLS} " + " UNION ALL ".join(
        _listed(source, measure, term, reading)
        for source in reading.sources
        for measure, term in source.terms.items()
    )
    for name in _OF_THE_SPAN:
        text = text.replace(f"%({name})s", f"%({name}_{place})s")
    return text


def _summed(source: Source, by: str | None, *, now: bool) -> str:
    whose = _whose(source)
    return f"""
    SELECT {whose}.kind, {whose}.holder_id, {whose}.within, t.bucket, {unfolded(source.terms)}
    FROM {whose}
    CROSS JOIN LATERAL (
        SELECT {_bucket(source, by)} AS bucket, {sums(source.terms)}
        FROM {source.table}
        WHERE {source.where} AND {_counts(source, now=now)}
        GROUP BY 1
    ) t
"""


def _listed(source: Source, measure: str, term: Term, reading: Reading) -> str:
    about, name = source.about, f"{measure}@{reading.window}" if reading.window else measure
    sign = (reading.signs or {}).get(measure, 1)
    return f"""
    SELECT COALESCE({source.day}, DATE '2000-01-01') AS sort_day,
           {source.line or source.record} AS line, {source.record} AS record_id,
           COALESCE({_person(source)}, 0) AS person_id, '{name}' AS measure, {source.day} AS day,
           ({sign} * ({term.value}))::bigint AS value, '{source.kind}' AS kind, {about.name} AS name,
           {about.external_id} AS external_id, {about.customer} AS customer_id,
           {about.amount} AS amount_minor, {about.currency} AS currency
    FROM {_whose(source)}, {source.table}
    WHERE {source.where} AND {_counts(source, now=reading.now)} AND {term.where}
"""


def _whose(source: Source) -> str:
    """What a source is joined to: spells of people, or the holders themselves."""
    return "holder" if isinstance(source, Held) else "spell"


def _person(source: Source) -> str:
    return source.person if isinstance(source, Held) else "spell.person_id"


def _counts(source: Source, *, now: bool) -> str:
    """Whether a record counts in a spell, or for a holder."""
    match source:
        case Held():
            return f"{source.matches} AND {source.then}"
        case Flow():
            when = f"{source.day} >= spell.starts_on AND {source.day} < spell.ends_on"
        case Stock():
            when = source.now if now else source.then
        case _:
            raise TypeError(f"neither flow nor stock: {source}")
    return f"{source.person} = spell.person_id AND {when}"


def _bucket(source: Source, by: str | None) -> str:
    columns = {"day": source.day, "month": month_of(source.day), "person": _person(source), **source.slices}
    return columns.get(by, "NULL::bigint") if by else "NULL::bigint"
