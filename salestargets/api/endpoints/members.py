from collections.abc import Mapping
from typing import Any, TypedDict

from rest_framework.request import Request

from salestargets.api.inputs import EMAIL, ID, Field, choice
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import Reference
from salestargets.api.selectors import member_rows
from salestargets.api.views import TenantView
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.services.organisations import add_member, change_role, remove_member

EMAIL_FIELD = Field("email", EMAIL)
ROLE = Field("role", choice(Role))
PERSON = Field("person", ID, "The id of the person who signs in.").nullable()


class MemberRow(TypedDict):
    id: int
    email: str
    role: str
    person: Reference | None


class Members(TenantView):
    @operation(Scope.ADMIN, query=PAGE, answers=Page[MemberRow])
    def get(self, request: Request) -> Page[MemberRow]:
        """Who may sign in, and as what."""
        return self.page(member_rows(self.actor), key=Key(user__email=EMAIL, id=ID), row=_row)

    @operation(Scope.ADMIN, body=(EMAIL_FIELD, ROLE, PERSON), answers=MemberRow, status=201)
    def post(self, request: Request) -> MemberRow:
        """Let someone in; they set a password by the reset link."""
        add_member(
            self.actor, email=self.body[EMAIL_FIELD], role=self.body[ROLE], person_id=self.body[PERSON]
        )
        return _one(self.actor, user__email=self.body[EMAIL_FIELD])


class OneMember(TenantView):
    @operation(Scope.ADMIN, answers=MemberRow)
    def get(self, request: Request, member_id: int) -> MemberRow:
        """One member."""
        return _one(self.actor, pk=member_id)

    @operation(Scope.ADMIN, body=(ROLE,), answers=MemberRow)
    def patch(self, request: Request, member_id: int) -> MemberRow:
        """Give a member another role."""
        change_role(self.actor, membership_id=member_id, role=self.body[ROLE])
        return _one(self.actor, pk=member_id)

    @operation(Scope.ADMIN, status=204)
    def delete(self, request: Request, member_id: int) -> None:
        """Shut a member out, at once."""
        remove_member(self.actor, membership_id=member_id)


def _one(actor: Actor, **which: Any) -> MemberRow:
    row = member_rows(actor).filter(**which).first()
    if row is None:
        raise NotFound(N_("There is no such member."), code="not_found")
    return _row(row)


def _row(row: Mapping[str, Any]) -> MemberRow:
    return {"id": row["id"], "email": row["user__email"], "role": row["role"], "person": row["person"]}
