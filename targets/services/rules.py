"""How the organisation plans, and the list of what may give rise to an adjustment."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from django.db import IntegrityError, transaction
from django.db.models import Max

from kpis.models import Kpi
from salestargets.kernel.errors import Conflict, DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.services.versions import lock, save_changes
from targets.choices import BuiltInTrigger
from targets.models import PlanningRules, Trigger
from targets.selectors.rules import planning_rules

LARGEST_LIMIT_BP = 100_000
LARGEST_BAND = Decimal(100)
MOST_RAMP_MONTHS = 36
MOST_DAYS = 90


class RuleChanges(TypedDict, total=False):
    """How the organisation plans; what is left out stays."""

    needs_approval: bool
    move_limit_bp: int
    band_low: Decimal
    band_high: Decimal
    ramp: Sequence[int]
    leaver_rule: str
    answer_days: int


class TriggerChanges(TypedDict, total=False):
    """What may be said of a trigger; with `pace_below` it fires by itself."""

    name: str
    is_active: bool
    kpi: Kpi | None
    pace_below: Decimal | None
    for_days: int


def install(organisation: Organisation, at: datetime) -> None:
    """One row of rules, and a first list of triggers. Safe to run twice."""
    PlanningRules.objects.get_or_create(organisation_id=organisation.pk)
    if Trigger.objects.exists():
        return
    Trigger.objects.bulk_create(
        Trigger(organisation_id=organisation.pk, key=key, position=position)
        for position, key in enumerate(BuiltInTrigger)
    )


@transaction.atomic
def change_rules(actor: Actor, *, changes: RuleChanges, expected_version: int | None) -> PlanningRules:
    """They count from the next act on; what was approved or split stays as it is."""
    actor.require(Scope.ADMIN)
    rules = lock(planning_rules(), expected_version=expected_version)
    _check_within("move_limit_bp", changes.get("move_limit_bp"), 0, LARGEST_LIMIT_BP)
    _check_within("answer_days", changes.get("answer_days"), 1, MOST_DAYS)
    _check_band(changes.get("band_low", rules.band_low), changes.get("band_high", rules.band_high))
    _check_ramp(changes.get("ramp", ()))
    save_changes(rules, {**changes})
    return rules


def create_trigger(actor: Actor, *, changes: TriggerChanges) -> Trigger:
    """At the end of the list."""
    actor.require(Scope.ADMIN)
    last = Trigger.objects.aggregate(last=Max("position"))["last"]
    trigger = Trigger(position=0 if last is None else last + 1, **_clean(changes))
    _check_name(trigger, trigger.name)
    try:
        with transaction.atomic():
            trigger.save()
    except IntegrityError as error:
        raise _taken() from error
    return trigger


@transaction.atomic
def change_trigger(
    actor: Actor, *, trigger: Trigger, changes: TriggerChanges, expected_version: int | None
) -> Trigger:
    """Switched off, it is offered no more and fires no more; what it gave rise to stays."""
    actor.require(Scope.ADMIN)
    clean = _clean(changes)
    trigger = lock(trigger, expected_version=expected_version)
    if clean.get("name") == trigger.label:  # as it was shown, in whichever language: it is not renamed
        del clean["name"]
    _check_name(trigger, clean.get("name"))
    try:
        with transaction.atomic():
            save_changes(trigger, {**clean})
    except IntegrityError as error:
        raise _taken() from error
    return trigger


def _check_name(trigger: Trigger, name: str | None) -> None:
    """Not even what another is called in the reader's language alone."""
    if name in {other.label for other in Trigger.objects.exclude(pk=trigger.pk)}:
        raise _taken()


def _clean(changes: TriggerChanges) -> TriggerChanges:
    clean = changes.copy()
    if "name" in changes:
        clean["name"] = clean_text(changes["name"], max_length=100, min_length=1)
    _check_within("pace_below", changes.get("pace_below"), Decimal("0.001"), Decimal("9.999"))
    _check_within("for_days", changes.get("for_days"), 1, MOST_DAYS)
    return clean


def _check_within(field: str, value: int | Decimal | None, least: int | Decimal, most: int | Decimal) -> None:
    if value is not None and not least <= value <= most:
        raise DomainError(
            N_("Enter a number from {least} to {most}."),
            code="out_of_range",
            field=field,
            params={"least": least, "most": most},
        )


def _check_band(low: Decimal, high: Decimal) -> None:
    if not 0 <= low < high <= LARGEST_BAND:
        raise DomainError(
            N_("The band begins at 0 or above, and below its end."), code="invalid_band", field="band_low"
        )


def _check_ramp(ramp: Sequence[int]) -> None:
    if len(ramp) > MOST_RAMP_MONTHS or any(not 0 <= share <= 100 for share in ramp):
        raise DomainError(
            N_("Enter percentages from 0 to 100, for {count} months at most."),
            code="invalid_ramp",
            field="ramp",
            params={"count": MOST_RAMP_MONTHS},
        )


def _taken() -> Conflict:
    return Conflict(N_("There is a trigger of this name already."), code="exists", field="name")
