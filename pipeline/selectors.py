"""Reads of records, within what the actor sees. `get_…` are the only doors to one object."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from pipeline.choices import DealStatus, ImportState
from pipeline.models import (
    Channel,
    CreditShare,
    Customer,
    Deal,
    ImportChange,
    ImportMapping,
    ImportRejection,
    ImportRun,
    Product,
    Stage,
    StageEntry,
    UnresolvedReference,
)
from salestargets.jobs.models import JobState
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import ExchangeRate

Rows: TypeAlias = QuerySet[Any, Mapping[str, Any]]

#: Kinds that everyone in the organisation may look up.
CATALOGUES: Mapping[str, type[Model]] = {
    "customers": Customer,
    "products": Product,
    "channels": Channel,
    "stages": Stage,
    "exchange-rates": ExchangeRate,
}

_REFERENCES = ("owner", "customer", "product", "channel", "stage")
DEAL_COLUMNS = (
    *("id", "source", "external_id", "name", "status", "amount_minor", "currency", "base_minor"),
    *("created_on", "expected_close_on", "closed_on", "lost_reason", "is_shared"),
    *("source_updated_at", "changed_at", "version"),
    *(f"{name}{part}" for name in _REFERENCES for part in ("_id", "__external_id", "__name")),
)


@dataclass(frozen=True, kw_only=True)
class DealFilter:
    """Which deals; days are half-open: from, to and not including."""

    owner_id: int | None = None
    customer_id: int | None = None
    stage_id: int | None = None
    status: DealStatus | None = None
    external_id: str | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    created_from: date | None = None
    created_to: date | None = None
    updated_since: datetime | None = None

    def conditions(self) -> dict[str, object]:
        wanted = {
            "owner_id": self.owner_id,
            "customer_id": self.customer_id,
            "stage_id": self.stage_id,
            "status": self.status,
            "external_id": self.external_id,
            "closed_on__gte": self.closed_from,
            "closed_on__lt": self.closed_to,
            "created_on__gte": self.created_from,
            "created_on__lt": self.created_to,
            "changed_at__gte": self.updated_since,
        }
        return {name: value for name, value in wanted.items() if value is not None}


def visible_deals(actor: Actor, on: date) -> QuerySet[Deal]:
    """Deals of the people an actor sees: owned by them, or credited to them in part."""
    deals = Deal.objects.filter(deleted_at__isnull=True)
    sight = sight_of(actor, on)
    if sight.everything:
        return deals
    shared = CreditShare.objects.filter(deal_id=OuterRef("pk"), person_id__in=sight.person_ids)
    return deals.filter(Q(owner_id__in=sight.person_ids) | Q(is_shared=True) & Exists(shared))


def deal_rows(actor: Actor, on: date, chosen: DealFilter) -> Rows:
    rows: Rows = visible_deals(actor, on).filter(**chosen.conditions()).values(*DEAL_COLUMNS)
    return rows


def get_deal_row(actor: Actor, deal_id: int, on: date) -> Mapping[str, Any]:
    """One deal with its `shares` and its `stage_history`, oldest first."""
    row = visible_deals(actor, on).filter(pk=deal_id).values(*DEAL_COLUMNS).first()
    if row is None:
        raise NotFound(N_("There is no such deal."), code="not_found")
    shares = CreditShare.objects.filter(deal_id=deal_id).order_by("-share_ppm", "person_id")
    history = StageEntry.objects.filter(deal_id=deal_id).order_by("entered_at", "id")
    return {
        **row,
        "shares": list(
            shares.values("person_id", "person__external_id", "person__name", "share_ppm", "base_minor")
        ),
        "stage_history": list(history.values("stage_id", "stage__external_id", "stage__name", "entered_at")),
    }


def catalogue_rows(kind: str, *, external_id: str | None = None, source: str | None = None) -> Rows:
    """Customers, products, channels, stages or exchange rates."""
    model = CATALOGUES[kind]
    wanted = {"external_id": external_id, "source": source}
    found = model._default_manager.filter(**{name: value for name, value in wanted.items() if value})
    columns = [field.attname for field in model._meta.concrete_fields if field.name != "organisation"]
    rows: Rows = found.values(*columns)
    return rows


def get_catalogue_row(kind: str, record_id: int) -> Mapping[str, Any]:
    row = catalogue_rows(kind).filter(pk=record_id).first()
    if row is None:
        raise NotFound(N_("There is no such record."), code="not_found")
    return row


def unresolved_rows(actor: Actor, *, target_kind: str | None = None) -> Rows:
    """What waits for a record that is not here."""
    actor.require(Scope.RECORDS_WRITE)
    waiting = UnresolvedReference.objects.filter(**({"target_kind": target_kind} if target_kind else {}))
    rows: Rows = waiting.values("id", "kind", "record_id", "field", "target_kind", "source", "reference")
    return rows


def import_runs(actor: Actor) -> QuerySet[ImportRun]:
    """Files on their way, the newest first, each with its job."""
    actor.require(Scope.RECORDS_WRITE)
    return ImportRun.objects.select_related("job").order_by("-created_at", "-id")


def get_run(actor: Actor, run_id: int) -> ImportRun:
    run = import_runs(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound(N_("There is no such import."), code="not_found")
    return run


_WORKING = frozenset({ImportState.QUEUED, ImportState.RUNNING, ImportState.UNDOING})
_RUN_COLUMNS = (
    *("id", "kind", "source", "file_name", "columns", "mapping", "is_dry_run", "state", "rows_total"),
    *(
        "rows_done",
        "created",
        "updated",
        "unchanged",
        "rejected",
        "remarks",
        "affects",
        "error",
        "created_at",
    ),
    *("finished_at", "job__state", "job__error"),
)


def import_rows(actor: Actor) -> Rows:
    rows: Rows = import_runs(actor).values(*_RUN_COLUMNS)
    return rows


def get_import_row(actor: Actor, run_id: int) -> Mapping[str, Any]:
    row = import_rows(actor).filter(pk=run_id).first()
    if row is None:
        raise NotFound(N_("There is no such import."), code="not_found")
    return row


def run_state(run: ImportRun) -> ImportState:
    return state_of(run.state, run.job.state if run.job else None)


def state_of(state: str, job_state: str | None) -> ImportState:
    """Where a run stands; its job may have failed without being able to say so in the run."""
    if state in _WORKING and job_state == JobState.FAILED:
        return ImportState.FAILED
    return ImportState(state)


def rejections_of(run: ImportRun) -> QuerySet[ImportRejection]:
    return ImportRejection.objects.filter(run=run).order_by("row", "id")


def left_rows(run: ImportRun) -> Rows:
    """Records that undoing the run left as they are, each with the reason."""
    rows: Rows = (
        ImportChange.objects.filter(run=run).exclude(left="").values("id", "kind", "record_id", "left")
    )
    return rows


def saved_mappings(actor: Actor, kind: str | None = None) -> QuerySet[ImportMapping]:
    actor.require(Scope.RECORDS_WRITE)
    return ImportMapping.objects.filter(**({"kind": kind} if kind else {})).order_by("name")


def mapping_rows(actor: Actor, kind: str | None = None) -> Rows:
    rows: Rows = saved_mappings(actor, kind).values("id", "name", "kind", "mapping")
    return rows
