"""When a session was last used, for the list of one's sessions."""

from collections.abc import Callable
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

GetResponse = Callable[[HttpRequest], HttpResponseBase]

#: How exactly it is known.
SEEN = timedelta(minutes=10)


def sessions_are_seen(get_response: GetResponse) -> GetResponse:
    """Written seldom, and by one request at a time: a request keeps the row locked until it ends, so that one
    browser's requests, which pages make several of at once, would wait for each other.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and request.session.session_key and not _was_seen(request):
            _note(request)
        return get_response(request)

    return middleware


def _was_seen(request: HttpRequest) -> bool:
    """Of late, from where and by what it is used now."""
    agent = request.META.get("HTTP_USER_AGENT", "")[: UserSession._meta.get_field("user_agent").max_length]
    seen: bool = UserSession.objects.filter(
        session_key=request.session.session_key,
        ip=get_adapter().get_client_ip(request),
        user_agent=agent,
        last_seen_at__gt=timezone.now() - SEEN,
    ).exists()
    return seen


@transaction.atomic
def _note(request: HttpRequest) -> None:
    known = UserSession.objects.filter(session_key=request.session.session_key)
    free = known.select_for_update(skip_locked=True).values_list("pk", flat=True)
    if free.first() or not known.exists():
        UserSession.objects.create_from_request(request)
