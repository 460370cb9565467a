"""The door for records of every kind: bulk REST, files, the demo and tests all come through here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from pipeline.models import Alias, UnresolvedReference
from pipeline.services.impacts import telling
from pipeline.services.pricing import reprice_since
from pipeline.services.references import WaitingReferences, agreed_aliases
from salestargets.ingest.batch import Batch, read_rows
from salestargets.ingest.deletion import bury
from salestargets.ingest.kinds import Call, get_kind
from salestargets.ingest.merge import Landed
from salestargets.ingest.references import Unresolved
from salestargets.ingest.upsert import Follower, Outcome, upsert
from salestargets.jobs.wake import kick_after_commit
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import ExchangeRate
from salestargets.tenancy.registry import Impact
from salestargets.tenancy.services import removal

#: The queue in which cells are computed again; triggers have written its row in this transaction.
CELLS = "cells"
EVER = date(2000, 1, 1)


class Repricing:
    """Follows new exchange rates: the deals they concern are priced anew."""

    def before(self, batch: Batch, staged: str, call: Call) -> None:
        """Prices change when the rates have."""

    def after(self, batch: Batch, landed: Landed, unresolved: Sequence[Unresolved], call: Call) -> None:
        if landed.updated:  # the day it moved from is not known any more
            reprice_since(call, since=dict.fromkeys(_currencies(batch), EVER))
        elif landed.created:
            reprice_since(call, since=_first_days(batch))


def _currencies(batch: Batch) -> set[str]:
    return set(batch.values("currency"))


def _first_days(batch: Batch) -> dict[str, date]:
    first: dict[str, date] = {}
    for currency, day in zip(batch.values("currency"), batch.values("valid_on"), strict=True):
        first[currency] = min(day, first.get(currency, day))
    return first


_FOLLOWERS: dict[str, tuple[Follower, ...]] = {"exchange-rates": (Repricing(),)}


def call_of(actor: Actor, *, source: str, at: datetime) -> Call:
    organisation = actor.organisation
    return Call(
        organisation_id=organisation.pk,
        currency=organisation.currency,
        source=clean_text(source, max_length=50, min_length=1),
        today=organisation.today(at),
        at=at,
        zone=ZoneInfo(organisation.time_zone),
    )


def upsert_records(
    kind: str,
    *,
    source: str,
    rows: Sequence[object],
    actor: Actor,
    at: datetime,
    atomic: bool = False,
    followers: Sequence[Follower] = (),
) -> Outcome:
    """Make or change records of a kind: see `salestargets.ingest.upsert`."""
    actor.require(Scope.RECORDS_WRITE)
    batch = read_rows(get_kind(kind), rows, call_of(actor, source=source, at=at))
    return upsert_read(batch, source=source, actor=actor, at=at, atomic=atomic, followers=followers)


def upsert_read(
    batch: Batch,
    *,
    source: str,
    actor: Actor,
    at: datetime,
    atomic: bool = False,
    followers: Sequence[Follower] = (),
) -> Outcome:
    """The same for rows that have been read already."""
    actor.require(Scope.RECORDS_WRITE)
    outcome = upsert(
        batch,
        call=call_of(actor, source=source, at=at),
        aliases=agreed_aliases,
        followers=(WaitingReferences(), *_FOLLOWERS.get(batch.kind.name, ()), *followers),
        atomic=atomic,
    )
    kick_after_commit(CELLS)
    return outcome


@dataclass(frozen=True)
class Taken:
    """What became of records, and what that means to plans."""

    outcome: Outcome
    affects: Sequence[Impact]


def take_records(
    kind: str,
    *,
    source: str,
    rows: Sequence[object],
    actor: Actor,
    at: datetime,
    dry_run: bool = False,
    atomic: bool = False,
) -> Taken:
    """As `upsert_records`, or all of it and then taken back.

    What it means to plans is told to administrators only: a plan may be a draft that few know of.
    """
    with transaction.atomic():
        with telling(actor.organisation, [kind] if actor.may(Scope.ADMIN) else []) as affects:
            outcome = upsert_records(kind, source=source, rows=rows, actor=actor, at=at, atomic=atomic)
        if dry_run:
            transaction.set_rollback(True)
    return Taken(outcome, affects)


def delete_record(actor: Actor, *, kind: str, record_id: int, at: datetime) -> None:
    """Take a record away. One that numbers are made of leaves a tombstone: its history stays."""
    actor.require(Scope.RECORDS_WRITE)
    if get_kind(kind).has_tombstones:
        if not bury(get_kind(kind), record_id, organisation_id=actor.organisation.pk, at=at):
            raise NotFound(N_("There is no such record."), code="not_found")
    else:
        rate = ExchangeRate.objects.filter(pk=record_id).first() if kind == "exchange-rates" else None
        removal.delete_record(actor, kind=kind, record_id=record_id)
        if rate is not None:
            call = call_of(actor, source=rate.source, at=at)
            reprice_since(call, since={rate.currency: rate.valid_on})
        Alias.objects.filter(kind=kind, record_id=record_id).delete()
    UnresolvedReference.objects.filter(kind=kind, record_id=record_id).delete()
    kick_after_commit(CELLS)
