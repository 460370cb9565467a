"""What was entered by hand for a KPI: who sees it, and who may decide about it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from kpis.choices import EntryState, Manual
from kpis.models import Entry, Kpi
from kpis.values import Holder
from salestargets.api.selectors import is_same_hand
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import Actor, Sight, sight_of
from salestargets.tenancy.choices import AssignmentRole, Role, Scope
from salestargets.tenancy.models import Assignment, Membership, UnitClosure
from salestargets.tenancy.models.people import current_on


@dataclass(frozen=True)
class Authority:
    """What an actor may do with entries on a day. Nobody confirms what they entered, or what is their own."""

    actor: Actor
    sight: Sight
    #: Units with a unit above them that the actor leads.
    led: frozenset[int]
    #: Whether what was done under an `Actor.id` was by their own hand. Each is asked about once.
    is_by: Callable[[str], bool]

    @property
    def takes_part(self) -> bool:
        """A viewer and a key that only reads enter nothing."""
        if self.actor.role is None:
            return self.actor.may(Scope.TARGETS_WRITE)
        return self.actor.role != Role.VIEWER

    def enters(self, holder: Holder) -> bool:
        """Whoever leads a unit for it and all below, everybody for themselves."""
        return self.takes_part and self._sees(holder)

    def decides(self, entry: Entry) -> bool:
        """Administrators, and whoever leads a unit above the holder."""
        if not self.actor.may(Scope.TARGETS_WRITE) or self._is_own(entry) or self.is_by(entry.actor):
            return False
        if entry.unit_id is not None:
            return self.sight.everything or entry.unit_id in self.led
        return self._sees(holder_of(entry))

    def withdraws(self, entry: Entry) -> bool:
        """Who entered it, as long as it is not decided; who could decide, always."""
        is_undone = entry.state == EntryState.ENTERED and self.takes_part and self.is_by(entry.actor)
        return is_undone or (entry.state in _STANDING and self.decides(entry))

    def _is_own(self, entry: Entry) -> bool:
        return entry.person_id is not None and entry.person_id == self.actor.person_id

    def _sees(self, holder: Holder) -> bool:
        of = self.sight.of_unit if holder.kind == "unit" else self.sight.of_person
        return of(holder.id)


_STANDING = (EntryState.ENTERED, EntryState.CONFIRMED)


def authority_of(actor: Actor, on: date) -> Authority:
    return Authority(actor, sight_of(actor, on), _led(actor, on), cache(partial(is_same_hand, actor)))


def holder_of(entry: Entry) -> Holder:
    return Holder("unit", entry.unit_id) if entry.unit_id else Holder("person", entry.person_id or 0)


def value_of(entry: Entry) -> Fraction:
    return Fraction(entry.value, entry.scale)


def get_manual_kpi(kpi_id: int) -> Kpi:
    kpi = Kpi.objects.exclude(manual=Manual.NONE).filter(pk=kpi_id).first()
    if kpi is None:
        raise NotFound(N_("There is no such KPI, or its values are not entered by hand."), code="not_found")
    return kpi


def visible_entries(actor: Actor, on: date) -> QuerySet[Entry]:
    """Of whom the actor sees, with the `name` of each; the newest first."""
    rows = Entry.objects.select_related("kpi", "unit", "person", "entered_by", "decided_by")
    sight = sight_of(actor, on)
    if not sight.everything:
        rows = rows.filter(Q(unit_id__in=sight.unit_ids) | Q(person_id__in=sight.person_ids))
    return rows.annotate(name=Coalesce("unit__name", "person__name")).order_by("-dated_on", "-id")


def get_entry(actor: Actor, entry_id: int, on: date) -> Entry:
    entry = visible_entries(actor, on).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound(N_("There is no such entry."), code="not_found")
    return entry


def waiting_for(actor: Actor, on: date) -> Counter[int]:
    """KPI → how many entries wait for the actor to confirm them."""
    if not actor.may(Scope.TARGETS_WRITE):
        return Counter()
    waiting = list(visible_entries(actor, on).filter(state=EntryState.ENTERED))
    if not waiting:
        return Counter()
    authority = authority_of(actor, on)
    return Counter(entry.kpi_id for entry in waiting if authority.decides(entry))


def has_confirmer(organisation_id: int) -> bool:
    """Whether there is anybody to confirm what somebody else enters."""
    members = Membership.objects.filter(organisation=organisation_id).exclude(role=Role.VIEWER)
    roles = list(members.values_list("role", flat=True))
    return len(roles) > 1 and not {Role.ADMIN, Role.MANAGER}.isdisjoint(roles)


def _led(actor: Actor, on: date) -> frozenset[int]:
    if actor.role != Role.MANAGER or actor.person_id is None:
        return frozenset()
    managed = Assignment.objects.filter(
        current_on(on), person_id=actor.person_id, role=AssignmentRole.MANAGER
    ).values("unit_id")
    below = UnitClosure.objects.filter(current_on(on), ancestor_id__in=managed, depth__gt=0)
    return frozenset(below.values_list("descendant_id", flat=True))
