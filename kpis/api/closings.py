from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypedDict

from rest_framework.request import Request

from kpis.closings import closings, get_closing
from kpis.services.closing import LONGEST_REASON, close_month, reopen_month
from salestargets.api.inputs import DATE, ID, Field, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope

MONTH = Field("month", DATE, "The first day of a month that is over.")
REASON = Field("reason", text(LONGEST_REASON), "Why; it stands in the log.")
_COLUMNS = ("id", "month", "closed_at", "closed_by", "how", "reopened_at", "version")


class ClosingRow(TypedDict):
    """A closed month; `closed_by` is the id of a user, null where it closed by itself or by a key."""

    id: int
    month: date
    closed_at: datetime
    closed_by: int | None
    how: str
    reopened_at: datetime | None
    version: int


class Closings(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[ClosingRow])
    def get(self, request: Request) -> Page[ClosingRow]:
        """The months that are closed: their numbers are final, later corrections have a day."""
        return self.page(closings().values(*_COLUMNS), key=Key(id=ID), row=_row)

    @operation(Scope.ADMIN, body=(MONTH,), answers=ClosingRow, status=201)
    def post(self, request: Request) -> ClosingRow:
        """Close a month that is over, before it does so by itself."""
        closing = close_month(self.actor, month=self.body[MONTH], at=self.at)
        return _one(closing.pk)


class Reopening(TenantView):
    @operation(Scope.ADMIN, body=(REASON,), answers=ClosingRow, versioned=True)
    def post(self, request: Request, closing_id: int) -> ClosingRow:
        """Open a closed month again: what changes is no correction until it is closed anew."""
        closing = get_closing(closing_id)
        reopen_month(
            self.actor,
            closing=closing,
            reason=self.body[REASON],
            expected_version=self.version,
            at=self.at,
        )
        return _one(closing_id)


def _one(closing_id: int) -> ClosingRow:
    closing = get_closing(closing_id)
    return _row({name: getattr(closing, name) for name in _COLUMNS} | {"closed_by": closing.closed_by_id})


def _row(row: Mapping[str, Any]) -> ClosingRow:
    return {
        "id": row["id"],
        "month": row["month"],
        "closed_at": row["closed_at"],
        "closed_by": row["closed_by"],
        "how": row["how"],
        "reopened_at": row["reopened_at"],
        "version": row["version"],
    }
