from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypedDict

from rest_framework.request import Request

from kpis.amounts import from_stored, to_stored
from kpis.choices import EntryState, KpiUnit
from kpis.entries import get_entry, get_manual_kpi, visible_entries
from kpis.models import Entry, Kpi
from kpis.selectors import get_holder
from kpis.services.entries import (
    LONGEST_EVIDENCE,
    LONGEST_NOTE,
    LONGEST_REASON,
    LONGEST_SOURCE,
    confirm,
    enter_value,
    reject,
    withdraw,
)
from salestargets.api.inputs import DATE, HOLDER, ID, Field, choice, decimal, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.selectors import Rows
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope

WHOSE = Field("holder", HOLDER, "unit:<id> or person:<id>; of a KPI that adds up, a person.")
DATED_ON = Field("dated_on", DATE, "The day that the value is of.")
VALUE = Field("value", decimal(max_digits=20, decimal_places=4), "A percentage as 12.5.")
SOURCE = Field("source", text(LONGEST_SOURCE), "Where it is from.")
EVIDENCE = Field("evidence", text(LONGEST_EVIDENCE), "A link, or where it can be looked up.")
NOTE = Field("note", text(LONGEST_NOTE, min_length=0, multiline=True)).otherwise("")
STATE = Field("state", choice(EntryState), "Only those in this state.").optional()
WORDS = Field("reason", text(LONGEST_REASON, min_length=0)).otherwise("")
WHY = Field("reason", text(LONGEST_REASON), "Why; whoever entered it reads it.")
WHY_NO_MORE = Field("reason", text(LONGEST_REASON, min_length=0), "Needed where it counted.").otherwise("")


class EnteredValue(TypedDict):
    """A value entered by hand. Only confirmed ones count. `entered_by` and `decided_by` are ids of users."""

    id: int
    kpi: str
    holder: str
    name: str
    dated_on: date
    value: Decimal | None
    unit: str
    currency: str | None
    source: str
    evidence: str
    note: str
    state: str
    entered_at: datetime
    entered_by: int | None
    decided_at: datetime | None
    decided_by: int | None
    reason: str
    version: int


class KpiEntries(TenantView):
    @operation(Scope.READ, query=(STATE, *PAGE), answers=Page[EnteredValue])
    def get(self, request: Request, kpi_id: int) -> Page[EnteredValue]:
        """The values entered for a KPI, of whom you see."""
        found, state = _rows(self).filter(kpi=get_manual_kpi(kpi_id)), self.query[STATE]
        rows = found if state is None else found.filter(state=state)
        return self.page(rows, key=Key(id=ID), row=partial(_row, currency=self.actor.organisation.currency))

    @operation(
        Scope.READ,
        body=(WHOSE, DATED_ON, VALUE, SOURCE, EVIDENCE, NOTE),
        answers=EnteredValue,
        status=201,
    )
    def post(self, request: Request, kpi_id: int) -> EnteredValue:
        """Enter a value for yourself, or for a unit or person below you; somebody else confirms it."""
        kpi, whose = get_manual_kpi(kpi_id), self.body[WHOSE]
        entry = enter_value(
            self.actor,
            kpi=kpi,
            holder=get_holder(self.actor, whose.kind, whose.id, self.today),
            dated_on=self.body[DATED_ON],
            value=to_stored(self.body[VALUE], kpi, self.actor.organisation.currency, field="value"),
            source=self.body[SOURCE],
            evidence=self.body[EVIDENCE],
            note=self.body[NOTE],
            at=self.at,
        )
        return _one(self, entry.pk)


class EntryConfirmation(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(WORDS,), answers=EnteredValue, versioned=True)
    def post(self, request: Request, entry_id: int) -> EnteredValue:
        """Confirm a value that somebody else entered: it counts from now on."""
        return _decided(self, confirm, entry_id, self.body[WORDS])


class EntryRejection(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(WHY,), answers=EnteredValue, versioned=True)
    def post(self, request: Request, entry_id: int) -> EnteredValue:
        """Reject a value: it never counts."""
        return _decided(self, reject, entry_id, self.body[WHY])


class EntryWithdrawal(TenantView):
    @operation(Scope.READ, body=(WHY_NO_MORE,), answers=EnteredValue, versioned=True)
    def post(self, request: Request, entry_id: int) -> EnteredValue:
        """Take back a value that you entered; or, as who could confirm it, one that counts."""
        return _decided(self, withdraw, entry_id, self.body[WHY_NO_MORE])


_COLUMNS = (
    *("id", "unit_id", "person_id", "name", "dated_on", "value", "source", "evidence", "note", "state"),
    *("entered_at", "entered_by", "decided_at", "decided_by", "decision", "version"),
    *("kpi__key", "kpi__unit", "kpi__denominator"),
)


def _rows(view: TenantView) -> Rows:
    rows: Rows = visible_entries(view.actor, view.today).values(*_COLUMNS)
    return rows


def _decided(view: TenantView, decide: Callable[..., Entry], entry_id: int, reason: str) -> EnteredValue:
    entry = get_entry(view.actor, entry_id, view.today)
    decide(view.actor, entry=entry, reason=reason, expected_version=view.version, at=view.at)
    return _one(view, entry_id)


def _one(view: TenantView, entry_id: int) -> EnteredValue:
    return _row(_rows(view).get(pk=entry_id), view.actor.organisation.currency)


def _row(row: Mapping[str, Any], currency: str) -> EnteredValue:
    kpi = Kpi(unit=row["kpi__unit"], denominator=row["kpi__denominator"])
    return {
        "id": row["id"],
        "kpi": row["kpi__key"],
        "holder": f"unit:{row['unit_id']}" if row["unit_id"] else f"person:{row['person_id']}",
        "name": row["name"],
        "dated_on": row["dated_on"],
        "value": from_stored(row["value"], kpi, currency),
        "unit": kpi.unit,
        "currency": currency if kpi.unit == KpiUnit.MONEY else None,
        "source": row["source"],
        "evidence": row["evidence"],
        "note": row["note"],
        "state": row["state"],
        "entered_at": row["entered_at"],
        "entered_by": row["entered_by"],
        "decided_at": row["decided_at"],
        "decided_by": row["decided_by"],
        "reason": row["decision"],
        "version": row["version"],
    }
