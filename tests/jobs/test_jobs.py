from collections.abc import Iterator
from datetime import timedelta

import pytest

from salestargets.jobs import services, wake
from salestargets.jobs.models import Job, JobState
from salestargets.jobs.registry import STEPS
from salestargets.kernel.errors import DomainError
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from tests.builders import NOON, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def steps() -> Iterator[list[int]]:
    """A job kind "count" that is finished after three steps, and tells of each."""
    seen: list[int] = []

    def step(job: Job, at: object) -> bool:
        job.done += 1
        seen.append(job.done)
        return job.done == 3

    STEPS["count"] = step
    yield seen
    del STEPS["count"]


def ask(organisation: Organisation, kind: str) -> int:
    with acting_for(organisation.pk):
        return services.enqueue(kind=kind, payload={}, at=NOON).pk


def job_of(organisation: Organisation, job_id: int) -> Job:
    with acting_for(organisation.pk):
        return Job.objects.get(pk=job_id)


def work_all(organisation: Organisation, at=NOON) -> None:
    while services.work_one_step(organisation.pk, at=at):
        pass


def test_a_job_is_done_step_by_step_and_its_note_goes_with_the_last(steps: list[int]) -> None:
    acme = an_organisation()
    job_id = ask(acme, "count")
    assert (acme.pk, "jobs") in wake.waiting()
    work_all(acme)
    assert steps == [1, 2, 3]
    assert job_of(acme, job_id).state == JobState.DONE
    assert (acme.pk, "jobs") not in wake.waiting()


def test_a_rule_that_is_broken_ends_the_job_and_says_so() -> None:
    def refuse(job: Job, at: object) -> bool:
        raise DomainError("The file is empty.", code="empty")

    STEPS["refuse"] = refuse
    acme = an_organisation()
    job_id = ask(acme, "refuse")
    work_all(acme)
    job = job_of(acme, job_id)
    assert (job.state, job.error) == (JobState.FAILED, "The file is empty.")
    del STEPS["refuse"]


def test_a_crash_is_tried_again_later_and_given_up_after_five_times() -> None:
    def crash(job: Job, at: object) -> bool:
        raise RuntimeError("boom")

    STEPS["crash"] = crash
    acme = an_organisation()
    job_id = ask(acme, "crash")
    work_all(acme)
    assert job_of(acme, job_id).attempts == 1
    for minutes in range(1, 10):
        work_all(acme, NOON + timedelta(minutes=minutes))
    job = job_of(acme, job_id)
    assert (job.state, job.error) == (JobState.FAILED, "RuntimeError('boom')")
    del STEPS["crash"]


def test_one_organisation_does_not_do_the_work_of_another(steps: list[int]) -> None:
    acme, other = an_organisation("acme"), an_organisation("other")
    job_id = ask(other, "count")
    work_all(acme)
    assert steps == []
    assert job_of(other, job_id).state == JobState.QUEUED
