"""The outermost tenant door for pages and API: the organisation comes from the URL or the key."""

import re
from collections.abc import Callable

import pghistory
import structlog
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase

from salestargets.tenancy.access import Actor, actor_of_member
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_SLUG = re.compile(r"^[-a-zA-Z0-9_]{1,50}$")
_PAGE = re.compile(r"^/o/(?P<slug>[-a-zA-Z0-9_]{1,50})/")
#: st_<organisation>_<key>_<secret>: the organisation stands in the key, so that the key itself is read
#: under row-level security.
_KEY = re.compile(r"^Bearer st_(?P<organisation>[1-9][0-9]{0,17})_[1-9][0-9]{0,17}_[-_a-zA-Z0-9]{43,64}$")


class TenantMiddleware:
    """Opens the organisation's transaction round everything inside: session, view, rendering."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        organisation = organisation_of(request)
        request.organisation = organisation  # type: ignore[attr-defined]
        if organisation is None:
            return self.get_response(request)
        structlog.contextvars.bind_contextvars(organisation_id=organisation.pk)
        with acting_for(organisation.pk), pghistory.context():
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response


def organisation_of(request: HttpRequest) -> Organisation | None:
    if page := _PAGE.match(request.path_info):
        return Organisation.objects.filter(slug=page["slug"]).first()
    if not request.path_info.startswith("/api/"):
        return None
    if key := _KEY.match(request.headers.get("Authorization", "")):
        return Organisation.objects.filter(pk=int(key["organisation"])).first()
    slug = request.headers.get("X-Organisation", "")
    return Organisation.objects.filter(slug=slug).first() if _SLUG.match(slug) else None


def note_actor(actor: Actor) -> None:
    """Who it was, for the audit log and for the log lines of this request."""
    pghistory.context(actor=actor.id, actor_name=actor.name)
    structlog.contextvars.bind_contextvars(actor=actor.id)


class ActorMiddleware:
    """Pages below /o/<slug>/ are for members. For anyone else that organisation does not exist."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, object]
    ) -> HttpResponseBase | None:
        if not _PAGE.match(request.path_info):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        organisation = request.organisation  # type: ignore[attr-defined]
        actor = actor_of_member(organisation, request.user) if organisation else None
        if actor is None:
            raise Http404
        request.actor = actor  # type: ignore[attr-defined]
        note_actor(actor)
        kwargs.pop("slug", None)
        return None
