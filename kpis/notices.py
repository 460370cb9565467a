"""What members are told about entered values: those who may confirm one, and then who entered it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.choices import EntryState
from kpis.entries import value_of
from kpis.models import Entry
from kpis.writing import written
from salestargets.alerts.registry import NoticeKind, register_notice
from salestargets.alerts.services.notices import notify
from salestargets.kernel.parsing import strict_date
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.models import Assignment, Membership, UnitClosure
from salestargets.tenancy.models.people import current_on
from salestargets.web.formatting import format_day
from salestargets.web.templatetags.formats import language

Facts = Mapping[str, Any]


def _entered(facts: Facts) -> str:
    return gettext("%(by)s enters %(value)s as %(kpi)s of %(name)s: please confirm it.") % facts


def _decided(facts: Facts) -> str:
    if facts["state"] == EntryState.CONFIRMED:
        return gettext("%(kpi)s of %(name)s, %(value)s, is confirmed.") % facts
    return gettext("%(kpi)s of %(name)s, %(value)s, is rejected.") % facts


def _said(facts: Facts) -> list[tuple[str, str]]:
    found = [
        (gettext("Day"), format_day(strict_date(facts["day"]), language=language())),
        (gettext("Source"), facts["source"]),
        (gettext("By"), facts["by"]),
        (gettext("Reason"), facts["reason"]),
    ]
    return [(label, text) for label, text in found if text]


ENTERED = NoticeKind(key="kpi_entered", name=_("A value is to be confirmed"), headline=_entered, lines=_said)
DECIDED = NoticeKind(key="kpi_decided", name=_("A value is decided"), headline=_decided, lines=_said)


def register() -> None:
    for kind in (ENTERED, DECIDED):
        register_notice(kind)


def tell_entered(actor: Actor, entry: Entry, *, at: datetime) -> None:
    """The nearest leads above the holder; where there are none, the administrators."""
    leads = _leads_above(entry, actor.organisation.today(at)) - {actor.person_id}
    facts = _facts(actor, entry)
    _tell(ENTERED, entry, dict.fromkeys(leads, facts), {} if leads else _administrators(actor, facts), at)


def tell_decided(actor: Actor, entry: Entry, *, at: datetime) -> None:
    """Who entered it."""
    if entry.entered_by_id is not None:
        _tell(DECIDED, entry, {}, {entry.entered_by_id: _facts(actor, entry)}, at)


def _tell(
    kind: NoticeKind, entry: Entry, people: Mapping[int, Facts], users: Mapping[int, Facts], at: datetime
) -> None:
    path = f"kpis/{entry.kpi.key}/"
    notify(kind=kind.key, subject=f"entry:{entry.pk}", path=path, at=at, people=people, users=users)


def _facts(actor: Actor, entry: Entry) -> Facts:
    return {
        "kpi": str(entry.kpi.label),
        "name": str(entry.unit or entry.person),
        "value": written(value_of(entry), entry.kpi, actor.organisation.currency),
        "day": entry.dated_on.isoformat(),
        "source": entry.source,
        "by": actor.name,
        "state": entry.state,
        "reason": entry.decision,
    }


def _administrators(actor: Actor, facts: Facts) -> dict[int, Facts]:
    rows = Membership.objects.filter(organisation=actor.organisation, role=Role.ADMIN)
    own = actor.user.pk if actor.user else None
    return {pk: facts for pk in rows.values_list("user_id", flat=True) if pk != own}


def _leads_above(entry: Entry, on: date) -> set[int]:
    """The managers of the nearest unit that has any: of a person's own unit, of the unit above a unit."""
    unit_id = entry.unit_id or _unit_of(entry, on)
    above = UnitClosure.objects.filter(
        current_on(on), descendant_id=unit_id, depth__gte=1 if entry.unit_id else 0
    ).order_by("depth")
    units = list(above.values_list("ancestor_id", flat=True))
    leads: dict[int, set[int]] = {}
    rows = Assignment.objects.filter(current_on(on), unit_id__in=units, role=AssignmentRole.MANAGER)
    for one, person_id in rows.exclude(person=entry.person).values_list("unit_id", "person_id"):
        leads.setdefault(one, set()).add(person_id)
    return next((leads[one] for one in units if one in leads), set())


def _unit_of(entry: Entry, on: date) -> int | None:
    rows = Assignment.objects.filter(current_on(on), person=entry.person, role=AssignmentRole.MEMBER)
    return rows.values_list("unit_id", flat=True).first()
