"""Who is shown what.

An alert: the holder and whoever manages them; administrators and viewers all. A notice: whom it is to, alone.
"""

from datetime import date

from django.db.models import Q, QuerySet

from salestargets.accounts.models import User
from salestargets.alerts.models import Alert, Notice, NoticePreference, Rule
from salestargets.kernel.errors import Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.compiled import compiled_once


def inbox(actor: Actor, on: date, *, is_open: bool | None = True) -> QuerySet[Alert]:
    """The alerts in sight, the newest first; `is_open` False: cleared ones, None: both."""
    alerts = Alert.objects.select_related("rule", "unit", "person", "acknowledged_by")
    if is_open is not None:
        alerts = alerts.filter(cleared_at__isnull=is_open)
    sight = sight_of(actor, on)
    if not sight.everything:
        alerts = alerts.filter(Q(unit__in=sight.unit_ids) | Q(person__in=sight.person_ids))
    return alerts.order_by("-raised_at", "-id")


def open_about(kind: str, holder_id: int) -> list[Alert]:
    """The open alerts about a holder, the newest first. Whether the holder is in sight is asked before."""
    return (_open_about_person if kind == "person" else _open_about_unit)(holder_id)


@compiled_once
def _open_about_person(person: int) -> QuerySet[Alert]:
    return _open().filter(person=person)


@compiled_once
def _open_about_unit(unit: int) -> QuerySet[Alert]:
    return _open().filter(unit=unit)


def _open() -> QuerySet[Alert]:
    alerts = Alert.objects.filter(cleared_at__isnull=True).select_related("rule", "acknowledged_by")
    return alerts.order_by("-raised_at", "-id")


def get_alert(actor: Actor, alert_id: int, on: date) -> Alert:
    alert = inbox(actor, on, is_open=None).filter(pk=alert_id).first()
    if alert is None:
        raise NotFound(N_("There is no such alert."), code="not_found")
    return alert


def rules() -> QuerySet[Rule]:
    return Rule.objects.order_by("key")


def get_rule(rule_id: int) -> Rule:
    rule = Rule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise NotFound(N_("There is no such rule."), code="not_found")
    return rule


def own_notices(actor: Actor, *, unread: bool | None = None) -> QuerySet[Notice]:
    """What the actor was told, the newest first; `unread` False: only what was read, None: both."""
    notices = Notice.objects.filter(user=owner_of(actor))
    if unread is not None:
        notices = notices.filter(read_at__isnull=unread)
    return notices.order_by("-made_at", "-id")


def get_notice(actor: Actor, notice_id: int) -> Notice:
    notice = own_notices(actor).filter(pk=notice_id).first()
    if notice is None:
        raise NotFound(N_("There is no such notice."), code="not_found")
    return notice


def takes_mail(actor: Actor) -> bool:
    """Whether their notices come by e-mail as well."""
    return not NoticePreference.objects.filter(user=owner_of(actor), by_mail=False).exists()


def owner_of(actor: Actor) -> User:
    """Whose inbox it is; a key and the system itself have none."""
    if actor.user is None:
        raise Forbidden(N_("Notices are for members who are signed in; a key has none."), code="forbidden")
    return actor.user
