"""KPIs whose values people enter, and the values: dated, with source and evidence, confirmed by another."""

from datetime import date, datetime

from django.db import transaction

from kpis.amounts import units_in_one
from kpis.choices import EntryState, FilterOp, KpiUnit, Manual
from kpis.domain.recipes import Condition, key_of
from kpis.entries import authority_of, holder_of
from kpis.measures import OF_KPI
from kpis.models import Entry, Kpi, Selection
from kpis.notices import tell_decided, tell_entered
from kpis.registry import FOLLOWERS, ChangedCells
from kpis.services.cells import note_counted
from kpis.services.definitions import KpiFacts, add_kpi
from kpis.values import Holder
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.money import check_minor
from salestargets.kernel.parsing import clean_text
from salestargets.kernel.periods import month_of
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.selectors import get_person, get_unit
from salestargets.tenancy.services.versions import lock, save_changes

LONGEST_SOURCE, LONGEST_EVIDENCE, LONGEST_NOTE, LONGEST_REASON = 200, 1000, 2000, 300
#: What adds up over people; a share of something does not.
ADDABLE = (KpiUnit.MONEY, KpiUnit.COUNT, KpiUnit.DAYS)


@transaction.atomic
def create_manual_kpi(
    actor: Actor, *, key: str, unit: str, facts: KpiFacts, adds_up: bool, at: datetime
) -> Kpi:
    """A KPI whose values are entered: those of people add up, or the newest of each holder is its value."""
    actor.require(Scope.ADMIN)
    if adds_up and unit not in ADDABLE:
        raise DomainError(
            N_("Percentages and scores do not add up over people."), code="does_not_add_up", field="manual"
        )
    manual = Manual.SUM if adds_up else Manual.LEVEL
    kpi = add_kpi(key=key, unit=unit, facts=facts, manual=manual)
    _select(kpi, at)
    return kpi


@transaction.atomic
def enter_value(
    actor: Actor,
    *,
    kpi: Kpi,
    holder: Holder,
    dated_on: date,
    value: int,
    source: str,
    evidence: str,
    note: str = "",
    at: datetime,
) -> Entry:
    """A value of a holder on a day, in the KPI's smallest unit; it counts once somebody else confirms it."""
    today = actor.organisation.today(at)
    authority = authority_of(actor, today)
    if not authority.takes_part:
        raise Forbidden(N_("Your role or key may not do this."), code="forbidden")
    if kpi.manual == Manual.NONE:
        raise NotFound(N_("The values of this KPI are not entered by hand."), code="not_found", field="kpi")
    whose = _whose(actor, kpi, holder, today)
    if dated_on > today:
        raise DomainError(N_("This day is still to come."), code="in_the_future", field="dated_on")
    entry = Entry.objects.create(
        kpi=kpi,
        **whose,
        dated_on=dated_on,
        value=check_minor(value),
        scale=scale_of_values(kpi),
        source=_said(source, LONGEST_SOURCE, "source"),
        evidence=_said(evidence, LONGEST_EVIDENCE, "evidence"),
        note=clean_text(note, max_length=LONGEST_NOTE, multiline=True),
        entered_at=at,
        entered_by=actor.user,
        actor=actor.id,
    )
    tell_entered(actor, entry, at=at)
    return entry


def confirm(
    actor: Actor, *, entry: Entry, reason: str = "", expected_version: int | None = None, at: datetime
) -> Entry:
    """From now on the value counts."""
    return _decide(actor, entry, EntryState.CONFIRMED, reason, expected_version, at)


def reject(
    actor: Actor, *, entry: Entry, reason: str, expected_version: int | None = None, at: datetime
) -> Entry:
    """It never counts; who entered it reads why."""
    return _decide(
        actor, entry, EntryState.REJECTED, _said(reason, LONGEST_REASON, "reason"), expected_version, at
    )


