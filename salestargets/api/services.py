"""Keys are made and taken back here. The secret leaves once, with the key that was just made."""

from collections.abc import Collection
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from salestargets.api import keys
from salestargets.api.models import ApiKey, ApiKeyUse
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope


def create_key(
    *, actor: Actor, name: str, scopes: Collection[Scope], expires_on: date | None = None, at: datetime
) -> tuple[ApiKey, str]:
    """A new key and its plain text. It may do no more than its maker, and ends as `expires_on` begins."""
    actor.require(Scope.ADMIN)
    if not scopes:
        raise DomainError(N_("Choose at least one scope."), code="no_scopes", field="scopes")
    for scope in scopes:
        actor.require(scope)
    if expires_on is not None and expires_on <= actor.organisation.today(at):
        raise DomainError(N_("Choose a day after today."), code="in_the_past", field="expires_on")
    secret = keys.new_secret()
    key = ApiKey.objects.create(
        name=clean_text(name, max_length=100, min_length=1),
        digest=keys.digest(secret),
        scopes=[scope for scope in Scope if scope in scopes],
        created_at=at,
        created_by=actor.user,
        expires_at=_start_of(expires_on, actor.organisation.time_zone),
    )
    ApiKeyUse.objects.create(api_key_id=key.pk)
    return key, keys.plain(key, secret)


def revoke_key(*, actor: Actor, key_id: int, at: datetime) -> ApiKey:
    """The key ends now. Revoking twice keeps the first moment."""
    actor.require(Scope.ADMIN)
    key = ApiKey.objects.select_for_update().filter(pk=key_id).first()
    if key is None:
        raise NotFound(N_("There is no such key."), code="not_found")
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
    return key


def _start_of(day: date | None, zone: str) -> datetime | None:
    return datetime.combine(day, time.min, ZoneInfo(zone)) if day else None
