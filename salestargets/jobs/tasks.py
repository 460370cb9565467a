import time

from celery import shared_task
from django.utils import timezone

from salestargets.jobs import services, wake

#: After this long the next organisation has its turn.
TURN_SECONDS = 20.0


@shared_task(name="jobs.work")
def work(organisation_id: int) -> None:
    wake.heard(services.QUEUE, organisation_id)
    ends = time.monotonic() + TURN_SECONDS
    while services.work_one_step(organisation_id, at=timezone.now()):
        if time.monotonic() > ends:
            wake.kick(services.QUEUE, organisation_id)
            return


@shared_task(name="jobs.sweep", expires=10)
def sweep() -> None:
    """The net under every kick that was lost."""
    for organisation_id, queue in wake.waiting():
        wake.kick(queue, organisation_id)
