"""Higher apps say here which work they do; jobs runs it without knowing them."""

from collections.abc import Callable
from datetime import datetime

from salestargets.jobs.models import Job

#: One step of a job in one transaction. True: finished; False: call me again. May move `done`, `total`.
Step = Callable[[Job, datetime], bool]

#: Queue → the Celery task that works it off for one organisation.
QUEUES: dict[str, str] = {"jobs": "jobs.work"}
STEPS: dict[str, Step] = {}


def register_queue(queue: str, task: str) -> None:
    QUEUES[queue] = task


def register_step(kind: str, step: Step) -> None:
    STEPS[kind] = step
