from datetime import datetime
from typing import Any, TypedDict

from rest_framework.request import Request

from salestargets.api.inputs import ID, MOMENT, Field, Reader, text
from salestargets.api.operations import operation
from salestargets.api.pagination import CURSOR, LIMIT, PAGE, Page, next_page, read_cursor
from salestargets.api.views import TenantView
from salestargets.audit.selectors import Entry, Place, entries, event_models
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.choices import Scope


def _read_kind(value: object) -> str:
    if isinstance(value, str) and value in event_models():
        return value
    raise DomainError(N_("There is no audit log of this kind."), code="unknown_choice")


KIND = Field("kind", Reader(_read_kind, {"type": "string", "enum": sorted(event_models())})).optional()
OBJECT_ID = Field("object_id", ID, "Only the changes of this one.").optional()
_PLACE = (MOMENT, text(50), ID)


class ChangeRow(TypedDict):
    field: str
    before: Any
    after: Any


class EntryRow(TypedDict):
    at: datetime
    kind: str
    object_id: int
    action: str
    actor: str
    reason: str
    title: str
    changes: list[ChangeRow]


class AuditLog(TenantView):
    @operation(Scope.ADMIN, query=(KIND, OBJECT_ID, *PAGE), answers=Page[EntryRow])
    def get(self, request: Request) -> Page[EntryRow]:
        """Who changed what, from what to what, when and why; the newest first."""
        cursor, limit = self.query[CURSOR], self.query[LIMIT]
        found = entries(
            self.actor,
            kind=self.query[KIND],
            object_id=self.query[OBJECT_ID],
            before=Place(*read_cursor(cursor, _PLACE)) if cursor else None,
            limit=limit + 1,
        )
        last = found[limit - 1].place if len(found) > limit else None
        following = [last.at, last.kind, last.event_id] if last else None
        return {"results": [_row(one) for one in found[:limit]], "next": next_page(request, following)}


def _row(entry: Entry) -> EntryRow:
    return {
        "at": entry.at,
        "kind": entry.kind,
        "object_id": entry.object_id,
        "action": entry.action,
        "actor": entry.actor,
        "reason": entry.reason,
        "title": entry.title,
        "changes": [{"field": c.field, "before": c.before, "after": c.after} for c in entry.changes],
    }
