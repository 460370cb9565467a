"""Dirty keys are written by the database, in the statement that touches the records, whoever sends it.

The one place that knows how a mark is made: statement-level triggers with transition tables. A bulk of ten
thousand rows costs one insert of its distinct (person, month); nothing is ever updated, so nobody waits.
"""

from collections.abc import Iterator, Mapping

import pgtrigger

from kpis.registry import EVERY_GROUP

#: Where no key was written nobody is woken either.
_MARK = """
WITH touched (organisation_id, person_id, month) AS ({keys}),
marked AS (
    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)
    SELECT DISTINCT organisation_id, '{group}', person_id, month FROM touched
    RETURNING organisation_id
)
INSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, 'cells' FROM marked;
RETURN NULL;
"""


def marks(group: str, keys: str) -> list[pgtrigger.Trigger]:
    """Triggers for a table. `keys` selects (organisation, person, month) FROM {rows}, before and after.

    No month: all months of the person. No person: everything.
    """
    return list(_marks(group, keys))


def marks_for_every_measure(keys: str) -> list[pgtrigger.Trigger]:
    return marks(EVERY_GROUP, keys)


def marks_of_attributes(columns: Mapping[str, str]) -> list[pgtrigger.Trigger]:
    """A trigger for a table whose columns other records are filtered by: filter → column.

    Whoever uses such a filter has everything computed again when the column changes; nobody else notices.
    """
    changed = " OR ".join(
        f"(n.{column} IS DISTINCT FROM o.{column} AND EXISTS ("
        "SELECT FROM kpis_selection s WHERE s.organisation_id = n.organisation_id"
        f""" AND s.filters @> '[{{"field": "{key}"}}]'))"""
        for key, column in columns.items()
    )
    keys = (
        "SELECT n.organisation_id, NULL::bigint, NULL::date"  # noqa: S608
        " FROM new_rows n JOIN old_rows o ON o.organisation_id = n.organisation_id AND o.id = n.id"
        f" WHERE {changed}"
    )
    return [
        _trigger("attributes", EVERY_GROUP, keys, pgtrigger.Update, {"old": "old_rows", "new": "new_rows"})
    ]


def month_of(day: str) -> str:
    """The first day of a date's month, in SQL; by a timestamp without zone, so that no zone shifts it."""
    return f"date_trunc('month', {day}::timestamp)::date"


def _marks(group: str, keys: str) -> Iterator[pgtrigger.Trigger]:
    for operation, tables in (
        (pgtrigger.Insert, {"new": "new_rows"}),
        (pgtrigger.Update, {"old": "old_rows", "new": "new_rows"}),
        (pgtrigger.Delete, {"old": "old_rows"}),
    ):
        touched = " UNION ".join(keys.format(rows=rows) for rows in tables.values())
        yield _trigger(str(operation).lower(), group, touched, operation, tables)


def _trigger(
    name: str, group: str, touched: str, operation: pgtrigger.Operation, tables: Mapping[str, str]
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"mark_cells_{name}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),  # type: ignore[no-untyped-call]
        func=_MARK.format(group=group, keys=touched),
    )
