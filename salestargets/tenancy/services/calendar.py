"""Days of the organisation that differ from its calendar: a holiday of the house, a make-up working day."""

from datetime import date

from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import WorkingDayException
from salestargets.tenancy.registry import tell_settings_changed


def mark_day(actor: Actor, *, day: date, is_working: bool, name: str = "") -> WorkingDayException:
    """Say for one day whether it is worked; what was said of it before is replaced."""
    actor.require(Scope.ADMIN)
    said = {"is_working": is_working, "name": clean_text(name, max_length=100)}
    marked, _ = WorkingDayException.objects.update_or_create(
        organisation=actor.organisation, day=day, defaults=said
    )
    tell_settings_changed(actor.organisation)
    return marked


def unmark_day(actor: Actor, *, day_id: int) -> None:
    """From now on the day is as the calendar has it."""
    actor.require(Scope.ADMIN)
    marked = WorkingDayException.objects.filter(pk=day_id).first()
    if marked is None:
        raise NotFound(N_("There is no such day."), code="not_found")
    marked.delete()
    tell_settings_changed(actor.organisation)
