import structlog
from celery import shared_task
from django.utils import timezone

from salestargets.jobs import wake
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from targets.services import acknowledgements, progress, reminders
from targets.services.handover import offer_handovers
from targets.services.triggers import fire_triggers

log = structlog.get_logger(__name__)


@shared_task(name="targets.turn_of_the_day", expires=300)
def turn_of_the_day() -> None:
    """Where a new day has begun since the last pass, tell a worker; a lost message is sent again."""
    for organisation in Organisation.objects.order_by("id").iterator():
        with acting_for(organisation.pk):
            has_turned = progress.is_of_yesterday(organisation, at=timezone.now())
        if has_turned:
            wake.kick(progress.QUEUE, organisation.pk)


@shared_task(name="targets.day")
def day(organisation_id: int) -> None:
    """A day has begun in one organisation, or its calendar changed: expect more, and remind the late.

    Then ask for what the day gives rise to: people who leave or join, plans that are far off.
    """
    wake.heard(progress.QUEUE, organisation_id)
    with acting_for(organisation_id):
        notes, at = wake.wake_ids(progress.QUEUE), timezone.now()
        organisation = Organisation.objects.get(pk=organisation_id)
        progress.refresh_progress(at=at)
        acknowledgements.remind_late(organisation, at=at)
        offer_handovers(organisation, at=at)
        fire_triggers(organisation, at=at)
        wake.settle(notes)


@shared_task(name="targets.remind", expires=3600)
def remind() -> None:
    """Ask for what is missing where answers are due, once for each day that reminders are due on."""
    for organisation in Organisation.objects.order_by("id").iterator():
        with acting_for(organisation.pk):
            reminders.remind_of_due(organisation, at=timezone.now())
