"""Work that must happen: asked for in a transaction, done in steps, each in a transaction of its own."""

from datetime import datetime, timedelta
from typing import Any

import pghistory
import structlog

from salestargets.accounts.models import User
from salestargets.jobs.models import Job, JobState
from salestargets.jobs.registry import STEPS
from salestargets.jobs.wake import settle, wake, wake_ids
from salestargets.kernel.errors import DomainError
from salestargets.tenancy.context import acting_for

log = structlog.get_logger(__name__)

QUEUE = "jobs"
MAX_ATTEMPTS = 5


def enqueue(*, kind: str, payload: dict[str, Any], at: datetime, by: User | None = None) -> Job:
    """Ask for a job within the caller's transaction."""
    job = Job.objects.create(kind=kind, payload=payload, next_at=at, created_at=at, created_by=by)
    wake(QUEUE)
    return job


def work_one_step(organisation_id: int, *, at: datetime) -> bool:
    """Do one step of the job that waits longest. False when none is due.

    The attempt is counted in a transaction of its own, before the work: a step that kills its worker
    comes to an end too.
    """
    with acting_for(organisation_id):
        notes = wake_ids(QUEUE)
        job_id = _claim(at)
        if job_id is None:
            if not Job.objects.filter(state=JobState.QUEUED).exists():
                settle(notes)
            return False
    try:
        with acting_for(organisation_id):
            _step(job_id, at)
    except DomainError as error:
        _fail(organisation_id, job_id, str(error), at)
    except Exception as error:
        log.exception("job_step_failed", job_id=job_id)
        _retry(organisation_id, job_id, repr(error), at)
    return True


def _claim(at: datetime) -> int | None:
    due = Job.objects.filter(state=JobState.QUEUED, next_at__lte=at).order_by("next_at", "id")
    job = due.select_for_update(skip_locked=True, of=("self",)).first()
    if job is None:
        return None
    job.attempts += 1
    if job.attempts > MAX_ATTEMPTS:
        job.state, job.error, job.finished_at = JobState.FAILED, job.error or "crashed", at
    job.save(update_fields=["attempts", "state", "error", "finished_at"])
    return job.pk


def _step(job_id: int, at: datetime) -> None:
    queued = Job.objects.filter(pk=job_id, state=JobState.QUEUED)
    job = queued.select_for_update(skip_locked=True, of=("self",)).first()
    if job is None:  # another worker has it, or it has just failed for good
        return
    with pghistory.context(actor=f"job:{job.pk}", actor_name=str(job.created_by or job.kind)):
        is_finished = STEPS[job.kind](job, at)
    if is_finished:
        job.state, job.finished_at = JobState.DONE, at
    job.attempts, job.error = 0, ""
    job.save()


def _fail(organisation_id: int, job_id: int, error: str, at: datetime) -> None:
    with acting_for(organisation_id):
        Job.objects.filter(pk=job_id).update(state=JobState.FAILED, error=error, finished_at=at)


def _retry(organisation_id: int, job_id: int, error: str, at: datetime) -> None:
    with acting_for(organisation_id):
        job = Job.objects.get(pk=job_id)
        Job.objects.filter(pk=job_id).update(error=error, next_at=at + timedelta(seconds=2**job.attempts))
