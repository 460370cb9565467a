"""What every tenant table shares: the organisation, the failing-closed manager, the composite foreign key."""

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
import pghistory.models
import pgtrigger
from django.conf import settings
from django.db import models

from salestargets.tenancy.context import current_organisation_id

M = TypeVar("M", bound=models.Model)


class TenantManager(models.Manager[M]):
    """Rows of the organisation in context; without one every use raises `NoOrganisationError`."""

    use_in_migrations = False

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(organisation_id=current_organisation_id())

    def create(self, **kwargs: Any) -> M:
        kwargs.setdefault("organisation_id", current_organisation_id())
        return super().create(**kwargs)


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A reference that cannot leave the organisation.

    Django's own one-column constraint is off; `SecureTenantTables` puts
    `(organisation_id, x_id) → (organisation_id, id)` in its place.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs["db_index"] = False
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete, **kwargs)


class UserForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """Who did it; null where it was an integration or the system. The constraint comes like the others."""

    def __init__(
        self, to: Any = settings.AUTH_USER_MODEL, on_delete: Any = models.PROTECT, **kwargs: Any
    ) -> None:
        kwargs.update(db_constraint=False, db_index=False, null=True, related_name="+")
        super().__init__(to, on_delete, **kwargs)


class TenantModel(models.Model):
    organisation = models.ForeignKey(
        "tenancy.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,  # made by SecureTenantTables
        editable=False,
    )

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if getattr(self, "organisation_id", None) is None:
            self.organisation_id = current_organisation_id()
        super().save(*args, **kwargs)


def tracked(model: type[M]) -> type[M]:
    """Keep who made, changed and removed a row, by statement-level triggers: bulk SQL included, append-only.

    A change keeps the row as it was before; what it became is the next event, or the row itself.
    """
    return _track(model, pghistory.InsertEvent())


def tracked_changes(model: type[M]) -> type[M]:
    """The same without the making of rows, for records whose source already says where they came from."""
    return _track(model)


def append_only() -> pgtrigger.Protect:
    """Rows that are written once: what happened does not change."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Event(pghistory.models.Event):
    """What pghistory writes; in an installation of thousands of organisations 32 bits would run out."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


def _track(model: type[M], *more: pghistory.Tracker) -> type[M]:
    tenant = "id" if model.__name__ == "Organisation" else "organisation"
    track: Callable[[type[M]], type[M]] = pghistory.track(
        *more,
        # Without a condition: the one that looks for real changes joins the old rows with the new ones, by a
        # plan that is kept from a statement of no rows and takes a minute for 40,000.
        pghistory.UpdateEvent(row=pghistory.Old, condition=None),
        pghistory.DeleteEvent(),
        append_only=True,
        level=pghistory.Statement,
        base_model=Event,
        meta={
            "indexes": [
                models.Index(fields=[tenant, "pgh_obj", "pgh_id"]),
                models.Index(fields=[tenant, "pgh_created_at"]),
            ]
        },
    )
    return track(model)
