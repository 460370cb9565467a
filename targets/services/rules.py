"""How the organisation plans, and the list of what may give rise to an adjustment."""

from datetime import datetime

from django.utils.translation import gettext, override

from salestargets.tenancy.models import Organisation
from targets.choices import KEY_PERSON
from targets.models import PlanningRules, Trigger


def install(organisation: Organisation, at: datetime) -> None:
    """One row of rules, and a first list of triggers in the organisation's language. Safe to run twice."""
    PlanningRules.objects.get_or_create(organisation_id=organisation.pk)
    if Trigger.objects.exists():
        return
    with override(organisation.language):
        Trigger.objects.bulk_create(
            Trigger(organisation_id=organisation.pk, key=key, name=name, position=position)
            for position, (key, name) in enumerate(
                (
                    ("", gettext("A competitor moved")),
                    ("", gettext("A policy or price changed")),
                    (KEY_PERSON, gettext("A key person left or joined")),
                    ("", gettext("A number is far off")),
                )
            )
        )
