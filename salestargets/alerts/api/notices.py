from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from django.urls import reverse
from rest_framework.request import Request

from salestargets.alerts.registry import NOTICE_KINDS
from salestargets.alerts.selectors import get_notice, own_notices, takes_mail
from salestargets.alerts.services.notices import choose_mail, mark_all_read, mark_read
from salestargets.api.inputs import BOOLEAN, ID, MOMENT, Field
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope

UNREAD = Field("unread", BOOLEAN, "True: only unread ones; false: only read ones.").optional()
BY_MAIL = Field("by_mail", BOOLEAN, "Whether notices come by e-mail as well, in this organisation.")


class NoticeLine(TypedDict):
    label: str
    text: str


class NoticeRow(TypedDict):
    """`headline` and `lines` say in words what `facts` hold; `path` is the page it is about."""

    id: int
    kind: str
    headline: str
    lines: list[NoticeLine]
    facts: dict[str, Any]
    path: str
    made_at: datetime
    read_at: datetime | None


class NoticesRead(TypedDict):
    """How many had been unread."""

    read: int


class PreferenceRow(TypedDict):
    by_mail: bool


class Notices(TenantView):
    @operation(Scope.READ, query=(UNREAD, *PAGE), answers=Page[NoticeRow])
    def get(self, request: Request) -> Page[NoticeRow]:
        """What you were told, the newest first. For members who are signed in: a key has no notices."""
        rows = own_notices(self.actor, unread=self.query[UNREAD]).values(*_COLUMNS)
        return self.page(rows, key=Key(made_at=MOMENT, id=ID), row=self.told, descending=True)

    def told(self, row: Mapping[str, Any]) -> NoticeRow:
        return _notice_row(row, self.actor.organisation.slug)


class OneNotice(TenantView):
    @operation(Scope.READ, answers=NoticeRow)
    def get(self, request: Request, notice_id: int) -> NoticeRow:
        """One notice. It stays unread."""
        notice = get_notice(self.actor, notice_id)
        return _notice_row(vars(notice), self.actor.organisation.slug)


class NoticeReading(TenantView):
    @operation(Scope.READ, answers=NoticeRow)
    def post(self, request: Request, notice_id: int) -> NoticeRow:
        """Mark it as read. The first time counts."""
        notice = mark_read(self.actor, notice_id=notice_id, at=self.at)
        return _notice_row(vars(notice), self.actor.organisation.slug)


class NoticesReading(TenantView):
    @operation(Scope.READ, answers=NoticesRead)
    def post(self, request: Request) -> NoticesRead:
        """Mark all as read."""
        return {"read": mark_all_read(self.actor, at=self.at)}


class Preference(TenantView):
    @operation(Scope.READ, answers=PreferenceRow)
    def get(self, request: Request) -> PreferenceRow:
        """What you chose about your notices."""
        return {"by_mail": takes_mail(self.actor)}

    @operation(Scope.READ, body=(BY_MAIL,), answers=PreferenceRow)
    def patch(self, request: Request) -> PreferenceRow:
        """Choose."""
        choose_mail(self.actor, by_mail=self.body[BY_MAIL])
        return {"by_mail": self.body[BY_MAIL]}


_COLUMNS = ("id", "kind", "facts", "path", "made_at", "read_at")


def _notice_row(row: Mapping[str, Any], slug: str) -> NoticeRow:
    kind = NOTICE_KINDS[row["kind"]]
    return {
        "id": row["id"],
        "kind": row["kind"],
        "headline": kind.headline(row["facts"]),
        "lines": [{"label": label, "text": text} for label, text in kind.lines(row["facts"])],
        "facts": row["facts"],
        "path": reverse("organisation", args=[slug]) + row["path"],
        "made_at": row["made_at"],
        "read_at": row["read_at"],
    }
