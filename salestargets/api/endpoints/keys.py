from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, cast

from rest_framework.request import Request

from salestargets.api.inputs import DATE, ID, Field, choice, list_of, text
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.selectors import key_rows
from salestargets.api.services import create_key, revoke_key
from salestargets.api.views import TenantView
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope

NAME = Field("name", text(100), "Which integration it is for.")
SCOPES = Field("scopes", list_of(choice(Scope), at_least=1, at_most=len(Scope)))
EXPIRES_ON = Field("expires_on", DATE, "The first day on which it no longer works.").nullable()


class KeyRow(TypedDict):
    id: int
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewKeyRow(KeyRow):
    key: str


class Keys(TenantView):
    @operation(Scope.ADMIN, query=PAGE, answers=Page[KeyRow])
    def get(self, request: Request) -> Page[KeyRow]:
        """The keys of your integrations, without their secrets."""
        return self.page(key_rows(self.actor), key=Key(name=text(100), id=ID), row=_row)

    @operation(
        Scope.ADMIN, body=(NAME, SCOPES, EXPIRES_ON), answers=NewKeyRow, status=201, keeps_answer=False
    )
    def post(self, request: Request) -> NewKeyRow:
        """Make a key. `key` is shown this once."""
        scopes: list[Scope] = self.body[SCOPES]
        key, plain = create_key(
            actor=self.actor,
            name=self.body[NAME],
            scopes=scopes,
            expires_on=self.body[EXPIRES_ON],
            at=self.at,
        )
        return {**_one(self.actor, key.pk), "key": plain}


class OneKey(TenantView):
    @operation(Scope.ADMIN, answers=KeyRow)
    def get(self, request: Request, key_id: int) -> KeyRow:
        """One key, without its secret."""
        return _one(self.actor, key_id)


class KeyRevocation(TenantView):
    @operation(Scope.ADMIN, answers=KeyRow)
    def post(self, request: Request, key_id: int) -> KeyRow:
        """End a key now. It cannot be undone."""
        revoke_key(actor=self.actor, key_id=key_id, at=self.at)
        return _one(self.actor, key_id)


def _one(actor: Actor, key_id: int) -> KeyRow:
    row = key_rows(actor).filter(pk=key_id).first()
    if row is None:
        raise NotFound(N_("There is no such key."), code="not_found")
    return _row(row)


def _row(row: Mapping[str, Any]) -> KeyRow:
    return cast(KeyRow, row)
