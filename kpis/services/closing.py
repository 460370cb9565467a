"""Months close: their numbers are final, and what changes them later is kept as dated corrections."""

from datetime import date, datetime, timedelta

from django.db import OperationalError, transaction
from psycopg2.errors import LockNotAvailable

from kpis import sql
from kpis.choices import ClosedBy
from kpis.models import Closing, Selection
from kpis.registry import EVERY_GROUP
from kpis.selections import flows_of
from kpis.services.cells import work_off
from kpis.services.levels import keep_levels, level_measures
from salestargets.kernel.errors import Conflict, DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.kernel.periods import add_months, month_of
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.services.versions import lock, save_changes

LONGEST_REASON = 300
#: How long a page waits for the worker at the organisation's cells.
PATIENCE = "5s"


@transaction.atomic
def close_month(actor: Actor, *, month: date, at: datetime) -> Closing:
    """From now on its numbers are final. What waits is counted before."""
    actor.require(Scope.ADMIN)
    if month.day != 1:
        raise DomainError(N_("Name a month by its first day."), code="not_a_month", field="month")
    if month_of(month).end > actor.organisation.today(at):
        raise DomainError(N_("This month is not over yet."), code="not_over", field="month")
    _wait_for_cells()
    work_off(at)
    if Closing.objects.filter(month=month, reopened_at=None).exists():
        raise Conflict(N_("This month is closed already."), code="closed", field="month")
    return _close(month, ClosedBy.HAND, actor, at)


@transaction.atomic
def reopen_month(
    actor: Actor, *, closing: Closing, reason: str, expected_version: int | None = None, at: datetime
) -> Closing:
    """Its numbers change again without corrections, until it is closed anew by hand."""
    actor.require(Scope.ADMIN)
    why = clean_text(reason, max_length=LONGEST_REASON)
    if not why:
        raise DomainError(N_("Say why."), code="reason_required", field="reason")
    _wait_for_cells()
    closing = lock(closing, expected_version=expected_version)
    if closing.reopened_at is not None:
        raise Conflict(N_("This month is open already."), code="open")
    save_changes(closing, {"reopened_at": at, "reopened_by": actor.user, "reason": why})
    return closing


def close_due(organisation_id: int, *, at: datetime) -> list[date]:
    """Close the months whose days are over, by the organisation's clock; tells which.

    Only months since the organisation is here: what was before, it brings along in its own time. What was
    opened again stays open.
    """
    with acting_for(organisation_id):
        organisation = Organisation.objects.get(pk=organisation_id)
        due = _due(organisation, at)
        if due:
            sql.lock(patience=PATIENCE)
            work_off(at)
            for month in due:
                _close(month, ClosedBy.ITSELF, None, at)
        return due


def _due(organisation: Organisation, at: datetime) -> list[date]:
    if organisation.closes_after_days is None:
        return []
    last = organisation.today(at) - timedelta(days=organisation.closes_after_days)
    known = set(Closing.objects.values_list("month", flat=True))
    month, due = month_of(organisation.today(organisation.created_at)).start, []
    while add_months(month, 1) <= last:
        if month not in known:
            due.append(month)
        month = add_months(month, 1)
    return due


def _close(month: date, how: ClosedBy, actor: Actor | None, at: datetime) -> Closing:
    uncounted = set(Selection.objects.filter(counted_at=None).values_list("key", flat=True))
    counted = {key for flow in flows_of(EVERY_GROUP) for key in flow.terms} - uncounted
    closing = Closing.objects.create(
        month=month,
        closed_at=at,
        closed_by=actor.user if actor else None,
        how=how,
        measures=sorted(counted),
        levels=level_measures(),
    )
    keep_levels(closing)
    return closing


def _wait_for_cells() -> None:
    """No worker writes cells while a month closes or opens."""
    try:
        with transaction.atomic():
            sql.lock(patience=PATIENCE)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Conflict(
                N_("The numbers are being computed. Try again in a minute."), code="busy"
            ) from error
        raise
