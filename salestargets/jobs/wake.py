"""From a commit to a worker: a row that cannot be lost, and a message that may be."""

import time
from functools import partial

import structlog
from celery import current_app
from django.core.cache import cache
from django.db import transaction

from salestargets.jobs.models import Wake
from salestargets.jobs.registry import QUEUES
from salestargets.tenancy.context import current_organisation_id

log = structlog.get_logger(__name__)

#: While a kick is on its way, further ones are not sent. The worker takes the mark away before it reads.
DEBOUNCE_SECONDS = 5
#: After the broker failed once, do not make the next request wait for it too.
BROKEN_SECONDS = 5.0
_breaker = {"open_until": 0.0}


def wake(queue: str) -> None:
    """Note that this organisation has work in a queue, and tell a worker after commit."""
    Wake.objects.create(organisation_id=current_organisation_id(), queue=queue)
    kick_after_commit(queue)


def kick_after_commit(queue: str) -> None:
    """Where the row is already written (by a trigger): only the message."""
    transaction.on_commit(partial(kick, queue, current_organisation_id()), robust=True)


def kick(queue: str, organisation_id: int) -> None:
    """Tell a worker, softly: with the broker down the sweep finds the row."""
    if time.monotonic() < _breaker["open_until"]:
        return
    if not cache.add(_mark(queue, organisation_id), 1, DEBOUNCE_SECONDS):
        return
    try:
        current_app.send_task(QUEUES[queue], args=[organisation_id])
    except Exception as error:
        _breaker["open_until"] = time.monotonic() + BROKEN_SECONDS
        log.warning("broker_unreachable", queue=queue, error=repr(error))


def heard(queue: str, organisation_id: int) -> None:
    """A worker took the message: from here on a commit sends the next one."""
    cache.delete(_mark(queue, organisation_id))


def waiting() -> list[tuple[int, str]]:
    """(organisation, queue) of all work that waits, the longest first."""
    rows = Wake.objects.values_list("organisation_id", "queue").order_by("id")[:10_000]
    return list(dict.fromkeys((organisation_id, queue) for organisation_id, queue in rows))


def wake_ids(queue: str) -> list[int]:
    """Read before looking for work; what is noted later keeps its own row."""
    rows = Wake.objects.filter(organisation_id=current_organisation_id(), queue=queue)
    return list(rows.values_list("id", flat=True)[:50_000])


def settle(ids: list[int]) -> None:
    Wake.objects.filter(organisation_id=current_organisation_id(), id__in=ids).delete()


def _mark(queue: str, organisation_id: int) -> str:
    return f"{organisation_id}:kick:{queue}"
