"""Callers for tests: an integration with its key, a browser with its session."""

from datetime import datetime
from typing import Any

from django.test import Client

from salestargets.accounts.models import User
from salestargets.api.services import create_key
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from tests.builders import NOON


def a_key(
    organisation: Organisation, *scopes: Scope, name: str = "Integration", at: datetime = NOON, **more: Any
) -> str:
    """The plain text of a new key; with all scopes where none is named."""
    with acting_for(organisation.pk):
        _key, plain = create_key(
            actor=system_actor(organisation), name=name, scopes=scopes or list(Scope), at=at, **more
        )
    return plain


class Api(Client):
    """JSON in and out, as one caller."""

    def __init__(self, key: str | None = None, **headers: str) -> None:
        self.key = key
        sent = {"Authorization": f"Bearer {key}"} if key else {}
        super().__init__(headers={**sent, **headers}, enforce_csrf_checks=True)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(self, method.lower())(path, headers=headers or None, **more)


def an_integration(organisation: Organisation, *scopes: Scope, **more: Any) -> Api:
    return Api(a_key(organisation, *scopes, **more))


def a_browser(organisation: Organisation, user: User) -> Api:
    browser = Api(**{"X-Organisation": organisation.slug})
    browser.force_login(user)
    return browser
