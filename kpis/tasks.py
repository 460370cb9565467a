import time

import structlog
from celery import shared_task
from django.utils import timezone

from kpis.services import cells, rebuild
from kpis.services import verify as find_differences
from kpis.services.closing import close_due
from kpis.services.levels import note_levels
from salestargets.jobs import wake
from salestargets.tenancy.models import Organisation

log = structlog.get_logger(__name__)

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


@shared_task(name="kpis.verify_all")
def verify_all() -> None:
    """Every night, one task an organisation."""
    for organisation_id in Organisation.objects.order_by("pk").values_list("pk", flat=True):
        verify.delay(organisation_id)


@shared_task(name="kpis.verify")
def verify(organisation_id: int) -> None:
    """Hold the cells against the records. A difference is a fault of ours: said loudly, and mended.

    Then what there was at the end of closed months is held against now, and the months that are due close, on
    numbers that were just proven.
    """
    differences = find_differences(organisation_id, at=timezone.now())
    if differences:
        log.error("actuals_differ", organisation_id=organisation_id, differences=differences[:10])
        rebuild(organisation_id, at=timezone.now())
    note_levels(organisation_id, at=timezone.now())
    close_due(organisation_id, at=timezone.now())
