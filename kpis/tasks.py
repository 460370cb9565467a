import time

from celery import shared_task
from django.utils import timezone

from kpis.services import cells
from salestargets.jobs import wake

#: After this long the next organisation has its turn.
TURN_SECONDS = 20.0


@shared_task(name="kpis.drain")
def drain(organisation_id: int) -> None:
    """Keep an organisation's cells up with its records until nothing waits, or its turn ends."""
    wake.heard(cells.QUEUE, organisation_id)
    ends = time.monotonic() + TURN_SECONDS
    while cells.drain(organisation_id, at=timezone.now()):
        if time.monotonic() > ends:
            wake.kick(cells.QUEUE, organisation_id)
            return
