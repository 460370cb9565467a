"""Cells are kept equal to the records: by batches of what was touched, or all at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import OperationalError
from psycopg2.errors import LockNotAvailable

from kpis import sql
from kpis.models import Closing, DirtyKey, Selection
from kpis.registry import EVERY_GROUP, FOLLOWERS, ChangedCells, Flow
from kpis.selections import flows_of
from salestargets.jobs import wake
from salestargets.tenancy.context import acting_for

QUEUE = "cells"
BATCH = 5_000
#: Who finds another worker at the same organisation goes on to the next one; the note to come back stays.
PATIENCE = "200ms"
#: A command waits for its turn, and may take as long as the worker may.
COMMAND_PATIENCE = "60s"


@dataclass
class Asked:
    """What one group of measures has to compute: people in months, and people in all their months."""

    pairs: set[tuple[int, date]] = field(default_factory=set)
    whole: set[int] = field(default_factory=set)

    def parameters(self) -> dict[str, list[Any]]:
        pairs = sorted(pair for pair in self.pairs if pair[0] not in self.whole)
        return {
            "people": [person_id for person_id, _month in pairs],
            "months": [month for _person_id, month in pairs],
            "whole": sorted(self.whole),
        }


def drain(organisation_id: int, *, at: datetime) -> bool:
    """Work off one batch of what was touched, in one transaction. True: there may be more."""
    try:
        with acting_for(organisation_id):
            return _drain(at)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return False
        raise


def work_off(at: datetime) -> None:
    """Everything that waits, in the transaction of whoever is at the cells already."""
    while _drain(at):
        pass


def rebuild(organisation_id: int, *, at: datetime) -> None:
    """Compute every cell of the organisation from its records."""
    with acting_for(organisation_id):
        sql.lock(patience=COMMAND_PATIENCE)
        _rebuild(at)


def _drain(at: datetime) -> bool:
    sql.lock(patience=PATIENCE)
    notes = wake.wake_ids(QUEUE)
    if DirtyKey.objects.filter(person_id__isnull=True).exists():
        _rebuild(at)
        return True
    claimed = sql.run(sql.CLAIM, limit=BATCH)
    if not claimed:
        wake.settle(notes)
        return False
    changes = [_recompute(group, asked, at) for group, asked in _by_group(claimed).items()]
    _tell(changes, at)
    return True


def _by_group(claimed: Iterable[tuple[str, int, date | None]]) -> dict[str, Asked]:
    groups: dict[str, Asked] = defaultdict(Asked)
    for group, person_id, month in claimed:
        if month is None:
            groups[group].whole.add(person_id)
        else:
            groups[group].pairs.add((person_id, month))
    return groups


def _recompute(group: str, asked: Asked, at: datetime) -> ChangedCells:
    flows = flows_of(group)
    if not flows:
        return ChangedCells(frozenset(), frozenset(), frozenset())
    parameters = {**asked.parameters(), **sql.params_of(flows), "at": at}
    [(people, units, months)] = sql.run(sql.recompute(flows, with_records(flows)), **parameters)
    if units:
        sql.run(sql.SWEEP_ZEROS, units=units, months=months)
    return _changed(people, units, months)


def _rebuild(at: datetime) -> None:
    sql.run(sql.CLAIM_EVERYTHING)
    sql.run(sql.TAKE_TIME)
    flows = flows_of(EVERY_GROUP)
    measures = {key for flow in flows for key in flow.terms}
    note_uncounted(measures)
    chosen = list(Selection.objects.filter(counted_at=None).values_list("pk", flat=True))
    [(people, units, months)] = sql.run(sql.rebuild(with_records(flows)), **sql.params_of(flows), at=at)
    Selection.objects.filter(pk__in=chosen).update(counted_at=at)
    note_counted(measures)
    _tell([_changed(people, units, months)], at)


def note_counted(measures: Collection[str]) -> None:
    """They are counted now, in closed months too: what changes of them there is a correction from now on."""
    for closing in Closing.objects.filter(reopened_at=None).exclude(measures__contains=list(measures)):
        closing.measures = sorted({*closing.measures, *measures})
        closing.save(update_fields=["measures"])


def note_uncounted(measures: Collection[str]) -> None:
    """What is not counted any more goes from the cells without a correction: all but these."""
    for closing in Closing.objects.filter(reopened_at=None).exclude(measures__contained_by=list(measures)):
        closing.measures = sorted({*closing.measures}.intersection(measures))
        closing.save(update_fields=["measures"])


def with_records(flows: Sequence[Flow]) -> list[Flow]:
    """Those of which the organisation has any record: who uses few kinds does not pay for the others."""
    if not flows:
        return []
    [answers] = sql.run(sql.which_have_records(flows))
    return [flow for flow, has_any in zip(flows, answers, strict=True) if has_any] or list(flows[:1])


def _changed(
    people: Sequence[int] | None, units: Sequence[int] | None, months: Sequence[date] | None
) -> ChangedCells:
    return ChangedCells(frozenset(people or ()), frozenset(units or ()), frozenset(months or ()))


def _tell(changes: Sequence[ChangedCells], at: datetime) -> None:
    changed = ChangedCells(
        person_ids=frozenset().union(*(change.person_ids for change in changes)),
        unit_ids=frozenset().union(*(change.unit_ids for change in changes)),
        months=frozenset().union(*(change.months for change in changes)),
    )
    if changed.months:
        for follow in FOLLOWERS:
            follow(changed, at)
