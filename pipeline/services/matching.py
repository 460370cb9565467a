"""References that probably mean a record under another spelling: offered, agreed to, remembered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pghistory
from django.db import connection
from django.db.models import Count, Exists, OuterRef

from pipeline.domain.names import name_key, similar_names
from pipeline.models import Alias, UnresolvedReference
from pipeline.services.records import CELLS, call_of
from pipeline.services.references import resolve_waiting
from salestargets.ingest.kinds import KINDS, Kind, get_kind
from salestargets.jobs.wake import kick_after_commit
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope

#: The references that hold up most records come first; nobody reads further.
MOST_SUGGESTIONS = 200


@dataclass(frozen=True)
class Candidate:
    id: int
    external_id: str
    name: str
    likeness: float


@dataclass(frozen=True)
class Match:
    """`records` records of a source wait for what they call `reference`; `candidates` are like it."""

    kind: str
    source: str
    reference: str
    records: int
    candidates: tuple[Candidate, ...]


def suggest_matches(actor: Actor) -> list[Match]:
    """What waits and looks like something that is here, the most wanted first."""
    actor.require(Scope.RECORDS_WRITE)
    settled = Alias.objects.filter(
        kind=OuterRef("target_kind"), source=OuterRef("source"), reference=OuterRef("reference")
    )
    waiting = (
        UnresolvedReference.objects.exclude(Exists(settled))
        .exclude(target_kind__in=_known_by_number())
        .values_list("target_kind", "source", "reference")
        .annotate(records=Count("id"))
        .order_by("-records", "target_kind", "reference")[:MOST_SUGGESTIONS]
    )
    known: dict[str, _Known] = {}
    found: list[Match] = []
    for kind, source, reference, records in waiting:
        if kind not in known:
            known[kind] = _Known.of(get_kind(kind), actor.organisation.pk)
        if candidates := known[kind].like(reference):
            found.append(Match(kind, source, reference, records, candidates))
    return found


def _known_by_number() -> list[str]:
    """Kinds of which there are too many to look for one that is spelt alike: deals, invoices."""
    return [kind.name for kind in KINDS.values() if kind.has_tombstones]


def accept_match(
    actor: Actor, *, kind: str, source: str, reference: str, record_id: int, at: datetime
) -> int:
    """From now on this `reference` means that record; returns how many waiting records it filled."""
    actor.require(Scope.RECORDS_WRITE)
    target = get_kind(kind)
    if not _exists(target, record_id, actor.organisation.pk):
        raise NotFound(N_("There is no such record."), code="not_found", field="record")
    _remember(kind, source, reference, record_id, reason="match accepted")
    kick_after_commit(CELLS)
    return resolve_waiting(target, call=call_of(actor, source=source, at=at), references=[reference])


def dismiss_match(actor: Actor, *, kind: str, source: str, reference: str) -> None:
    """`reference` is none of ours: do not offer it again."""
    actor.require(Scope.RECORDS_WRITE)
    _remember(get_kind(kind).name, source, reference, None, reason="match dismissed")


def _remember(kind: str, source: str, reference: str, record_id: int | None, *, reason: str) -> None:
    with pghistory.context(reason=reason):
        Alias.objects.update_or_create(
            kind=kind, source=source, reference=reference, defaults={"record_id": record_id}
        )


def _exists(kind: Kind, record_id: int, organisation_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {kind.table} WHERE organisation_id = %s AND id = %s",  # noqa: S608
            [organisation_id, record_id],
        )
        return cursor.fetchone() is not None


@dataclass(frozen=True)
class _Known:
    """The records of a kind by what they are called, sorted so that few need a close look."""

    records: dict[str, list[Candidate]]
    texts: dict[str, set[str]]

    @classmethod
    def of(cls, kind: Kind, organisation_id: int) -> "_Known":
        known = cls({}, {})
        name = "name" if "name" in kind.by_name else "external_id"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, external_id, {name} FROM {kind.table} WHERE organisation_id = %s",  # noqa: S608
                [organisation_id],
            )
            for record_id, external_id, text in cursor.fetchall():
                known._add(Candidate(record_id, external_id, text, likeness=1.0))
        return known

    def _add(self, record: Candidate) -> None:
        for text in {record.external_id, record.name}:
            self.records.setdefault(text, []).append(record)
            for corner in _corners(text):
                self.texts.setdefault(corner, set()).add(text)

    def like(self, reference: str) -> tuple[Candidate, ...]:
        near = set().union(*(self.texts.get(corner, ()) for corner in _corners(reference)))
        exact = [(reference, 1.0)] if reference in self.records else []
        similar = [(one.name, one.likeness) for one in similar_names(reference, near)]
        best: dict[int, Candidate] = {}
        for text, likeness in [*exact, *similar]:
            for record in self.records[text]:
                best.setdefault(record.id, Candidate(record.id, record.external_id, record.name, likeness))
        return tuple(best.values())[:5]


def _corners(text: str) -> Iterable[str]:
    """A slip is seldom at both ends of a name, so likely twins share their beginning or their end."""
    key = name_key(text)
    return (f"{key[:2]}…", f"…{key[-2:]}") if key else ()
