from typing import TypedDict

from rest_framework.request import Request

from salestargets.api.operations import operation
from salestargets.api.rows import Reference
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Person


class WhereIAm(TypedDict):
    slug: str
    name: str


class MeRow(TypedDict):
    name: str
    email: str | None
    role: str | None
    scopes: list[str]
    organisation: WhereIAm
    person: Reference | None


class Me(TenantView):
    @operation(Scope.READ, answers=MeRow)
    def get(self, request: Request) -> MeRow:
        """Who you are here, and what you may do."""
        actor = self.actor
        return {
            "name": actor.name,
            "email": actor.user.email if actor.user else None,
            "role": actor.role,
            "scopes": [scope.value for scope in Scope if actor.may(scope)],
            "organisation": {"slug": actor.organisation.slug, "name": actor.organisation.name},
            "person": _person(actor.person_id),
        }


def _person(person_id: int | None) -> Reference | None:
    person = Person.objects.filter(pk=person_id).first() if person_id else None
    if person is None:
        return None
    return {"id": person.pk, "external_id": person.external_id, "name": person.name}