@transaction.atomic
def withdraw(
    actor: Actor, *, entry: Entry, reason: str = "", expected_version: int | None = None, at: datetime
) -> Entry:
    """It counts no longer, or never will. One that counted is taken back by whoever could confirm it."""
    authority = authority_of(actor, actor.organisation.today(at))
    if not authority.takes_part:
        raise Forbidden(N_("Your role or key may not do this."), code="forbidden")
    entry = lock(entry, expected_version=expected_version)
    if entry.state not in (EntryState.ENTERED, EntryState.CONFIRMED):
        raise DomainError(N_("This value does not count anyway."), code="decided")
    if not authority.withdraws(entry):
        raise Forbidden(
            N_("A value is withdrawn by who entered it, or by who could confirm it."), code="not_yours"
        )
    did_count = entry.state == EntryState.CONFIRMED
    words = _said(reason, LONGEST_REASON, "reason") if did_count else _words(reason)
    _write(actor, entry, EntryState.WITHDRAWN, words, at)
    if did_count:
        _tell_of_level(entry, at)
    return entry


def scale_of_values(kpi: Kpi) -> int:
    """How many of the smallest unit make one. What adds up is whole."""
    return 1 if kpi.manual == Manual.SUM else units_in_one(kpi.unit)


@transaction.atomic
def _decide(
    actor: Actor, entry: Entry, state: EntryState, reason: str, expected_version: int | None, at: datetime
) -> Entry:
    actor.require(Scope.TARGETS_WRITE)
    authority = authority_of(actor, actor.organisation.today(at))
    entry = lock(entry, expected_version=expected_version)
    if entry.state != EntryState.ENTERED:
        raise DomainError(N_("This value is decided already."), code="decided")
    if not authority.decides(entry):
        if authority.is_by(entry.actor):
            raise Forbidden(N_("Nobody confirms what they entered themselves."), code="own_entry")
        raise Forbidden(
            N_("This is confirmed by an administrator, or by who leads a unit above."), code="not_yours"
        )
    _write(actor, entry, state, _words(reason), at)
    if state == EntryState.CONFIRMED:
        _tell_of_level(entry, at)
    tell_decided(actor, entry, at=at)
    return entry


def _write(actor: Actor, entry: Entry, state: EntryState, reason: str, at: datetime) -> None:
    decided = {"decided_at": at, "decided_by": actor.user, "decision": reason}
    save_changes(entry, {"state": state, **decided})


def _select(kpi: Kpi, at: datetime) -> None:
    """Its formula is a selection of the measures of entries. There are none yet, so its cells are right."""
    is_money, is_sum = kpi.unit == KpiUnit.MONEY, kpi.manual == Manual.SUM
    above = ("entry_money" if is_money else "entry_sum") if is_sum else None
    above = above or ("entry_money_level" if is_money else "entry_level")
    kpi.numerator = _selection(above, kpi, at)
    kpi.denominator = "" if is_sum else _selection("entry_scale", kpi, at)
    kpi.save(update_fields=["numerator", "denominator"])


def _selection(measure: str, kpi: Kpi, at: datetime) -> str:
    conditions = [Condition(OF_KPI, FilterOp.ANY, (kpi.pk,))]
    key = key_of(measure, conditions)
    filters = [one.as_json() for one in conditions]
    Selection.objects.create(key=key, measure=measure, filters=filters, counted_at=at)
    note_counted([key])
    return key


def _whose(actor: Actor, kpi: Kpi, holder: Holder, today: date) -> dict[str, object]:
    if holder.kind == "person":
        return {"person": get_person(actor, holder.id, today)}
    unit = get_unit(actor, holder.id, today)
    if kpi.manual == Manual.SUM:
        raise DomainError(
            N_("The values of this KPI add up from people to units: enter one for a person."),
            code="not_a_person",
            field="holder",
        )
    return {"unit": unit}


def _tell_of_level(entry: Entry, at: datetime) -> None:
    """No cell is kept of a level: who follows cells is told of it from its day to now."""
    if entry.kpi.manual != Manual.LEVEL:
        return
    holder = holder_of(entry)
    months = {month_of(entry.dated_on).start, month_of(at.date()).start}
    ids = frozenset([holder.id])
    people, units = (ids, frozenset[int]()) if holder.kind == "person" else (frozenset[int](), ids)
    for follow in FOLLOWERS:
        follow(ChangedCells(people, units, frozenset(months)), at)


def _said(text: str, longest: int, field: str) -> str:
    words = clean_text(text, max_length=longest)
    if not words:
        raise DomainError(N_("Say it in a few words."), code="required", field=field)
    return words


def _words(text: str) -> str:
    return clean_text(text, max_length=LONGEST_REASON)
