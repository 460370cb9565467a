"""Potentials: noted for a unit or a person from a day on, by whoever manages them; a newer one follows."""

from datetime import date, datetime

from django.db import transaction

from kpis.values import Holder
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import check_minor
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.selectors import get_person, get_unit
from salestargets.tenancy.services.versions import check_version, lock, save_changes
from targets.models import Potential


@transaction.atomic
def note_potential(
    actor: Actor,
    *,
    holder: Holder,
    amount: int,
    starts_on: date,
    source: str = "",
    expected_version: int | None = None,
    at: datetime,
) -> Potential:
    """What a holder could bring in a year from a day on; one noted for the same day before is replaced.

    `expected_version` is that of the one before as it was read, 0 where there was none.
    """
    actor.require(Scope.TARGETS_WRITE)
    today = actor.organisation.today(at)
    whose = (
        {"unit": get_unit(actor, holder.id, today), "person": None}
        if holder.kind == "unit"
        else {"unit": None, "person": get_person(actor, holder.id, today)}
    )
    noted = {**_clean(amount, source), "noted_at": at, "noted_by": actor.user}
    row, is_new = Potential.objects.select_for_update(no_key=True).get_or_create(
        **whose, starts_on=starts_on, defaults=noted
    )
    check_version(0 if is_new else row.version, expected_version)
    if not is_new:
        _save(row, noted)
    return row


@transaction.atomic
def change_potential(
    actor: Actor,
    *,
    potential: Potential,
    amount: int,
    source: str,
    expected_version: int | None,
    at: datetime,
) -> Potential:
    """Another estimate for the same holder and day."""
    actor.require(Scope.TARGETS_WRITE)
    row = lock(potential, expected_version=expected_version)
    _save(row, {**_clean(amount, source), "noted_at": at, "noted_by": actor.user})
    return row


@transaction.atomic
def remove_potential(actor: Actor, *, potential: Potential, expected_version: int | None = None) -> None:
    """The one before it is in force again. How numbers were made with it stays kept with them."""
    actor.require(Scope.TARGETS_WRITE)
    lock(potential, expected_version=expected_version).delete()


def _save(row: Potential, noted: dict[str, object]) -> None:
    """What was noted again as it was stays noted by whoever did so first."""
    if (row.amount, row.source) != (noted["amount"], noted["source"]):
        save_changes(row, noted)


def check_potential(amount: int) -> int:
    if amount < 0:
        raise DomainError(N_("A potential cannot be below zero."), code="negative", field="amount")
    return check_minor(amount)


def _clean(amount: int, source: str) -> dict[str, object]:
    return {"amount": check_potential(amount), "source": clean_text(source, max_length=200)}
