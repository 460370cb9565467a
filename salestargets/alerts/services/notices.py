"""One message to each of many people, told once; and what each of them does with their own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg2.extras import Json

from salestargets.alerts.models import Notice, NoticePreference
from salestargets.alerts.registry import CHANNELS, NOTICE_KINDS
from salestargets.alerts.selectors import get_notice, own_notices, owner_of
from salestargets.tenancy.access import Actor
from salestargets.tenancy.context import current_organisation_id
from salestargets.tenancy.models import Person

#: What one person is told: texts and numbers as text, from which the kind makes its words.
Facts = Mapping[str, Any]


def notify(
    *,
    kind: str,
    subject: str,
    path: str,
    at: datetime,
    people: Mapping[int, Facts] | None = None,
    users: Mapping[int, Facts] | None = None,
) -> int:
    """Tell each person, and each user, their own facts. Returns how many had not been told of it before.

    Of one kind and subject everyone is told once, however often this is called: whoever reminds takes a new
    subject. Who has no sign-in or is no member is left out. `path` is what the notice opens, below
    /o/<slug>/. Joins the caller's transaction; takes two statements for any number, and the channels.
    """
    if path.startswith("/"):
        raise ValueError(f"{path!r} must be relative to the organisation.")
    told = {**_users_of(people or {}), **(users or {})}
    made = _insert(told, kind=NOTICE_KINDS[kind].key, subject=subject, path=path, at=at)
    if made:
        for channel in CHANNELS:
            channel(NOTICE_KINDS[kind], subject, at)
    return made


def mark_read(actor: Actor, *, notice_id: int, at: datetime) -> Notice:
    """The first time counts."""
    notice = get_notice(actor, notice_id)
    if own_notices(actor).filter(pk=notice.pk, read_at__isnull=True).update(read_at=at):
        notice.read_at = at
    return notice


def mark_all_read(actor: Actor, *, at: datetime) -> int:
    """How many had been unread."""
    return own_notices(actor, unread=True).update(read_at=at)


def choose_mail(actor: Actor, *, by_mail: bool) -> None:
    """Whether notices come by e-mail as well, in this organisation."""
    NoticePreference.objects.update_or_create(user=owner_of(actor), defaults={"by_mail": by_mail})


def _users_of(people: Mapping[int, Facts]) -> dict[int, Facts]:
    if not people:
        return {}
    rows = Person.objects.filter(pk__in=list(people), user__isnull=False).values_list("user_id", "pk")
    return {user_id: people[person_id] for user_id, person_id in rows if user_id is not None}


def _insert(told: Mapping[int, Facts], **columns: Any) -> int:
    if not told:
        return 0
    values = {
        "organisation": current_organisation_id(),
        "users": list(told),
        "facts": [Json(dict(facts)) for facts in told.values()],
        **columns,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        made: int = cursor.rowcount
    return made


_INSERT = """
INSERT INTO alerts_notice (organisation_id, user_id, kind, subject, facts, path, made_at)
SELECT member.organisation_id, member.user_id, %(kind)s, %(subject)s, told.facts, %(path)s, %(at)s
FROM unnest(%(users)s::bigint[], %(facts)s::jsonb[]) AS told (user_id, facts)
JOIN tenancy_membership member
  ON member.organisation_id = %(organisation)s AND member.user_id = told.user_id
ORDER BY member.user_id
ON CONFLICT (organisation_id, kind, subject, user_id) DO NOTHING
"""
