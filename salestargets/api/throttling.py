"""So many requests a minute for each key and member; counted in the cache, open while the cache is away."""

import time

from django.conf import settings
from django.core.cache import cache
from django.views import View
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from salestargets.api.authentication import actor_of

WINDOW = 60


class PerActor(BaseThrottle):
    def allow_request(self, request: Request, view: View) -> bool:
        actor = actor_of(request)
        window = int(time.time()) // WINDOW
        limit: int = settings.API_REQUESTS_PER_MINUTE
        return count(f"{actor.organisation.pk}:api-rate:{actor.id}:{window}") <= limit

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW


def count(key: str) -> int:
    cache.add(key, 0, 2 * WINDOW)
    try:
        return cache.incr(key) or 0
    except ValueError:  # emptied in between
        return 0
