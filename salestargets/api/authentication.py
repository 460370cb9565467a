"""Who calls: an integration by its key, or a signed-in browser that names its organisation.

`TenantMiddleware` has already opened the organisation's transaction; here it is decided whether the caller
belongs to it. Every failure is the same 401, whether the organisation exists or not.
"""

import re
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from salestargets.accounts.models import User
from salestargets.api.keys import matches
from salestargets.api.models import ApiKey, ApiKeyUse
from salestargets.tenancy.access import Actor, actor_of_member
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.compiled import compiled_once
from salestargets.tenancy.models import Organisation

_KEY = re.compile(r"Bearer st_[1-9][0-9]{0,17}_(?P<id>[1-9][0-9]{0,17})_(?P<secret>[-_a-zA-Z0-9]{43,64})")
#: How exactly the last use is kept.
_USE = timedelta(minutes=1)


def actor_of(request: Request) -> Actor:
    """Who makes this request."""
    if isinstance(request.auth, Actor):
        return request.auth
    raise NotAuthenticated(
        _("Send an API key as a Bearer token, or sign in and name your organisation in X-Organisation.")
    )


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[None, Actor] | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        organisation: Organisation | None = request._request.organisation  # type: ignore[attr-defined]
        sent = _KEY.fullmatch(header)
        key = next(iter(_key(int(sent["id"]))), None) if sent and organisation else None
        if sent is None or key is None or organisation is None or not matches(key, sent["secret"]):
            raise AuthenticationFailed(_("This API key is not valid."))
        at = timezone.now()
        _check_alive(key, at)
        used_at: datetime | None = vars(key)["used_at"]
        if used_at is None or used_at < at - _USE:
            note_use(key, at)
        return None, Actor(
            organisation=organisation,
            scopes=frozenset(Scope(scope) for scope in key.scopes),
            name=key.name,
            key_id=key.pk,
        )

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BrowserAuthentication(SessionAuthentication):
    """The session of a signed-in member; changes need the CSRF token as on any page."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        organisation: Organisation | None = request._request.organisation  # type: ignore[attr-defined]
        if organisation is None:
            return None
        signed_in = super().authenticate(request)
        actor = actor_of_member(organisation, signed_in[0]) if signed_in else None
        return (signed_in[0], actor) if signed_in and actor else None


def _check_alive(key: ApiKey, at: datetime) -> None:
    if key.revoked_at is not None:
        raise AuthenticationFailed(_("This API key was revoked."))
    if key.expires_at is not None and key.expires_at <= at:
        raise AuthenticationFailed(_("This API key has expired."))


@compiled_once
def _key(key_id: int) -> QuerySet[ApiKey]:
    use = ApiKeyUse.objects.filter(api_key_id=OuterRef("pk"))
    keys = ApiKey.objects.filter(pk=key_id)
    return keys.annotate(used_at=Subquery(use.values("last_used_at")[:1]))


def note_use(key: ApiKey, at: datetime) -> None:
    """Keep when the key was last used. Never waits for another request that does the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE api_apikeyuse SET last_used_at = %(at)s WHERE (organisation_id, id) IN ("
            " SELECT organisation_id, id FROM api_apikeyuse"
            " WHERE organisation_id = %(organisation)s AND api_key_id = %(key)s"
            " AND (last_used_at IS NULL OR last_used_at < %(before)s) FOR UPDATE SKIP LOCKED)",
            {"at": at, "organisation": key.organisation_id, "key": key.pk, "before": at - _USE},
        )
