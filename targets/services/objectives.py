"""Objectives: made by whoever sets targets, changed and archived by administrators and their owners."""

from datetime import datetime
from typing import TypedDict

from django.db import IntegrityError, transaction

from salestargets.kernel.errors import Conflict, Forbidden
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.selectors import get_person
from salestargets.tenancy.services.versions import lock, save_changes
from targets.models import Objective
from targets.selectors.objectives import may_change_objective


class ObjectiveChanges(TypedDict, total=False):
    """What may be said of an objective; what is left out stays."""

    name: str
    about: str
    owner_id: int | None
    is_archived: bool


def create_objective(
    actor: Actor, *, name: str, about: str = "", owner_id: int | None = None, at: datetime
) -> Objective:
    actor.require(Scope.TARGETS_WRITE)
    objective = Objective(**_clean(actor, {"name": name, "about": about, "owner_id": owner_id}, at))
    try:
        with transaction.atomic():
            objective.save()
    except IntegrityError as error:
        raise _taken() from error
    return objective


@transaction.atomic
def change_objective(
    actor: Actor,
    *,
    objective: Objective,
    changes: ObjectiveChanges,
    expected_version: int | None,
    at: datetime,
) -> Objective:
    """Archived, it is offered no more; the goals that serve it keep it."""
    actor.require(Scope.TARGETS_WRITE)
    if not may_change_objective(actor, objective):
        raise Forbidden(N_("An objective is changed by its owner or by an administrator."), code="forbidden")
    clean = _clean(actor, changes, at)
    objective = lock(objective, expected_version=expected_version)
    try:
        with transaction.atomic():
            save_changes(objective, {**clean})
    except IntegrityError as error:
        raise _taken() from error
    return objective


def _clean(actor: Actor, changes: ObjectiveChanges, at: datetime) -> ObjectiveChanges:
    clean = changes.copy()
    if "name" in changes:
        clean["name"] = clean_text(changes["name"], max_length=300, min_length=1)
    if "about" in changes:
        clean["about"] = clean_text(changes["about"], max_length=5000, multiline=True)
    if owner_id := changes.get("owner_id"):
        get_person(actor, owner_id, actor.organisation.today(at))
    return clean


def _taken() -> Conflict:
    return Conflict(N_("There is an objective of this name already."), code="exists", field="name")
