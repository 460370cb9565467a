"""A goal's numbers as a file to be edited and read back: see `services/sheet_files.py`."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.access import Actor
from salestargets.web.exports import Column, Format, Kind, export
from salestargets.web.registry import Text
from targets.amounts import from_stored, is_level, scale_of
from targets.models import Goal
from targets.selectors.as_of import Then
from targets.selectors.rows import SheetCell, SheetRow, sheet_rows
from targets.services.sheet_files import (
    ABOVE,
    EXTERNAL_ID,
    HOLDER,
    KIND,
    NAME,
    OVER_ASSIGNED,
    TOTAL,
    UNALLOCATED,
)


def sheet_file(
    actor: Actor,
    goal: Goal,
    *,
    group: str = "",
    then: Then | None = None,
    on: date,
    file_format: Format,
) -> FileResponse:
    """The tree by month as far as the actor sees it; only numbers are open to be written over."""
    rows = sheet_rows(actor, goal, on=on, group=group, then=then)
    name = "-".join(["plan", str(goal.plan_id), goal.kpi.key, *filter(None, [group])])
    return export(rows, columns=_columns(goal, rows), name=name, file_format=file_format)


def _columns(goal: Goal, rows: Sequence[SheetRow]) -> list[Column[SheetRow]]:
    currency = goal.organisation.currency
    names = {row.place.node: row.place.label.name for row in rows}
    kind: Kind = "money" if scale_of(goal.kpi, currency).is_money else "number"

    def given(label: Text, at: Callable[[SheetRow], SheetCell]) -> Column[SheetRow]:
        def value(row: SheetRow) -> Decimal | None:
            return from_stored(at(row).amount, goal.kpi, currency)

        return Column(label, value, kind, is_open=True)

    def left(row: SheetRow, part: str) -> Decimal | None:
        amount = getattr(row.total.balance, part) if row.place.has_children else None
        return from_stored(amount, goal.kpi, currency)

    months = () if is_level(goal.kpi) else goal.plan.period_starts
    return [
        Column(HOLDER, lambda row: str(row.place.node)),
        Column(EXTERNAL_ID, lambda row: row.place.label.external_id),
        Column(NAME, lambda row: row.place.label.name),
        Column(KIND, lambda row: _("Unit") if row.place.node.is_unit else _("Person")),
        Column(ABOVE, lambda row: names.get(row.place.parent) if row.place.parent else None),
        given(TOTAL, lambda row: row.total),
        Column(UNALLOCATED, lambda row: left(row, "unallocated"), kind),
        Column(OVER_ASSIGNED, lambda row: left(row, "over_assigned"), kind),
        *(given(month.isoformat(), lambda row, n=n: row.months[n]) for n, month in enumerate(months)),  # type: ignore[misc]
    ]
