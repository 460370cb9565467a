"""The whole way of a call: read, resolve, stage, merge, follow up; counted, and named where refused."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext

from salestargets.ingest.batch import Batch, missing
from salestargets.ingest.kinds import Call, Errors, Kind
from salestargets.ingest.merge import Landed, existing, merge, merge_items, touch
from salestargets.ingest.references import Aliases, Resolver, Unresolved, resolve
from salestargets.ingest.staging import stage
from salestargets.ingest.statistics import refresh_statistics
from salestargets.kernel.errors import Conflict, DomainError
from salestargets.kernel.messages import N_

#: Rows that only PostgreSQL can refuse are found by halving; a call full of them is refused as a whole.
MOST_SPLITS = 200


@dataclass(frozen=True)
class Rejection:
    index: int
    external_id: str | None
    errors: Mapping[str, list[str]]


@dataclass
class Outcome:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    #: What landed though something is missing: {"without_customer": 3, "repeated": 1, …}
    remarks: Counter[str] = field(default_factory=Counter)


class Follower(Protocol):
    """A higher app that watches a call: images before and after, references that wait."""

    def before(self, batch: Batch, staged: str, call: Call) -> None: ...
    def after(self, batch: Batch, landed: Landed, unresolved: Sequence[Unresolved], call: Call) -> None: ...


@dataclass
class _Landing:
    kind: Kind
    call: Call
    resolver: Resolver
    followers: Sequence[Follower]
    splits: int = 0

    def land(self, batch: Batch, unresolved: Sequence[Unresolved]) -> Landed:
        """All rows that PostgreSQL takes; the others are rejected in the batch."""
        if not len(batch):
            return Landed()
        try:
            with transaction.atomic():
                return self._merge(batch, unresolved)
        except (IntegrityError, DataError, DomainError) as error:
            problem = self._explain(error)
        if len(batch) == 1:
            batch.reject({0: {problem.field or "record": [problem]}})
            return Landed()
        self.splits += 1
        if self.splits > MOST_SPLITS:
            raise Conflict(
                N_("Too many rows contradict each other or what is stored. The first: {problem}"),
                code="conflicting_rows",
                params={"problem": problem.render(gettext)},
            )
        return self._land_halves(batch, unresolved)

    def _land_halves(self, batch: Batch, unresolved: Sequence[Unresolved]) -> Landed:
        middle = len(batch) // 2
        halves = [batch.part(range(middle)), batch.part(range(middle, len(batch)))]
        landed = Landed()
        refused: dict[int, Errors] = {}
        for half in halves:
            landed.add(self.land(half, unresolved))
            refused |= half.rejected
        batch.reject({row: refused[place] for row, place in enumerate(batch.places) if place in refused})
        return landed

    def _merge(self, batch: Batch, unresolved: Sequence[Unresolved]) -> Landed:
        staged = stage(batch)
        for follower in self.followers:
            follower.before(batch, staged, self.call)
        landed = merge(batch, staged, self.call)
        self._refresh_statistics(self.kind.table, len(landed.created))
        followed: set[int] = set()
        for part in self.kind.lists:
            if part.name in batch.columns:
                followed |= merge_items(batch, part, landed, self.call)
                self._refresh_statistics(part.table, len(followed))
        for after in self.kind.after:
            followed |= set(after(batch, landed, self.call, self.resolver))
        touch(self.kind, landed, followed - landed.created - landed.updated, self.call)
        landed.updated |= followed - landed.created
        waiting = [one for one in unresolved if one.external_id in landed.ids]
        for follower in self.followers:
            follower.after(batch, landed, waiting, self.call)
        return landed

    def _refresh_statistics(self, table: str, rows: int) -> None:
        refresh_statistics(table, rows=rows, organisation_id=self.call.organisation_id)

    def _explain(self, error: Exception) -> DomainError:
        if isinstance(error, DomainError):
            return error
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        message = self.kind.conflicts.get(constraint, N_("This contradicts a record that is stored."))
        return DomainError(message, code="conflict")


def upsert(
    batch: Batch,
    *,
    call: Call,
    aliases: Aliases,
    followers: Sequence[Follower] = (),
    atomic: bool = False,
) -> Outcome:
    """Make or change the records that were read, known by (source, external_id), in the caller's transaction.

    Good rows land and bad rows are named; with `atomic` none lands where one is bad. Takes the batch apart.
    """
    with transaction.atomic():
        _refuse_incomplete(batch, call)
        resolver = Resolver(call, aliases)
        unresolved = resolve(batch, resolver)
        landed = _Landing(batch.kind, call, resolver, followers).land(batch, unresolved)
        outcome = _outcome(batch, landed, unresolved)
        if atomic and outcome.rejected:
            outcome = Outcome(rejected=outcome.rejected)
            transaction.set_rollback(True)
    return outcome


def _refuse_incomplete(batch: Batch, call: Call) -> None:
    lacking = missing(batch)
    if lacking:
        asked = {row: batch.external_ids[row] for row in lacking}
        known = existing(batch.kind, list(asked.values()), call)
        batch.reject({row: errors for row, errors in lacking.items() if asked[row] not in known})


def _outcome(batch: Batch, landed: Landed, unresolved: Sequence[Unresolved]) -> Outcome:
    outcome = Outcome(created=len(landed.created), updated=len(landed.updated))
    outcome.unchanged = len(landed.ids) - outcome.created - outcome.updated
    outcome.rejected = rejections_of(batch)
    outcome.remarks = _remarks(batch, unresolved) + landed.remarks
    return outcome


def rejections_of(batch: Batch) -> list[Rejection]:
    """Which of the call's rows are refused, and why, in the caller's language."""
    return [
        Rejection(place, _external_id(batch.sent_ids[place]), _render(batch.rejected[place]))
        for place in sorted(batch.rejected)
    ]


def _remarks(batch: Batch, unresolved: Sequence[Unresolved]) -> Counter[str]:
    remarks: Counter[str] = Counter()
    here = set(batch.external_ids)
    waiting = [one for one in unresolved if one.external_id in here and not _came_along(one, batch, here)]
    remarks.update(f"unresolved_{one.field}" for one in waiting)
    for item in batch.kind.fields:
        if item.counted and item.name in batch.columns:
            empty = batch.columns[item.name].count(None) - remarks[f"unresolved_{item.name}"]
            remarks[f"without_{item.name}"] = empty
    remarks["repeated"] = batch.repeated
    return +remarks


def _came_along(one: Unresolved, batch: Batch, here: Collection[str]) -> bool:
    """Whether the call itself brought what a record of it waited for."""
    return one.target_kind == batch.kind.name and one.reference in here


def _external_id(value: object) -> str | None:
    return value[:200] if isinstance(value, str) else None


def _render(errors: Errors) -> dict[str, list[str]]:
    return {name: [error.render(gettext) for error in problems] for name, problems in errors.items()}
